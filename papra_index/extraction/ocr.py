"""Text from pictures: one run of Tesseract where it is sure, other ways up and other layouts where it is not.

Which result is best is told by the letters of the words it is sure of; no page costs more than `MOST_RUNS`.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from papra_index.errors import ExtractionTimedOut, OcrLanguageMissing, OcrUnavailable
from papra_index.extraction.ocr_cache import OcrCache, make_key
from papra_index.extraction.ocr_languages import AUTOMATIC, LanguageData, find_languages
from papra_index.extraction.raster import GreyImage
from papra_index.extraction.recognition import Recognition
from papra_index.extraction.tesseract import (
    AUTOMATIC_LAYOUT,
    ONE_BLOCK,
    OSD,
    Orientation,
    PictureFile,
    Tesseract,
    check_data,
    detect_orientation,
    find_tesseract,
    recognize_words,
)

ALGORITHM = 1
"""Part of every key of the cache: counts what changes results here, so that old ones are not taken for new."""

MOST_RUNS = 8
"""Runs of Tesseract that one picture costs at most: three for its text, four to find its way up (three of them at half
size), and one for its script where languages are chosen by it."""

_LEAST_SKEW = 1.0
_SMALL_SIDE = 1000
_OSD_SIDE = 2400

# On rendered pages Tesseract was wrong about the way up at confidences up to 8, and about the script up to 1.7.
_SURE_ORIENTATION = 10.0
_SURE_SCRIPT = 2.0

# Icons hold no text, and there are many of them.
_LEAST_PIXELS = 64 * 64


def recognize_text(
    image: GreyImage, languages: Sequence[str], seconds: float, once: bool = False, cache: Path | None = None
) -> Recognition:
    """Return the text of a grey picture in languages by their Tesseract codes (`eng`, `deu`, ... or `auto` alone).

    An unsure result makes it try other ways up and another layout, unless `once` is set. Of the same picture the
    result is kept in the folder `cache`.
    Raises OcrUnavailable without Tesseract, OcrLanguageMissing for a language that is not installed and
    ExtractionTimedOut when `seconds` pass without a result.
    """
    deadline = time.monotonic() + seconds
    wanted = _list_wanted(languages)
    tesseract, data = _find_data(wanted)
    if image.is_blank or image.width * image.height < _LEAST_PIXELS:
        return Recognition("", 0.0, 0, 0, tesseract.engine)
    entry = None
    if cache is not None:
        facts = (ALGORITHM, tesseract.engine, wanted, once, data.describe((*(wanted or data.languages), OSD)))
        entry = OcrCache(cache).locate(make_key(image, *facts))
        if (kept := entry.load()) is not None:
            return kept
    with tempfile.TemporaryDirectory(prefix="papra-ocr-") as folder:
        run = _Run(tesseract, data, Path(folder), deadline)
        best = run.find_best(image, wanted, once)
    if entry is not None and run.is_complete:
        entry.store(best)
    return best


def can_recognize(languages: Sequence[str]) -> bool:
    """Whether there is a program, and data of all these languages, by now."""
    wanted = _list_wanted(languages)
    try:
        tesseract, data = _find_data(wanted)
        with tempfile.TemporaryDirectory(prefix="papra-ocr-") as folder:
            check_data(tesseract, data.combine(wanted, Path(folder)) if wanted else Path(folder), wanted)
    except (OcrUnavailable, OcrLanguageMissing):
        return False
    return True


def _list_wanted(languages: Sequence[str]) -> tuple[str, ...]:
    """Return the languages that must be there; none where they are to be chosen."""
    return () if tuple(languages) == (AUTOMATIC,) else tuple(languages) or ("eng",)


def _find_data(wanted: Sequence[str]) -> tuple[Tesseract, LanguageData]:
    """Return the program and its data; a program that was installed meanwhile may have what is missing."""
    tesseract = find_tesseract()
    data = find_languages(tesseract)
    try:
        data.check(wanted)
    except OcrLanguageMissing:
        find_tesseract.cache_clear()
        tesseract = find_tesseract()
        data = find_languages(tesseract)
        data.check(wanted)
    if not data.languages:
        data.check(("eng",))
    return tesseract, data


class _Run:
    """The tries at one picture, within one deadline; `is_complete` unless time ran out before the last."""

    def __init__(self, tesseract: Tesseract, data: LanguageData, folder: Path, deadline: float) -> None:
        self.is_complete = True
        self._tesseract = tesseract
        self._data = data
        self._folder = folder
        self._deadline = deadline
        self._languages: tuple[str, ...] = ()
        self._data_folder = folder

    def find_best(self, image: GreyImage, languages: tuple[str, ...], once: bool) -> Recognition:
        """Return the best result in languages (none: those the picture seems to need); a try that runs out of time
        ends the search with what was found before."""
        if max(image.width, image.height) < _SMALL_SIDE:
            image = image.scale(2)
        even = image.even_light()
        self._languages = languages or self._choose_languages(even)
        self._data_folder = self._data.combine(self._languages, self._folder)
        # Tesseract can be sure of half a crooked page and silent about the rest, so lines are made level first.
        level = _level_lines(even)
        best = self._recognize(level, AUTOMATIC_LAYOUT)
        if once or best.is_sure:
            return best
        try:
            for candidate in self._try_otherwise(image, even, level, best):
                if candidate.sure_letters > best.sure_letters:
                    best = candidate
                if best.is_sure:
                    break
        except ExtractionTimedOut:
            self.is_complete = False
        return best

    def _try_otherwise(
        self, image: GreyImage, even: GreyImage, level: GreyImage, first: Recognition
    ) -> Iterator[Recognition]:
        quarters = self._find_upright(even, first.sure_letters)
        upright = _level_lines(even.turn(quarters)) if quarters else level
        if quarters:
            yield self._recognize(upright, AUTOMATIC_LAYOUT)
        elif level is not image:
            # What was taken for shade or crooked lines may have been a drawing.
            yield self._recognize(image, AUTOMATIC_LAYOUT)
        if first.words_count:
            yield self._recognize(upright, ONE_BLOCK)

    def _find_upright(self, image: GreyImage, letters: int) -> int:
        """Return the quarter turns (counter-clockwise) that bring a picture upright, on which as it is so many sure
        letters were found: by `osd` data, else the first that is sure of clearly more at half size, else the best."""
        found = self._detect_orientation(image)
        if found is not None and found.confidence >= _SURE_ORIENTATION:
            return found.quarters
        small = image.scale(0.5) if max(image.width, image.height) > _SMALL_SIDE else image
        best, most = 0, 1.5 * letters + 5
        # Lines that run down a page Tesseract reads by itself, so those that run up are the likeliest here.
        for quarters in (3, 2, 1):
            turned = self._recognize(_level_lines(small.turn(quarters)), AUTOMATIC_LAYOUT)
            if turned.sure_letters > most:
                best, most = quarters, turned.sure_letters
                if turned.is_sure:
                    break
        return best

    def _choose_languages(self, image: GreyImage) -> tuple[str, ...]:
        found = self._detect_orientation(image) if self._data.depends_on_script else None
        is_sure = found is not None and found.script_confidence >= _SURE_SCRIPT
        return self._data.list_automatic(found.script if found and is_sure else None)

    def _detect_orientation(self, image: GreyImage) -> Orientation | None:
        """Return how a picture lies by `osd` data; None without, or where there is too little text on it to tell."""
        if OSD not in self._data.files:
            return None
        folder = self._data.files[OSD].parent
        seconds = self._deadline - time.monotonic()
        # Finer is slower, and half of this is mostly wrong.
        factor = _OSD_SIDE / max(image.width, image.height)
        picture = self._write_picture(image.scale(factor) if factor < 1 else image)
        return detect_orientation(self._tesseract, folder, picture, seconds)

    def _recognize(self, image: GreyImage, layout: int) -> Recognition:
        seconds = self._deadline - time.monotonic()
        picture = self._write_picture(image)
        return recognize_words(self._tesseract, self._data_folder, self._languages, picture, layout, seconds)

    def _write_picture(self, image: GreyImage) -> PictureFile:
        path = self._folder / "page.pnm"
        image.write_pnm(path)
        return PictureFile(path, image.dpi)


def _level_lines(image: GreyImage) -> GreyImage:
    skew = image.measure_skew()
    return image.rotate(skew) if abs(skew) >= _LEAST_SKEW else image

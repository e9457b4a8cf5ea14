"""PDF: pdfium's text layer page by page, OCR for the pages that have none worth the name, pdfminer.six as rescue.

The rules and their numbers were measured on 1,226 real files.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
from pypdfium2 import raw

from papra_index.documents import Page, PageSource, Provenance
from papra_index.errors import (
    ContentDamaged,
    ContentEncrypted,
    ContentTooLarge,
    ExtractionError,
    ExtractionTimedOut,
)
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits

if TYPE_CHECKING:
    from papra_index.extraction.ocr import Recognition
    from papra_index.extraction.raster import GreyImage

ENGINE = f"pypdfium2 {pdfium.PYPDFIUM_INFO.version}"

_MAX_OBJECTS = 5_000
_LEADERS = re.compile(r"([.\u2026_\u00b7*=~\u2010-\u2015-])(?:[ \u00a0]*\1){2,}")
_HYPHENS = re.compile("[\ufffe\x02]\\s*")

# Pages with fewer characters than this are looked at more closely.
_FEW_CHARACTERS = 100
_HARDLY_ANY_CHARACTERS = 20

_LEAST_LONG_SIDE = 1_700
_DPI = 200
_FINE_DPI = 300


def read_pdf(job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the pages of a PDF, each by its text layer, OCR or both.

    Raises ContentEncrypted when it needs a password, ContentDamaged when it cannot be opened, ContentTooLarge after
    the pages within the limits, and the errors of OCR.
    """
    try:
        document = pdfium.PdfDocument(job.path)
    except pdfium.PdfiumError as error:
        yield from _read_by_miner(job.path, limits, error)
        return
    with closing(document):
        document.init_forms()
        reader = _PageReader(document, job, limits, begin_ocr)
        failure: ExtractionError | None = None
        for index in range(min(len(document), limits.max_pages)):
            try:
                yield from reader.read_page(index)
            except ExtractionError as error:
                # The pages behind this one may be readable: what is wrong is said at the end.
                failure = failure or error
        if failure is not None:
            raise failure
        if len(document) > limits.max_pages:
            raise ContentTooLarge(f"the PDF has {len(document)} pages, of which {limits.max_pages} were read")


def _read_by_miner(path: Path, limits: ExtractionLimits, error: pdfium.PdfiumError) -> Iterator[Page]:
    # pdfium's word for a password may be about the file before this one, so the bytes must bear it out.
    if error.err_code == raw.FPDF_ERR_PASSWORD and b"/Encrypt" in path.read_bytes():
        raise ContentEncrypted("the PDF needs a password: save it without one and add it again") from error
    from papra_index.extraction.formats import miner

    found = False
    for index, text in enumerate(miner.read_pages(path)):
        if index == limits.max_pages:
            raise ContentTooLarge(f"the PDF has more than {limits.max_pages} pages; those after were left out")
        found = found or bool(text)
        yield Page(index + 1, text, Provenance(PageSource.LAYER, miner.ENGINE))
    if not found:
        raise ContentDamaged("the PDF is damaged beyond reading: get an intact copy and add it again") from error


class _PageReader:
    """Reads pages of one open document and counts those that went to OCR."""

    def __init__(
        self, document: pdfium.PdfDocument, job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr
    ) -> None:
        self._document = document
        self._job = job
        self._limits = limits
        self._begin_ocr = begin_ocr
        self._ocr_pages = 0

    def read_page(self, index: int) -> Iterator[Page]:
        """Yield the page with its text by the best means, or what there is of it before an error.

        `index` counts from 0. A page on which nothing could be read is not yielded.
        """
        started = time.perf_counter()
        page, text = self._read_layer(index)
        engine = ENGINE
        with closing(page):
            if len(text) < _FEW_CHARACTERS or _is_garbled(text):
                scan = _PageObjects(page)
                if scan.text_objects >= max(30, 2 * len(text)):
                    text, engine = self._ask_miner(index, text)
                if scan.needs_ocr(text):
                    yield from self._recognize(page, index, text, scan, started)
                    return
        yield Page(index + 1, text, Provenance(PageSource.LAYER, engine, None, _measure_since(started)))

    def _open_page(self, index: int) -> pdfium.PdfPage:
        try:
            return self._document[index]
        except pdfium.PdfiumError as error:
            raise ContentDamaged(f"page {index + 1} of the PDF is damaged") from error

    def _read_layer(self, index: int) -> tuple[pdfium.PdfPage, str]:
        """Return the open page and its text, form fields and annotations included."""
        page = self._open_page(index)
        text = _get_text(page)
        if raw.FPDFPage_GetAnnotCount(page) <= 0:
            return page, text
        # They are no text of the page until they are flattened into it, and it is opened again.
        flattened = raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
        page.close()
        page = self._open_page(index)
        fuller = _get_text(page) if flattened == raw.FLATTEN_SUCCESS else text
        words = set(text.split())
        # On some files flattening swaps a font and makes garbage of what was readable.
        return page, fuller if len(words & set(fuller.split())) >= 0.9 * len(words) else text

    def _ask_miner(self, index: int, text: str) -> tuple[str, str]:
        from papra_index.extraction.formats import miner

        try:
            second = next(miner.read_pages(self._job.path, index, 1), "")
        except (ContentDamaged, ContentEncrypted):
            return text, ENGINE
        return (second, miner.ENGINE) if len(second) > len(text) else (text, ENGINE)

    def _recognize(
        self, page: pdfium.PdfPage, index: int, layer: str, scan: _PageObjects, started: float
    ) -> Iterator[Page]:
        usable = "" if _is_garbled(layer) else layer
        try:
            found = self._run_ocr(page, index + 1, scan)
        except ExtractionError:
            if usable:
                yield Page(index + 1, usable, Provenance(PageSource.LAYER, ENGINE, None, _measure_since(started)))
            raise
        seconds = _measure_since(started)
        if not usable:
            origin = Provenance(PageSource.OCR, found.engine, found.confidence, seconds)
            yield Page(index + 1, found.text, origin)
        elif found.text:
            origin = Provenance(PageSource.MIXED, f"{ENGINE}, {found.engine}", found.confidence, seconds)
            yield Page(index + 1, _append_new(usable, found.text), origin)
        else:
            yield Page(index + 1, usable, Provenance(PageSource.LAYER, ENGINE, None, seconds))

    def _run_ocr(self, page: pdfium.PdfPage, number: int, scan: _PageObjects) -> Recognition:
        from papra_index.extraction.ocr import recognize_text

        self._count_ocr_page(number)
        deadline = time.monotonic() + self._limits.seconds_per_ocr_page
        image = _render_page(page, scan, self._limits.max_pixels, _DPI)
        found = recognize_text(image, self._job.ocr_languages, self._limits.seconds_per_ocr_page)
        seconds_left = deadline - time.monotonic()
        if found.is_sure or not found.words_count or scan.image_share >= 0.5 or seconds_left < 1:
            return found
        # Drawings have small letters, and no pixels of their own that would set an end to enlarging them.
        image = _render_page(page, scan, self._limits.max_pixels, _FINE_DPI)
        try:
            second = recognize_text(image, self._job.ocr_languages, seconds_left, once=True)
        except ExtractionTimedOut:
            return found
        return max(found, second, key=lambda recognition: recognition.sure_letters)

    def _count_ocr_page(self, number: int) -> None:
        if self._ocr_pages == self._limits.max_ocr_pages:
            raise ContentTooLarge(f"more than {self._ocr_pages} pages need OCR; those after were left out")
        self._ocr_pages += 1
        self._begin_ocr(number)


class _PageObjects:
    """What a page is made of, as far as it tells whether its text layer is all there is to read."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self.text_objects = 0
        self.paths = 0
        self.image_share = 0.0
        self.image_scale = 0.0
        area = max(page.get_width() * page.get_height(), 1.0)
        for count, item in enumerate(page.get_objects(max_depth=2)):
            if count == _MAX_OBJECTS:
                break
            if item.type == raw.FPDF_PAGEOBJ_TEXT:
                self.text_objects += 1
            elif item.type in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING):
                self.paths += 1
            elif item.type == raw.FPDF_PAGEOBJ_IMAGE:
                self._add_image(item, area)

    def _add_image(self, item: pdfium.PdfImage, area: float) -> None:
        try:
            left, bottom, right, top = item.get_bounds()
            width, height = item.get_px_size()
        except pdfium.PdfiumError:
            return
        share = abs((right - left) * (top - bottom)) / area
        if share > self.image_share:
            self.image_share = share
            longest = max(abs(right - left), abs(top - bottom), 1.0)
            self.image_scale = max(width, height) / longest

    def needs_ocr(self, text: str) -> bool:
        """Whether there is likely more to read on the page than its text layer."""
        count = len("".join(text.split()))
        if _is_garbled(text):
            return True
        if count >= _FEW_CHARACTERS:
            return False
        drawn = self.paths >= 20 or self.image_share >= 0.02
        return self.image_share >= 0.25 or (count < _HARDLY_ANY_CHARACTERS and drawn)


def _get_text(page: pdfium.PdfPage) -> str:
    with closing(page.get_textpage()) as layer:
        text = layer.get_text_range()
    # pdfium marks hyphens at line ends so; the parts belong together.
    text = _HYPHENS.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def _is_garbled(text: str) -> bool:
    """Whether a text layer is noise: characters without meaning, or hardly a letter or digit among them."""
    # The leaders and rules of tables of contents and forms are no noise.
    characters = "".join(_LEADERS.sub("", text).split())
    if len(characters) < _HARDLY_ANY_CHARACTERS:
        return False
    bad = sum(c == "\ufffd" or unicodedata.category(c) in {"Co", "Cn", "Cc", "Cs"} for c in characters)
    return bad > 0.2 * len(characters) or sum(map(str.isalnum, characters)) < 0.35 * len(characters)


def _append_new(text: str, recognized: str) -> str:
    """Return the layer's text with the recognised lines that it does not hold already."""
    known = {"".join(line.split()).casefold() for line in text.split("\n")}
    new = [line for line in recognized.split("\n") if "".join(line.split()).casefold() not in known]
    return f"{text}\n\n{chr(10).join(new).strip()}".strip()


def _render_page(page: pdfium.PdfPage, scan: _PageObjects, max_pixels: int, dpi: int) -> GreyImage:
    """Return the page as a grey picture: at `dpi`, but no finer than a scan on it and within `max_pixels`."""
    from papra_index.extraction.raster import GreyImage

    width, height = max(page.get_width(), 1.0), max(page.get_height(), 1.0)
    scale = dpi / 72
    if scan.image_share >= 0.5 and scan.image_scale > 0:
        scale = min(scale, scan.image_scale)
    scale = max(scale, _LEAST_LONG_SIDE / max(width, height))
    scale = min(scale, (max_pixels / (width * height)) ** 0.5, max_pixels / max(width, height))
    bitmap = page.render(scale=scale, grayscale=True)
    with closing(bitmap):
        rows = memoryview(bitmap.buffer).cast("B")
        if bitmap.stride == bitmap.width:
            pixels = bytes(rows[: bitmap.width * bitmap.height])
        else:
            starts = range(0, bitmap.stride * bitmap.height, bitmap.stride)
            pixels = b"".join(rows[start : start + bitmap.width] for start in starts)
        return GreyImage(bitmap.width, bitmap.height, pixels, round(scale * 72))


def _measure_since(started: float) -> float:
    return round(time.perf_counter() - started, 3)

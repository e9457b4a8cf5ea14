"""PDF: pdfium's text layer page by page, OCR for the pages that have none worth the name, pdfminer.six as rescue.

The rules and their numbers were measured on 1,226 real files.
"""

from __future__ import annotations

import re
import string
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
from pypdfium2 import raw

from papra_index.conventions.values import dataclass
from papra_index.documents import Page, PageSource, Provenance
from papra_index.errors import (
    ContentDamaged,
    ContentEncrypted,
    ContentTooLarge,
    ExtractionError,
    ExtractionTimedOut,
    OcrLanguageMissing,
    OcrUnavailable,
)
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits, OcrTime

if TYPE_CHECKING:
    from papra_index.extraction.raster import GreyImage
    from papra_index.extraction.recognition import Recognition

ENGINE = f"pypdfium2 {pdfium.PYPDFIUM_INFO.version}"

_MAX_OBJECTS = 5_000
_LEADERS = re.compile(r"([.\u2026_\u00b7*=~\u2010-\u2015-])(?:[ \u00a0]*\1){2,}")
_HYPHENS = re.compile("[\ufffe\x02]\\s*")

# Pages with fewer characters than this are looked at more closely.
_FEW_CHARACTERS = 100
_HARDLY_ANY_CHARACTERS = 20

_BLANKS = string.whitespace.encode()
_ALPHANUMERIC = (string.ascii_letters + string.digits).encode()
_UNPLAIN = bytes([*range(0x20), *range(0x7F, 0x100)])

_MAX_LABEL = 40
_JUDGED_CHARACTERS = 1_000

_BEYOND_READING = "the PDF is damaged beyond reading: get an intact copy and add it again"

_LEAST_LONG_SIDE = 1_700
_DPI = 200
_FINE_DPI = 300


def read_pdf(job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the pages of a PDF, each by its text layer, OCR or both.

    Raises ContentEncrypted when it needs a password, ContentDamaged when it cannot be opened; and after all pages
    within the limits ContentTooLarge, or what was wrong with the first page that could not be read in full.
    """
    try:
        document = pdfium.PdfDocument(job.path)
    except pdfium.PdfiumError as error:
        yield from _read_by_miner(job.path, limits, error)
        return
    with closing(document):
        document.init_forms()
        reader = _PageReader(document, job, limits, begin_ocr)
        for index in range(min(len(document), limits.max_pages)):
            wanted = job.wanted_pages is None or index + 1 in job.wanted_pages
            yield reader.read_page(index) if wanted else Page(index + 1, "", Provenance(PageSource.LAYER, ENGINE))
        if reader.failure is not None:
            raise reader.failure
        if len(document) > limits.max_pages:
            raise ContentTooLarge(f"the PDF has {len(document)} pages, of which {limits.max_pages} were read")


def _read_by_miner(path: Path, limits: ExtractionLimits, error: pdfium.PdfiumError) -> Iterator[Page]:
    # pdfium's word for a password may be about the file before this one, so the bytes must bear it out.
    data = path.read_bytes()
    if error.err_code == raw.FPDF_ERR_PASSWORD and b"/Encrypt" in data:
        raise ContentEncrypted("the PDF needs a password: save it without one and add it again") from error
    if b" obj" not in data:
        # Nothing to be found, and pdfminer.six would look for it byte by byte.
        raise ContentDamaged(_BEYOND_READING) from error
    del data
    from papra_index.extraction.formats import miner

    found = False
    for index, text in enumerate(miner.read_pages(path)):
        if index == limits.max_pages:
            raise ContentTooLarge(f"the PDF has more than {limits.max_pages} pages; those after were left out")
        found = found or bool(text)
        yield Page(index + 1, text, Provenance(PageSource.LAYER, miner.ENGINE))
    if not found:
        raise ContentDamaged(_BEYOND_READING) from error


class _PageReader:
    """Reads pages of one open document; `failure` is the first that kept a page from being read in full."""

    def __init__(
        self, document: pdfium.PdfDocument, job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr
    ) -> None:
        self._document = document
        self._job = job
        self._limits = limits
        self._begin_ocr = begin_ocr
        self._ocr_pages = 0
        self._has_labels = raw.FPDF_GetPageLabel(document, 0, None, 0) > 0
        self.failure: ExtractionError | None = None

    def read_page(self, index: int) -> Page:
        """Return the page with its text by the best means, or what there is of it before an error.

        `index` counts from 0. The pages behind a bad one may be readable, so what is wrong is kept as `failure`.
        """
        started = time.perf_counter()
        found = _Reading("")
        try:
            page, found.text = self._read_layer(index)
            with closing(page):
                self._complete(page, index, found)
        except ExtractionError as error:
            self.failure = self.failure or error
        origin = Provenance(found.source, found.engine, found.confidence, round(time.perf_counter() - started, 3))
        return Page(index + 1, found.text, origin, self._find_label(index), found.awaits_ocr)

    def _complete(self, page: pdfium.PdfPage, index: int, found: _Reading) -> None:
        """Ask others where the text layer says little."""
        if len(found.text) >= _FEW_CHARACTERS and not _is_garbled(found.text):
            return
        scan = _PageObjects(page)
        if scan.text_objects >= max(30, 2 * len(found.text)):
            self._ask_miner(index, found)
        if not scan.needs_ocr(found.text):
            return
        found.text = "" if _is_garbled(found.text) else found.text
        self._count_ocr_page()
        if self._job.ocr is OcrTime.LATER:
            found.awaits_ocr = True
            return
        try:
            found.take_recognition(self._run_ocr(page, index + 1, scan))
        except (OcrUnavailable, OcrLanguageMissing):
            found.awaits_ocr = True
            raise

    def _find_label(self, index: int) -> str | None:
        """Return what is printed on the page as its number, where that is not its number."""
        label = self._document.get_page_label(index).strip() if self._has_labels else ""
        # Roman numerals of millions are labels too, and take long to make.
        self._has_labels = self._has_labels and len(label) <= _MAX_LABEL
        return label if self._has_labels and label and label != str(index + 1) else None

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
        if text in fuller:
            return page, fuller
        words = set(text.split())
        # On some files flattening swaps a font and makes garbage of what was readable.
        return page, fuller if len(words & set(fuller.split())) >= 0.9 * len(words) else text

    def _ask_miner(self, index: int, found: _Reading) -> None:
        from papra_index.extraction.formats import miner

        try:
            second = next(miner.read_pages(self._job.path, index, 1), "")
        except (ContentDamaged, ContentEncrypted):
            return
        if len(second) > len(found.text):
            found.text, found.engine = second, miner.ENGINE

    def _run_ocr(self, page: pdfium.PdfPage, number: int, scan: _PageObjects) -> Recognition:
        from papra_index.extraction.ocr import recognize_text

        self._begin_ocr(number)
        deadline = time.monotonic() + self._limits.seconds_per_ocr_page
        image = _render_page(page, scan, self._limits.max_pixels, _DPI)
        languages, cache = self._job.ocr_languages, self._job.ocr_cache
        found = recognize_text(image, languages, self._limits.seconds_per_ocr_page, cache=cache)
        seconds_left = deadline - time.monotonic()
        if found.is_sure or not found.words_count or scan.image_share >= 0.5 or seconds_left < 1:
            return found
        # Drawings have small letters, and no pixels of their own that would set an end to enlarging them.
        image = _render_page(page, scan, self._limits.max_pixels, _FINE_DPI)
        try:
            second = recognize_text(image, languages, seconds_left, once=True, cache=cache)
        except ExtractionTimedOut:
            return found
        return max(found, second, key=lambda recognition: recognition.sure_letters)

    def _count_ocr_page(self) -> None:
        if self._ocr_pages == self._limits.max_ocr_pages:
            raise ContentTooLarge(f"more than {self._ocr_pages} pages need OCR; those after were left out")
        self._ocr_pages += 1


@dataclass(slots=True)
class _Reading:
    """What is read of a page so far, and by whom."""

    text: str
    engine: str = ENGINE
    source: PageSource = PageSource.LAYER
    confidence: float | None = None
    awaits_ocr: bool = False

    def take_recognition(self, found: Recognition) -> None:
        """Take what OCR read; a short text over a scan is kept and completed."""
        if not self.text:
            self.text, self.engine, self.source = found.text, found.engine, PageSource.OCR
        elif found.text:
            self.text, self.source = _append_new(self.text, found.text), PageSource.MIXED
            self.engine = f"{self.engine}, {found.engine}"
        # A picture without words is not badly read.
        self.confidence = found.confidence if found.text else None


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
        text: str = layer.get_text_range()
    if "\ufffe" in text or "\x02" in text:
        # pdfium marks hyphens at line ends so; the parts belong together.
        text = _HYPHENS.sub("", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if " \n" in text:
        text = "\n".join(line.rstrip() for line in text.split("\n"))
    return text.strip()


def _is_garbled(text: str) -> bool:
    """Whether a text layer is noise: characters without meaning, or hardly a letter or digit among them."""
    if _is_plainly_written(text[:_JUDGED_CHARACTERS]):
        return False
    # The leaders and rules of tables of contents and forms are no noise.
    characters = "".join(_LEADERS.sub("", text[:_JUDGED_CHARACTERS]).split())
    if len(characters) < _HARDLY_ANY_CHARACTERS:
        return False
    counts = Counter(characters)
    bad = sum(count for character, count in counts.items() if _is_meaningless(character))
    meant = sum(count for character, count in counts.items() if character.isalnum())
    return bad > 0.2 * len(characters) or meant < 0.35 * len(characters)


def _is_plainly_written(text: str) -> bool:
    """Whether the rules of `_is_garbled` hold by far, counted in bytes, as most pages can be told in no time."""
    signs = text.encode("utf-8", "ignore").translate(None, _BLANKS)
    plain = len(signs.translate(None, _UNPLAIN))
    return plain >= 0.8 * len(signs) and len(signs) - len(signs.translate(None, _ALPHANUMERIC)) >= 0.35 * len(signs)


def _is_meaningless(character: str) -> bool:
    return character == "\ufffd" or unicodedata.category(character) in {"Co", "Cn", "Cc", "Cs"}


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

"""Pictures: every frame is a page, and its text is what OCR recognises."""

from __future__ import annotations

import time
from collections.abc import Iterator

from papra_index.documents import Page, PageSource, Provenance
from papra_index.errors import ContentTooLarge
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.ocr import recognize_text
from papra_index.extraction.raster import load_frames


def read_image(job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield one page per frame of a picture.

    Raises ContentDamaged, ContentTooLarge, OcrUnavailable, OcrLanguageMissing and ExtractionTimedOut.
    """
    frames = load_frames(job.path, limits.max_image_pixels, limits.max_pixels)
    for number, frame in enumerate(frames, 1):
        if number > min(limits.max_pages, limits.max_ocr_pages):
            raise ContentTooLarge(f"the picture has more than {number - 1} pages; those after were left out")
        begin_ocr(number)
        started = time.perf_counter()
        found = recognize_text(frame, job.ocr_languages, limits.seconds_per_ocr_page)
        seconds = round(time.perf_counter() - started, 3)
        yield Page(number, found.text, Provenance(PageSource.OCR, found.engine, found.confidence, seconds))

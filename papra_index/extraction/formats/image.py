"""Pictures: every frame is a page, and its text is what OCR recognises."""

from __future__ import annotations

import time
from collections.abc import Iterator

from papra_index.documents import Page, PageSource, Provenance
from papra_index.errors import ContentTooLarge, ExtractionError, OcrLanguageMissing, OcrUnavailable
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits, OcrTime
from papra_index.extraction.ocr import recognize_text
from papra_index.extraction.raster import Picture

_UNREAD = Provenance(PageSource.OCR)


def read_image(job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield one page per frame of a picture.

    Raises ContentDamaged and ContentTooLarge; and after all pages within the limits ContentTooLarge, or what was wrong
    with the first that could not be read.
    """
    with Picture(job.path, limits.max_image_pixels, limits.max_pixels) as picture:
        failure: ExtractionError | None = None
        most = min(limits.max_pages, limits.max_ocr_pages)
        frames_count = picture.count_frames(most + 1)
        for number in range(1, min(frames_count, most) + 1):
            try:
                yield _read_frame(picture, number, job, limits, begin_ocr)
            except ExtractionError as error:
                # Where the program or a language is missing, there is more to read once it is there.
                yield Page(number, "", _UNREAD, awaits_ocr=isinstance(error, OcrUnavailable | OcrLanguageMissing))
                failure = failure or error
        if failure is not None:
            raise failure
        if frames_count > most:
            raise ContentTooLarge(f"the picture has more than {most} pages; those after were left out")


def _read_frame(
    picture: Picture, number: int, job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr
) -> Page:
    if job.ocr is OcrTime.LATER:
        return Page(number, "", _UNREAD, awaits_ocr=True)
    if job.wanted_pages is not None and number not in job.wanted_pages:
        return Page(number, "", _UNREAD)
    begin_ocr(number)
    started = time.perf_counter()
    frame = picture.load_frame(number)
    found = recognize_text(frame, job.ocr_languages, limits.seconds_per_ocr_page, cache=job.ocr_cache)
    seconds = round(time.perf_counter() - started, 3)
    return Page(
        number, found.text, Provenance(PageSource.OCR, found.engine, found.confidence if found.text else None, seconds)
    )

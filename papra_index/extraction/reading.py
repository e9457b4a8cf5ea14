"""Reads one file inside a worker: whatever goes wrong with it becomes a status and a reason, never an exception."""

from __future__ import annotations

import time
from dataclasses import replace

from papra_index.documents import ExtractionStatus, Page, PageSource, Provenance
from papra_index.errors import ContentEncrypted, ContentTooLarge, ContentUnsupported, ExtractionError
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits
from papra_index.extraction.detection import (
    HEAD_BYTES,
    UNKNOWN,
    detect_mime_type,
    is_plain_text,
    load_extractor,
)

SMALL_BYTES = 256 * 1024
"""Texts up to this size are read within a millisecond or two."""

# When a file's language is settled: pages that agree, pages passed by between two looks, characters these have.
_AGREED, _PASSED_BY, _LEAST_LENGTH = 1, 7, 200

_STATUSES: dict[type[ExtractionError], ExtractionStatus] = {
    ContentUnsupported: ExtractionStatus.UNSUPPORTED,
    ContentEncrypted: ExtractionStatus.ENCRYPTED,
}


class Observer:
    """Follows a reading as it goes on; this one does nothing."""

    def begin_reading(self, _mime_type: str, quick: bool, /) -> None:
        """Told the type before the extractor starts; `quick` for small texts, which run no foreign code."""

    def begin_ocr(self, page_number: int, /) -> None:
        """Told before a page goes to OCR."""

    def take_page(self, _page: Page, /) -> bool:
        """Offered each page when it is done; True keeps it out of the outcome, having been sent already."""
        return False


def extract_content(
    job: ExtractionJob, limits: ExtractionLimits | None = None, observer: Observer | None = None
) -> ExtractedContent:
    """Read one file in this process and return the outcome, pages read before a failure included. Never raises.

    Crashes and endless loops of foreign libraries are not contained here: that is the work of `WorkerPool`.
    """
    return _Reading(job, limits or ExtractionLimits(), observer or Observer()).run()


class _Reading:
    """One file being read: what is known of it so far."""

    def __init__(self, job: ExtractionJob, limits: ExtractionLimits, observer: Observer) -> None:
        self._job = job
        self._limits = limits
        self._observer = observer
        self._started = time.perf_counter()
        self._mime_type = job.declared_type or UNKNOWN
        self._pages: list[Page] = []
        self._has_text = False
        self._judgement = _Judgement()

    def run(self) -> ExtractedContent:
        try:
            self._read_pages()
        except Exception as error:
            return self._fail(explain_failure(error, self._job, self._limits))
        return self._finish(ExtractionStatus.DONE)

    def _read_pages(self) -> None:
        with self._job.path.open("rb", buffering=0) as file:
            head = file.read(HEAD_BYTES)
        self._mime_type = detect_mime_type(head, self._job.name, self._job.declared_type, self._job.path)
        if not head:
            return
        extractor = load_extractor(self._mime_type)
        quick = is_plain_text(self._mime_type) and (
            len(head) < HEAD_BYTES or self._job.path.stat().st_size <= SMALL_BYTES
        )
        self._observer.begin_reading(self._mime_type, quick)
        for page in extractor(self._job, self._limits, self._observer.begin_ocr):
            self._take(page)

    def _take(self, page: Page) -> None:
        if self._job.wanted_pages is not None and page.number not in self._job.wanted_pages:
            return
        text = clean_text(page.text)
        self._has_text = self._has_text or bool(text)
        page = replace(page, text=text, provenance=self._judgement.judge(text, page.provenance))
        if not self._observer.take_page(page):
            self._pages.append(page)

    def _fail(self, error: ExtractionError) -> ExtractedContent:
        if self._has_text:
            return self._finish(ExtractionStatus.PARTIAL, error)
        return self._finish(_STATUSES.get(type(error), ExtractionStatus.FAILED), error)

    def _finish(self, status: ExtractionStatus, error: ExtractionError | None = None) -> ExtractedContent:
        return ExtractedContent(
            self._job.job_id,
            tuple(self._pages),
            self._mime_type,
            status,
            None if error is None else error.code,
            None if error is None else error.message,
            round(time.perf_counter() - self._started, 6),
        )


def explain_failure(error: Exception, job: ExtractionJob, limits: ExtractionLimits) -> ExtractionError:
    """Return what an extractor raised as an error with a code and a sentence for people."""
    # The temporary file of a member means nothing to anybody.
    place = job.name if job.depth else job.path
    match error:
        case ExtractionError():
            return error
        case MemoryError():
            size = limits.memory_bytes >> 20
            return ContentTooLarge(f"reading needs more than the {size} MB of memory a worker may use")
        case FileNotFoundError():
            return ExtractionError(f"{place} is missing: the original is gone")
        case OSError():
            return ExtractionError(f"{place} cannot be read: {error}")
    return ExtractionError(f"unexpected {type(error).__name__} while reading: {error}")


class _Judgement:
    """What can be seen from texts themselves: their language, and quality where it is in doubt.

    Where two pages of a file agree on a language, only every eighth is looked at until one differs: telling it costs
    a tenth of reading a page.
    """

    def __init__(self) -> None:
        self._language: str | None = None
        self._agreed = 0
        self._passed_by = 0

    def judge(self, text: str, provenance: Provenance) -> Provenance:
        """Return the provenance of a page's text with what can be seen from the text."""
        from papra_index.extraction.quality import measure_quality

        decoded = provenance.source is PageSource.TEXT
        quality = None if decoded else measure_quality(text)
        return replace(provenance, language=self._tell_language(text), quality=quality)

    def _tell_language(self, text: str) -> str | None:
        from papra_index.conventions.language import detect_language

        if self._agreed >= _AGREED and self._passed_by < _PASSED_BY and len(text) >= _LEAST_LENGTH:
            self._passed_by += 1
            return self._language
        found = detect_language(text)
        self._passed_by = 0
        self._agreed = self._agreed + 1 if found == self._language and found is not None else 0
        self._language = found
        return found


def clean_text(text: str) -> str:
    """Return a page's text without what no catalog can hold: NULs and form feeds become spaces and line ends, lone
    surrogates U+FFFD. The same object comes back when there is nothing to clean."""
    if "\0" in text:
        text = text.replace("\0", " ")
    if "\f" in text:
        text = text.replace("\f", "\n")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text

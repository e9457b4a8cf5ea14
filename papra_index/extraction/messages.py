"""Messages between the pool and its workers: length-prefixed JSON arrays, headed by a word, pages as short arrays.

Texts keep their own letters (not escapes), which halves the size of Greek or Russian; lone surrogates, which file names
may hold, pass through.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any, cast

from papra_index.conventions.references import FileReference
from papra_index.documents import ExtractionStatus, Page, PageSource, Provenance
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits, OcrTime

MAX_FRAME_BYTES = 1 << 30
"""No frame is larger; a length above it means that something else wrote to the socket."""

_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def pack_message(message: list[object]) -> bytes:
    """Return a message as bytes: four of length, then JSON."""
    payload = _encode(message).encode("utf-8", "surrogatepass")
    return len(payload).to_bytes(4, "big") + payload


class MessageBuffer:
    """Turns received bytes, cut anywhere, back into messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def take(self, received: bytes) -> Iterator[list[Any]]:
        """Yield every message complete by now; raises ValueError when the bytes are not ours."""
        self._bytes += received
        position = 0
        data = self._bytes
        try:
            while len(data) - position >= 4:
                end = position + 4 + int.from_bytes(data[position : position + 4], "big")
                if end - position > MAX_FRAME_BYTES:
                    raise ValueError("a message of impossible length")
                if end > len(data):
                    break
                payload = data[position + 4 : end]
                position = end
                yield cast("list[Any]", json.loads(payload.decode("utf-8", "surrogatepass")))
        finally:
            del data[:position]


def encode_job(job: ExtractionJob) -> list[object]:
    """Return a job as a message."""
    # The worker stands in another folder.
    path = str(job.path if job.path.is_absolute() else job.path.absolute())
    wanted = None if job.wanted_pages is None else sorted(job.wanted_pages)
    cache = None if job.ocr_cache is None else str(job.ocr_cache.absolute())
    hints = (job.name, job.declared_type, list(job.ocr_languages))
    reference = None if job.reference is None else list(astuple(job.reference))
    return ["job", job.job_id, path, *hints, job.ocr.value, wanted, cache, reference]


def decode_job(message: list[Any]) -> ExtractionJob:
    """Return the job of a message."""
    _, job_id, path, name, declared_type, languages, ocr, wanted, cache, reference = message
    pages = None if wanted is None else frozenset(wanted)
    folder = None if cache is None else Path(cache)
    file = None if reference is None else FileReference(*reference)
    return ExtractionJob(job_id, Path(path), name, declared_type, tuple(languages), OcrTime(ocr), pages, folder, file)


def encode_limits(limits: ExtractionLimits) -> list[object]:
    """Return the limits as a message."""
    return ["limits", asdict(limits)]


def decode_limits(message: list[Any]) -> ExtractionLimits:
    """Return the limits of a message."""
    return ExtractionLimits(**message[1])


def encode_page(page: Page) -> list[object]:
    """Return a page as an array, to be put into messages."""
    origin = page.provenance
    return [
        page.number,
        page.text,
        origin.source.value,
        origin.engine,
        origin.confidence,
        origin.seconds,
        origin.quality,
        origin.language,
        page.label,
        page.awaits_ocr,
    ]


def decode_page(values: list[Any]) -> Page:
    """Return the page of an array."""
    number, text, source, engine, confidence, seconds, quality, language, label, awaits_ocr = values
    origin = Provenance(PageSource(source), engine, confidence, seconds, quality, language)
    return Page(number, text, origin, label, awaits_ocr)


def encode_content(content: ExtractedContent) -> list[object]:
    """Return an outcome as a message; its pages are those that were not sent before it."""
    return [
        "done",
        content.job_id,
        content.mime_type,
        content.status.value,
        content.reason,
        content.message,
        content.seconds,
        [encode_page(page) for page in content.pages],
    ]


def decode_content(message: list[Any], pages_before: list[Page]) -> ExtractedContent:
    """Return the outcome of a message, with the pages that were sent before it."""
    _, job_id, mime_type, status, reason, sentence, seconds, pages = message
    return ExtractedContent(
        job_id,
        (*pages_before, *(decode_page(page) for page in pages)),
        mime_type,
        ExtractionStatus(status),
        reason,
        sentence,
        seconds,
    )

"""What extraction produces and the limits it works within, as frozen values that cross the process border as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from papra_index.conventions.references import FileReference
from papra_index.conventions.values import dataclass
from papra_index.documents import ExtractionStatus, Page
from papra_index.settings import ExtractionSettings


@dataclass(frozen=True, slots=True)
class ExtractionLimits:
    """Bounds of one extraction.

    `seconds` is for a file, each page that was read adds `seconds_per_page`, each that goes to OCR
    `seconds_per_ocr_page`; `max_pixels` bounds what goes to OCR (larger
    is scaled down), `max_image_pixels` what is decoded at all (larger is refused); `memory_bytes` is the address space
    of a worker, kept on Linux only. The bounds on members hold for all that lies in one original, however deep.
    """

    seconds: float = 30.0
    seconds_per_page: float = 1.0
    seconds_per_ocr_page: float = 60.0
    max_pages: int = 2_000
    max_ocr_pages: int = 2_000
    max_pixels: int = 25_000_000
    max_image_pixels: int = 100_000_000
    max_text_bytes: int = 64 * 1024 * 1024
    memory_bytes: int = 2 * 1024**3
    max_depth: int = 5
    max_members: int = 10_000
    max_member_bytes: int = 100 * 1024 * 1024
    max_unpacked_bytes: int = 200 * 1024 * 1024

    @classmethod
    def from_settings(cls, settings: ExtractionSettings) -> ExtractionLimits:
        """Return the limits that settings ask for."""
        return cls(
            seconds=settings.seconds,
            seconds_per_ocr_page=settings.seconds_per_ocr_page,
            max_pages=settings.max_pages,
            max_ocr_pages=settings.max_pages,
            memory_bytes=settings.memory_bytes,
        )


class OcrTime(StrEnum):
    """When the pages of a file that need OCR get it."""

    NOW = "now"
    LATER = "later"  # they are yielded with the text there is, marked as awaiting it


@dataclass(slots=True)
class Allowance:
    """What the members of one original may still take together; counted down as they are read."""

    members: int
    unpacked_bytes: int


@dataclass(frozen=True, slots=True)
class ExtractionJob:
    """One original to read. `name` and `declared_type` are hints; the bytes decide first.

    Of `wanted_pages` (None: all) the text is wanted; others may be yielded without, but are yielded, so that numbers
    stay. What OCR recognised is kept in the folder `ocr_cache` and looked up there. With a `reference` the file is only
    read if it is the one referenced, before and after. `depth` is 0 for an original and
    grows by one for a member of it; `allowance` is shared by all members.
    """

    job_id: int
    path: Path
    name: str
    declared_type: str | None = None
    ocr_languages: tuple[str, ...] = ("eng",)
    ocr: OcrTime = OcrTime.NOW
    wanted_pages: frozenset[int] | None = None
    ocr_cache: Path | None = None
    reference: FileReference | None = None
    depth: int = 0
    allowance: Allowance | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ExtractedContent:
    """The outcome of a job: pages in order, the detected mime type, and why pages are missing if any are.

    `reason` is the code of an error and `message` its sentence, both None when status is DONE; `seconds` is the time
    spent reading.
    """

    job_id: int
    pages: tuple[Page, ...]
    mime_type: str
    status: ExtractionStatus
    reason: str | None = None
    message: str | None = None
    seconds: float = 0.0


BeginOcr = Callable[[int], None]
"""Told the number of a page just before it goes to OCR, so that the deadline can be moved on."""


class Extractor(Protocol):
    """Reads one kind of file, page by page; raises an ExtractionError for what it cannot read."""

    def __call__(self, job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr, /) -> Iterator[Page]:
        """Yield pages in order; what was yielded before an error is kept."""
        ...

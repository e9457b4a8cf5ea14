"""Our pool as the benchmarks drive it: one file, or a block of them, and what is told of each beside its text."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.readers import Answer
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits, OcrTime
from papra_index.extraction.workers import WorkerPool


class PoolReader:
    """A pool with the default limits but that of OCR pages; with none of these, OCR is left for later."""

    def __init__(self, settings: dict[str, Any]) -> None:
        ocr_pages = settings["ocr_pages"]
        self._ocr = OcrTime.NOW if ocr_pages else OcrTime.LATER
        self._pool = WorkerPool(settings["workers"], ExtractionLimits(max_ocr_pages=ocr_pages))

    def read(self, path: Path) -> Answer:
        """Read one file."""
        [outcome] = self._pool.extract([ExtractionJob(1, path, path.name, ocr=self._ocr)])
        error = (outcome.message or outcome.reason) if not outcome.pages else None
        return Answer([page.text for page in outcome.pages], error, describe_outcome(outcome))

    def read_block(self, paths: list[Path]) -> int:
        """Read many files and return the number of their pages."""
        jobs = [ExtractionJob(number, path, path.name, ocr=self._ocr) for number, path in enumerate(paths)]
        return sum(len(outcome.pages) for outcome in self._pool.extract(jobs))


def describe_outcome(outcome: ExtractedContent) -> dict[str, Any]:
    """Return status, reason, type, how many pages each engine read, and how many await OCR."""
    return {
        "status": outcome.status.value,
        "reason": outcome.reason,
        "message": outcome.message,
        "mime_type": outcome.mime_type,
        "engines": dict(Counter(page.provenance.engine for page in outcome.pages)),
        "awaiting_ocr": sum(page.awaits_ocr for page in outcome.pages),
    }

"""A run of adding files to an organization: in order, in sight, and stopped by Ctrl-C between two groups of writes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from papra_index.cli.output import open_console
from papra_index.cli.stopping import StopRequest, catch_interrupt
from papra_index.cli.waiting import BackgroundWatch
from papra_index.conventions.times import now_milliseconds, to_datetime
from papra_index.conventions.values import dataclass
from papra_index.errors import DuplicateDocument

if TYPE_CHECKING:
    from papra_index.archive import Archive
    from papra_index.cli.progress import IngestDisplay
    from papra_index.cli.walking import FileWalk
    from papra_index.organization import Organization
    from papra_index.walks.writing.uploads import AddOutcome, Upload

LISTED_FAILURES = 20
_TAGGED_TOGETHER = 256

Observer = Callable[["AddOutcome"], None]
"""Called with each outcome as it comes."""


@dataclass(slots=True)
class AddReport:
    """What became of the files; of the failures the first are kept, since there may be millions."""

    added: int = 0
    restored: int = 0
    duplicates: int = 0
    failed: int = 0
    size: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    is_stopped: bool = False
    is_searchable: bool = False
    # Cut to milliseconds as the catalog's times are: what is added within the first one counts as added after it.
    began_at: datetime = field(default_factory=lambda: to_datetime(now_milliseconds()))
    seconds: float = 0.0

    @property
    def files(self) -> int:
        """Files gone through."""
        return self.added + self.restored + self.duplicates + self.failed

    def note_failure(self, path: str, reason: str) -> None:
        """Count a file that was not added."""
        self.failed += 1
        if len(self.failures) < LISTED_FAILURES:
            self.failures.append((path, reason))

    def note_outcome(self, outcome: AddOutcome) -> None:
        """Count a file by what became of it."""
        if isinstance(outcome.error, DuplicateDocument):
            self.duplicates += 1
        elif outcome.error is not None:
            self.note_failure(name_source(outcome), outcome.error.message)
        elif outcome.restored:
            self.restored += 1
        else:
            self.added += 1


class FileCount:
    """Counts the files of a walk in a thread beside the adding, so that the time left can be told."""

    def __init__(self, walk: FileWalk) -> None:
        self.total: int | None = None
        self._is_ended = False
        self._walk = walk
        threading.Thread(target=self._count_files, name="papra-index-count", daemon=True).start()

    def end(self) -> None:
        """Stop counting."""
        self._is_ended = True

    def _count_files(self) -> None:
        count = 0
        for _ in self._walk.iterate_files(lambda _path, _reason: None):
            count += 1
            if self._is_ended:
                return
        self.total = count


@dataclass(slots=True)
class AddRun:
    """Adds uploads and tags them; `wait` says whether it ends when all is read and searchable."""

    archive: Archive
    organization: Organization
    wait: bool = True
    tag_ids: Sequence[str] = ()
    observe: Observer | None = None
    report: AddReport = field(default_factory=AddReport)

    def add(self, uploads: Iterable[Upload], count: FileCount | None = None) -> AddReport:
        """Add until done or stopped by Ctrl-C, and return the report."""
        from papra_index.cli.progress import IngestDisplay

        began = time.monotonic()
        with catch_interrupt() as stop, IngestDisplay(open_console(errors=True)) as display:
            watch = BackgroundWatch(self.archive, display)
            self._add_uploads(self._take_uploads(uploads, stop), count, display, watch)
            if count is not None:
                count.end()
            if self.wait and not stop.made:
                self.report.is_searchable = watch.wait(stop)
            self.report.is_stopped = stop.made
        self.report.seconds = time.monotonic() - began
        return self.report

    def _add_uploads(
        self, uploads: Iterable[Upload], count: FileCount | None, display: IngestDisplay, watch: BackgroundWatch
    ) -> None:
        report = self.report
        untagged: list[str] = []
        for outcome in self.organization.add_stream(uploads):
            report.note_outcome(outcome)
            if self.tag_ids and outcome.document_id is not None:
                untagged.append(outcome.document_id)
            if len(untagged) >= _TAGGED_TOGETHER:
                self._tag_all(untagged)
            if self.observe is not None:
                self.observe(outcome)
            display.show_added(report.files, report.size, count.total if count is not None else None)
            watch.look()
        self._tag_all(untagged)

    def _take_uploads(self, uploads: Iterable[Upload], stop: StopRequest) -> Iterator[Upload]:
        for upload in uploads:
            if stop.made:
                return
            self.report.size += _measure(upload)
            yield upload

    def _tag_all(self, document_ids: list[str]) -> None:
        """Tag documents, those that were there already too, and empty the list."""
        if document_ids:
            for tag_id in self.tag_ids:
                self.organization.tag_many(document_ids, tag_id)
            document_ids.clear()


def name_source(outcome: AddOutcome) -> str:
    """Return the path of what was added, or its name where it has none."""
    source = outcome.upload.source
    return os.fspath(source) if isinstance(source, str | os.PathLike) else outcome.upload.name or "standard input"


def _measure(upload: Upload) -> int:
    if not isinstance(upload.source, str | os.PathLike):
        return 0
    try:
        return os.stat(upload.source).st_size  # noqa: PTH116 - once for each of many small files
    except OSError:
        return 0

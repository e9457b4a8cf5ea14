"""The walk `maintain`: what has had its time is purged, what may have passed is tried again, and what grew is cut back.

Each step is in pieces, so that no other write waits for long, and may be ended anywhere: the next run goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from papra_index.catalog.database import Catalog
from papra_index.catalog.rereading import RetryRequest, retry_failures
from papra_index.catalog.trash import TrashPurge, list_expired, list_leftovers, purge_trash
from papra_index.conventions.times import to_milliseconds
from papra_index.documents import DELETED_FOR
from papra_index.errors import ExtractionTimedOut, OriginalChanged, OriginalNotFound, SourceUnreadable, WorkerDied
from papra_index.extraction.ocr_cache import OcrCache
from papra_index.index.engine import FileWatch
from papra_index.index.generations import Generations
from papra_index.originals.stores import OriginalStores
from papra_index.settings import Settings
from papra_index.values.retention import MaintenanceOutcome
from papra_index.walks.writing.purge import purge_deleted_organizations, remove_leftovers, sweep_originals

_PIECE = 500
_CHECKED_BYTES = 2_000_000_000
"""Of the index, from a random file on: all of it where it is smaller, else on average within as many runs as it has."""
_MORE_ATTEMPTS = 5
"""How often a failure that may pass is tried again beyond the attempts that follow one another at once."""
_PASSING = (
    WorkerDied.code, ExtractionTimedOut.code, OriginalNotFound.code, OriginalChanged.code, SourceUnreadable.code
)  # fmt: skip
"""Reasons of a failed reading that may be gone later: a busy machine, a disk that was not there."""

logger = logging.getLogger(__name__)


def maintain_archive(
    catalog: Catalog,
    originals: OriginalStores,
    generations: Generations,
    settings: Settings,
    ocr_cache: Path | None,
    wake: Callable[[], None],
) -> MaintenanceOutcome:
    """Do all of it, as of now; `wake` is called where readings are to be tried again."""
    now = datetime.now(UTC)
    trash = 0
    if settings.trash_days:
        before = to_milliseconds(now - timedelta(days=settings.trash_days))
        trash = purge_expired_trash(catalog, originals, before)
    organizations = purge_deleted_organizations(catalog, originals, to_milliseconds(now - DELETED_FOR))
    with catalog.read() as connection:
        left = list_leftovers(connection)
    remove_leftovers(catalog, originals, left)
    sweep_originals(catalog, originals.copies)
    attempts = settings.extraction.max_attempts + _MORE_ATTEMPTS
    retried = catalog.write(retry_failures, [RetryRequest(_PASSING, to_milliseconds(now), attempts)])[0]
    if retried:
        wake()
    entries = OcrCache(ocr_cache).sweep() if ocr_cache is not None else 0
    damaged = int(check_index(generations, _CHECKED_BYTES))
    outcome = MaintenanceOutcome(trash, organizations, len(left), retried, entries, catalog.optimize(), damaged)
    logger.info(
        "maintained: %d documents purged from the trash, %d with organizations, %d readings tried again",
        trash,
        organizations,
        retried,
    )
    return outcome


def check_index(generations: Generations, max_bytes: int) -> bool:
    """Compute checksums of some files of the index that answers, set it aside if one is damaged, and return whether."""
    current = generations.find_current()
    if current is None or (fault := FileWatch(current).check(max_bytes, anywhere=True)) is None:
        return False
    return generations.set_aside(current, f"{fault.name} {fault.fault}")


def purge_expired_trash(catalog: Catalog, originals: OriginalStores, before: int) -> int:
    """Purge documents that were put into the trash by `before`, in milliseconds; return how many."""
    count = 0
    while True:
        with catalog.read() as connection:
            expired = list_expired(connection, before, _PIECE)
        if not expired:
            return count
        items = [TrashPurge(organization_key, tuple(ids), before) for organization_key, ids in expired.items()]
        for documents in catalog.write(purge_trash, items):
            count += len(documents)
            remove_leftovers(catalog, originals, [left for document in documents for left in document])

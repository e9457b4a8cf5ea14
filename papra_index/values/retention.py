"""What keeping an archive in order came to, as values."""

from __future__ import annotations

from papra_index.conventions.values import dataclass


@dataclass(frozen=True, slots=True)
class MaintenanceOutcome:
    """Documents purged from the trash and with deleted organizations, originals of purged documents that had been left,
    failed readings that are tried again, entries taken from the OCR cache, bytes that the catalog's log gave back, and
    indexes that were found damaged, 1 or 0.
    """

    purged_from_trash: int
    purged_with_organizations: int
    leftovers_removed: int
    readings_retried: int
    cache_entries_removed: int
    log_bytes_freed: int
    damaged_indexes: int = 0

"""What keeping an archive in order came to, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MaintenanceOutcome:
    """Documents purged from the trash and with deleted organizations, originals of purged documents that had been left,
    failed readings that are tried again, entries taken from the OCR cache, and bytes that the catalog's log gave back.
    """

    purged_from_trash: int
    purged_with_organizations: int
    leftovers_removed: int
    readings_retried: int
    cache_entries_removed: int
    log_bytes_freed: int

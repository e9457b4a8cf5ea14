"""Where the originals of the documents in the catalog's inventory are: what verifying and copying an archive go by."""

from __future__ import annotations

from papra_index.catalog.inventory import InventoryEntry
from papra_index.originals.base import OriginalPlace


def place_original(entry: InventoryEntry) -> OriginalPlace:
    """Return the place of an original."""
    return OriginalPlace(entry.organization_id, entry.original_id, entry.arrived_at, entry.reference)

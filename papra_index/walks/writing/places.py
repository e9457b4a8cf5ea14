"""Where the originals are that the catalog's inventory names, and copies of them: what verifying, backups and exports
go by.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from papra_index.catalog.inventory import InventoryEntry
from papra_index.conventions.durability import sync_file
from papra_index.errors import OriginalNotFound
from papra_index.originals.base import OriginalPlace
from papra_index.originals.stores import OriginalStores

_CHUNK = 1 << 20


def place_entry(entry: InventoryEntry) -> OriginalPlace:
    """Return the place of an original."""
    return OriginalPlace(entry.organization_id, entry.original_id, entry.arrived_at, entry.reference)


def copy_original(entry: InventoryEntry, originals: OriginalStores, target: Path) -> str | None:
    """Copy an original into a new file, synced; return what kept that from being done, then there is no file.

    Raises OSError when the target cannot be written.
    """
    digest = hashlib.sha256()
    try:
        with target.open("xb") as copy:
            for chunk in _read_chunks(entry, originals):
                digest.update(chunk)
                copy.write(chunk)
            copy.flush()
            sync_file(copy.fileno())
        if digest.hexdigest() == entry.original_sha256:
            return None
        fault = "its bytes do not have the SHA-256 they were uploaded with"
    except OriginalNotFound as error:
        fault = error.message
    target.unlink(missing_ok=True)
    return fault


def _read_chunks(entry: InventoryEntry, originals: OriginalStores) -> Iterator[bytes]:
    # One that a bad disk does not give must not end the copying of all the others.
    try:
        with originals.open(place_entry(entry)) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise OriginalNotFound(
            f"the original of {entry.id} cannot be read ({error.strerror}): put it back from a backup"
        ) from error

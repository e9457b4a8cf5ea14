"""The originals: each against its size or SHA-256, then each file against the catalog.

A damaged original cannot be made anew, so it is named. A file of no document is set aside, not deleted: where the
catalog was put back from an older backup, it may be the only copy of something.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from papra_index.catalog.database import Catalog
from papra_index.catalog.inventory import InventoryEntry, find_inventory, list_inventory, list_leftover_ids
from papra_index.originals.integrity import KeptFile, check_original, iterate_files
from papra_index.originals.stores import OriginalStores
from papra_index.values.integrity import Finding
from papra_index.walks.verification.progress import Tally
from papra_index.walks.writing.places import place_entry

SET_ASIDE = "set-aside"
"""The folder of an archive into which files go that belong to no document."""

_PORTION = 500
_SETTLED_SECONDS = 3_600.0
"""While somebody may be adding, a younger file may be an upload whose row is about to be written."""


def verify_originals(
    catalog: Catalog, originals: OriginalStores, set_aside: Path, tally: Tally, *, deep: bool, repair: bool, alone: bool
) -> Iterator[Finding]:
    """Yield originals that are missing or not as they were uploaded, and files that belong to no document.

    `alone` tells that nobody adds anything through these originals meanwhile.
    """
    yield from _verify_kept(catalog, originals, tally, deep=deep)
    settled = time.time() - (0.0 if alone and not originals.copies.has_other_users() else _SETTLED_SECONDS)
    yield from _verify_strays(catalog, originals, set_aside, settled, repair=repair)


def _verify_kept(catalog: Catalog, originals: OriginalStores, tally: Tally, *, deep: bool) -> Iterator[Finding]:
    after = 0
    while True:
        with catalog.read() as connection:
            entries = list_inventory(connection, after, _PORTION)
        if not entries:
            return
        after = entries[-1].key
        for entry in entries:
            tally.documents_count += not entry.is_earlier
            if not entry.original_sha256:
                continue  # index-only: there is nothing to look at
            path = originals.locate(place_entry(entry))
            fault = check_original(path, entry.original_size, entry.original_sha256 if deep else None)
            tally.originals_size += entry.original_size if deep else 0
            if fault is not None and _is_there(catalog, entry):
                yield _describe_fault(entry, path, fault)
            tally.progress("originals", tally.documents_count, 0)


def _verify_strays(
    catalog: Catalog, originals: OriginalStores, set_aside: Path, settled: float, *, repair: bool
) -> Iterator[Finding]:
    waiting: list[KeptFile] = []
    for file in iterate_files(originals.copies.folder):
        waiting.append(file)
        if len(waiting) == _PORTION:
            strays = _list_strays(catalog, originals, waiting, settled)
            yield from _settle_strays(originals, set_aside, strays, repair=repair)
            waiting = []
    strays = _list_strays(catalog, originals, waiting, settled)
    yield from _settle_strays(originals, set_aside, strays, repair=repair)


def _list_strays(catalog: Catalog, originals: OriginalStores, files: Sequence[KeptFile], settled: float) -> list[str]:
    names = [Path(file.path).name for file in files]
    with catalog.read() as connection:
        known = find_inventory(connection, names)
        leaving = list_leftover_ids(connection, names)
    copies = [place_entry(entry) for entry in known.values() if entry.reference is None and entry.original_sha256]
    expected = {str(originals.locate(place).relative_to(originals.copies.folder)) for place in copies}
    return [
        file.path
        for file, name in zip(files, names, strict=True)
        if file.path not in expected and file.arrived_at <= settled and name not in leaving
    ]


def _settle_strays(
    originals: OriginalStores, set_aside: Path, strays: Sequence[str], *, repair: bool
) -> Iterator[Finding]:
    for path in strays:
        if repair:
            target = set_aside / "originals" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # somebody else removed it just now
                (originals.copies.folder / path).replace(target)
        yield Finding(
            "originals.stray",
            f"originals/{path}",
            f"originals/{path} belongs to no document",
            f"set it aside (into {SET_ASIDE}/): papra-index verify --repair",
            repairable=True,
            repaired=repair,
        )


def _describe_fault(entry: InventoryEntry, path: Path, fault: str) -> Finding:
    source = "" if entry.reference is not None else " from a backup"
    return Finding(
        "originals.missing" if fault == "is missing" else "originals.damaged",
        entry.id,
        f"the original of {entry.name!r} ({entry.id}) {fault}",
        f"put the file back at {path}{source}; its SHA-256 is {entry.original_sha256}",
    )


def _is_there(catalog: Catalog, entry: InventoryEntry) -> bool:
    """Return whether a document was not purged, nor given another original, since it was listed."""
    with catalog.read() as connection:
        return entry.original_id in find_inventory(connection, [entry.original_id])

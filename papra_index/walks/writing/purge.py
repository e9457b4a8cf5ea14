"""The end of the walk `purge`: originals go once the catalog has let them go, or has never known them.

Deleted organizations are purged in pieces, so that no other write waits for long.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from papra_index.catalog.additions import find_known_ids
from papra_index.catalog.database import Catalog
from papra_index.catalog.deletions import OrganizationPurge, purge_organizations
from papra_index.catalog.trash import forget_leftovers, list_leftovers, note_leftovers
from papra_index.catalog.versions import Leftover
from papra_index.errors import PapraIndexError
from papra_index.originals.base import OriginalPlace
from papra_index.originals.local import LocalOriginals
from papra_index.originals.stores import OriginalStores

_PIECE = 500

_Copies = LocalOriginals | OriginalStores

logger = logging.getLogger(__name__)


def remove_leftovers(catalog: Catalog, originals: OriginalStores, items: Sequence[Leftover]) -> None:
    """Remove the originals, then forget them; what a crash or the disk leaves of this is done after the next open."""
    places = [OriginalPlace(item.organization_id, item.document_id, item.created_at) for item in items]
    if gone := _remove(originals, places)[0]:
        # Not waited for: forgetting twice does no harm.
        catalog.submit(forget_leftovers, [place.document_id for place in gone])


def remove_unneeded(catalog: Catalog, originals: _Copies, places: Sequence[OriginalPlace]) -> None:
    """Remove originals that no document has; what the disk keeps is a leftover, removed after the next open."""
    if kept := _remove(originals, places)[1]:
        _note(catalog, originals, kept)


def _note(catalog: Catalog, originals: _Copies, places: Sequence[OriginalPlace]) -> bool:
    """Note originals as leftovers, durably; return whether that was possible. Else the next open looks for them."""
    leftovers = [Leftover(place.document_id, place.organization_id, place.arrived_at) for place in places]
    try:
        catalog.write(note_leftovers, leftovers)
    except PapraIndexError as error:
        logger.warning("%d originals of no document are removed after the next open: %s", len(leftovers), error)
        originals.leave_to_sweep(places)
        return False
    return True


def _remove(originals: _Copies, places: Sequence[OriginalPlace]) -> tuple[list[OriginalPlace], list[OriginalPlace]]:
    """Return the places whose originals are gone now, and those that the disk did not let go of."""
    gone: list[OriginalPlace] = []
    kept: list[OriginalPlace] = []
    for place in places:
        try:
            originals.remove(place)
            gone.append(place)
        except OSError as error:
            logger.warning("the original %s is removed after the next open: %s", place.document_id, error.strerror)
            kept.append(place)
    return gone, kept


def settle_originals(catalog: Catalog, originals: OriginalStores) -> None:
    """Remove what processes that died had taken in and not written to the catalog, or not removed any more."""
    sweep_originals(catalog, originals.copies)
    with catalog.read() as connection:
        left = list_leftovers(connection)
    remove_leftovers(catalog, originals, left)


def sweep_originals(catalog: Catalog, originals: LocalOriginals) -> None:
    """Remove what processes that died had taken in and not written to the catalog."""

    def find_known(ids: Sequence[str]) -> set[str]:
        with catalog.read() as connection:
            return find_known_ids(connection, ids)

    originals.sweep(find_known)


def remove_unknown(catalog: Catalog, originals: _Copies, places: Sequence[OriginalPlace]) -> None:
    """Remove those originals that no document has, after the write of their documents failed.

    A failure tells that a write was not acknowledged, not that it did not happen; all documents are looked through,
    as one may have been put out of sight meanwhile. A commit whose sync failed may lie whole in the catalog's log and
    come back after a crash: until another commit has taken its place there, the originals stay, for the next open.
    """
    if not places:
        return
    with catalog.read() as connection:
        known = find_known_ids(connection, [place.document_id for place in places])
    unknown = [place for place in places if place.document_id not in known]
    if unknown and _note(catalog, originals, unknown) and (gone := _remove(originals, unknown)[0]):
        catalog.submit(forget_leftovers, [place.document_id for place in gone])


def purge_deleted_organizations(catalog: Catalog, originals: OriginalStores, before: int) -> int:
    """Purge organizations deleted by `before`, in milliseconds; return how many documents they had."""
    count = 0
    while (purged := catalog.write(purge_organizations, [OrganizationPurge(before, _PIECE)])[0]) is not None:
        remove_leftovers(catalog, originals, purged[1])
        count += purged[0]
    return count

"""The end of the walk `purge`: originals of purged documents are removed once the catalog has let them go.

Deleted organizations are purged in pieces, so that no other write waits for long.
"""

from __future__ import annotations

from collections.abc import Sequence

from papra_index.catalog.database import Catalog
from papra_index.catalog.deletions import OrganizationPurge, purge_organizations
from papra_index.catalog.trash import Leftover, forget_leftovers
from papra_index.originals.base import OriginalPlace
from papra_index.originals.stores import OriginalStores

_PIECE = 500


def remove_leftovers(catalog: Catalog, originals: OriginalStores, items: Sequence[Leftover]) -> None:
    """Remove the originals, then forget them; what a crash leaves of this is done after the next open."""
    if not items:
        return
    for item in items:
        originals.remove(OriginalPlace(item.organization_id, item.document_id, item.created_at))
    # Not waited for: forgetting twice does no harm.
    catalog.submit(forget_leftovers, [item.document_id for item in items])


def purge_deleted_organizations(catalog: Catalog, originals: OriginalStores, before: int) -> int:
    """Purge organizations deleted by `before`, in milliseconds; return how many documents they had."""
    count = 0
    while (left := catalog.write(purge_organizations, [OrganizationPurge(before, _PIECE)])[0]) is not None:
        remove_leftovers(catalog, originals, left)
        count += len(left)
    return count

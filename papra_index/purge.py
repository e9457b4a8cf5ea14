"""The end of the walk `purge`: originals of purged documents are removed once the catalog has let them go."""

from __future__ import annotations

from collections.abc import Sequence

from papra_index.catalog.database import Catalog
from papra_index.catalog.trash import Leftover, forget_leftovers
from papra_index.originals.local import LocalOriginals, OriginalPlace


def remove_leftovers(catalog: Catalog, originals: LocalOriginals, items: Sequence[Leftover]) -> None:
    """Remove the originals, then forget them; what a crash leaves of this is done after the next open."""
    if not items:
        return
    for item in items:
        originals.remove(OriginalPlace(item.organization_id, item.document_id, item.created_at))
    # Not waited for: forgetting twice does no harm.
    catalog.submit(forget_leftovers, [item.document_id for item in items])

"""The documents of an index against those of the catalog: by key, by last change, and in numbers."""

from __future__ import annotations

from collections.abc import Callable

from papra_index.catalog.changes import last_sequence
from papra_index.catalog.database import Catalog
from papra_index.catalog.inventory import list_changed_since, list_live, list_live_counts
from papra_index.index.engine import IndexInspection

_PORTION = 1_000
_LAST_KEY = (1 << 63) - 1


def list_wrong_documents(
    catalog: Catalog, inspection: IndexInspection, progress: Callable[[int, int], None]
) -> dict[int, str]:
    """Return documents, by key, that the index lacks, has in excess, or has in an earlier state, but for changes that
    it is to learn still.

    A thousand are held at a time. `progress` is called with documents done and in all.
    """
    wrong: dict[int, str] = {}
    after = done = 0
    while after < _LAST_KEY:
        indexed = inspection.list_documents(after, _PORTION)
        last = indexed[-1][0] if len(indexed) == _PORTION else _LAST_KEY
        with catalog.read() as connection:
            live = list_live(connection, after, last)
            stamps = dict(indexed)
            suspect = dict.fromkeys(live.keys() - stamps.keys(), "lacks")
            suspect |= dict.fromkeys(stamps.keys() - live.keys(), "has, beyond what is live, the")
            suspect |= {key: "has an earlier state of" for key, at in stamps.items() if live.get(key, at) != at}
            if len(stamps) < len(indexed):
                keys = [key for key, _ in indexed]
                suspect |= {key: "has more than once the" for key in stamps if keys.count(key) > 1}
            changed = list_changed_since(connection, list(suspect), inspection.sequence) if suspect else set()
        wrong |= {key: fault for key, fault in suspect.items() if key not in changed}
        after = last
        done += len(indexed)
        progress(done, inspection.documents_count)
    return wrong


def list_wrong_counts(catalog: Catalog, inspection: IndexInspection) -> list[tuple[str, int, int]]:
    """Return (id, documents in the index, in the catalog) of organizations and tags; none where changes are waiting."""
    with catalog.read() as connection:
        if last_sequence(connection) > inspection.sequence:
            return []
        counts = list_live_counts(connection)
    found = [(id_, inspection.count_documents(field, key), live) for field, key, id_, live in counts]
    return [(id_, indexed, live) for id_, indexed, live in found if indexed != live]

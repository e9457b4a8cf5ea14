"""Saved searches of an organization, each under a name that is unique without regard to case and accents."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from papra_index.catalog.changes import allocate_keys
from papra_index.catalog.tables import saved_searches
from papra_index.conventions.times import now_milliseconds, to_datetime
from papra_index.conventions.values import dataclass
from papra_index.errors import SavedSearchAlreadyExists, SavedSearchLimitReached, SavedSearchNotFound
from papra_index.results import Sort, read_sort_field
from papra_index.values.saved_searches import MAX_SAVED_SEARCHES, SavedSearch, fold_search_name

_MINE = select(saved_searches).where(saved_searches.c.organization_key == bindparam("organization_key"))


@dataclass(frozen=True, slots=True)
class SearchSaving:
    """A search to save; with `replaces` it takes the place of the one of that name, and may have another name."""

    organization_key: int
    search: SavedSearch
    replaces: str | None = None


def save_searches(connection: Connection, items: Sequence[SearchSaving]) -> list[SavedSearch]:
    """Write saved searches and return them.

    Raises SavedSearchAlreadyExists, SavedSearchLimitReached, SavedSearchNotFound for one to be replaced.
    """
    return [_save(connection, item) for item in items]


def list_saved_searches(connection: Connection, organization_key: int) -> list[SavedSearch]:
    """Return an organization's saved searches by name."""
    rows = connection.execute(_MINE.order_by(saved_searches.c.folded_name), {"organization_key": organization_key})
    return [_build(row) for row in rows]


def find_saved_search(connection: Connection, organization_key: int, name: str) -> SavedSearch:
    """Return a saved search by name, case and accents apart. Raises SavedSearchNotFound."""
    return _build(_find(connection, organization_key, name))


def delete_saved_searches(connection: Connection, items: Sequence[tuple[int, str]]) -> list[None]:
    """Delete saved searches by (organization key, name). Raises SavedSearchNotFound."""
    for organization_key, name in items:
        row = _find(connection, organization_key, name)
        connection.execute(delete(saved_searches).where(saved_searches.c.key == row.key))
    return [None] * len(items)


def _save(connection: Connection, item: SearchSaving) -> SavedSearch:
    search, mine = item.search, saved_searches.c.organization_key == item.organization_key
    replaced = None if item.replaces is None else _find(connection, item.organization_key, item.replaces).key
    other = connection.execute(
        select(saved_searches.c.key, saved_searches.c.name).where(
            mine, saved_searches.c.folded_name == search.folded_name
        )
    ).first()
    if other is not None and other.key != replaced:
        raise SavedSearchAlreadyExists(
            f"there is a saved search {other.name!r} already: replace it, or choose another name"
        )
    now = now_milliseconds()
    values: dict[str, Any] = {
        "name": search.name,
        "folded_name": search.folded_name,
        "search_query": search.search_query,
        "options": _write_options(search),
        "updated_at": now,
    }
    if replaced is not None:
        connection.execute(update(saved_searches).where(saved_searches.c.key == replaced).values(values))
    else:
        count = connection.execute(select(func.count()).select_from(saved_searches).where(mine)).scalar_one()
        if count >= MAX_SAVED_SEARCHES:
            raise SavedSearchLimitReached(f"this organization has {count} saved searches, the limit: delete one")
        key = allocate_keys(connection, 1)[0]
        values |= {"key": key, "organization_key": item.organization_key, "created_at": now}
        connection.execute(insert(saved_searches).values(values))
    return find_saved_search(connection, item.organization_key, search.name)


def _find(connection: Connection, organization_key: int, name: str) -> Row[*tuple[Any, ...]]:
    row = connection.execute(
        _MINE.where(saved_searches.c.folded_name == fold_search_name(name)), {"organization_key": organization_key}
    ).first()
    if row is None:
        raise SavedSearchNotFound(f"there is no saved search {name!r} in this organization: list them for their names")
    return row


def _write_options(search: SavedSearch) -> str:
    options: dict[str, object] = {}
    if search.sort is not None:
        options["sort"] = [str(search.sort.field), search.sort.descending]
    if search.matching != "all":
        options["matching"] = search.matching
    if search.feedback:
        options["feedback"] = True
    return json.dumps(options)


def _build(row: Row[*tuple[Any, ...]]) -> SavedSearch:
    options = json.loads(row.options)
    sort = options.get("sort")
    return SavedSearch(
        name=row.name,
        search_query=row.search_query,
        sort=None if sort is None else Sort(read_sort_field(sort[0]), bool(sort[1])),
        matching=options.get("matching", "all"),
        feedback=options.get("feedback", False),
        created_at=to_datetime(row.created_at),
        updated_at=to_datetime(row.updated_at),
    )

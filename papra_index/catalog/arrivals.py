"""Rows that come from another archive: what is here already stays as it is, everything else keeps its id.

The rule, for each row: one whose id is here is here; one that is another of the same name, as its table's uniqueness
judges it, is that one, and what refers to it refers to that; otherwise it is inserted. So doing it twice does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from sqlalchemy import Connection, Table, UniqueConstraint, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from papra_index.catalog.changes import allocate_keys, mark_changed, mark_thesaurus_changed
from papra_index.catalog.integrity import Discrepancy, correct_discrepancies
from papra_index.catalog.organizations import StatisticsChange, change_statistics
from papra_index.catalog.row_values import RowRefused, read_time, read_values
from papra_index.catalog.rows import (
    DOCUMENT_TABLES,
    ExchangeRow,
    find_reference,
    find_table,
    list_columns,
    name_column,
)
from papra_index.catalog.tables import EXTERNAL, documents, members, organizations, tags, users
from papra_index.catalog.users import OWNER, find_user
from papra_index.conventions.folding import order_text
from papra_index.conventions.times import now_milliseconds
from papra_index.conventions.values import dataclass

Arrived = Literal["added", "present", "refused"]
"""What became of a row: inserted, here already (itself, or another of its name), or not taken."""


@dataclass(frozen=True, slots=True)
class OwnedRows:
    """Rows of one table for an organization; `aliases` are ids there whose namesakes here have others."""

    organization_key: int
    table: str
    rows: Sequence[ExchangeRow]
    aliases: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class IncomingRow:
    """A document with what hangs on it, for an organization; `completes` only adds what refers to other documents."""

    organization_key: int
    row: ExchangeRow
    aliases: Mapping[str, str]
    completes: bool = False


@dataclass(slots=True)
class RowArrival:
    """What became of a row, under which id it is here if that is another, and why it, or something that hangs on it,
    was not taken.
    """

    outcome: Arrived
    alias: str | None = None
    reasons: list[str] = field(default_factory=list)


_DOCUMENT_REFERENCES = {
    name: [name_column(column) for column in list_columns(find_table(name)) if find_reference(column) is documents]
    for name in DOCUMENT_TABLES
}
"""By table, the columns that refer to other documents than the one that a row hangs on."""

_NAMESAKES = {"property_options": [["definition_key", "option_key"]]}
"""Columns by which rows are the same beside those that their tables keep unique."""

_MUST_AGREE = {"property_definitions": ["type"]}
"""Columns in which rows of the same name must not differ."""


def add_organizations(connection: Connection, items: Sequence[ExchangeRow]) -> list[tuple[int, Arrived]]:
    """Have organizations here under their ids; return key and outcome of each."""
    arrived: list[tuple[int, Arrived]] = []
    for row in items:
        found = connection.execute(select(organizations.c.key).where(organizations.c.id == row["id"])).scalar()
        if found is not None:
            arrived.append((found, "present"))
            continue
        values = read_values(connection, organizations, row)
        key = allocate_keys(connection, 1)[0]
        connection.execute(insert(organizations).values(key=key, **values))
        arrived.append((key, "added"))
    return arrived


def add_users(connection: Connection, items: Sequence[ExchangeRow]) -> list[RowArrival]:
    """Have users here under their ids; the archive's own user there is the own user here."""
    arrived: list[RowArrival] = []
    for row in items:
        known = connection.execute(select(users.c.key).where(users.c.id == row["id"])).scalar()
        if known is not None or row.get("is_own"):
            own = find_user(connection, None)[1].id
            arrived.append(RowArrival("present", own if known is None else None))
            continue
        values = read_values(connection, users, row)
        arrived.append(_insert(connection, users, values | {"key": allocate_keys(connection, 1)[0]}))
    return arrived


def add_owners(connection: Connection, items: Sequence[int]) -> list[None]:
    """Make the archive's own user the owner of organizations, by key, that have no member."""
    user_key, _ = find_user(connection, None)
    for key in items:
        if connection.execute(select(members.c.user_key).where(members.c.organization_key == key)).first() is None:
            row = {"organization_key": key, "user_key": user_key, "role": OWNER, "created_at": now_milliseconds()}
            connection.execute(insert(members).values(row))
    return [None] * len(items)


def add_owned_rows(connection: Connection, items: Sequence[OwnedRows]) -> list[list[RowArrival]]:
    """Have rows of organizations here by the rule above; references are resolved in the organization."""
    arrived = [[_add_owned(connection, item, row) for row in item.rows] for item in items]
    if any(item.table in {"synonyms", "stop_words"} for item in items):
        mark_thesaurus_changed(connection)
    return arrived


def find_organization_key(connection: Connection, organization_id: str) -> int | None:
    """Return the key of an organization that is here, deleted or not."""
    return connection.execute(select(organizations.c.key).where(organizations.c.id == organization_id)).scalar()


def add_document_rows(connection: Connection, items: Sequence[IncomingRow]) -> list[RowArrival]:
    """Have documents here, each whole or not at all; one whose bytes are here under another id counts as present."""
    return [
        _complete_document(connection, item) if item.completes else _add_document(connection, item) for item in items
    ]


def find_present(
    connection: Connection, organization_key: int, rows: Sequence[ExchangeRow]
) -> tuple[dict[str, int], dict[str, str]]:
    """Return (organization key by id) of the documents that are here, and (id here by id there) of their twins.

    A twin is a document of the organization with the same external id, or without one with the same bytes for the same
    principals.
    """
    by_id = connection.execute(
        select(documents.c.id, documents.c.organization_key).where(documents.c.id.in_([row["id"] for row in rows]))
    )
    same = connection.execute(
        select(documents.c.original_sha256, documents.c.principals, documents.c.external_id, documents.c.id).where(
            documents.c.organization_key == organization_key,
            documents.c.original_sha256.in_([row.get("original_sha256") for row in rows]),
        )
    )
    twins = {tuple(known): id_ for *known, id_ in same}
    external = documents.c.external_id.in_([row.get("external_id") for row in rows if row.get("external_id")])
    mine = documents.c.organization_key == organization_key
    named = connection.execute(select(documents.c.external_id, documents.c.id).where(EXTERNAL, mine, external))
    put = {row.external_id: row.id for row in named}
    known = [
        (row["id"], put.get(external_id) or twins.get((row.get("original_sha256"), row.get("principals"), external_id)))
        for row in rows
        for external_id in [row.get("external_id") or ""]
    ]
    return {row.id: row.organization_key for row in by_id}, {id_: twin for id_, twin in known if twin is not None}


def _add_owned(connection: Connection, item: OwnedRows, row: ExchangeRow) -> RowArrival:
    table = find_table(item.table)
    try:
        values = read_values(connection, table, row, item.organization_key, item.aliases)
        if "organization_key" in table.columns:
            values["organization_key"] = item.organization_key
        known = _find_same(connection, table, values, item.organization_key)
    except RowRefused as error:
        return RowArrival("refused", reasons=[str(error)])
    if known is not None:
        return RowArrival("present", known.get("id"))
    if "key" in table.columns:
        values["key"] = allocate_keys(connection, 1)[0]
    return _insert(connection, table, values)


def _add_document(connection: Connection, item: IncomingRow) -> RowArrival:
    row = item.row
    present, twins = find_present(connection, item.organization_key, [row])
    if present or twins:
        return RowArrival("present", None if present else twins[row["id"]])
    key = allocate_keys(connection, 1)[0]
    try:
        values = read_values(connection, documents, row, item.organization_key, item.aliases)
    except RowRefused as error:
        return RowArrival("refused", reasons=[str(error)])
    own = {"key": key, "organization_key": item.organization_key, "name_order": order_text(values["name"])}
    arrival = _insert(connection, documents, values | own)
    if arrival.outcome != "added":
        return arrival
    for name in DOCUMENT_TABLES:
        # What refers to other documents follows when all of them are here.
        rows = [hanging for hanging in row.get(name, ()) if not _refers_to_documents(name, hanging)]
        arrival.reasons += _insert_hanging(connection, find_table(name), rows, key, item)[1]
    if arrival.reasons:
        correct_discrepancies(connection, [Discrepancy("documents", row["id"], "page_count", 0, 0)])
    size, trashed = values["original_size"], bool(values.get("is_trashed"))
    change = StatisticsChange(0, 0, 1, size) if trashed else StatisticsChange(1, size)
    change_statistics(connection, item.organization_key, change)
    if not trashed:
        tag_keys = find_table("document_tags")
        on = select(tag_keys.c.tag_key).where(tag_keys.c.document_key == key)
        connection.execute(update(tags).where(tags.c.key.in_(on)).values(documents_count=tags.c.documents_count + 1))
    mark_changed(connection, [key])
    return arrival


def _complete_document(connection: Connection, item: IncomingRow) -> RowArrival:
    """Add what refers to other documents, which may have come later, to a document that is as it was there."""
    same = (documents.c.id == item.row["id"]) & (documents.c.organization_key == item.organization_key)
    same &= documents.c.updated_at == read_time(item.row.get("updated_at"))
    key = connection.execute(select(documents.c.key).where(same)).scalar()
    if key is None:
        return RowArrival("present")
    reasons: list[str] = []
    count = 0
    for name in DOCUMENT_TABLES:
        rows = [hanging for hanging in item.row.get(name, ()) if _refers_to_documents(name, hanging)]
        inserted, refused = _insert_hanging(connection, find_table(name), rows, key, item)
        count, reasons = count + inserted, reasons + refused
    if count:
        mark_changed(connection, [key])
    return RowArrival("present", reasons=reasons)


def refers_to_documents(row: ExchangeRow) -> bool:
    """Return whether something that hangs on a document refers to another."""
    return any(_refers_to_documents(name, hanging) for name in DOCUMENT_TABLES for hanging in row.get(name, ()))


def _refers_to_documents(name: str, hanging: ExchangeRow) -> bool:
    columns = _DOCUMENT_REFERENCES[name]
    return any(hanging.get(column) for column in columns)


def _insert_hanging(
    connection: Connection, table: Table, rows: Sequence[ExchangeRow], document_key: int, item: IncomingRow
) -> tuple[int, list[str]]:
    """Insert what hangs on a document, beside what is there; return how many rows, and why others were not taken."""
    reasons: list[str] = []
    accepted: list[dict[str, Any]] = []
    for row in rows:
        try:
            values = read_values(connection, table, row, item.organization_key, item.aliases)
        except RowRefused as error:
            reasons.append(f"{table.name}: {error}")
        else:
            accepted.append(values | {"document_key": document_key})
    count = 0
    if accepted:
        count = connection.execute(insert(table).prefix_with("OR IGNORE"), accepted).rowcount
    return count, reasons


def _insert(connection: Connection, table: Table, values: dict[str, Any]) -> RowArrival:
    try:
        with connection.begin_nested():
            connection.execute(insert(table), values)
    except IntegrityError as error:
        return RowArrival("refused", reasons=[str(error.orig)])
    return RowArrival("added")


def _find_same(
    connection: Connection, table: Table, values: Mapping[str, Any], organization_key: int
) -> Mapping[Any, Any] | None:
    """Return the row that is here by its id, or as another of the same name."""
    if "id" in table.columns:
        row = connection.execute(select(table).where(table.c.id == values["id"])).mappings().first()
        if row is not None:
            if row.get("organization_key", organization_key) != organization_key:
                raise RowRefused(f"{values['id']} belongs to another organization of this archive")
            return row
    namesake = _find_namesake(connection, table, values)
    for name in _MUST_AGREE.get(table.name, ()):
        if namesake is not None and namesake[name] != values[name]:
            raise RowRefused(f"{namesake['name']!r} is here with another {name}: rename one of them")
    return namesake


def _find_namesake(connection: Connection, table: Table, values: Mapping[str, Any]) -> Mapping[Any, Any] | None:
    constraints = [item for item in table.constraints if isinstance(item, UniqueConstraint)]
    groups = [[column.name for column in item.columns] for item in [*constraints, table.primary_key]]
    for names in [*groups, *_NAMESAKES.get(table.name, ())]:
        if names in (["id"], ["key"]) or not all(name in values for name in names):
            continue
        same = and_(*(table.c[name] == values[name] for name in names))
        row = connection.execute(select(table).where(same)).mappings().first()
        if row is not None:
            return row
    return None

"""Giving documents values of custom properties; these neither touch `updated_at` nor are noted in the activity, as in
the contract (papra-api, section 13).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from papra_index.catalog.changes import mark_changed
from papra_index.catalog.documents import find_key
from papra_index.catalog.keys import LISTED_KEYS, list_keys
from papra_index.catalog.properties import list_properties
from papra_index.catalog.statements import Statement, insert_rows
from papra_index.catalog.tables import document_properties, documents, members, property_options, users
from papra_index.conventions.values import dataclass
from papra_index.errors import (
    InvalidPropertyValue,
    PropertyNotFound,
    PropertyOptionNotFound,
    PropertyUserNotFound,
    RelatedDocumentNotFound,
)
from papra_index.values.properties import Property, PropertyType, StoredProperty, StoredValue, make_property_key

_VALUES = document_properties.c
_CLEAR = Statement(
    delete(document_properties).where(
        _VALUES.document_key == bindparam("document"), _VALUES.definition_key == bindparam("definition")
    )
)
_COLUMNS = {
    PropertyType.TEXT: "text",
    PropertyType.NUMBER: "number",
    PropertyType.DATE: "integer",
    PropertyType.BOOLEAN: "integer",
    PropertyType.SELECT: "option_key",
    PropertyType.MULTI_SELECT: "option_key",
    PropertyType.USER_RELATION: "user_key",
    PropertyType.DOCUMENT_RELATION: "related_key",
}
_HELD = Statement(
    select(_VALUES.document_key, _VALUES.definition_key, *(_VALUES[name] for name in sorted({*_COLUMNS.values()})))
    .where(_VALUES.document_key.in_(LISTED_KEYS))
    .order_by(_VALUES.document_key, _VALUES.definition_key, _VALUES.position)
)


@dataclass(frozen=True, slots=True)
class PropertyEdit:
    """New values for each of several documents; a property without values is cleared."""

    organization_key: int
    document_ids: tuple[str, ...]
    values: tuple[StoredProperty, ...]


def edit_properties(connection: Connection, items: Sequence[PropertyEdit]) -> list[None]:
    """Give values to documents, trashed or not. Raises DocumentNotFound, and as `write_properties`."""
    for item in items:
        keys = [find_key(connection, item.organization_key, document_id) for document_id in item.document_ids]
        write_properties(connection, item.organization_key, [(key, item.values) for key in keys])
        mark_changed(connection, keys)
    return [None] * len(items)


def write_properties(
    connection: Connection, organization_key: int, assigned: Sequence[tuple[int, Sequence[StoredProperty]]]
) -> None:
    """Give values to documents by key, in the caller's transaction; the caller marks the documents as changed.

    Options are named by id, by name or by key. Raises PropertyNotFound, PropertyOptionNotFound, PropertyUserNotFound,
    RelatedDocumentNotFound, and InvalidPropertyValue for a property that is of another type by now.
    """
    writing = PropertyWriting(connection, organization_key)
    for document_key, values in assigned:
        writing.note(document_key, writing.resolve(values))
    writing.flush()


Held = dict[int, tuple[StoredValue, ...]]
"""What a document has by definition: values as their column holds them, none where it is to have none."""


class PropertyWriting:
    """Gathers what documents of one organization are to have, each looked up by itself, and writes it together."""

    def __init__(self, connection: Connection, organization_key: int) -> None:
        self._connection = connection
        self._organization_key = organization_key
        self._columns: dict[int, str] = {}
        self._cleared: list[dict[str, int]] = []
        self._rows: list[dict[str, Any]] = []

    @cached_property
    def _known(self) -> _Known:
        return _Known(self._connection, self._organization_key)

    def resolve(self, values: Iterable[StoredProperty]) -> Held:
        """Return values as they are to be held. Raises as `write_properties`."""
        held: Held = {}
        for stored in values:
            definition_key, definition = self._known.find(stored)
            self._columns[definition_key] = _COLUMNS[definition.type]
            resolved = (self._known.resolve(definition_key, definition, value) for value in stored.values)
            held[definition_key] = tuple(dict.fromkeys(resolved))
        return held

    def note(self, document_key: int, held: Held) -> None:
        """Note what a document is to have of these properties."""
        for definition_key, values in held.items():
            self._cleared.append({"document": document_key, "definition": definition_key})
            for position, value in enumerate(values):
                row: dict[str, Any] = dict.fromkeys({*_COLUMNS.values()})
                row |= {"document_key": document_key, "definition_key": definition_key, "position": position}
                self._rows.append(row | {self._columns[definition_key]: value})

    def flush(self) -> None:
        """Write what was noted."""
        _CLEAR.run(self._connection, self._cleared)
        insert_rows(self._connection, document_properties, self._rows)
        self._cleared, self._rows = [], []


def read_held(connection: Connection, document_keys: Sequence[int]) -> dict[int, Held]:
    """Return what each of these documents has, by key; those without any are left out."""
    found: dict[int, Held] = {}
    for document_key, definition_key, *columns in _HELD.fetch(connection, list_keys(document_keys)):
        held = found.setdefault(document_key, {})
        value = next(value for value in columns if value is not None)
        held[definition_key] = (*held.get(definition_key, ()), value)
    return found


class _Known:
    """What values may refer to in one organization, read where a value asks for it, once for all values."""

    def __init__(self, connection: Connection, organization_key: int) -> None:
        self._connection = connection
        self._organization_key = organization_key
        self._definitions = {item.id: (key, item) for key, item in list_properties(connection, organization_key)}
        self._documents: dict[str, int] = {}
        self._options: dict[int, dict[str, int]] = {}

    @cached_property
    def _members(self) -> dict[str, int]:
        statement = (
            select(users.c.id, users.c.key)
            .join(members, members.c.user_key == users.c.key)
            .where(members.c.organization_key == self._organization_key)
        )
        return {row.id: row.key for row in self._connection.execute(statement)}

    def find(self, stored: StoredProperty) -> tuple[int, Property]:
        """Return key and definition of a value's property."""
        found = self._definitions.get(stored.property_id)
        if found is None:
            raise PropertyNotFound(f"there is no property {stored.property_id} in this organization: list them")
        if found[1].type is not stored.type:
            raise InvalidPropertyValue(f"{found[1].name!r} is a {found[1].type} property: give a value of that type")
        return found

    def resolve(self, definition_key: int, definition: Property, value: StoredValue) -> StoredValue:
        """Return a value as its column holds it: references as keys."""
        match definition.type:
            case PropertyType.SELECT | PropertyType.MULTI_SELECT:
                return self._find_option(definition_key, definition, str(value))
            case PropertyType.USER_RELATION:
                if value not in self._members:
                    raise PropertyUserNotFound(f"{value} is no member of this organization: add the user to it first")
                return self._members[str(value)]
            case PropertyType.DOCUMENT_RELATION:
                return self._find_document(str(value))
            case _:
                return value

    def _find_option(self, definition_key: int, definition: Property, reference: str) -> int:
        if definition_key not in self._options:
            mine = property_options.c.definition_key == definition_key
            names: dict[str, int] = {}
            for row in self._connection.execute(select(property_options).where(mine)):
                names |= {row.id: row.key, f"name {row.name}": row.key}
                names.setdefault(f"key {row.option_key}", row.key)
            self._options[definition_key] = names
        known = self._options[definition_key]
        for form in (reference, f"name {reference}", f"key {make_property_key(reference)}"):
            if form in known:
                return known[form]
        options = ", ".join(option.name for option in definition.options[:20])
        raise PropertyOptionNotFound(f"{reference[:80]!r} is no option of {definition.name!r}: choose among {options}")

    def _find_document(self, document_id: str) -> int:
        if document_id not in self._documents:
            self._documents[document_id] = _find_related(self._connection, self._organization_key, document_id)
        return self._documents[document_id]


def check_related(connection: Connection, organization_key: int, document_ids: Iterable[str]) -> None:
    """Raise RelatedDocumentNotFound unless these documents are seen, as writing them does where they are not there."""
    for document_id in document_ids:
        _find_related(connection, organization_key, document_id)


def _find_related(connection: Connection, organization_key: int, document_id: str) -> int:
    mine = documents.c.organization_key == organization_key
    key = connection.execute(select(documents.c.key).where(mine, documents.c.id == document_id)).scalar()
    if key is None:
        raise RelatedDocumentNotFound(f"there is no document {document_id} in this organization: search for it")
    return int(key)

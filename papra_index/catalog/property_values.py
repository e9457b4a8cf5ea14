"""What documents have of custom properties, as read: for people with names, for the index as it keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from papra_index.catalog.keys import LISTED_KEYS, list_keys
from papra_index.catalog.properties import has_properties
from papra_index.catalog.statements import Statement
from papra_index.catalog.tables import (
    document_properties,
    documents,
    property_definitions,
    property_options,
    users,
)
from papra_index.conventions.times import to_datetime
from papra_index.values.properties import (
    DocumentProperty,
    PropertyReference,
    PropertyType,
    PropertyValue,
    StoredProperty,
    StoredValue,
    tidy_number,
)


class _Value(NamedTuple):
    """A row of what `_SELECT` asks for: of the columns of values those of the property's type are there."""

    document_key: int
    definition_key: int
    text: Any
    number: Any
    integer: Any
    related_key: int | None
    id: str
    property_key: str
    name: str
    type: str
    option_id: Any
    option_name: Any
    user_id: Any
    user_name: Any
    related_id: Any
    related_name: Any


_VALUES = document_properties.c
_related = documents.alias("related")

_SELECT = Statement(
    select(
        _VALUES.document_key, _VALUES.definition_key, _VALUES.text, _VALUES.number, _VALUES.integer,
        _VALUES.related_key,
        property_definitions.c.id, property_definitions.c.property_key, property_definitions.c.name,
        property_definitions.c.type,
        property_options.c.id.label("option_id"), property_options.c.name.label("option_name"),
        users.c.id.label("user_id"), users.c.name.label("user_name"),
        _related.c.id.label("related_id"), _related.c.name.label("related_name"),
    )
    .join(property_definitions, property_definitions.c.key == _VALUES.definition_key)
    .outerjoin(property_options, property_options.c.key == _VALUES.option_key)
    .outerjoin(users, users.c.key == _VALUES.user_key)
    .outerjoin(_related, _related.c.key == _VALUES.related_key)
    .where(_VALUES.document_key.in_(LISTED_KEYS))
    .order_by(
        _VALUES.document_key, property_definitions.c.display_order, property_definitions.c.created_at,
        property_definitions.c.key, property_options.c.display_order, _VALUES.position,
    )
)  # fmt: skip


def fetch_document_properties(
    connection: Connection, organization_key: int, document_keys: Sequence[int]
) -> dict[int, tuple[DocumentProperty, ...]]:
    """Return the properties of each document that has values, in their order; the documents are of one organization."""
    if not document_keys or not has_properties(connection, organization_key):
        return {}
    return {
        document_key: tuple(_build_property(rows) for rows in properties)
        for document_key, properties in _group(connection, document_keys).items()
    }


def fetch_stored_properties(
    connection: Connection, document_keys: Sequence[int]
) -> dict[int, tuple[StoredProperty, ...]]:
    """Return the properties of each document that has values as the index keeps them."""
    return {
        document_key: tuple(
            StoredProperty(rows[0].id, PropertyType(rows[0].type), tuple(map(_store, rows))) for rows in properties
        )
        for document_key, properties in _group(connection, document_keys).items()
    }


_Rows = list[_Value]


def _group(connection: Connection, document_keys: Sequence[int]) -> dict[int, list[_Rows]]:
    """Return the rows of each document, those of a property together."""
    found: dict[int, list[_Rows]] = {}
    for row in map(_Value._make, _SELECT.fetch(connection, list_keys(document_keys))):
        if row.related_key is not None and row.related_id is None:
            continue  # a document that whoever asks does not see
        properties = found.setdefault(row.document_key, [])
        if properties and properties[-1][0].definition_key == row.definition_key:
            properties[-1].append(row)
        else:
            properties.append([row])
    return found


def _build_property(rows: _Rows) -> DocumentProperty:
    first = rows[0]
    return DocumentProperty(first.id, first.property_key, first.name, PropertyType(first.type), _read_value(rows))


def _read_value(rows: _Rows) -> PropertyValue:
    first = rows[0]
    match PropertyType(first.type):
        case PropertyType.TEXT:
            return str(first.text)
        case PropertyType.NUMBER:
            return tidy_number(first.number)
        case PropertyType.DATE:
            return to_datetime(first.integer)
        case PropertyType.BOOLEAN:
            return bool(first.integer)
        case PropertyType.SELECT:
            return PropertyReference(first.option_id, first.option_name)
        case PropertyType.MULTI_SELECT:
            return tuple(PropertyReference(row.option_id, row.option_name) for row in rows)
        case PropertyType.USER_RELATION:
            return tuple(PropertyReference(row.user_id, row.user_name) for row in rows)
        case PropertyType.DOCUMENT_RELATION:
            return tuple(PropertyReference(row.related_id, row.related_name) for row in rows)


def _store(row: _Value) -> StoredValue:
    held = (row.text, row.number, row.integer, row.option_id, row.user_id, row.related_id)
    value: StoredValue = next(value for value in held if value is not None)
    return value

"""What Paperless-ngx says of documents beside text and tags, as custom properties of an organization."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from papra_index.catalog.row_values import read_time
from papra_index.catalog.rows import ExchangeRow
from papra_index.errors import PapraIndexError
from papra_index.values.properties import (
    MAX_NAME_LENGTH,
    MAX_REFERENCES,
    MAX_TEXT_LENGTH,
    PropertyType,
    make_property_key,
)

_SERIAL_NUMBER = "Archive serial number"
_RESERVED = ("Correspondent", "Document type", "Storage path", _SERIAL_NUMBER)
_TYPES = {
    "boolean": PropertyType.BOOLEAN,
    "date": PropertyType.DATE,
    "integer": PropertyType.NUMBER,
    "float": PropertyType.NUMBER,
    "select": PropertyType.SELECT,
    "documentlink": PropertyType.DOCUMENT_RELATION,
}
"""Types of custom fields by their name there; all others are text."""


def make_id(prefix: str, *parts: str) -> str:
    """Return the id that the same parts always have."""
    return f"{prefix}_{hashlib.sha256(chr(0).join((prefix, *parts)).encode()).hexdigest()[:24]}"


class CustomFields:
    """Custom fields, and what a document has one of, with the values of documents."""

    def __init__(self, organization_id: str) -> None:
        self._own = organization_id
        self._types: dict[str, PropertyType] = {}
        self._options: dict[str, dict[str, None]] = {}
        self._marks: dict[str, tuple[str, dict[object, str]]] = {}
        self._fields: dict[object, dict[str, Any]] = {}
        self._names: dict[object, str] = {}
        self._values: dict[object, list[dict[str, Any]]] = {}
        self._documents: dict[object, str] = {}
        self.notes: list[str] = []

    def add_mark(self, field: str, name: str, pk: object, value: str) -> None:
        """Note something that documents refer to by a field of theirs: a property whose options these are."""
        self._marks.setdefault(field, (name, {}))[1][pk] = value
        self._define(name, PropertyType.SELECT, value)

    def add_field(self, pk: object, fields: dict[str, Any]) -> None:
        """Note a custom field."""
        self._fields[pk] = fields
        name, kind = self._choose_name(fields), _TYPES.get(str(fields.get("data_type")), PropertyType.TEXT)
        self._names[pk] = name
        self._define(name, kind)
        for option in _list_options(fields).values():
            self._define(name, kind, option)

    def add_value(self, fields: dict[str, Any]) -> None:
        """Note the value that a document has of a custom field."""
        self._values.setdefault(fields.get("document"), []).append(fields)

    def note_document(self, pk: object, document_id: str, fields: dict[str, Any]) -> None:
        """Note the id of a document, which others may link to, and whether it has a serial number."""
        self._documents[pk] = document_id
        if fields.get("archive_serial_number") is not None:
            self._define(_SERIAL_NUMBER, PropertyType.NUMBER)

    def iterate_rows(self, table: str, now: int) -> Iterator[ExchangeRow]:
        """Yield definitions and options."""
        if self._documents and table == "property_definitions":
            for order, (name, kind) in enumerate(self._types.items()):
                yield {
                    "id": make_id("cpd", self._own, name),
                    "name": name,
                    "property_key": make_property_key(name),
                    "type": kind.value,
                    "description": None,
                    "display_order": order,
                    "created_at": now,
                    "updated_at": now,
                }
        if self._documents and table == "property_options":
            for name, options in self._options.items():
                for order, option in enumerate(options):
                    yield {
                        "id": self._make_option_id(name, option),
                        "definition": make_id("cpd", self._own, name),
                        "name": option,
                        "option_key": make_property_key(option),
                        "display_order": order,
                        "created_at": now,
                        "updated_at": now,
                    }

    def describe_values(self, pk: object, fields: dict[str, Any]) -> list[ExchangeRow]:
        """Return what a document has of all properties."""
        found: list[tuple[str, list[ExchangeRow]]] = []
        for field, (name, values) in self._marks.items():
            if (value := values.get(fields.get(field))) is not None:
                found.append((name, [{"option": self._make_option_id(name, value[:MAX_NAME_LENGTH])}]))
        if (number := fields.get("archive_serial_number")) is not None:
            found.append((_SERIAL_NUMBER, [{"number": float(number)}]))
        for item in self._values.get(pk, ()):
            field_there = self._fields.get(item.get("field"))
            if field_there is not None:
                name = self._names[item.get("field")]
                found.append((name, self._read_value(name, field_there, item)))
        return [
            {"definition": make_id("cpd", self._own, name), "position": position, **value}
            for name, values_of in found
            for position, value in enumerate(values_of)
        ]

    def _read_value(self, name: str, field: dict[str, Any], item: dict[str, Any]) -> list[ExchangeRow]:
        """Return a value in the columns of `document_properties`; it stands in the column of its type there."""
        kind = _TYPES.get(str(field.get("data_type")), PropertyType.TEXT)
        held = {column: value for column, value in item.items() if column.startswith("value_") and value is not None}
        value = next(iter(held.values()), None)
        if value is None or value == "":
            return []
        try:
            return self._convert(kind, name, field, value)
        except (PapraIndexError, KeyError, TypeError, ValueError):
            self.notes.append(f"a value of {name!r} was left out: {str(value)[:80]!r}")
            return []

    def _convert(self, kind: PropertyType, name: str, field: dict[str, Any], value: Any) -> list[ExchangeRow]:
        if kind is PropertyType.NUMBER:
            return [{"number": float(value)}]
        if kind is PropertyType.BOOLEAN:
            return [{"integer": int(bool(value))}]
        if kind is PropertyType.DATE:
            return [{"integer": read_time(value)}]
        if kind is PropertyType.SELECT:
            option = _list_options(field)[str(value)]
            return [{"option": self._make_option_id(name, option)}]
        if kind is PropertyType.DOCUMENT_RELATION:
            linked = [self._documents[pk] for pk in dict.fromkeys(value) if pk in self._documents]
            return [{"related": id_} for id_ in linked[:MAX_REFERENCES]]
        return [{"text": str(value)[:MAX_TEXT_LENGTH]}]

    def _define(self, name: str, kind: PropertyType, option: str | None = None) -> None:
        self._types.setdefault(name, kind)
        if option is not None:
            self._options.setdefault(name, {})[option[:MAX_NAME_LENGTH]] = None

    def _choose_name(self, fields: dict[str, Any]) -> str:
        """Return the name of a custom field, another where a property of that name is something else."""
        plain = (str(fields.get("name") or "").strip() or "unnamed")[: MAX_NAME_LENGTH - 5]
        taken = {make_property_key(name) for name in (*self._names.values(), *_RESERVED)}
        name, number = plain, 2
        while make_property_key(name) in taken:
            name, number = f"{plain} {number}", number + 1
        return name

    def _make_option_id(self, name: str, option: str) -> str:
        return make_id("cpso", self._own, name, option)


def _list_options(fields: dict[str, Any]) -> dict[str, str]:
    """Return the options of a select field by what its values hold: an id, or before version 2.14 a place."""
    extra = fields.get("extra_data")
    listed = extra.get("select_options") if isinstance(extra, dict) else None
    options: dict[str, str] = {}
    for place, option in enumerate(listed or ()):
        if isinstance(option, dict):
            options[str(option.get("id"))] = str(option.get("label"))[:MAX_NAME_LENGTH]
        else:
            options[str(place)] = str(option)[:MAX_NAME_LENGTH]
    return options

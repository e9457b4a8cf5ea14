"""The values of rows that come from another archive, as the columns here want them: types, times, and ids as keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, select

from papra_index.catalog.rows import ExchangeRow, find_reference, is_time, list_columns, name_column
from papra_index.catalog.visibility import write_principals
from papra_index.conventions.folding import replace_surrogates
from papra_index.conventions.principals import check_principals
from papra_index.conventions.times import to_datetime, to_milliseconds
from papra_index.documents import ExtractionStatus, PageSource
from papra_index.errors import InvalidInput
from papra_index.values.properties import PropertyType

_CHOICES: Final[Mapping[tuple[str, str], type[StrEnum]]] = {
    ("documents", "extraction_status"): ExtractionStatus,
    ("pages", "source"): PageSource,
    ("property_definitions", "type"): PropertyType,
}
"""Columns that hold one of several words, which whoever reads a row takes for granted."""

_PRINCIPALS: Final = ("documents", "principals")


class RowRefused(Exception):
    """A row that does not fit."""


def read_values(
    connection: Connection,
    table: Table,
    row: ExchangeRow,
    organization_key: int | None = None,
    aliases: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the values of a row by column.

    Raises RowRefused for a reference to what is not here, a missing value and one of another type.
    """
    values: dict[str, Any] = {}
    for column in list_columns(table):
        name = name_column(column)
        value = row.get(name)
        if value is None:
            if not column.nullable and column.server_default is None:
                raise RowRefused(f"{name} is missing")
            if column.nullable:
                values[column.name] = None
            continue
        owner = find_reference(column)
        if owner is not None:
            value = _find_key(connection, owner, aliases.get(str(value), str(value)), organization_key)
        values[column.name] = _read_value(column, name, value)
    return values


def read_time(value: object) -> int:
    """Return milliseconds of ISO 8601, or of milliseconds. Raises InvalidInput."""
    if isinstance(value, int):
        return value
    try:
        return to_milliseconds(datetime.fromisoformat(str(value)))
    except ValueError as error:
        raise InvalidInput(f"{value!r} is not a time: expected ISO 8601, such as 2024-03-15T12:00:00Z") from error


def _read_value(column: Column[Any], name: str, value: object) -> object:
    """Return a value as its column holds it: what reading the row could not take is refused here."""
    expected = column.type.python_type
    choices = _CHOICES.get((column.table.name, column.name))
    try:
        if is_time(column):
            value = read_time(value)
            to_datetime(value)
        elif choices is not None:
            choices(str(value))
        elif (column.table.name, column.name) == _PRINCIPALS:
            named = json.loads(str(value))
            value = write_principals(check_principals(named)) if isinstance(named, list) else named
    except (InvalidInput, OverflowError, ValueError) as error:
        raise RowRefused(f"{name} is {value!r:.80}, which it cannot be") from error
    if isinstance(value, bool) or not isinstance(value, (int, float) if expected is float else expected):
        raise RowRefused(f"{name} is {value!r:.80}, not of type {expected.__name__}")
    if isinstance(value, int) and not -1 << 63 <= value < 1 << 63:
        raise RowRefused(f"{name} is {value}, which is more than 64 bits")
    return replace_surrogates(value) if isinstance(value, str) else value


def _find_key(connection: Connection, table: Table, id_: str, organization_key: int | None) -> int:
    statement = select(table.c.key).where(table.c.id == id_)
    if "organization_key" in table.columns:
        statement = statement.where(table.c.organization_key == organization_key)
    found = connection.execute(statement).scalar()
    if found is None:
        raise RowRefused(f"{id_} of {table.name} is not here")
    return int(found)

"""The values of rows that come from another archive, as the columns here want them: types, times, and ids as keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Table, select

from papra_index.catalog.rows import ExchangeRow, find_reference, is_time, list_columns, name_column
from papra_index.errors import InvalidInput
from papra_index.times import to_milliseconds


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
        elif is_time(column):
            value = read_time(value)
        expected = column.type.python_type
        if isinstance(value, bool) or not isinstance(value, (int, float) if expected is float else expected):
            raise RowRefused(f"{name} is {value!r}, not of type {expected.__name__}")
        values[column.name] = value
    return values


def read_time(value: object) -> int:
    """Return milliseconds of ISO 8601, or of milliseconds. Raises InvalidInput."""
    if isinstance(value, int):
        return value
    try:
        return to_milliseconds(datetime.fromisoformat(str(value)))
    except ValueError as error:
        raise InvalidInput(f"{value!r} is not a time: expected ISO 8601, such as 2024-03-15T12:00:00Z") from error


def _find_key(connection: Connection, table: Table, id_: str, organization_key: int | None) -> int:
    statement = select(table.c.key).where(table.c.id == id_)
    if "organization_key" in table.columns:
        statement = statement.where(table.c.organization_key == organization_key)
    found = connection.execute(statement).scalar()
    if found is None:
        raise RowRefused(f"{id_} of {table.name} is not here")
    return int(found)

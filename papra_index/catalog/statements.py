"""Statements of every upload, reading and search, compiled once and given to the driver past SQLAlchemy.

SQLAlchemy takes 40 to 150 µs to run a statement and the driver 5 to 20, which a server that writes 300 documents a
second, each with a dozen statements, cannot do without.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Select, Table, Update, insert
from sqlalchemy.dialects import sqlite

_DIALECT = sqlite.dialect(paramstyle="named")

Values = Mapping[str, object]
"""The parameters of a statement by name."""


class Statement:
    """A statement with named parameters; `columns` are those that an insertion gives.

    Values reach the driver and come back as they are: for columns of numbers and texts.
    """

    def __init__(
        self, statement: Select[*tuple[Any, ...]] | Insert | Update | Delete, columns: Sequence[str] = ()
    ) -> None:
        self._statement = statement
        self._columns = columns

    def fetch(self, connection: Connection, values: Values) -> list[Any]:
        """Run it and return its rows, as tuples."""
        text, fixed = self._compiled
        return find_driver(connection).execute(text, {**fixed, **values} if fixed else values).fetchall()

    def run(self, connection: Connection, values: Iterable[Values]) -> None:
        """Run it once for each of the values."""
        text, fixed = self._compiled
        find_driver(connection).executemany(text, [{**fixed, **item} for item in values] if fixed else values)

    @cached_property
    def _compiled(self) -> tuple[str, dict[str, object]]:
        """The text for the driver, and the values that the statement holds itself."""
        compiled = self._statement.compile(dialect=_DIALECT, column_keys=[*self._columns] if self._columns else None)
        given = {name for name, bind in compiled.binds.items() if bind.required}
        fixed = {name: value for name, value in compiled.params.items() if name not in given}
        return str(compiled), {} if self._columns else fixed


def insert_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows that all give the same columns."""
    if rows:
        _prepare_insertion(table, tuple(rows[0])).run(connection, rows)


@cache
def _prepare_insertion(table: Table, columns: tuple[str, ...]) -> Statement:
    return Statement(insert(table), columns)


def find_driver(connection: Connection) -> sqlite3.Connection:
    """Return the driver's connection."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - the engine's only driver
    return driver

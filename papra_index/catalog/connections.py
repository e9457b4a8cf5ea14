"""Connections to the catalog, of engines that share what the process has compiled: compiling a statement takes longer
than running it. Those for reading are kept at hand, since the engine's pool costs as much as two statements.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import URL, Connection, Dialect, Engine, event
from sqlalchemy.pool import NullPool, QueuePool
from sqlalchemy.util import LRUCache

from papra_index.catalog.statements import find_driver

_MAX_KEPT = 8

_compiled: LRUCache[Any, Any] = LRUCache(1_000)
"""Statements as the driver gets them, of all archives that the process has open."""


class ReadConnections:
    """The connections of an engine; shared between threads. The engine's pool bounds how many there are at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: deque[Connection] = deque()
        self._closed = False

    @contextmanager
    def borrow(self) -> Iterator[Connection]:
        """Give a connection whose snapshot begins with this; the pool looks after one that something was raised on."""
        try:
            connection = self._kept.pop()
        except IndexError:
            connection = self._engine.connect()
        try:
            # The driver would open no transaction for reads, so two statements could see two states.
            find_driver(connection).execute("BEGIN")
            yield connection
            if connection.in_transaction():
                connection.rollback()
            find_driver(connection).rollback()
        except BaseException:
            connection.close()
            raise
        if self._closed or len(self._kept) >= _MAX_KEPT:
            connection.close()
        else:
            self._kept.append(connection)

    def close(self) -> None:
        """Close those that nobody uses; the others are closed when they are given back."""
        self._closed = True
        while self._kept:
            self._kept.pop().close()
        self._engine.dispose()


def create_engine(file: Path, *, durable: bool, writes: bool = False, address: str | None = None) -> Engine:
    """Return an engine of the catalog in a file; without `durable` nothing that it writes is synced.

    `address` is the URI to open the file by, where that is not as usual.
    """

    def connect() -> Any:
        is_uri = address is not None
        return sqlite3.connect(address or file, check_same_thread=False, isolation_level=None, timeout=60.0, uri=is_uri)

    dialect = _load_dialect()
    pool = (
        NullPool(connect, dialect=dialect)
        if writes
        else QueuePool(connect, pool_size=4, max_overflow=60, dialect=dialect)
    )

    @event.listens_for(pool, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in (
            f"synchronous = {'FULL' if durable else 'OFF'}",
            "foreign_keys = ON",
            f"cache_size = {-32768 if writes else -8192}",
            "temp_store = MEMORY",
            "fullfsync = ON",  # macOS alone heeds these two
            "checkpoint_fullfsync = ON",
            "wal_autocheckpoint = 4000",
            "journal_size_limit = 67108864",
            f"query_only = {'OFF' if writes else 'ON'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return Engine(
        pool,
        dialect,
        URL.create("sqlite", database=str(file)),
        execution_options={"compiled_cache": _compiled},
        hide_parameters=True,  # errors are logged, and texts of documents are no part of that
    )


@cache
def _load_dialect() -> Dialect:
    """Return the one dialect of all engines, by which what is compiled is found; a first connection completes it."""
    engine = sqlalchemy.create_engine("sqlite://")
    engine.connect().close()
    engine.dispose()
    return engine.dialect

"""Connections for reading, kept at hand between reads: taking one from the engine's pool and giving it back costs as
much as two statements.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from papra_index.catalog.statements import find_driver

_MAX_KEPT = 8


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

"""What of the catalog somebody sees: connections on which `documents` is only what their principals let them see.

A temporary view takes the table's name there, so that every statement which reads documents obeys, also one that knows
nothing of principals. A write is not restricted by it: whoever makes one looks its documents up first.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, event

from papra_index.conventions.values import dataclass

if TYPE_CHECKING:
    from papra_index.catalog.database import Catalog
    from papra_index.catalog.write_queue import Operation

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_HELD = "held_principals"

# SQLite reads it as one condition more on the table, with the table's indexes.
_VIEW = f"""
    CREATE TEMP VIEW documents AS SELECT * FROM main.documents WHERE principals IS NULL OR EXISTS (
      SELECT 1 FROM json_each(principals) AS named
      WHERE named.value IN (SELECT value FROM json_each({_HELD}()))
    )
"""  # noqa: S608 - no value of anybody is in it


@dataclass(frozen=True, slots=True)
class CatalogView:
    """The catalog as whoever holds `principals` sees it; None is who sees everything."""

    catalog: Catalog
    principals: tuple[str, ...] | None = None

    @property
    def keeps_findings(self) -> bool:
        """Whether what is found out among all documents can be kept."""
        return self.principals is None and not self.catalog.is_read_only

    def read(self) -> AbstractContextManager[Connection]:
        """Give a connection as `Catalog.read` does, on which there are no documents but those that are seen."""
        return self.catalog.read(self.principals)

    def write(self, operation: Operation[_Item, _Result], items: Sequence[_Item]) -> Sequence[_Result]:
        """As `Catalog.write`: the operation sees every document."""
        return self.catalog.write(operation, items)

    def submit(self, operation: Operation[_Item, _Result], items: Sequence[_Item]) -> Future[Sequence[_Result]]:
        """As `Catalog.submit`."""
        return self.catalog.submit(operation, items)


def restrict_connections(engine: Engine) -> None:
    """Have all connections of an engine see only what `hold_principals` says; without that what is for everyone."""

    @event.listens_for(engine, "connect")
    def _restrict(connection: sqlite3.Connection, record: Any) -> None:
        connection.create_function(_HELD, 0, partial(record.info.setdefault, _HELD, "[]"), deterministic=True)
        for statement in ("PRAGMA query_only = OFF", _VIEW, "PRAGMA query_only = ON"):
            connection.execute(statement)


def hold_principals(connection: Connection, principals: Sequence[str]) -> None:
    """Say who reads through a restricted connection from now on."""
    connection.info[_HELD] = json.dumps(principals)


def is_restricted(connection: Connection) -> bool:
    """Whether a connection sees only some of the documents, so that counts which are kept are not for it."""
    return _HELD in connection.info


def write_principals(principals: Sequence[str]) -> str | None:
    """Return principals as the column has them."""
    return json.dumps(list(principals), ensure_ascii=False) if principals else None


@lru_cache(maxsize=1_000)
def read_principals(column: str | None) -> tuple[str, ...]:
    """Return principals from the column; many documents name the same."""
    return tuple(json.loads(column)) if column else ()

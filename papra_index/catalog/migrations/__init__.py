"""Numbered SQL steps that bring a catalog to the newest schema; `migrate_catalog` runs the missing ones when it
is opened. A new catalog gets the outcome of all of them at once.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from papra_index.conventions.identifiers import generate_id
from papra_index.conventions.times import now_milliseconds
from papra_index.errors import ArchiveTooNew

_FOLDER = Path(__file__).parent


def list_migrations() -> list[tuple[int, str]]:
    """Return (number, file name) of every step, in order."""
    names = sorted(item.name for item in _FOLDER.glob("*.sql"))
    return [(int(name.split("_")[0]), name) for name in names]


def migrate_catalog(connection: sqlite3.Connection) -> None:
    """Run the steps above the catalog's version, each in a transaction of its own; the caller holds the write lock.

    Raises ArchiveTooNew when the catalog was written by a newer library.
    """
    version, newest = compare_versions(connection)
    # An SQLite of before 3.36 may come without what a new catalog is copied by.
    if hasattr(connection, "serialize") and not connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall():
        _copy_new_catalog(connection)
    elif version < newest:
        _run_steps(connection, version)


def compare_versions(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the catalog's version and the newest. Raises ArchiveTooNew when a newer library wrote the catalog."""
    newest = list_migrations()[-1][0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > newest:
        raise ArchiveTooNew(
            f"the archive has catalog version {version}, this papra-index knows up to {newest}: "
            "upgrade papra-index to open it"
        )
    return version, newest


def _run_steps(connection: sqlite3.Connection, version: int) -> None:
    for number, name in list_migrations():
        if number > version:
            script = _FOLDER.joinpath(name).read_text(encoding="utf-8")
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")


def _copy_new_catalog(connection: sqlite3.Connection) -> None:
    """Make a catalog where there is none, in one transaction: the steps, each synced by itself, take twenty."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        made.deserialize(_make_new_catalog())
        now = now_milliseconds()
        made.execute("UPDATE users SET id = ?, created_at = ?, updated_at = ?", (generate_id("usr"), now, now))
        made.backup(connection)


@cache
def _make_new_catalog() -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        _run_steps(connection, 0)
        return connection.serialize()

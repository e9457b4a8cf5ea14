"""Numbered SQL steps that bring a catalog to the newest schema; `migrate_catalog` runs the missing ones when it
is opened.
"""

from __future__ import annotations

import sqlite3
from importlib import resources

from papra_index.errors import ArchiveTooNew


def list_migrations() -> list[tuple[int, str]]:
    """Return (number, file name) of every step, in order."""
    names = sorted(item.name for item in resources.files(__name__).iterdir() if item.name.endswith(".sql"))
    return [(int(name.split("_")[0]), name) for name in names]


def migrate_catalog(connection: sqlite3.Connection) -> None:
    """Run the steps above the catalog's version, each in a transaction of its own; the caller holds the write lock.

    Raises ArchiveTooNew when the catalog was written by a newer library.
    """
    steps = list_migrations()
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > steps[-1][0]:
        raise ArchiveTooNew(
            f"the archive has catalog version {version}, this papra-index knows up to {steps[-1][0]}: "
            "upgrade papra-index to open it"
        )
    for number, name in steps:
        if number > version:
            script = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")

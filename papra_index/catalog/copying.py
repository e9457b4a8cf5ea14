"""Copies of the catalog: one made while others write, and what such a copy, which nobody has open, says.

A copy is not locked, as it may lie on a disk that knows no locks: whoever makes or reads one has its folder alone.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, select, union
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from papra_index.catalog.integrity import check_database, locate_database
from papra_index.catalog.inventory import InventoryEntry, list_inventory
from papra_index.catalog.tables import document_versions, documents
from papra_index.conventions.durability import sync_directory, sync_file
from papra_index.errors import ArchiveDamaged, ArchiveError

_PORTION = 1_000
_REFUSED = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


def copy_database(source: Path | str, target: Path) -> None:
    """Copy a catalog as of one moment into a new file, durably, by SQLite's backup interface.

    `source` is its file, or the URI to open it by. Writers are not held up meanwhile. Raises ArchiveDamaged when the
    source, or what came of it, is not in order, ArchiveError when the disk refuses.
    """
    target.unlink(missing_ok=True)
    try:
        address = locate_database(target, "vfs=unix-none")
        with (
            closing(sqlite3.connect(source, timeout=60.0, uri=isinstance(source, str))) as reading,
            closing(sqlite3.connect(address, uri=True)) as writing,
        ):
            writing.execute("PRAGMA locking_mode = EXCLUSIVE")  # without it a log needs shared memory
            reading.backup(writing, pages=-1)
            writing.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _REFUSED:
            raise ArchiveError(
                f"the catalog could not be copied to {target.parent} ({error}): free space there, or choose another "
                "folder"
            ) from error
        raise ArchiveDamaged(
            f"the catalog could not be copied ({error}): look at it with `papra-index verify`"
        ) from error
    if messages := check_database(target, deep=False, address=locate_database(target, "immutable=1")):
        raise ArchiveDamaged(f"the catalog is damaged ({messages[0]}): the backup before this is left as it was")
    _sync(target)


def iterate_inventory(file: Path) -> Iterator[list[InventoryEntry]]:
    """Yield all documents of a copied catalog in portions. Raises ArchiveDamaged."""
    with open_copy(file) as connection:
        after = 0
        while entries := list_inventory(connection, after, _PORTION):
            yield entries
            after = entries[-1].key


def iterate_hashes(file: Path) -> Iterator[str]:
    """Yield the SHA-256 of all originals of a copied catalog, each once, in order. Raises ArchiveDamaged."""
    with open_copy(file) as connection:
        present = select(documents.c.original_sha256).where(documents.c.original_sha256.is_not(None))
        statement = union(present, select(document_versions.c.original_sha256)).order_by("original_sha256")
        yield from connection.execute(statement.execution_options(yield_per=_PORTION)).scalars()


def settle_restored(file: Path, lost_references: Sequence[int]) -> None:
    """Make a copy the catalog of a folder that has no index yet; documents by key no longer have originals in place.

    Webhooks are disabled and what was due to them is forgotten: the archive that was backed up may go on posting, and a
    restore may be a trial. Durable. Raises ArchiveDamaged.
    """
    try:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("DELETE FROM generations")
            connection.execute("DELETE FROM leftovers")
            if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'webhooks'").fetchone():
                connection.execute("UPDATE webhooks SET enabled = 0")
                connection.execute("DELETE FROM webhook_deliveries WHERE next_attempt_at IS NOT NULL")
            connection.executemany(
                "DELETE FROM in_place_originals WHERE document_key = ?", [(key,) for key in lost_references]
            )
    except sqlite3.Error as error:
        raise ArchiveDamaged(f"the catalog of the backup could not be used ({error}): use another backup") from error
    _sync(file)


@contextmanager
def open_copy(file: Path) -> Iterator[Connection]:
    """Give a connection that reads a copied catalog. Raises ArchiveDamaged."""
    address = locate_database(file, "immutable=1")
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
            yield connection
    except DBAPIError as error:
        raise ArchiveDamaged(f"{file} could not be read ({error.orig}): use another backup") from error
    finally:
        engine.dispose()


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        sync_file(descriptor)
    finally:
        os.close(descriptor)
    sync_directory(file.parent)

"""A catalog of its own for changes that are only to be told: the very code that writes runs on it, and nobody waits.

It has the rows that the changes look at, taken from the archive's catalog as they come, a group at a time, and no text.
It is SQLite's temporary database, a file without a name in the system's temporary folder (SQLITE_TMPDIR, else TMPDIR,
else /var/tmp), which is gone with the process, however that ends.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Insert,
    MetaData,
    Table,
    bindparam,
    insert,
    select,
)
from sqlalchemy.schema import CreateIndex, CreateTable

from papra_index.catalog.changes import allocate_keys
from papra_index.catalog.connections import create_engine
from papra_index.catalog.database import begin, translate_errors
from papra_index.catalog.folder_rows import find_path
from papra_index.catalog.folders import Folder, save_folders
from papra_index.catalog.integrity import locate_database
from papra_index.catalog.keys import LISTED_KEYS, LISTED_VALUES, list_keys, list_values
from papra_index.catalog.statements import Statement, find_driver
from papra_index.catalog.tables import (
    activity,
    changes,
    counters,
    document_versions,
    documents,
    folder_files,
    folders,
    leftovers,
    metadata,
    organizations,
    tags,
)
from papra_index.catalog.write_queue import Operation
from papra_index.errors import DiskFull

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_KEPT_INDEXES = {"documents_by_original", "folder_files_by_document"}
"""Those of the large tables that a sync reads by; the others would double the file."""
_UNREAD = (activity, changes, document_versions, leftovers)
"""What changes note and no later one looks at."""
_KEYS_APART = 1 << 40
"""So far above the catalog's keys are those that are given out here: it gives out its own meanwhile."""

_THERE = {
    table: table.to_metadata(MetaData(), schema="archive")
    for table in (counters, organizations, tags, folders, documents, folder_files)
}


def _take(table: Table, *conditions: ColumnElement[bool]) -> Insert:
    """Return the statement that takes those rows of the archive's catalog over that are not here."""
    names = [column.name for column in table.columns]
    rows = select(*(_THERE[table].c[name] for name in names)).where(*conditions)
    return insert(table).prefix_with("OR IGNORE").from_select(names, rows)


_files, _documents, _folders = _THERE[folder_files].c, _THERE[documents].c, _THERE[folders].c
_MINE: BindParameter[int] = bindparam("organization_key")
_AT_FIRST = (
    _take(counters),
    _take(organizations, _THERE[organizations].c.key == _MINE),
    _take(tags, _THERE[tags].c.organization_key == _MINE),
    _take(folders, _folders.organization_key == _MINE),
)
_TAKE_PATH = Statement(
    _take(folder_files, _files.folder_key == bindparam("folder_key"), _files.path == bindparam("path"))
)
_TAKE_BY_HASH = Statement(
    _take(documents, _documents.organization_key == _MINE, _documents.original_sha256.in_(LISTED_VALUES))
    .returning(documents.c.key)
)  # fmt: skip
_TAKE_BY_KEY = Statement(_take(documents, _documents.key.in_(LISTED_KEYS)).returning(documents.c.key))
_TAKE_PATHS = Statement(_take(folder_files, _files.document_key.in_(LISTED_KEYS)))


class Rehearsal:
    """The rehearsed changes of one folder; shared between threads, which take turns."""

    def __init__(self, file: Path, folder: Folder) -> None:
        """Begin with the catalog in `file` as it is. Raises ArchiveError, DiskFull for the temporary folder."""
        self._lock = threading.Lock()
        self._engine = create_engine(Path(), durable=False, writes=True, address="file:")
        with translate_errors():
            self._connection = self._engine.connect()
        try:
            self.folder = self._begin(file, folder)
        except BaseException:
            self.close()
            raise

    def _begin(self, file: Path, folder: Folder) -> Folder:
        with translate_errors():
            driver = find_driver(self._connection)
            # What is taken over comes without some of what it refers to.
            for pragma in ("foreign_keys = OFF", "journal_mode = MEMORY", "cache_size = -8192"):
                driver.execute(f"PRAGMA {pragma}")
            driver.execute("ATTACH ? AS archive", (locate_database(file, "mode=ro"),))
        with self.hold() as connection:
            for table in metadata.sorted_tables:
                connection.execute(CreateTable(table))
                for index in table.indexes:
                    if index.name in _KEPT_INDEXES:
                        connection.execute(CreateIndex(index))
            for statement in _AT_FIRST:
                connection.execute(statement, {"organization_key": folder.organization_key})
            allocate_keys(connection, _KEYS_APART)
            return save_folders(connection, [folder])[0]

    def take_over(self, paths: Sequence[bytes], hashes: Sequence[str]) -> None:
        """Have what changes of these paths, to files with these hashes, look at: what is known of the paths, the
        documents that they have and those with these hashes, and all paths of these.
        """
        with self.hold() as connection:
            folder_key = self.folder.key
            _TAKE_PATH.run(connection, [{"folder_key": folder_key, "path": path} for path in paths])
            known = (find_path(connection, folder_key, path) for path in paths)
            keys = [row.document_key for row in known if row is not None and row.document_key is not None]
            fresh = _TAKE_BY_KEY.fetch(connection, list_keys(keys))
            mine = {"organization_key": self.folder.organization_key, **list_values(hashes)}
            fresh += _TAKE_BY_HASH.fetch(connection, mine)
            # All paths of a document come with it: one that was forgotten here does not come back later.
            _TAKE_PATHS.run(connection, [list_keys([key for (key,) in fresh])])

    def write(self, operation: Operation[_Item, _Result], items: Sequence[_Item]) -> Sequence[_Result]:
        """As `Catalog.write`, of what was taken over."""
        with self.hold() as connection:
            results = operation(connection, items)
            for table in _UNREAD:
                connection.execute(table.delete())
            return results

    @contextmanager
    def hold(self) -> Iterator[Connection]:
        """Give the connection for what is one transaction."""
        try:
            with self._lock, translate_errors(), self._connection.begin():
                begin(self._connection, "BEGIN")
                yield self._connection
        except DiskFull as error:
            raise DiskFull(
                "the system's temporary folder has no room for what a dry run notes: set SQLITE_TMPDIR to another one"
            ) from error

    def close(self) -> None:
        """Let all of it go."""
        self._connection.close()
        self._engine.dispose()

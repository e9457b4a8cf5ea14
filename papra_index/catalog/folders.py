"""Folders that are synced, and the files that are known of each."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select, update

from papra_index.catalog.changes import allocate_keys
from papra_index.catalog.statements import Statement
from papra_index.catalog.tables import folder_files, folders
from papra_index.conventions.times import now_milliseconds
from papra_index.conventions.values import dataclass

KnownFile = tuple[bytes, int, int, int]
"""Path from the folder on, size, time of change in nanoseconds and inode, as they were when the file was read."""

_KNOWN = (
    select(folder_files.c.path, folder_files.c.size, folder_files.c.mtime_ns, folder_files.c.inode)
    .where(folder_files.c.folder_key == bindparam("folder_key"), folder_files.c.path > bindparam("after"))
    .order_by(folder_files.c.path)
    .limit(bindparam("count"))
)
_LIST_KNOWN = Statement(_KNOWN)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that documents of an organization come from: `path` is absolute, in bytes; `in_place` says whether their
    originals stay there. A key of 0 is that of a folder that is not in the catalog yet.
    """

    key: int
    organization_key: int
    path: bytes
    in_place: bool


def find_folder(connection: Connection, organization_key: int, path: bytes) -> Folder | None:
    """Return the folder of an organization at this path, None where there is none."""
    row = connection.execute(
        select(folders.c.key, folders.c.in_place).where(
            folders.c.organization_key == organization_key, folders.c.path == path
        )
    ).first()
    return None if row is None else Folder(row.key, organization_key, path, bool(row.in_place))


def save_folders(connection: Connection, items: Sequence[Folder]) -> list[Folder]:
    """Insert folders that are new, save where the originals of the others are to be, and return all with their keys."""
    saved: list[Folder] = []
    for item in items:
        found = find_folder(connection, item.organization_key, item.path)
        key = found.key if found is not None else allocate_keys(connection, 1)[0]
        if found is None:
            values = {"organization_key": item.organization_key, "path": item.path, "in_place": int(item.in_place)}
            connection.execute(insert(folders).values(key=key, **values))
        elif found.in_place != item.in_place:
            connection.execute(update(folders).where(folders.c.key == key).values(in_place=int(item.in_place)))
        saved.append(Folder(key, item.organization_key, item.path, item.in_place))
    return saved


def note_synced(connection: Connection, items: Sequence[int]) -> list[None]:
    """Note that folders, by key, were gone through to their end just now."""
    connection.execute(update(folders).where(folders.c.key.in_(items)).values(synced_at=now_milliseconds()))
    return [None] * len(items)


def list_known_files(connection: Connection, folder_key: int, after: bytes, count: int) -> list[KnownFile]:
    """Return so many of the files known of a folder behind a path, in the order of their paths."""
    return _LIST_KNOWN.fetch(connection, {"folder_key": folder_key, "after": after, "count": count})

"""Folders that are synced, the files that are known of each, and the disks below it that these came from."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from papra_index.catalog.changes import allocate_keys
from papra_index.catalog.statements import Statement
from papra_index.catalog.tables import folder_files, folder_mounts, folders
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


@dataclass(frozen=True, slots=True)
class FolderMounts:
    """Where disks are mounted below a folder, by their paths from there on."""

    folder_key: int
    paths: frozenset[bytes]


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


def note_synced(connection: Connection, items: Sequence[FolderMounts]) -> list[None]:
    """Note that folders were gone through to their end just now; of the disks below each, remember those given that
    files are known of, and forget the others.
    """
    keys = [item.folder_key for item in items]
    connection.execute(update(folders).where(folders.c.key.in_(keys)).values(synced_at=now_milliseconds()))
    connection.execute(delete(folder_mounts).where(folder_mounts.c.folder_key.in_(keys)))
    for item in items:
        held = frozenset(path for path in item.paths if _has_files(connection, item.folder_key, path))
        save_mounts(connection, [FolderMounts(item.folder_key, held)])
    return [None] * len(items)


def save_mounts(connection: Connection, items: Sequence[FolderMounts]) -> list[None]:
    """Remember disks that are mounted below folders, besides those that are known."""
    rows = [{"folder_key": item.folder_key, "path": path} for item in items for path in sorted(item.paths)]
    if rows:
        connection.execute(insert(folder_mounts).prefix_with("OR IGNORE"), rows)
    return [None] * len(items)


def list_mounts(connection: Connection, folder_key: int) -> frozenset[bytes]:
    """Return where disks were mounted below a folder that files came from."""
    statement = select(folder_mounts.c.path).where(folder_mounts.c.folder_key == folder_key)
    return frozenset(connection.execute(statement).scalars())


def _has_files(connection: Connection, folder_key: int, path: bytes) -> bool:
    known = list_known_files(connection, folder_key, path + b"/", 1)
    return bool(known) and known[0][0].startswith(path + b"/")


def list_known_files(connection: Connection, folder_key: int, after: bytes, count: int) -> list[KnownFile]:
    """Return so many of the files known of a folder behind a path, in the order of their paths."""
    return _LIST_KNOWN.fetch(connection, {"folder_key": folder_key, "after": after, "count": count})

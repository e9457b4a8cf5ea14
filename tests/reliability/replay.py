"""The disk after a power loss, made of the record that `disk.c` keeps: what was synced is there, the rest may be.

The model is POSIX at its weakest: contents are safe once their file was synced, names once their folder was; what was
not may be there in part. Only a rename within a folder is one step.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

_HEAD = struct.Struct("=IIIIQQ")


class Kind(IntEnum):
    """What a record is of, as in disk.c."""

    CREATE = 1
    WRITE = 2
    TRUNCATE = 3
    SYNC = 4
    RENAME = 5
    UNLINK = 6
    MKDIR = 7
    RMDIR = 8
    MARK = 9


@dataclass(frozen=True)
class Entry:
    """One change: paths below the watched folder, and for writes the offset and what was written."""

    kind: Kind
    path: str
    other: str
    offset: int
    data: bytes


def read_record(path: Path) -> Iterator[Entry]:
    """Yield the changes of a record in order; one that was cut off ends it."""
    content = path.read_bytes()
    place = 0
    while place + _HEAD.size <= len(content):
        kind, length, other_length, _, offset, size = _HEAD.unpack_from(content, place)
        place += _HEAD.size
        ends = place + length, place + length + other_length, place + length + other_length + size
        if ends[2] > len(content):
            return
        yield Entry(
            Kind(kind), content[place : ends[0]].decode(), content[ends[0] : ends[1]].decode(), offset,
            content[ends[1] : ends[2]],
        )  # fmt: skip
        place = ends[2]


@dataclass
class _File:
    content: bytearray = field(default_factory=bytearray)
    synced: bytes = b""
    unsynced: list[Entry] = field(default_factory=list)

    def change(self, entry: Entry) -> None:
        _change(self.content, entry)
        self.unsynced.append(entry)

    def sync(self) -> None:
        self.synced = bytes(self.content)
        self.unsynced.clear()


@dataclass
class _Folder:
    names: dict[str, _File | _Folder] = field(default_factory=dict)
    synced: dict[str, _File | _Folder] = field(default_factory=dict)
    unsynced: list[dict[str, _File | _Folder | None]] = field(default_factory=list)

    def change(self, **names: _File | _Folder | None) -> None:
        _rename(self.names, names)
        self.unsynced.append(names)

    def sync(self) -> None:
        self.synced = dict(self.names)
        self.unsynced.clear()


def _change(content: bytearray, entry: Entry) -> None:
    if entry.kind is Kind.TRUNCATE:
        del content[entry.offset :]
        content.extend(bytes(entry.offset - len(content)))
    else:
        content.extend(bytes(max(0, entry.offset - len(content))))
        content[entry.offset : entry.offset + len(entry.data)] = entry.data


def _rename(names: dict[str, _File | _Folder], changed: dict[str, _File | _Folder | None]) -> None:
    for name, node in changed.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


class Disk:
    """A folder on a disk that may lose power at any moment."""

    def __init__(self) -> None:
        self._root = _Folder()

    def apply(self, entry: Entry) -> None:
        """Let one change happen."""
        if entry.kind is Kind.MARK:
            return
        folder, name = self._locate(entry.path)
        if entry.kind in (Kind.CREATE, Kind.MKDIR):
            folder.change(**{name: _File() if entry.kind is Kind.CREATE else _Folder()})
        elif entry.kind in (Kind.UNLINK, Kind.RMDIR):
            folder.change(**{name: None})
        elif entry.kind is Kind.RENAME:
            self._move(folder, name, entry.other)
        else:
            node = self._root if not name else folder.names.get(name)
            if entry.kind is Kind.SYNC and node is not None:
                node.sync()
            elif isinstance(node, _File):
                node.change(entry)

    def _move(self, folder: _Folder, name: str, path: str) -> None:
        target, new = self._locate(path)
        node = folder.names[name]
        if target is folder:
            folder.change(**{name: None, new: node})
        else:
            target.change(**{new: node})
            folder.change(**{name: None})

    def _locate(self, path: str) -> tuple[_Folder, str]:
        *folders, name = path.strip("/").split("/")
        folder = self._root
        for part in folders:
            found = folder.names.get(part)
            if not isinstance(found, _Folder):
                return _Folder(), name  # of a file that was removed while it was open
            folder = found
        return folder, name

    def write_synced(self, folder: Path) -> None:
        """Write what a power loss cannot take, and nothing else."""
        _write(self._root, folder, None)

    def write_survivors(self, folder: Path, chance: random.Random) -> None:
        """Write what a power loss may leave: what was synced, and some of what was not."""
        _write(self._root, folder, chance)


def _write(node: _Folder, path: Path, chance: random.Random | None) -> None:
    names = dict(node.synced)
    if chance is not None:
        for changed in node.unsynced[: chance.randint(0, len(node.unsynced))]:
            _rename(names, changed)
    path.mkdir(parents=True, exist_ok=True)
    for name, child in names.items():
        if isinstance(child, _Folder):
            _write(child, path / name, chance)
        elif not name.endswith("-shm"):  # memory that processes share: rebuilt after a restart
            (path / name).write_bytes(_choose_content(child, chance))


def _choose_content(file: _File, chance: random.Random | None) -> bytes:
    content = bytearray(file.synced)
    if chance is None:
        return bytes(content)
    # Writes reach a disk in any order: any of them may be there.
    way = chance.randrange(3)
    for number, entry in enumerate(file.unsynced):
        if way == 0 or (way == 1 and chance.random() < 0.5) or (way == 2 and number < len(file.unsynced) // 2):
            _change(content, entry)
    return bytes(content)

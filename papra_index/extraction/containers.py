"""What zip and OLE files hold, by their own directories: small bounded reads that decide the type of a file.

Called in the process of the caller for every such upload, so nothing is unpacked and nothing heavy imported.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import BinaryIO

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MAX_DIRECTORY_BYTES = 1 << 20
_END_BYTES = 22 + 65_535
_END_OF_DIRECTORY = re.compile(rb"PK\x05\x06.{16}", re.DOTALL)
_DIRECTORY_ENTRY = b"PK\x01\x02"

_MAX_OLE_SECTORS = 256
_OLE_ENTRY_BYTES = 128


def list_zip_names(path: Path) -> list[str]:
    """Return the member names in the central directory of a zip file, those within its first megabyte.

    Empty when the file has no directory, as when it was cut short.
    """
    try:
        with path.open("rb", buffering=0) as file:
            return _parse_directory(_read_directory(file))
    except OSError:
        return []


def list_ole_streams(path: Path) -> frozenset[str]:
    """Return the names of streams and storages in an OLE file; empty when it is none or its directory is broken."""
    try:
        with path.open("rb", buffering=0) as file:
            return frozenset(_list_entries(file))
    except (OSError, struct.error):
        return frozenset()


def _read_directory(file: BinaryIO) -> bytes:
    size = file.seek(0, 2)
    start = max(0, size - _END_BYTES)
    file.seek(start)
    tail = file.read(_END_BYTES)
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or not _END_OF_DIRECTORY.match(tail, found):
        return b""
    length, offset = struct.unpack_from("<II", tail, found + 12)
    # What stands before the zip moves everything; the directory ends where its end record begins.
    begin = start + found - length
    file.seek(begin if begin >= 0 else offset)
    return file.read(min(length, _MAX_DIRECTORY_BYTES))


def _parse_directory(directory: bytes) -> list[str]:
    names = []
    position = 0
    while directory.startswith(_DIRECTORY_ENTRY, position) and position + 46 <= len(directory):
        name, extra, comment = struct.unpack_from("<HHH", directory, position + 28)
        names.append(directory[position + 46 : position + 46 + name].decode("utf-8", "replace"))
        position += 46 + name + extra + comment
    return names


def _list_entries(file: BinaryIO) -> list[str]:
    header = file.read(512)
    if len(header) < 512 or not header.startswith(OLE_MAGIC):
        return []
    shift = struct.unpack_from("<H", header, 30)[0]
    if shift not in (9, 12):
        return []
    sector_bytes = 1 << shift
    tables = struct.unpack_from("<109I", header, 76)
    sector = struct.unpack_from("<I", header, 48)[0]
    names = []
    for _ in range(_MAX_OLE_SECTORS):
        content = _read_sector(file, sector, sector_bytes)
        for position in range(0, len(content), _OLE_ENTRY_BYTES):
            names.append(_get_entry_name(content[position : position + _OLE_ENTRY_BYTES]))
        table, entry = divmod(sector, sector_bytes // 4)
        if not content or table >= len(tables):
            break
        chain = _read_sector(file, tables[table], sector_bytes)
        if len(chain) < sector_bytes:
            break
        sector = struct.unpack_from("<I", chain, 4 * entry)[0]
    return [name for name in names if name]


def _read_sector(file: BinaryIO, sector: int, sector_bytes: int) -> bytes:
    if sector >= 0xFFFFFFFA:
        return b""
    file.seek((sector + 1) * sector_bytes)
    return file.read(sector_bytes)


def _get_entry_name(entry: bytes) -> str:
    if len(entry) < _OLE_ENTRY_BYTES or entry[66] == 0:
        return ""
    length = max(0, min(struct.unpack_from("<H", entry, 64)[0], 64) - 2)
    return entry[:length].decode("utf-16-le", "replace")

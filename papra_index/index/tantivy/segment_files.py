"""The files of an index directory, each against the checksum that it ends with.

The engine itself checks no body of a file when it opens or searches it: a flipped bit gives other results without an
error. Every segment file ends with what it takes to tell (tantivy, `directory/footer.rs`): the body, a JSON object with
the CRC-32 of the body, the length of that object and the number 1337, both 32 bits, little-endian.
"""

from __future__ import annotations

import errno
import json
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

from papra_index.conventions.values import dataclass

_CHUNK = 1 << 20
_MAGIC = 1337
_TAIL = struct.Struct("<II")
_MAX_FOOTER = 4_096
_SEGMENT_FILES = ("fast", "fieldnorm", "idx", "pos", "store", "term")
_REFUSALS = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EACCES, errno.EPERM}


@dataclass(frozen=True, slots=True)
class FileFault:
    """A file of an index directory that is missing or not as it was written; `fault` completes "the file …".

    `is_refused` where the system let nobody look (too many open files, no permission), which says nothing of the file.
    """

    name: str
    fault: str
    is_refused: bool = False


def list_segment_files(directory: Path) -> list[str]:
    """Return the files of the segments that the index lists, none when its list cannot be read."""
    try:
        segments = json.loads((directory / "meta.json").read_bytes())["segments"]
        names: list[str] = []
        for segment in segments:
            stem = str(segment["segment_id"]).replace("-", "")
            names += [f"{stem}.{extension}" for extension in _SEGMENT_FILES]
            if segment.get("deletes"):
                names.append(f"{stem}.{segment['deletes']['opstamp']}.del")
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return names


def check_json(directory: Path, name: str) -> FileFault | None:
    """Return what is wrong with a file that holds JSON."""
    try:
        json.loads((directory / name).read_bytes())
    except FileNotFoundError:
        return FileFault(name, "is missing")
    except OSError as error:
        return _tell_error(name, error)
    except ValueError as error:
        return FileFault(name, f"cannot be read ({error})")
    return None


def check_segment_file(directory: Path, name: str, *, whole: bool = True) -> FileFault | None:
    """Return what is wrong with a segment file; unless `whole`, by its end alone, which tells that it was cut off."""
    try:
        with (directory / name).open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - _TAIL.size))
            tail = stream.read()
            if len(tail) < _TAIL.size:
                return FileFault(name, "is cut off")
            length, magic = _TAIL.unpack(tail)
            body = size - _TAIL.size - length
            if magic != _MAGIC or length > _MAX_FOOTER or body < 0:
                return FileFault(name, "has no checksum at its end: it was cut off or overwritten")
            stream.seek(body)
            expected = int(json.loads(stream.read(length))["crc"])
            if not whole or _compute_checksum(stream, body) == expected:
                return None
            return FileFault(name, "does not have the checksum it was written with")
    except FileNotFoundError:
        return FileFault(name, "is missing")
    except OSError as error:
        return _tell_error(name, error)
    except (ValueError, KeyError, TypeError):
        return FileFault(name, "has a damaged checksum at its end")


def _tell_error(name: str, error: OSError) -> FileFault:
    return FileFault(name, f"cannot be read ({error.strerror})", error.errno in _REFUSALS)


def _compute_checksum(stream: BinaryIO, size: int) -> int:
    stream.seek(0)
    found = 0
    while size > 0 and (chunk := stream.read(min(_CHUNK, size))):
        found = zlib.crc32(chunk, found)
        size -= len(chunk)
    return found

"""What is mounted where: whether a folder lies on a file system of another machine, and what is mounted below it.

On such a file system locks and shared memory are not to be relied on: SQLite's log needs memory that all processes
share (https://sqlite.org/wal.html), and locks over a network may be lost. Linux tells in `/proc/self/mountinfo`
(proc_pid_mountinfo(5)) what is mounted where; elsewhere nothing is known.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from papra_index.errors import NetworkFolder

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = frozenset(
    {
        "nfs",
        "nfs3",
        "nfs4",
        "cifs",
        "smb2",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "coda",
        "9p",
        "ceph",
        "glusterfs",
        "lustre",
    }
    | {"gpfs", "beegfs", "davfs", "webdav", "fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.gcsfuse", "fuse.glusterfs"}
    | {"fuse.ceph", "fuse.davfs2", "fuse.curlftpfs", "fuse.goofys", "fuse.mount-s3", "fuse.smbnetfs", "fuse.juicefs"}
)
_OCTAL = re.compile(rb"\\([0-3][0-7]{2})")


class Mount(NamedTuple):
    """A line of the table: its id, that of what it is mounted in, where, and its type."""

    id: bytes
    parent: bytes
    point: bytes
    type: bytes


def find_network_type(folder: Path) -> str | None:
    """Return the type of the network file system that a folder lies on, there or not; None for other file systems."""
    path, found, longest = os.fsencode(os.path.realpath(folder)), b"", -1
    for mount in parse_mounts(_read_table()):
        # Of mounts at one place the last covers the others.
        if len(mount.point) >= longest and (path == mount.point or path.startswith(mount.point.rstrip(b"/") + b"/")):
            found, longest = mount.type, len(mount.point)
    return name if (name := os.fsdecode(found)) in _NETWORK else None


def list_mounts_below(folder: bytes) -> frozenset[bytes]:
    """Return where others are mounted below a folder, by their paths from there on; `folder` is without links."""
    return choose_below(parse_mounts(_read_table()), folder)


def parse_mounts(table: bytes) -> list[Mount]:
    """Return the mounts of a table in its order; names are bytes, of which blanks and backslashes are escaped."""
    mounts: list[Mount] = []
    for line in table.split(b"\n"):
        fields = line.split(b" ")
        if b"-" in fields[6:-1]:
            point = _OCTAL.sub(lambda match: bytes([int(match.group(1), 8)]), fields[4])
            mounts.append(Mount(fields[0], fields[1], point, fields[fields.index(b"-", 6) + 1]))
    return mounts


def choose_below(mounts: list[Mount], folder: bytes) -> frozenset[bytes]:
    """Return the paths from a folder on of the mounts below it, without those that others are mounted over."""
    inside = {(mount.parent, mount.point): mount.id for mount in mounts if mount.parent != mount.id}
    ids = {mount.id for mount in mounts}
    roots = [mount.id if mount.parent == mount.id else mount.parent for mount in mounts
             if mount.parent == mount.id or mount.parent not in ids]  # fmt: skip
    begin = folder.rstrip(b"/") + b"/"
    below = {mount.point for mount in mounts if mount.point.startswith(begin)} - {begin}
    return frozenset(point[len(begin) :] for point in below if _is_reached(point, roots[0], inside))


def _is_reached(point: bytes, mount: bytes, inside: dict[tuple[bytes, bytes], bytes]) -> bool:
    """Whether the way to a point, begun in a mount, enters another there."""
    place = entered = b"/"
    for name in (b"", *point[1:].split(b"/")):
        place = os.path.join(place, name)  # noqa: PTH118
        while (mount, place) in inside:
            mount, entered = inside[mount, place], place
    return entered == point


def _read_table() -> bytes:
    try:
        return _MOUNTS.read_bytes()
    except OSError:
        return b""


def check_file_system(folder: Path) -> None:
    """Raise NetworkFolder for a folder on a network file system."""
    found = find_network_type(folder)
    if found is not None:
        raise NetworkFolder(
            f"{folder} is on a network file system ({found}), where locks and shared memory are not to be relied on: "
            "choose a local disk, or set network_folder = true where one machine alone uses it"
        )

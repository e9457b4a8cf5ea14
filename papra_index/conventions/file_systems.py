"""Whether a folder lies on a file system of another machine, where locks and shared memory are not to be relied on.

SQLite's log needs memory that all processes share (https://sqlite.org/wal.html), and locks over a network may be lost.
Linux tells in `/proc/self/mountinfo` (proc_pid_mountinfo(5)) what is mounted where; elsewhere nothing is checked.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

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
_OCTAL = re.compile(r"\\([0-7]{3})")


def find_network_type(folder: Path) -> str | None:
    """Return the type of the network file system that a folder lies on, there or not; None for other file systems."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    path, found, longest = os.path.realpath(folder), "", -1
    for line in mounts.splitlines():
        fields = line.split(" ")
        if "-" not in fields[6:-1]:
            continue
        point = _OCTAL.sub(lambda match: chr(int(match.group(1), 8)), fields[4])
        # Of mounts at one place the last covers the others.
        if len(point) >= longest and (path == point or path.startswith(point.rstrip("/") + "/")):
            found, longest = fields[fields.index("-", 6) + 1], len(point)
    return found if found in _NETWORK else None


def check_file_system(folder: Path) -> None:
    """Raise NetworkFolder for a folder on a network file system."""
    found = find_network_type(folder)
    if found is not None:
        raise NetworkFolder(
            f"{folder} is on a network file system ({found}), where locks and shared memory are not to be relied on: "
            "choose a local disk, or set network_folder = true where one machine alone uses it"
        )

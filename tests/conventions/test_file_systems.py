"""What is mounted below a folder; archives on disks of other machines are refused, unless a setting says otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from papra_index import Archive
from papra_index.conventions.file_systems import choose_below, find_network_type, parse_mounts
from papra_index.errors import NetworkFolder
from papra_index.settings import Settings
from papra_index.upkeep import restore_backup, verify_archive, verify_backup

ROOT = "29 1 259:1 / / rw,relatime shared:1 - ext4 /dev/root rw\n"


def mount(monkeypatch: pytest.MonkeyPatch, folder: Path, *types: str) -> None:
    """Have the system tell of mounts: a root, and these at a place, the last above the others."""
    point = str(folder).replace(" ", "\\040")
    lines = [f"9{n} 29 0:5{n} / {point} rw,nosuid - {kind} server:/x rw,vers=4.2\n" for n, kind in enumerate(types)]
    table = folder.parent / "mountinfo"
    table.write_text(ROOT + "".join(lines) + "40 29 0:6 / /elsewhere rw - nfs4 server:/y rw\n")
    monkeypatch.setattr("papra_index.conventions.file_systems._MOUNTS", table)


@pytest.mark.parametrize(
    ("types", "found"),
    [
        (("nfs4",), "nfs4"),
        (("cifs",), "cifs"),
        (("fuse.sshfs",), "fuse.sshfs"),
        (("ext4", "nfs"), "nfs"),
        (("nfs", "ext4"), None),
        (("fuse.ntfs-3g",), None),
        (("overlay",), None),
        ((), None),
    ],
)
def test_the_innermost_mount_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, types: tuple[str, ...], found: str | None
) -> None:
    folder = tmp_path / "my documents"
    folder.mkdir()
    mount(monkeypatch, folder, *types)
    assert find_network_type(folder) == find_network_type(folder / "not" / "there") == found
    assert find_network_type(tmp_path / "my documents 2") is None


def test_an_archive_on_a_network_is_refused_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "share"
    folder.mkdir()
    mount(monkeypatch, folder, "nfs4")
    with pytest.raises(NetworkFolder, match="set network_folder = true"):
        Archive.open(folder / "archive")
    assert not list(folder.iterdir())
    with Archive.open(folder / "archive", settings=Settings(network_folder=True)) as archive:
        assert archive.organizations() == []


def test_a_backup_may_lie_on_a_network_and_an_archive_may_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share = tmp_path / "share"
    share.mkdir()
    mount(monkeypatch, share, "cifs")
    with Archive.open(tmp_path / "local") as archive:
        archive.create_organization("Home").add(b"a text", name="a.txt", content="a text")
        assert archive.backup(share / "backup").documents_count == 1
    assert verify_backup(share / "backup") == ()
    with pytest.raises(NetworkFolder, match="set network_folder = true"):
        restore_backup(share / "backup", share / "restored")
    assert not (share / "restored").exists()
    assert restore_backup(share / "backup", tmp_path / "restored").findings == ()

    (tmp_path / "local" / "settings.toml").write_text("network_folder = true")
    with Archive.open(tmp_path / "local") as archive:
        archive.backup(share / "backup")
    assert restore_backup(share / "backup", share / "restored").findings == ()
    assert verify_archive(share / "restored").findings == ()
    (share / "restored" / "settings.toml").write_text("")
    with pytest.raises(NetworkFolder):
        verify_archive(share / "restored")


BELOW = [
    b"20 1 0:20 / / rw - rootfs none rw",
    b"29 20 259:1 / / rw,relatime shared:1 - ext4 /dev/root rw",
    b"40 29 259:2 / /papers rw - ext4 /dev/b rw",
    b"41 40 259:3 / /papers/my\\040disk rw master:2 - vfat /dev/c rw",
    b"42 41 259:4 /@sub /papers/my\\040disk/a\\134b\\012c\\011d rw - btrfs /dev/d rw",
    b"43 40 259:1 /home /papers/caf\xe9\r\x85 rw - ext4 /dev/root rw",
    b"44 29 259:5 / /papers\\0402/disk rw - ext4 /dev/e rw",
    b"45 29 0:45 / /proc rw - proc proc rw",
    b"cut off",
    b"",
]


@pytest.mark.parametrize(
    ("folder", "found"),
    [
        (b"/papers", {b"my disk", b"my disk/a\\b\nc\td", b"caf\xe9\r\x85"}),
        (b"/papers/my disk", {b"a\\b\nc\td"}),
        (b"/papers/my", set()),
        (b"/papers 2", {b"disk"}),
        (b"/elsewhere", set()),
        (b"/", {b"papers", b"papers/my disk", b"papers/my disk/a\\b\nc\td", b"papers/caf\xe9\r\x85", b"papers 2/disk",
                b"proc"}),
    ],
)  # fmt: skip
def test_what_is_mounted_below_a_folder(folder: bytes, found: set[bytes]) -> None:
    assert choose_below(parse_mounts(b"\n".join(BELOW)), folder) == found


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ([b"50 40 259:9 / /papers rw - ext4 /dev/x rw"], set()),
        ([b"50 29 259:9 / / rw - ext4 /dev/x rw"], set()),
        ([b"50 41 259:9 / /papers/my\\040disk rw - ext4 /dev/x rw"], {b"my disk", b"caf\xe9\r\x85"}),
        (
            [b"50 40 259:9 / /papers rw - ext4 /dev/x rw", b"51 50 259:10 / /papers/my\\040disk rw - ext4 /dev/y rw"],
            {b"my disk"},
        ),
    ],
)
def test_what_is_mounted_over_is_not_there(more: list[bytes], found: set[bytes]) -> None:
    table = b"\n".join([*BELOW, *more])
    assert choose_below(parse_mounts(table), b"/papers") == found


def test_a_table_within_another_root() -> None:
    """As in a chroot, where nothing is mounted at `/`, and where the root is mounted in itself."""
    inside = b"60 59 259:2 / /papers rw - ext4 /dev/b rw\n61 60 259:3 / /papers/disk rw - ext4 /dev/c rw\n"
    assert choose_below(parse_mounts(inside), b"/papers") == {b"disk"}
    itself = b"1 1 0:1 / / rw - rootfs none rw\n60 1 259:2 / /papers/disk rw - ext4 /dev/b rw\n"
    assert choose_below(parse_mounts(itself), b"/papers") == {b"disk"}
    assert choose_below([], b"/papers") == set()

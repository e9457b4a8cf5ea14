"""Archives on file systems that other machines serve are refused, unless a setting says otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from papra_index import Archive
from papra_index.conventions.file_systems import find_network_type
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

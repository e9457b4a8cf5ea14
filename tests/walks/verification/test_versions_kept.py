"""Earlier originals and index-only documents are looked at, backed up and restored like all others."""

from __future__ import annotations

from pathlib import Path

from papra_index import Archive
from papra_index.upkeep import restore_backup
from tests.archives import NO_READING


def fill(folder: Path) -> str:
    with Archive.open(folder, settings=NO_READING) as archive:
        home = archive.create_organization("Home")
        home.put("note", content="index-only")
        home.add(b"second", name="a.txt", content="added")
        for data in (b"first", b"second"):
            document_id = home.put("filed", data, name="a.txt", content="filed").document_id or ""
        archive.wait_until_searchable()
    return document_id


def test_an_earlier_original_that_is_gone_is_named_and_nothing_else(tmp_path: Path) -> None:
    document_id = fill(tmp_path / "archive")
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        outcome = archive.verify(deep=True)
        assert (outcome.documents_count, outcome.findings_count) == (3, 0), outcome.findings
        [path] = [path for path in (tmp_path / "archive" / "originals").rglob("doc_*") if path.read_bytes() == b"first"]
        path.write_bytes(b"f1rst")
        assert [(item.code, item.subject) for item in archive.verify(deep=True).findings] == [
            ("originals.damaged", document_id)
        ]
        path.unlink()
        assert [item.code for item in archive.verify().findings] == ["originals.missing"]


def test_versions_are_in_a_backup_and_come_back(tmp_path: Path) -> None:
    document_id = fill(tmp_path / "archive")
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        outcome = archive.backup(tmp_path / "backup")
        assert (outcome.documents_count, outcome.copied_count, outcome.findings) == (3, 2, ())
        assert archive.backup(tmp_path / "backup").copied_count == 0
    restored = restore_backup(tmp_path / "backup", tmp_path / "restored")
    assert (restored.documents_count, restored.findings) == (3, ())
    with Archive.open(tmp_path / "restored", settings=NO_READING) as archive:
        home = archive.organizations()[0]
        for version, data in ((1, b"first"), (2, b"second")):
            with home.open_original(document_id, version) as stream:
                assert stream.read() == data
        assert home.get(external_id="note").content == "index-only"
        assert archive.verify(deep=True).findings == ()


def test_the_present_originals_and_index_only_documents_are_exported(tmp_path: Path) -> None:
    fill(tmp_path / "archive")
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        outcome = archive.export(tmp_path / "export")
        assert (outcome.documents_count, outcome.findings) == (3, ())
    with Archive.open(tmp_path / "other", settings=NO_READING) as archive:
        for documents_count in (3, 0):
            imported = archive.import_folder(tmp_path / "export")
            assert (imported.documents_added, imported.findings) == (documents_count, ())
        home = archive.organizations()[0]
        assert home.get(external_id="note").is_index_only
        filed = home.get(external_id="filed")
        with home.open_original(filed.id) as stream:
            assert (stream.read(), filed.version) == (b"second", 2)
        assert home.statistics().documents_count == 3
        assert archive.verify(deep=True).findings == ()

"""Looking through an archive: each kind of damage has a code, and what can be derived is made anew."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from papra_index import Archive
from papra_index.errors import ArchiveDamaged, ArchiveError, ArchiveNotFound
from papra_index.index.generations import Generations
from papra_index.upkeep import verify_archive
from tests.archives import NO_READING, fill_archive
from tests.cli.conftest import CommandLine


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "archive"
    fill_archive(folder, 12)
    return folder


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(filled, tmp_path / "archive")
    yield tmp_path / "archive"
    assert verify_archive(tmp_path / "archive", deep=True, repair=True).is_sound
    assert verify_archive(tmp_path / "archive", deep=True).findings == (), "what was repaired stays so"


def run(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def list_codes(folder: Path, *, repair: bool = False) -> set[str]:
    found = verify_archive(folder, deep=True, repair=repair).findings
    assert all(finding.message and finding.next_step and finding.subject for finding in found)
    assert all(finding.repaired for finding in found) or not repair
    return {finding.code for finding in found}


def test_what_is_in_order_has_no_findings(folder: Path) -> None:
    outcome = verify_archive(folder, deep=True)
    assert outcome.is_sound
    assert (outcome.documents_count, outcome.findings_count) == (13, 0)
    assert outcome.originals_size > 0
    assert outcome.index_files_count >= 9


def test_kept_counts_are_compared_with_recounts(folder: Path) -> None:
    run(
        folder,
        "UPDATE organizations SET documents_size = documents_size + 1",
        "UPDATE tags SET documents_count = 99",
        "UPDATE counters SET value = 1 WHERE name = 'key'",
        "UPDATE documents SET page_count = 7, content_length = 1, name_order = 'zzz' WHERE key % 2 = 0",
    )
    codes = {"catalog.organizations_wrong", "catalog.tags_wrong", "catalog.counters_wrong", "catalog.documents_wrong"}
    assert list_codes(folder) >= codes
    assert list_codes(folder, repair=True) >= codes
    with Archive.open(folder, settings=NO_READING) as archive:
        archive.wait_until_searchable()
        home = archive.organizations()[0]
        assert home.search("tag:paid").documents_count == home.list_tags()[0].documents_count


def test_keys_of_every_table_are_below_the_counter(folder: Path) -> None:
    with Archive.open(folder, settings=NO_READING) as archive:
        archive.organizations()[0].create_property("Amount", "number")
    run(folder, "UPDATE counters SET value = value - 1 WHERE name = 'key'")
    assert list_codes(folder) == {"catalog.counters_wrong"}


def test_indexes_of_the_database_are_built_anew(folder: Path) -> None:
    run(
        folder,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = replace(sql, 'is_trashed, created_at', 'is_trashed, original_size')"
        " WHERE name = 'documents_by_created_at'",
    )
    assert list_codes(folder) == {"catalog.index_damaged"}
    assert list_codes(folder, repair=True) == {"catalog.index_damaged"}


def test_rows_that_refer_to_nothing_are_named(filled: Path, tmp_path: Path) -> None:
    shutil.copytree(filled, tmp_path / "archive")
    run(tmp_path / "archive", "PRAGMA foreign_keys = OFF", "DELETE FROM tags")
    outcome = verify_archive(tmp_path / "archive", repair=True)
    assert not outcome.is_sound
    assert next(finding.code for finding in outcome.findings) == "catalog.reference_broken"


def test_an_index_without_a_document_or_with_an_older_state_is_mended(folder: Path) -> None:
    run(
        folder,
        "UPDATE documents SET updated_at = updated_at + 5000 WHERE key = (SELECT min(key) FROM documents)",
        "UPDATE documents SET is_trashed = 1, deleted_at = 5 WHERE key = (SELECT max(key) FROM documents)",
    )
    assert list_codes(folder) == {"index.document_wrong", "catalog.organizations_wrong"}
    assert list_codes(folder, repair=True) == {"index.document_wrong", "catalog.organizations_wrong"}
    with Archive.open(folder, settings=NO_READING) as archive:
        archive.wait_until_searchable()
        assert archive.organizations()[1].search("boiler").documents_count == 0


def test_tags_of_the_index_are_counted(folder: Path) -> None:
    run(folder, "DELETE FROM document_tags", "UPDATE tags SET documents_count = 0")
    assert list_codes(folder) == {"index.counts_wrong"}
    assert list_codes(folder, repair=True) == {"index.counts_wrong"}


def test_an_index_that_is_gone_is_built_anew(folder: Path) -> None:
    shutil.rmtree(folder / "index")
    assert list_codes(folder) == {"index.missing"}
    assert list_codes(folder, repair=True) == {"index.missing"}


def test_an_index_of_another_state_of_the_catalog_is_named(folder: Path) -> None:
    run(
        folder,
        "UPDATE counters SET value = 1 WHERE name = 'sequence'",
        "DELETE FROM changes",
        "DELETE FROM generations",
    )
    assert list_codes(folder) == {"index.foreign"}


def test_strays_are_set_aside_or_removed(folder: Path) -> None:
    organization = next((folder / "originals").iterdir())
    (organization / "doc_nobodys").write_bytes(b"perhaps the only copy")
    Generations(folder / "index").create()
    (folder / "index" / "CURRENT.999999999.tmp").write_bytes(b"gen-")
    generation = next((folder / "index").glob("gen-*1"))
    (generation / ".tmpAbCdEf").write_bytes(b"")
    (generation / f"{'0' * 32}.idx").write_bytes(b"of no segment")
    outcome = verify_archive(folder)
    assert [finding.code for finding in outcome.findings].count("index.stray") == 4
    assert list_codes(folder) == {"index.stray", "originals.stray"}
    assert list_codes(folder, repair=True) == {"index.stray", "originals.stray"}
    [kept] = (folder / "set-aside").rglob("doc_nobodys")
    assert kept.read_bytes() == b"perhaps the only copy"
    assert not list(generation.glob(".tmp*"))


def test_originals_are_looked_at_by_size_and_deeply_by_hash(filled: Path, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    shutil.copytree(filled, folder)
    first, second, third = sorted((folder / "originals").rglob("doc_*"))[:3]
    first.write_bytes(first.read_bytes()[::-1])
    second.write_bytes(b"longer than it was, by far")
    third.unlink()
    assert {finding.subject for finding in verify_archive(folder).findings} == {second.name, third.name}
    found = {finding.subject: finding for finding in verify_archive(folder, deep=True, repair=True).findings}
    assert set(found) == {first.name, second.name, third.name}
    assert found[first.name].code == "originals.damaged"
    assert found[third.name].code == "originals.missing"
    assert all("from a backup" in finding.next_step and not finding.repaired for finding in found.values())


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveNotFound):
        verify_archive(tmp_path / "nothing")
    with pytest.raises(ArchiveNotFound):
        verify_archive(tmp_path)


def test_an_empty_catalog_beside_originals_is_refused(filled: Path, tmp_path: Path) -> None:
    shutil.copytree(filled, tmp_path / "archive")
    (tmp_path / "archive" / "catalog.sqlite").write_bytes(b"")
    with pytest.raises(ArchiveDamaged, match="backup"):
        Archive.open(tmp_path / "archive")


def test_an_archive_in_use_has_no_findings(archive: Archive) -> None:
    home = archive.create_organization("Home")
    tag = home.create_tag("paid", color="#2ECC71")
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            document = home.add(f"original {number}".encode(), name=f"{number}.txt", content="boiler")
            home.tag(document.id, tag.id)
            home.update(document.id, notes="seen")
            if number % 3 == 0:
                home.trash(document.id)
            if number % 9 == 0:
                home.purge(document.id)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            assert archive.verify(deep=True).findings == ()
    finally:
        ended.set()
        writer.join()


def test_searches_go_on_while_a_damaged_index_is_built_anew(filled: Path, tmp_path: Path) -> None:
    shutil.copytree(filled, tmp_path / "archive")
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        archive.wait_until_searchable()
        home = archive.organizations()[0]
        expected = home.search("boiler").documents_count
        for file in (tmp_path / "archive" / "index").glob("gen-*/*.term"):
            file.rename(file.with_name("taken away"))
            (file.with_name(file.name)).write_bytes(b"not what it was")
        counts: list[int] = []
        repaired = threading.Event()

        def search() -> None:
            while not repaired.is_set():
                counts.append(home.search("boiler").documents_count)

        searching = threading.Thread(target=search)
        searching.start()
        outcome = archive.verify(repair=True)
        repaired.set()
        searching.join()
        assert outcome.is_sound
        # The searches, too, notice the damage, and have the index built anew.
        assert {finding.code for finding in outcome.findings} <= {"index.file_damaged"}
        assert counts
        assert set(counts) == {expected}, "the catalog answered, then the new index took over"
        home.add(b"later", name="later.txt", content="boiler")
        archive.wait_until_searchable()
        assert home.search("boiler").documents_count == expected + 1
    assert verify_archive(tmp_path / "archive").findings == ()


def test_the_command_tells_and_repairs(folder: Path) -> None:
    program = CommandLine(folder)
    assert program.json("verify")["findings"] == []
    run(folder, "UPDATE tags SET documents_count = 99")
    told = program.run("verify")
    assert told.exit_code == 1
    assert "catalog.tags_wrong" in told.stdout
    assert "verify --repair" in told.stdout
    assert "repaired" in program.do("verify", "--repair", "--deep")
    assert program.do("verify") == ""


def test_a_catalog_that_may_not_be_opened_is_not_called_damaged(folder: Path) -> None:
    log = folder / "catalog.sqlite-wal"
    log.unlink(missing_ok=True)
    log.mkdir()
    with pytest.raises(ArchiveError, match="says nothing of damage"):
        verify_archive(folder)
    log.rmdir()


def test_a_backup_is_told_from_an_archive_and_left_alone(tmp_path: Path) -> None:
    fill_archive(tmp_path / "archive", 3)
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        archive.backup(tmp_path / "backup")
    before = sorted((tmp_path / "backup").rglob("*"))
    for repair in (False, True):
        with pytest.raises(ArchiveNotFound, match="is a backup: look through it with papra-index backup"):
            verify_archive(tmp_path / "backup", repair=repair)
    assert sorted((tmp_path / "backup").rglob("*")) == before

"""What has had its time goes, what may have passed is tried again, chosen originals are read again, and nothing that is
logged holds a word of a document.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
import traceback
from dataclasses import replace
from pathlib import Path

import pytest

from papra_index import Archive, ExtractionSettings, ExtractionStatus, Settings
from papra_index.errors import ArchiveError, OriginalNotFound, PapraIndexError
from tests.archives import NO_READING, damage_file_in_use

QUIET = Settings(extraction=ExtractionSettings(background=False))
HOUR = 3_600_000


def change_catalog(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(folder / "catalog.sqlite")
    with connection:
        connection.execute(statement)
    connection.close()


def age(folder: Path, column: str, hours: float) -> None:
    change_catalog(folder, f"UPDATE documents SET {column} = {column} - {int(hours * HOUR)}")


def test_the_trash_is_purged_after_its_days(tmp_path: Path) -> None:
    with Archive.open(tmp_path, settings=QUIET) as archive:
        home, other = archive.create_organization("Home"), archive.create_organization("Other")
        kept = home.add(b"kept", name="kept.txt", content="kept")
        for place in (home, other):
            old = place.add(b"old", name="old.txt", content="old")
            place.trash(old.id)
        assert archive.maintain().purged_from_trash == 0
        age(tmp_path, "deleted_at", 29.9 * 24)
        assert archive.maintain().purged_from_trash == 0
        young = home.add(b"young", name="young.txt", content="young")
        home.trash(young.id)
        age(tmp_path, "deleted_at", 0.2 * 24)
        assert archive.maintain().purged_from_trash == 2
        assert [document.id for document in home.list_trash().documents] == [young.id]
        assert home.statistics().deleted_documents_count == 1
        assert [document.id for document in home.list().documents] == [kept.id]
        archive.wait_until_searchable(extraction=False)
        assert archive.verify().findings == ()
    assert len([path for path in (tmp_path / "originals").rglob("*") if path.is_file()]) == 2


def test_the_days_are_a_setting(tmp_path: Path) -> None:
    with Archive.open(tmp_path, settings=replace(QUIET, trash_days=0)) as archive:
        home = archive.create_organization("Home")
        home.trash(home.add(b"old", name="old.txt", content="old").id)
        age(tmp_path, "deleted_at", 24 * 365)
        assert archive.maintain().purged_from_trash == 0
    with Archive.open(tmp_path, settings=replace(QUIET, trash_days=3)) as archive:
        assert archive.maintain().purged_from_trash == 1


def test_deleted_organizations_are_purged_too(tmp_path: Path) -> None:
    with Archive.open(tmp_path, settings=QUIET) as archive:
        gone = archive.create_organization("Gone")
        gone.add(b"x", name="x.txt", content="x")
        archive.delete_organization(gone.id)
        assert archive.maintain().purged_with_organizations == 0
        change_catalog(tmp_path, "UPDATE organizations SET deleted_at = deleted_at - 86400000 * 30")
        assert archive.maintain().purged_with_organizations == 1


def test_a_failure_that_may_pass_is_tried_again_after_longer_and_longer_times(tmp_path: Path) -> None:
    file = tmp_path / "file.txt"
    file.write_text("the right text")
    folder = tmp_path / "archive"
    with Archive.open(folder, settings=QUIET) as archive:
        document = archive.create_organization("Home").add(file, in_place=True)
    away = file.rename(tmp_path / "away.txt")
    with Archive.open(folder) as archive:
        [home] = archive.organizations()
        archive.wait_until_searchable()
        assert home.get(document.id).extraction.reason == OriginalNotFound.code
        assert archive.maintain().readings_retried == 0  # it has only just failed
        age(folder, "extracted_at", 1.01)
        assert archive.maintain().readings_retried == 1
        archive.wait_until_searchable()
        failed = home.get(document.id).extraction
        assert (failed.reason, failed.attempts) == (OriginalNotFound.code, 2)
        age(folder, "extracted_at", 1.01)
        assert archive.maintain().readings_retried == 0  # four hours, the second time
        age(folder, "extracted_at", 3)
        away.rename(file)
        assert archive.maintain().readings_retried == 1
        archive.wait_until_searchable()
        assert home.get(document.id).content == "the right text"
        assert home.get(document.id).extraction.status is ExtractionStatus.DONE


def test_in_the_end_it_is_left_and_what_cannot_pass_is_never_tried(tmp_path: Path) -> None:
    with Archive.open(tmp_path) as archive:
        home = archive.create_organization("Home")
        home.add(b"%PDF-1.7 nothing that follows", name="a.pdf")
        home.add(b"text", name="b.txt")
        archive.wait_until_searchable()
        age(tmp_path, "extracted_at", 24 * 365)
        assert archive.maintain().readings_retried == 0
    change = "UPDATE documents SET extraction_status = 'failed', extraction_reason = 'extraction.worker_died'"
    change_catalog(tmp_path, f"{change}, extraction_attempts = 8")
    with Archive.open(tmp_path, settings=QUIET) as archive:
        assert archive.maintain().readings_retried == 0
        change_catalog(tmp_path, f"{change}, extraction_attempts = 7")
        assert archive.maintain().readings_retried == 2


def test_the_log_of_the_catalog_is_cut(tmp_path: Path) -> None:
    with Archive.open(tmp_path, settings=QUIET) as archive:
        home = archive.create_organization("Home")
        for number in range(20):
            home.add(b"%d" % number, name="x.txt", content=f"word{number} " * 2_000)
        log = tmp_path / "catalog.sqlite-wal"
        before = log.stat().st_size
        archive.wait_until_searchable(extraction=False)
        assert archive.maintain().log_bytes_freed >= before > 500_000
        assert log.stat().st_size == 0
        home.add(b"after", name="after.txt", content="after")
        assert home.statistics().documents_count == 21


def test_what_the_disk_alters_in_the_index_is_found_and_healed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        home = archive.create_organization("Home")
        home.add(b"1", name="one.txt", content="boiler")
        archive.wait_until_searchable()
        assert archive.maintain().damaged_indexes == 0
        pointer = tmp_path / "archive" / "index" / "CURRENT"
        before = pointer.read_text()
        [path] = (tmp_path / "archive" / "index").glob("gen-*/*.pos")
        times = path.stat().st_mtime_ns
        damage_file_in_use(path, "flip", seed=1)
        os.utime(path, ns=(times, times))
        assert archive.maintain().damaged_indexes == 1
        assert home.search("boiler").documents_count == 1
        archive.wait_until_searchable()
        assert pointer.read_text() != before
        assert archive.verify().is_sound
    told = [record for record in caplog.records if "set aside" in record.getMessage()]
    assert [record.levelno for record in told] == [logging.WARNING], "once"


def test_an_idle_archive_notices_what_is_written_into_its_index(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        archive.create_organization("Home").add(b"1", name="one.txt", content="boiler")
        archive.wait_until_searchable()
        pointer = tmp_path / "archive" / "index" / "CURRENT"
        before = pointer.read_text()
        [path] = (tmp_path / "archive" / "index").glob("gen-*/*.fast")
        damage_file_in_use(path, "zero", seed=1)
        deadline = time.monotonic() + 20
        while not pointer.exists() or pointer.read_text() == before:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert archive.verify().is_sound


def test_chosen_originals_are_read_again(tmp_path: Path) -> None:
    with Archive.open(tmp_path) as archive:
        home = archive.create_organization("Home")
        home.add(b"%PDF-1.7 nothing that follows", name="broken.pdf")
        for number in range(3):
            home.add(b"text %d" % number, name=f"{number}.txt")
        home.add(b"given", name="given.txt", content="given")
        archive.wait_until_searchable()
        assert home.extract_again(only="outdated") == 0
        change_catalog(tmp_path, "UPDATE documents SET extractor_version = 0 WHERE name = '1.txt'")
        assert home.extract_again(only="outdated") == 1
        archive.wait_until_searchable()
        assert home.extract_again(only="outdated") == 0
        assert home.extract_again(only="failed") == 1
        archive.wait_until_searchable()
        assert home.extract_again(only="mime:text/plain") == 3
        archive.wait_until_searchable()
        assert home.extract_again(only="name:2") == 1
        assert home.extract_again(only="nothing finds this") == 0
        assert home.extract_again() == 4


@pytest.mark.slow
def test_no_record_holds_a_word_of_a_document(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    words = ("pelargonium", "quincunx", "vestibule", "zugzwang")
    with Archive.open(tmp_path / "archive") as archive:
        home = archive.create_organization("Home")
        first = home.add(b"pelargonium quincunx", name="vestibule.txt")
        home.add(b"%PDF-1.7 pelargonium", name="vestibule.pdf")
        home.add(b"quincunx pelargonium", name="zugzwang", content="zugzwang pelargonium")
        archive.wait_until_searchable()
        assert home.search("pelargonium zugzwang").documents_count == 1
        home.update(first.id, name="zugzwang.txt", notes="quincunx")
        home.trash(first.id)
        home.restore(first.id)
        archive.rebuild_index()
        # Now all fails that works in the background: the index is no folder, and there is no table for pages.
        change_catalog(tmp_path / "archive", "ALTER TABLE pages RENAME TO no_pages")
        (tmp_path / "archive" / "index").rename(tmp_path / "away")
        (tmp_path / "archive" / "index").write_text("in the way")
        home.add(b"pelargonium again", name="quincunx.txt")
        with pytest.raises(PapraIndexError):
            home.add(b"zugzwang again", name="vestibule.txt", content="pelargonium")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not {"indexing", "extracting"} <= _list_warned(caplog):
            time.sleep(0.05)
        (tmp_path / "archive" / "index").unlink()
        change_catalog(tmp_path / "archive", "ALTER TABLE no_pages RENAME TO pages")
        archive.wait_until_searchable()
        archive.maintain()
    assert {"indexing", "extracting"} <= _list_warned(caplog)
    shown = [logging.Formatter().format(record) for record in caplog.records]
    assert any("Traceback" in text for text in shown)  # at the level of debugging
    for record, text in zip(caplog.records, shown, strict=True):
        assert not any(word in text for word in words), text
        if record.levelno > logging.DEBUG:
            assert "\n" not in text


def test_an_error_of_the_database_tells_no_values(tmp_path: Path) -> None:
    with Archive.open(tmp_path, settings=QUIET) as archive:
        home = archive.create_organization("Home")
        document = home.add(b"x", name="x.txt", content="x")
        change_catalog(
            tmp_path, "CREATE TRIGGER no_more BEFORE UPDATE ON documents BEGIN SELECT RAISE(ABORT, 'no more'); END"
        )
        with pytest.raises(ArchiveError, match="no more") as caught:
            home.update(document.id, notes="pelargonium")
        shown = "".join(traceback.format_exception(caught.value))
        assert "sqlalchemy" in shown
        assert "pelargonium" not in shown.replace('notes="pelargonium"', "")


def _list_warned(caplog: pytest.LogCaptureFixture) -> set[str]:
    return {record.name.rpartition(".")[2] for record in caplog.records if record.levelno == logging.WARNING}

"""A data folder of Papra is taken over with its ids; what is missing or encrypted is named."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from papra_index import Archive, ExtractionStatus
from papra_index.errors import ExportDamaged, ExportNotFound, InvalidInput
from papra_index.upkeep import verify_archive
from tests.archives import NO_READING
from tests.cli.conftest import CommandLine

SCHEMA = """
CREATE TABLE organizations (id TEXT PRIMARY KEY, created_at INTEGER, updated_at INTEGER, name TEXT, customer_id TEXT,
  deleted_at INTEGER, deleted_by TEXT, scheduled_purge_at INTEGER);
CREATE TABLE documents (id TEXT PRIMARY KEY, created_at INTEGER, updated_at INTEGER, organization_id TEXT,
  created_by TEXT, original_name TEXT, original_size INTEGER, original_storage_key TEXT, original_sha256_hash TEXT,
  name TEXT, mime_type TEXT, content TEXT, document_date INTEGER, notes TEXT, file_encryption_key_wrapped TEXT,
  file_encryption_kek_version TEXT, file_encryption_algorithm TEXT, deleted_at INTEGER, deleted_by TEXT,
  is_deleted INTEGER, a_later_column TEXT);
CREATE TABLE tags (id TEXT PRIMARY KEY, created_at INTEGER, updated_at INTEGER, organization_id TEXT, name TEXT,
  normalized_name TEXT, color TEXT, description TEXT);
CREATE TABLE documents_tags (document_id TEXT, tag_id TEXT);
CREATE TABLE document_activity_log (id TEXT PRIMARY KEY, created_at INTEGER, document_id TEXT, event TEXT,
  event_data TEXT, user_id TEXT, tag_id TEXT);
CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT, email TEXT);
CREATE TABLE a_later_table (id TEXT);
"""
NOW = 1_767_225_600_000  # 2026-01-01
ORG = "org_" + "o" * 24
OLD = "org_" + "p" * 24
TAG = "tag_" + "t" * 24
ANN = "usr_" + "u" * 24


def make_id(number: int) -> str:
    return f"doc_{number:024d}"


def build_folder(folder: Path, *, database: str = "db/db.sqlite", store: str = "documents") -> Path:
    """Five documents: read, unread, trashed, encrypted, and one whose file is missing."""
    (folder / database).parent.mkdir(parents=True)
    contents = ["The boiler was maintained.", None, "an old letter", "sealed", "lost"]
    with closing(sqlite3.connect(folder / database)) as connection:
        connection.executescript(SCHEMA)
        organizations = [(ORG, NOW, NOW, "Home", None, None), (OLD, NOW, NOW, "Old", NOW, ANN)]
        connection.executemany(
            "INSERT INTO organizations (id, created_at, updated_at, name, deleted_at, deleted_by)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            organizations,
        )
        connection.execute("INSERT INTO users VALUES (?, 'Ann', 'ann@example.com')", (ANN,))
        connection.execute(
            "INSERT INTO tags VALUES (?, ?, ?, ?, 'To Pay', 'to pay', '#2ecc71', 'bills')", (TAG, NOW, NOW, ORG)
        )
        for number, content in enumerate(contents):
            original = f"original of {number}".encode()
            key = f"{ORG}/originals/{make_id(number)}.txt"
            if number != 4:
                (folder / store / key).parent.mkdir(parents=True, exist_ok=True)
                (folder / store / key).write_bytes(original if number != 3 else b"\0sealed")
            connection.execute(
                "INSERT INTO documents (id, created_at, updated_at, organization_id, created_by, original_name,"
                " original_size, original_storage_key, original_sha256_hash, name, mime_type, content, document_date,"
                " notes, file_encryption_key_wrapped, deleted_at, deleted_by, is_deleted)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'text/plain', ?, ?, ?, ?, ?, ?, ?)",
                (
                    make_id(number), NOW + number, NOW + 10 * number, ORG, ANN, f"scan {number}.txt", len(original),
                    key, hashlib.sha256(original).hexdigest(), f"letter {number}", content,
                    NOW - 86_400_000 if number == 0 else None, "paid in cash" if number == 0 else None,
                    "wrapped" if number == 3 else None, NOW + 5 if number == 2 else None, ANN if number == 2 else None,
                    int(number == 2),
                ),
            )  # fmt: skip
        connection.execute("INSERT INTO documents_tags VALUES (?, ?)", (make_id(0), TAG))
        renamed = json.dumps({"updatedFields": ["name"]})
        entries = [("created", None, None), ("updated", renamed, None), ("tagged", None, TAG)]
        for number, (event, data, tag) in enumerate(entries):
            row = (f"doc_act_{number:024d}", NOW + number, make_id(0), event, data, ANN, tag)
            connection.execute("INSERT INTO document_activity_log VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        connection.commit()
    return folder


@pytest.mark.parametrize(
    ("database", "store"),
    [("db/db.sqlite", "documents"), ("app-data/db/db.sqlite", "app-data/documents"), ("db.sqlite", "documents")],
)
def test_a_folder_is_taken_over(tmp_path: Path, database: str, store: str) -> None:
    source = build_folder(tmp_path / "papra", database=database, store=store)
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        outcome = archive.import_folder(source, "papra")
        assert (outcome.organizations_added, outcome.documents_added, outcome.rows_added["tags"]) == (1, 5, 1)
        assert sorted(finding.subject for finding in outcome.findings) == [make_id(3), make_id(4)]
        assert any("Old" in note for note in outcome.notes)
        [home] = archive.organizations()
        assert (home.id, home.name) == (ORG, "Home")
        first = home.get(make_id(0))
        assert (first.name, first.original_name, first.notes) == ("letter 0", "scan 0.txt", "paid in cash")
        assert first.created_at == datetime(2026, 1, 1, tzinfo=UTC)
        assert first.document_date == datetime(2025, 12, 31, tzinfo=UTC)
        assert first.content == "The boiler was maintained."
        assert first.extraction.status is ExtractionStatus.DONE
        assert [(tag.id, tag.name, tag.color, tag.description) for tag in first.tags] == [
            (TAG, "To Pay", "#2ECC71", "bills")
        ]
        history = home.activity(make_id(0))
        assert [item.event for item in history] == ["tagged", "updated", "created"]
        assert {item.user_name for item in history} == {"Ann"}
        assert history[0].tag is not None
        assert history[1].event_data == {"updatedFields": ["name"]}
        with home.open_original(make_id(0)) as stream:
            assert stream.read() == b"original of 0"
        assert home.get(make_id(1)).extraction.status is ExtractionStatus.PENDING, "its file is read here"
        [trashed] = home.list_trash().documents
        assert (trashed.id, trashed.deleted_by) == (make_id(2), ANN)
        archive.wait_until_searchable(extraction=False)
        assert home.search("boiler tag:to-pay OR boiler").documents_count == 1
        assert home.get(make_id(3)).content == "sealed", "the text is there though the file is encrypted"


def test_twice_is_once_and_files_that_come_later_are_put_in_place(tmp_path: Path) -> None:
    source = build_folder(tmp_path / "papra")
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        planned = archive.import_folder(source, "papra", dry_run=True)
        assert (planned.documents_added, planned.organizations_added, archive.organizations()) == (5, 1, [])
        archive.import_folder(source, "papra")
        before = describe_without_originals(archive)
        again = archive.import_folder(source, "papra")
        assert (again.documents_added, again.present_count, again.completed_count) == (0, 5, 0)
        assert describe_without_originals(archive) == before
        (source / "documents" / ORG / "originals" / f"{make_id(4)}.txt").write_bytes(b"original of 4")
        assert archive.import_folder(source, "papra").completed_count == 1
    assert [finding.subject for finding in verify_archive(tmp_path / "archive", deep=True).findings] == [make_id(3)]


def describe_without_originals(archive: Archive) -> list[object]:
    [home] = archive.organizations()
    for number in (3, 4):
        home.trash(make_id(number))
    described = describe_listed(archive)
    for number in (3, 4):
        home.restore(make_id(number))
    return described


def describe_listed(archive: Archive) -> list[object]:
    [home] = archive.organizations()
    return [home.statistics(), home.list_tags(), [item.name for item in home.list(page_size=100).documents]]


def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        with pytest.raises(ExportNotFound, match=r"db\.sqlite"):
            archive.import_folder(tmp_path, "papra")
        with pytest.raises(InvalidInput):
            archive.import_folder(tmp_path, "papra", organization_id=ORG)
        (tmp_path / "db.sqlite").write_bytes(b"\x8f" * 4096)
        with pytest.raises(ExportDamaged, match="encrypted"):
            archive.import_folder(tmp_path, "papra")
        source = build_folder(tmp_path / "papra")
        with closing(sqlite3.connect(source / "db" / "db.sqlite")) as connection:
            connection.execute("ALTER TABLE documents DROP COLUMN notes")
            connection.execute("DROP TABLE document_activity_log")
            connection.commit()
        outcome = archive.import_folder(source, "papra", dry_run=True)
        assert any("documents.notes" in note for note in outcome.notes)
        assert any("document_activity_log" in note for note in outcome.notes)
        assert outcome.documents_added == 5
        with closing(sqlite3.connect(source / "db" / "db.sqlite")) as connection:
            connection.execute("ALTER TABLE documents RENAME COLUMN original_storage_key TO storage")
            connection.commit()
        with pytest.raises(ExportDamaged, match="original_storage_key"):
            archive.import_folder(source, "papra")
        assert archive.organizations() == []


def test_a_storage_key_leads_nowhere_else(tmp_path: Path) -> None:
    source = build_folder(tmp_path / "papra")
    (tmp_path / "papra" / "secret.txt").write_bytes(b"original of 0")
    with closing(sqlite3.connect(source / "db" / "db.sqlite")) as connection:
        connection.execute("UPDATE documents SET original_storage_key = '../secret.txt' WHERE id = ?", (make_id(0),))
        connection.commit()
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        outcome = archive.import_folder(source, "papra")
        assert make_id(0) in {finding.subject for finding in outcome.findings}


def test_the_command_imports(tmp_path: Path) -> None:
    source = build_folder(tmp_path / "papra")
    program = CommandLine(tmp_path / "archive")
    assert "Would import 5 documents" in program.run("import", source, "--from", "papra", "--dry-run").stdout
    told = program.run("import", source, "--from", "papra")
    assert told.exit_code == 1, "two originals are missing"
    assert "Imported 5 documents" in told.stdout
    assert "encrypted by Papra" in told.stderr

"""Bad input gets a typed error with a code and a message that says what to do; nothing is lost by it."""

from __future__ import annotations

import io
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from papra_index import Archive, Organization, Settings, Statistics
from papra_index.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveNotFound,
    ArchiveTooNew,
    InvalidInput,
    InvalidQuery,
    InvalidSettings,
    PapraIndexError,
)
from papra_index.settings import load_settings

NOBODY = "doc_" + "0" * 24
NO_TAG = "tag_" + "0" * 24

Attempt = Callable[[Archive, Organization, Path], object]

ATTEMPTS: dict[str, tuple[str, str, Attempt]] = {
    "missing file": ("source.unreadable", "check the path", lambda a, h, p: h.add(p / "missing.txt")),
    "folder instead of file": ("source.unreadable", "is a folder", lambda a, h, p: h.add(p)),
    "this folder": ("source.unreadable", "is a folder", lambda a, h, p: h.add(".")),
    "a device": ("source.unreadable", "pass the stream", lambda a, h, p: h.add("/dev/zero")),
    "NUL in a path": ("source.unreadable", "could not be read", lambda a, h, p: h.add("a\0b")),
    "text stream": ("input.invalid", "binary mode", lambda a, h, p: h.add(io.StringIO("x"), name="x")),
    "nameless bytes": ("input.invalid", "pass name=", lambda a, h, p: h.add(b"x")),
    "text instead of bytes": ("input.invalid", "binary stream", lambda a, h, p: h.add(5)),
    "language is no code": ("input.invalid", "eng", lambda a, h, p: h.add(b"x", name="x", ocr_languages=["en-US"])),
    "auto with others": ("input.invalid", "alone", lambda a, h, p: h.add(b"", name="x", ocr_languages=["auto", "eng"])),
    "languages as one text": ("input.invalid", "sequence", lambda a, h, p: h.add(b"x", name="x", ocr_languages="eng")),
    "file name too long": ("input.invalid", "4096", lambda a, h, p: h.add(b"x", name="x" * 5000)),
    "unknown organization": ("organization.not_found", "list", lambda a, h, p: a.organization("org_" + "0" * 24)),
    "empty organization name": ("input.invalid", "1 to 50", lambda a, h, p: a.create_organization("  ")),
    "organization id of wrong form": ("input.invalid_id", "org_", lambda a, h, p: a.organization("Home")),
    "unknown document": ("document.not_found", "list or search", lambda a, h, p: h.get(NOBODY)),
    "document id of wrong form": ("input.invalid_id", "doc_", lambda a, h, p: h.get("doc_1")),
    "tag id for a document": ("input.invalid_id", "doc_", lambda a, h, p: h.trash(NO_TAG)),
    "unknown tag": ("tags.not_found", "list the tags", lambda a, h, p: h.tag(h.list().documents[0].id, NO_TAG)),
    "name too long": (
        "input.invalid", "1 to 255", lambda a, h, p: h.update(h.list().documents[0].id, name="x" * 256),
    ),
    "empty name": ("input.invalid", "1 to 255", lambda a, h, p: h.update(h.list().documents[0].id, name="")),
    "notes too long": (
        "input.invalid", "shorten", lambda a, h, p: h.update(h.list().documents[0].id, notes="x" * 2049),
    ),
    "nothing to update": ("input.invalid", "nothing to change", lambda a, h, p: h.update(h.list().documents[0].id)),
    "colour not hex": ("input.invalid", "#2ECC71", lambda a, h, p: h.create_tag("x", color="red")),
    "tag name too long": ("input.invalid", "1 to 64", lambda a, h, p: h.create_tag("x" * 65)),
    "blank tag name": ("input.invalid", "1 to 64", lambda a, h, p: h.create_tag("  ")),
    "description too long": ("input.invalid", "256", lambda a, h, p: h.create_tag("x", description="x" * 257)),
    "tag twice": (
        "documents.already_has_tag", "already", lambda a, h, p: h.tag(h.list().documents[0].id, h.list_tags()[0].id),
    ),
    "same tag name": ("tags.already_exists", "choose another", lambda a, h, p: h.create_tag("USED")),
    "page size 0": ("input.invalid_page", "1 to 100", lambda a, h, p: h.search("x", page_size=0)),
    "page size 101": ("input.invalid_page", "1 to 100", lambda a, h, p: h.list(page_size=101)),
    "negative page": ("input.invalid_page", "from 0", lambda a, h, p: h.list_trash(page_index=-1)),
    "page beyond relevance": (
        "input.invalid_page", "narrow the query", lambda a, h, p: h.search("word", page_index=100, page_size=100),
    ),
    "no cursor": ("input.invalid_cursor", "start again", lambda a, h, p: h.search("x", cursor="page 2")),
    "cursor of no text": ("input.invalid_cursor", "start again", lambda a, h, p: h.list(cursor=5)),
    "cursor and page": ("input.invalid", "leave page_index out", lambda a, h, p: h.list(cursor="x", page_index=1)),
    "unknown zone of a summary": ("input.invalid", "IANA", lambda a, h, p: h.summarize("x", time_zone="Mars")),
    "unknown facet": ("input.invalid", "choose among", lambda a, h, p: h.search("x", facets=["colour"])),
    "strict query": ("query.invalid", "^", lambda a, h, p: h.search("colour:red", strict=True)),
    "restore of a live document": (
        "document.not_deleted", "nothing to restore", lambda a, h, p: h.restore(h.list().documents[0].id),
    ),
    "purge of a live document": (
        "document.not_deleted", "move it there", lambda a, h, p: h.purge(h.list().documents[0].id),
    ),
    "too large": ("document.size_too_large", "max_original_size", lambda a, h, p: h.add(bytes(2000), name="big")),
    "user id of wrong form": ("input.invalid_id", "usr_", lambda a, h, p: h.acting_as("me")),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTEMPTS)
def test_bad_input_is_a_typed_error(name: str, tmp_path: Path) -> None:
    code, message, attempt = ATTEMPTS[name]
    with Archive.in_memory(settings=Settings(max_original_size=1000)) as archive:
        home = archive.create_organization("Home")
        kept = home.add(b"kept", name="kept.txt", content="word")
        home.tag(kept.id, home.create_tag("used").id)
        with pytest.raises(PapraIndexError) as caught:
            attempt(archive, home, tmp_path)
        assert caught.value.code == code
        assert message in caught.value.message
        assert home.statistics() == Statistics(1, 4, 0, 0)
        assert not [path for path in (archive.folder / "staging").rglob("*") if path.is_file() and path.name[0] != "."]
        archive.wait_until_searchable()
        assert home.search("word").documents_count == 1


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that fails to read, for root too")
def test_a_file_that_fails_to_read_is_a_typed_error(home: Organization) -> None:
    with pytest.raises(PapraIndexError, match="could not be read") as caught:
        home.add("/proc/self/mem")
    assert caught.value.code == "source.unreadable"


def test_strict_query_error_points_at_the_fault(home: Organization) -> None:
    with pytest.raises(InvalidQuery) as caught:
        home.search("invoice colour:red", strict=True)
    lines = caught.value.message.splitlines()
    assert lines[-1].index("^") > lines[-2].index("invoice")


def test_a_folder_that_is_no_archive_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InvalidInput, match="choose another folder"):
        Archive.open(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    with pytest.raises(ArchiveNotFound, match="is a file"):
        Archive.open(tmp_path / "notes.txt")
    with pytest.raises(ArchiveNotFound, match="papra-index init"):
        Archive.open(tmp_path / "nowhere", create=False)
    assert not (tmp_path / "nowhere").exists()


def test_a_damaged_archive_folder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    with Archive.open(path) as archive:
        archive.create_organization("Home").add(b"x", name="x.txt")
    catalog = path / "catalog.sqlite"
    saved = catalog.read_bytes()
    catalog.write_bytes(b"no database at all" * 100)
    with pytest.raises(ArchiveDamaged, match="backup"):
        Archive.open(path)
    catalog.unlink()
    for name in ("catalog.sqlite-wal", "catalog.sqlite-shm"):
        (path / name).unlink(missing_ok=True)
    with pytest.raises(ArchiveDamaged, match="without its catalog"):
        Archive.open(path)
    catalog.write_bytes(saved)
    with Archive.open(path) as archive:
        assert archive.organizations()[0].statistics().documents_count == 1


@pytest.mark.parametrize("name", ["originals", "staging", "index", "locks"])
def test_a_folder_of_the_archive_that_is_a_file_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / "archive"
    threads = set(threading.enumerate())
    Archive.open(path).close()
    shutil.rmtree(path / name)
    (path / name).write_text("in the way")
    with pytest.raises(ArchiveError, match=name):
        Archive.open(path)
    left = set(threading.enumerate()) - threads
    assert not [thread for thread in left if thread.name.startswith("papra-index-catalog")]


def test_an_archive_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    Archive.open(path).close()
    with sqlite3.connect(path / "catalog.sqlite") as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(ArchiveTooNew, match="upgrade papra-index"):
        Archive.open(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max_tags = ", "not valid TOML"),
        ("max_tag = 5", "unknown setting"),
        ("max_tags = 'many'", "expected a whole number"),
        ("max_tags = -1", "from 0"),
        ("[index]\nbatch_documents = 0", "from 1"),
        ("[extraction]\nworker = 1", "unknown setting"),
        ("[extraction]\nbackground = 1", "expected true or false"),
        ("[extraction]\nocr_languages = 'eng, deu'", "joined by"),
        ("[extraction]\nocr_languages = 'auto+eng'", "auto alone"),
    ],
)
def test_bad_settings_name_their_place(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(InvalidSettings, match=message) as caught:
        load_settings(file, {})
    assert str(file) in caught.value.message


def test_settings_come_from_file_and_environment(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("max_tags = 5\n[extraction]\nworkers = 3\nseconds = 7\n")
    loaded = load_settings(file, {"PAPRA_INDEX_EXTRACTION_WORKERS": "1", "PAPRA_INDEX_EXTRACTION_BACKGROUND": "off"})
    assert (loaded.max_tags, loaded.extraction.workers, loaded.extraction.seconds) == (5, 1, 7.0)
    assert not loaded.extraction.background
    with pytest.raises(InvalidSettings, match="PAPRA_INDEX_MAX_TAGS"):
        load_settings(None, {"PAPRA_INDEX_MAX_TAGS": "lots"})

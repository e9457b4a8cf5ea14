"""The catalog's writer: grouped, isolated from each other's failures, durable; its schema is what the tables say."""

from __future__ import annotations

import ctypes
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect

from papra_index.catalog import migrations
from papra_index.catalog.additions import find_originals
from papra_index.catalog.changes import (
    begin_generations,
    keep_generations,
    last_sequence,
    list_changes,
    mark_changed,
    register_generations,
)
from papra_index.catalog.database import Catalog
from papra_index.catalog.documents import (
    fetch_live_documents,
    list_documents,
    list_incomplete,
    list_trash,
)
from papra_index.catalog.duplicates import list_uncompared
from papra_index.catalog.extractions import count_pending, list_awaiting_ocr, list_awaiting_pages, list_unread
from papra_index.catalog.organizations import insert_organizations, list_organizations
from papra_index.catalog.pages import read_pages
from papra_index.catalog.tables import metadata
from papra_index.conventions.cursors import Position
from papra_index.errors import ArchiveError
from papra_index.results import PageRequest, Sort, SortField


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.sqlite", tmp_path / "lock")
    yield opened
    opened.close()


def test_migrations_give_the_tables(catalog: Catalog) -> None:
    with catalog.read() as connection:
        inspector = inspect(connection)
        assert set(inspector.get_table_names()) == set(metadata.tables)
        for name, table in metadata.tables.items():
            found = inspector.get_columns(name)
            columns = {column["name"]: (str(column["type"]), column["nullable"]) for column in found}
            assert columns == {column.name: (str(column.type), column.nullable) for column in table.columns}
            indexes = {item["name"]: item["column_names"] for item in inspector.get_indexes(name)}
            assert indexes == {index.name: [column.name for column in index.columns] for index in table.indexes}
            foreign = {tuple(item["constrained_columns"]) for item in inspector.get_foreign_keys(name)}
            assert foreign == {tuple(item.column_keys) for item in table.foreign_key_constraints}


def test_waiting_writes_of_one_kind_share_a_call(catalog: Catalog) -> None:
    calls: list[list[int]] = []
    entered, release = threading.Event(), threading.Event()

    def block(_connection: Connection, items: Sequence[int]) -> Sequence[int]:
        entered.set()
        release.wait(5)
        return items

    def double(_connection: Connection, items: Sequence[int]) -> Sequence[int]:
        calls.append(list(items))
        return [item * 2 for item in items]

    first = catalog.submit(block, [0])
    entered.wait(5)
    futures = [catalog.submit(double, [number, number + 100]) for number in range(5)]
    release.set()
    assert first.result() == [0]
    assert [future.result() for future in futures] == [[number * 2, number * 2 + 200] for number in range(5)]
    assert len(calls) == 1


def test_a_failing_write_fails_alone(catalog: Catalog) -> None:
    entered, release = threading.Event(), threading.Event()

    def block(_connection: Connection, items: Sequence[int]) -> Sequence[int]:
        entered.set()
        release.wait(5)
        return items

    def fail(connection: Connection, items: Sequence[str]) -> Sequence[None]:
        insert_organizations(connection, items)
        raise RuntimeError("after writing")

    catalog.submit(block, [0])
    entered.wait(5)
    before = catalog.submit(insert_organizations, ["one"])
    failing = catalog.submit(fail, ["lost"])
    after = catalog.submit(insert_organizations, ["two"])
    release.set()
    with pytest.raises(RuntimeError, match="after writing"):
        failing.result()
    before.result()
    after.result()
    with catalog.read() as connection:
        assert [details.name for _, details in list_organizations(connection)] == ["one", "two"]


def test_reads_cannot_write(catalog: Catalog) -> None:
    with catalog.read() as connection, pytest.raises(Exception, match="readonly"):
        insert_organizations(connection, ["sneaked in"])


def test_changes_keep_one_row_per_document_and_are_pruned_below_every_generation(catalog: Catalog) -> None:
    def mark(connection: Connection, items: Sequence[int]) -> Sequence[int]:
        return [mark_changed(connection, [item]) for item in items]

    catalog.write(mark, [7, 8, 7])
    with catalog.read() as connection:
        assert list_changes(connection, 0, 10) == [(8, 2), (7, 3)]
    assert catalog.write(begin_generations, ["gen-1"]) == [3]
    with catalog.read() as connection:
        assert list_changes(connection, 0, 10) == []
    catalog.write(mark, [9])
    catalog.write(begin_generations, ["gen-2"])
    with catalog.read() as connection:
        assert list_changes(connection, 0, 10) == [(9, 4)], "gen-1 has not got it yet"
    catalog.write(register_generations, [("gen-2", 4)])
    catalog.write(keep_generations, ["gen-2"])
    catalog.write(register_generations, [("gen-2", 4)])
    with catalog.read() as connection:
        assert list_changes(connection, 0, 10) == []
        assert last_sequence(connection) == 4


def test_listeners_hear_of_each_commit(catalog: Catalog) -> None:
    heard = threading.Event()
    catalog.add_listener(heard.set)
    catalog.write(insert_organizations, ["one"])
    assert heard.wait(5)


def test_a_write_that_is_cancelled_in_time_is_not_done_and_hurts_nobody(catalog: Catalog) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hold(_connection: Connection, items: Sequence[str]) -> Sequence[str]:
        begun.set()
        assert go_on.wait(10)
        return items

    held = catalog.submit(hold, ["held"])
    assert begun.wait(10)
    waiting = [catalog.submit(insert_organizations, [f"{number}"]) for number in range(3)]
    assert not held.cancel(), "it is being written"
    assert waiting[0].cancel()
    assert waiting[2].cancel()
    go_on.set()
    assert held.result(10) == ["held"]
    waiting[1].result(10)
    assert catalog.submit(insert_organizations, ["after"]).result(10)
    with catalog.read() as connection:
        assert [details.name for _, details in list_organizations(connection)] == ["1", "after"]


def test_whatever_fails_beside_writes_ends_no_writing(catalog: Catalog, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise OSError("the listener has its own troubles")

    def leave(_connection: Connection, _items: Sequence[str]) -> Sequence[str]:
        raise SystemExit(3)

    catalog.add_listener(fail)
    for name in ("one", "two"):
        catalog.submit(insert_organizations, [name]).result(10)
    assert "a listener of the catalog failed" in caplog.text
    with pytest.raises(SystemExit):
        catalog.submit(leave, ["gone"]).result(10)
    catalog.submit(insert_organizations, ["three"]).result(10)
    with catalog.read() as connection:
        assert [details.name for _, details in list_organizations(connection)] == ["one", "two", "three"]


@pytest.mark.parametrize("is_idle", [True, False])
def test_nobody_waits_for_a_writer_that_was_ended_from_outside(catalog: Catalog, is_idle: bool) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hold(_connection: Connection, items: Sequence[str]) -> Sequence[str]:
        begun.set()
        while not go_on.wait(0.01):
            pass
        return items

    [writer] = [thread for thread in threading.enumerate() if thread.name == "papra-index-catalog"]
    assert writer.ident is not None
    submitted = [catalog.submit(hold, ["held"])]
    if is_idle:
        go_on.set()
        submitted.pop().result(10)
    else:
        assert begun.wait(10)
        submitted += [catalog.submit(insert_organizations, [f"{number}"]) for number in range(3)]
        # Its result, set before anything else can happen, takes the thread along.
        submitted[0].add_done_callback(lambda _: _end_thread(writer.ident))
        go_on.set()
    if is_idle:
        _end_thread(writer.ident)
        submitted = [catalog.submit(insert_organizations, ["wakes it"])]
    for future in submitted[0 if is_idle else 1 :]:
        with pytest.raises(ArchiveError, match="open it again"):
            future.result(10)
    writer.join(10)
    with pytest.raises(ArchiveError, match="open it again"):
        catalog.write(insert_organizations, ["later"])
    with catalog.read() as connection:
        assert list_organizations(connection) == []


def _end_thread(ident: int | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident or 0), ctypes.py_object(SystemExit))


def test_what_uses_a_catalog_while_python_ends_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from papra_index.catalog.database import Catalog
from papra_index.catalog.organizations import insert_organizations

class Forgotten:
    def __init__(self, folder):
        self.catalog = Catalog(folder / "catalog.sqlite", folder / "lock")
        self.insert, self.tell = insert_organizations, sys.stdout.write
    def __del__(self):
        try:
            self.catalog.write(self.insert, ["late"])
        except Exception as error:
            self.tell(f"{type(error).__name__}: {error}")
        self.catalog.close()

forgotten = Forgotten(Path(sys.argv[1]))
forgotten.catalog.write(insert_organizations, ["in time"])
"""
    run = subprocess.run(
        [sys.executable, "-c", program, tmp_path], capture_output=True, text=True, timeout=30, check=True
    )
    assert run.stdout == "ArchiveClosed: Python is ending: use the archive before that, and close it"
    assert run.stderr == ""


def test_a_read_sees_what_was_written_before_it_whatever_became_of_the_last(catalog: Catalog) -> None:
    def fail_to_read() -> None:
        with catalog.read() as connection:
            list_organizations(connection)
            raise LookupError

    for count in range(1, 4):
        catalog.write(insert_organizations, [f"organization {count}"])
        with catalog.read() as connection:
            assert len(list_organizations(connection)) == count
        with pytest.raises(LookupError):
            fail_to_read()


def test_a_read_sees_one_state_while_others_write(catalog: Catalog) -> None:
    for count in range(3):  # on a new connection and on one that is kept
        with catalog.read() as connection:
            assert len(list_organizations(connection)) == count
            catalog.write(insert_organizations, ["another"])
            assert len(list_organizations(connection)) == count


def test_patient_writes_go_along_behind_others(catalog: Catalog) -> None:
    begun, go_on = threading.Event(), threading.Event()
    calls: list[list[str]] = []

    def note(_connection: Connection, items: Sequence[str]) -> Sequence[str]:
        calls.append([*items])
        if items[0] == "slow":
            begun.set()
            assert go_on.wait(10)
        return items

    slow = catalog.submit(note, ["slow"])
    assert begun.wait(10)
    patient = catalog.submit(note, ["patient"], patient=True)
    urgent = catalog.submit(note, ["urgent"])
    go_on.set()
    assert [slow.result(10), patient.result(10), urgent.result(10)] == [["slow"], ["patient"], ["urgent"]]
    assert calls == [["slow"], ["urgent", "patient"]]


def test_patient_writes_alone_keep_a_distance(catalog: Catalog) -> None:
    def name_moment(_connection: Connection, items: Sequence[str]) -> Sequence[float]:
        return [time.monotonic()] * len(items)

    moments = [catalog.submit(name_moment, ["patient"], patient=True).result(10)[0] for _ in range(3)]
    assert all(later - earlier > 0.09 for earlier, later in pairwise(moments))


@pytest.mark.parametrize(
    ("function", "arguments", "index"),
    [
        (list_unread, (0, 10), "documents_unread"),
        (list_awaiting_ocr, (0, 10), "documents_awaiting_ocr"),
        (list_awaiting_pages, (1,), "pages_awaiting_ocr"),
        (count_pending, (), "documents_pending"),
        (list_trash, (1, "org", PageRequest()), "documents_trashed"),
        (list_incomplete, (1, "org", PageRequest()), "documents_incomplete"),
        (list_documents, (1, "org", Sort(SortField.NAME), PageRequest()), "documents_by_name"),
        (list_documents, (1, "org", Sort(SortField.CREATED_AT), PageRequest()), "documents_by_created_at"),
        (fetch_live_documents, (1, "org", [1, 2, 3]), "INTEGER PRIMARY KEY"),
        (find_originals, (1, ["a", "b"]), "documents_by_original"),
        (list_uncompared, (1, (-1, -1)), "documents_by_created_at"),
    ],
)
def test_reads_use_the_index_made_for_them(
    catalog: Catalog, function: Callable[..., object], arguments: tuple[object, ...], index: str
) -> None:
    with catalog.read() as connection:
        plans = _explain_reads(connection, lambda: function(connection, *arguments))
    assert plans
    for plan in plans:
        assert index in plan[0][3], plan


def _explain_reads(connection: Connection, read: Callable[[], object]) -> list[Sequence[tuple[int, int, int, str]]]:
    """Return SQLite's plan of each statement that reads documents or pages."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    statements: list[str] = []
    driver.set_trace_callback(statements.append)
    read()
    driver.set_trace_callback(None)
    return [
        driver.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
        for statement in statements
        if "FROM documents" in statement or "FROM pages" in statement
    ]


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize(
    ("field", "value", "index"),
    [
        (SortField.CREATED_AT, 5, "documents_by_created_at"),
        (SortField.UPDATED_AT, 5, "documents_by_updated_at"),
        (SortField.DOCUMENT_DATE, 5, "documents_by_date"),
        (SortField.DOCUMENT_DATE, None, "documents_by_date"),
        (SortField.NAME, "a", "documents_by_name"),
        (SortField.SIZE, 5, "documents_by_size"),
    ],
)
def test_a_page_behind_a_place_begins_there_in_its_index(
    catalog: Catalog, field: SortField, value: int | str | None, index: str, descending: bool
) -> None:
    order, place = Sort(field, descending), Position(value, 3)
    with catalog.read() as connection:
        plans = _explain_reads(connection, lambda: list_documents(connection, 1, "org", order, PageRequest(), place))
    assert plans
    column = {SortField.NAME: "name_order", SortField.SIZE: "original_size"}.get(field, field.value)
    for plan in plans:
        assert len(plan) == 1, "something is sorted"
        assert f"INDEX {index} (organization_key=? AND is_trashed=? AND {column}" in plan[0][3]
    assert f"{column}=? AND key{'<' if descending else '>'}?" in plans[0][0][3]


def test_names_are_ordered_anew_when_the_rule_has_changed(tmp_path: Path) -> None:
    file, lock = tmp_path / "catalog.sqlite", tmp_path / "catalog.lock"
    Catalog(file, lock).close()
    row = "(?, ?, 1, ?, 'old', 0, 0, 'a', 1, ?, 'image/png', 'done')"
    with closing(sqlite3.connect(file)) as old:
        old.execute("INSERT INTO organizations (key, id, name, created_at, updated_at) VALUES (1, 'org', 'Home', 0, 0)")
        old.executemany(
            "INSERT INTO documents (key, id, organization_key, name, name_order, created_at, updated_at, original_name,"
            f" original_size, original_sha256, mime_type, extraction_status) VALUES {row}",
            [(key, f"doc_{key}", f"scan {key}", f"{key}") for key in range(2_500)],
        )
        old.execute("UPDATE counters SET value = 1 WHERE name = 'name_order'")
        old.commit()
    for _ in range(2):
        catalog = Catalog(file, lock)
        with catalog.read() as connection:
            listed, _ = list_documents(connection, 1, "org", Sort(SortField.NAME, False), PageRequest(24, 100))
        catalog.close()
        assert [document.name for document in listed] == [f"scan {key}" for key in range(2_400, 2_500)]
        with closing(sqlite3.connect(file)) as old:  # now that the version fits, nothing is done
            old.execute("UPDATE documents SET name_order = name_order || 'x'")
            old.commit()


def test_a_catalog_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    file = tmp_path / "catalog.sqlite"
    first = resources.files(migrations).joinpath("0001_initial.sql").read_text("utf-8")
    with closing(sqlite3.connect(file)) as old:
        old.executescript(f"{first}; PRAGMA user_version = 1;")
        old.execute("INSERT INTO organizations (key, id, name, created_at, updated_at) VALUES (1, 'org', 'Home', 0, 0)")
        old.execute(
            "INSERT INTO documents (key, id, organization_key, name, name_order, created_at, updated_at, original_name,"
            " original_size, original_sha256, mime_type, extraction_status, page_count) VALUES"
            " (2, 'doc', 1, 'a', 'a', 0, 0, 'a', 1, 'x', 'image/png', 'done', 2)"
        )
        for number, confidence in ((1, 90.0), (2, 71.0)):
            row = (2, number, "words", "ocr", "tesseract", confidence, 0.5)
            old.execute("INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        old.commit()
    catalog = Catalog(file, tmp_path / "catalog.lock")
    try:
        with catalog.read() as connection:
            document, _ = fetch_live_documents(connection, 1, "org", [2])[2]
            pages = list(read_pages(connection, 2))
    finally:
        catalog.close()
    assert (document.extraction.confidence, document.extraction.pages_awaiting_ocr) == (80.5, 0)
    assert [(page.text, page.awaits_ocr, page.label) for page in pages] == [("words", False, None)] * 2

"""What stays after applying, committing, crashing and reopening."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import re
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papra_index.errors import IndexUnusable, SearchIndexError
from papra_index.index.tantivy.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from papra_index.index.tantivy.reader import TantivyReader
from papra_index.index.tantivy.schema import fingerprint
from papra_index.index.tantivy.writer import TantivyWriter
from papra_index.query.expression import Everything, Text
from tests.index.corpus import Shelf, documents, make_document


@settings(max_examples=12, deadline=None)
@given(
    batches=st.lists(st.tuples(st.lists(documents, max_size=5), st.lists(st.integers(1, 12), max_size=3)), max_size=4)
)
def test_applying_twice_changes_nothing(shared_shelf: Shelf, batches: list[tuple[list[object], list[int]]]) -> None:
    def read_all() -> list[list[int]]:
        return [shared_shelf.keys(Everything(), organization=organization) for organization in (1, 2)]

    shared_shelf.put(removed=range(1, 13))
    for batch, removed in batches:
        shared_shelf.put(*batch, removed=removed)  # type: ignore[arg-type]
    once = read_all()
    for batch, removed in batches:
        shared_shelf.put(*batch, removed=removed)  # type: ignore[arg-type]
    assert read_all() == once
    assert sum(map(len, once)) == len({key for keys in once for key in keys})


def test_an_update_replaces_and_a_removal_removes(shelf: Shelf) -> None:
    shelf.put(make_document(1, "old"), make_document(2, "gone"))
    shelf.put(make_document(1, "new"), removed=[2])
    assert shelf.keys(Text("old")) == shelf.keys(Text("gone")) == []
    assert shelf.keys(Text("new")) == shelf.keys(Everything()) == [1]
    shelf.put(make_document(3, "first"), make_document(3, "last"))
    assert shelf.keys(Text("first")) == []
    assert shelf.keys(Text("last")) == [3]


def test_what_was_not_committed_is_discarded(tmp_path: Path) -> None:
    shelf = Shelf.open(tmp_path / "gen")
    shelf.put(make_document(1, "kept"))
    shelf.writer.apply([make_document(2, "lost")], [1])
    shelf.writer.close()
    shelf.writer.close()
    assert TantivyReader.open(tmp_path / "gen").sequence == 1
    again = Shelf.open(tmp_path / "gen")
    assert again.keys(Everything()) == [1]
    assert again.writer.sequence == 1
    again.writer.close()


def _write_and_hang(folder: Path, committed: multiprocessing.synchronize.Event) -> None:
    writer = TantivyWriter.open(folder)
    writer.apply([make_document(1, "kept")], [])
    writer.commit(7)
    writer.apply([make_document(2, "lost")], [])
    committed.set()
    signal.pause()


def test_a_killed_writer_leaves_its_last_commit(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    committed = context.Event()
    process = context.Process(target=_write_and_hang, args=(tmp_path / "gen", committed))
    process.start()
    assert committed.wait(30)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    shelf = Shelf.open(tmp_path / "gen")
    assert shelf.writer.sequence == shelf.reader.sequence == 7
    assert shelf.keys(Everything()) == [1]
    shelf.put(make_document(2, "again"))
    assert shelf.keys(Everything()) == [2, 1]
    shelf.writer.close()


def test_the_checkpoint_says_how_far_the_index_has_come(shelf: Shelf, tmp_path: Path) -> None:
    assert read_checkpoint(tmp_path / "gen") is None
    shelf.writer.commit(41)
    told = read_checkpoint(tmp_path / "gen")
    assert told is not None
    assert told == Checkpoint(41, fingerprint(), 0, told.opstamp)
    (tmp_path / "gen" / "CHECKPOINT").write_text("{broken")
    assert read_checkpoint(tmp_path / "gen") is None
    assert read_checkpoint(tmp_path / "missing") is None


def test_there_is_one_writer_at_a_time(shelf: Shelf, tmp_path: Path) -> None:
    shelf.writer.commit(1)
    with pytest.raises(SearchIndexError, match="LockBusy") as raised:
        TantivyWriter.open(tmp_path / "gen")
    assert not isinstance(raised.value, IndexUnusable)
    shelf.writer.close()
    with pytest.raises(SearchIndexError, match="closed"):
        shelf.writer.apply([], [])
    with pytest.raises(SearchIndexError, match="closed"):
        shelf.writer.commit(1)
    TantivyWriter.open(tmp_path / "gen").close()


def test_files_left_by_a_crash_are_removed_at_open(tmp_path: Path) -> None:
    shelf = Shelf.open(tmp_path)
    shelf.put(make_document(1, "kept"))
    shelf.writer.close()
    before = {path.name for path in tmp_path.iterdir()}
    orphans = [f"{'0' * 32}.idx", f"{'a' * 32}.12.del", ".tmpAb3xY", "CHECKPOINT.7.tmp"]
    for name in orphans:
        tmp_path.joinpath(name).write_bytes(b"x")
    tmp_path.joinpath("notes.txt").write_bytes(b"kept")
    again = Shelf.open(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == before | {"notes.txt"}
    assert again.keys(Text("kept")) == [1]
    again.writer.close()


def test_another_schema_is_refused(tmp_path: Path) -> None:
    import tantivy

    tantivy.Index(tantivy.SchemaBuilder().add_text_field("name").build(), str(tmp_path))
    write_checkpoint(tmp_path, Checkpoint(1, fingerprint()))
    with pytest.raises(IndexUnusable, match="schema"):
        TantivyWriter.open(tmp_path)
    with pytest.raises(IndexUnusable, match="schema"):
        TantivyReader.open(tmp_path)


@settings(max_examples=15, deadline=None)
@given(text=st.text(st.characters(), max_size=50), number=st.integers())
def test_no_document_is_refused(shared_shelf: Shelf, text: str, number: int) -> None:
    number = max(-(1 << 63), min(number, (1 << 63) - 1))
    odd = make_document(
        1, text, text + "\ud800\x00" + "q" * 70_000, mime_type=text, size=max(number, ~number), created_at=number,
        updated_at=number, document_date=number,
    )  # fmt: skip
    shared_shelf.put(odd, removed=range(1, 13))
    assert shared_shelf.keys(Everything()) == [1]
    assert shared_shelf.keys(Text("q" * 20)) == [1]


def test_many_threads_may_apply_at_once(shelf: Shelf) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: shelf.writer.apply([make_document(key, "x")], []), range(200)))
    shelf.writer.commit(1)
    assert shelf.search(Everything()).documents_count == 200


@contextmanager
def hold_commit(writer: TantivyWriter, sequence: int) -> Iterator[None]:
    """Have another thread commit, and keep it from ending meanwhile."""
    begun, go = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as beside:
        committing = beside.submit(writer.commit, sequence, lambda: (begun.set(), go.wait(20)))
        try:
            assert begun.wait(20)
            yield
        finally:
            go.set()
        committing.result()


def test_what_is_applied_while_another_thread_commits_is_in_the_next_commit(shelf: Shelf) -> None:
    shelf.writer.apply([make_document(1, "before"), make_document(2, "before")], [])
    with hold_commit(shelf.writer, 1):
        shelf.writer.apply([make_document(1, "meanwhile"), make_document(3, "meanwhile")], [])
        shelf.writer.apply([make_document(3, "last")], [2])
    assert shelf.writer.sequence == 1
    assert (sorted(shelf.keys(Text("before"))), shelf.keys(Text("last"))) == ([1, 2], [])
    shelf.writer.commit(2)
    assert (shelf.keys(Text("before")), shelf.keys(Text("last"))) == ([], [3])
    assert shelf.keys(Text("meanwhile")) == [1]


def test_no_more_than_some_megabytes_wait_for_a_commit(shelf: Shelf) -> None:
    with ThreadPoolExecutor(1) as beside:
        with hold_commit(shelf.writer, 1):
            shelf.writer.apply([make_document(1, "first", "word " * 1_580_000)], [])
            second = beside.submit(shelf.writer.apply, [make_document(2, "second", "word " * 40_000)], [])
            with pytest.raises(TimeoutError):
                second.result(timeout=0.7)
        second.result(timeout=60)
    shelf.writer.commit(2)
    assert sorted(shelf.keys(Everything())) == [1, 2]


@pytest.mark.slow
def test_nobody_waits_for_a_merge(tmp_path: Path) -> None:
    folder, generator, key = tmp_path / "gen", random.Random(1), 0
    words = [f"w{number}" for number in range(20_000)]
    texts = [" ".join(generator.choices(words, k=200)) for _ in range(200)]
    writer = TantivyWriter.open(folder)
    for sequence in range(1, 30):
        writer.apply([make_document(key + place, "x", text) for place, text in enumerate(texts)], ())
        key += len(texts)
        writer.commit(sequence)
        if list_unlisted(folder):
            break
    # The commit has returned while its merge is under way, and so does closing; the next writer merges.
    writer.close(0.0)
    assert list_unlisted(folder)
    writer = TantivyWriter.open(folder)
    writer.apply([make_document(key, "x", "last word")], ())
    writer.commit(100)
    writer.close()
    assert len(list_segments(folder)) < 8
    assert len(Shelf.open(folder).keys(Text("last"))) == 1


def test_short_lived_writers_do_not_pile_segments_up(tmp_path: Path) -> None:
    for key in range(1, 30):
        writer = TantivyWriter.open(tmp_path / "gen")
        writer.apply([make_document(key, "x", "word")], ())
        writer.commit(key)
        writer.close(5.0)
    assert len(list_segments(tmp_path / "gen")) < 12
    assert len(Shelf.open(tmp_path / "gen").keys(Text("word"))) == 29


def list_segments(folder: Path) -> set[str]:
    listed = json.loads((folder / "meta.json").read_bytes())["segments"]
    return {segment["segment_id"].replace("-", "") for segment in listed}


def list_unlisted(folder: Path) -> set[str]:
    files = {path.name.partition(".")[0] for path in folder.iterdir() if re.match(r"[0-9a-f]{32}\.", path.name)}
    return files - list_segments(folder)

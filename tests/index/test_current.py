"""Which generation answers while others come and go."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from papra_index.conventions.principals import Reach
from papra_index.errors import IndexRebuilding, SearchIndexError
from papra_index.index import current as module
from papra_index.index.base import IndexReader, IndexRequest
from papra_index.index.current import CurrentReader
from papra_index.index.engine import open_reader, open_writer
from papra_index.index.generations import Generations
from papra_index.query.expression import Everything, Text
from tests.archives import damage_file_in_use
from tests.index.corpus import BY_RELEVANCE, make_document

EVERYTHING = IndexRequest((Reach(1),), Everything(), BY_RELEVANCE)


@pytest.fixture
def generations(tmp_path: Path) -> Generations:
    return Generations(tmp_path)


def make_generation(generations: Generations, sequence: int) -> Path:
    folder = generations.create()
    writer = open_writer(folder, 15_000_000)
    writer.apply([make_document(sequence, "letter")], [])
    writer.commit(sequence)
    writer.close()
    return folder


def search(reader: CurrentReader) -> tuple[int, ...]:
    return reader.search(EVERYTHING).keys


def test_searches_follow_each_swap(generations: Generations) -> None:
    reader = CurrentReader(generations)
    assert reader.sequence == 0
    for sequence in (1, 2, 3):
        folder = make_generation(generations, sequence)
        generations.activate(folder)
        assert search(reader) == (sequence,)
        assert reader.sequence == sequence


def test_a_swap_while_a_search_looks_is_not_missed(generations: Generations, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread opens the new generation between any two steps of a search: the old one no longer answers."""
    reader, other = CurrentReader(generations), make_generation(generations, 1)
    generations.activate(other)
    assert search(reader) == (1,)
    newer = make_generation(generations, 2)
    read_state = generations.read_state

    def swap_first() -> tuple[int, int] | None:
        monkeypatch.setattr(generations, "read_state", read_state)
        generations.activate(newer)
        assert search(reader) == (2,)
        return read_state()

    monkeypatch.setattr(generations, "read_state", swap_first)
    assert search(reader) == (2,)


def _spend_patience(reader: CurrentReader) -> float:
    began = time.monotonic()
    with pytest.raises(SearchIndexError, match=r"try again when it is ready$"):
        reader.search(EVERYTHING)
    return time.monotonic() - began


def _leave_none(_: Generations) -> None:
    return None


def _leave_foreign(generations: Generations) -> None:
    folder = make_generation(generations, 1)
    (folder / "CHECKPOINT").write_text('{"sequence": 1, "fingerprint": "of another version"}')
    generations.activate(folder)


@pytest.mark.parametrize("prepare", [_leave_none, _leave_foreign])
def test_all_searches_share_one_patience(
    generations: Generations, monkeypatch: pytest.MonkeyPatch, prepare: Callable[[Generations], None]
) -> None:
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.3)
    prepare(generations)
    reader = CurrentReader(generations)
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: _spend_patience(reader), range(8)))
    assert max(waits) < 2
    assert _spend_patience(reader) < 0.2
    generations.activate(make_generation(generations, 5))
    assert search(reader) == (5,)


def test_searches_wait_for_the_first_generation(generations: Generations) -> None:
    reader = CurrentReader(generations)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(search, reader) for _ in range(4)]
        generations.activate(make_generation(generations, 1))
        assert [future.result(10) for future in waiting] == [(1,)] * 4


def test_a_generation_is_opened_once(generations: Generations, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    ready = threading.Barrier(6)

    def count_and_open(folder: Path) -> IndexReader:
        opened.append(folder)
        time.sleep(0.05)
        return open_reader(folder)

    def meet_and_search(_: int) -> tuple[int, ...]:
        ready.wait()
        return search(reader)

    monkeypatch.setattr(module, "open_reader", count_and_open)
    generations.activate(make_generation(generations, 1))
    reader = CurrentReader(generations)
    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(meet_and_search, range(6))) == {(1,)}
    assert len(opened) == 1


def test_a_failure_of_the_engine_has_the_files_looked_at(
    generations: Generations, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.1)
    folder = make_generation(generations, 1)
    generations.activate(folder)
    reader, other = CurrentReader(generations), CurrentReader(generations)
    words = replace(EVERYTHING, expression=Text("letter"))
    assert reader.search(words).keys == other.search(words).keys == (1,)
    [path] = folder.glob("*.idx")
    times = path.stat().st_mtime_ns
    damage_file_in_use(path, "zero", seed=1)
    os.utime(path, ns=(times, times))
    for one in (reader, other):
        with pytest.raises(IndexRebuilding):
            one.search(words)
    assert generations.find_current() is None
    assert [record.levelno for record in caplog.records] == [logging.WARNING], "told once"
    generations.activate(make_generation(generations, 2))
    assert reader.search(words).keys == other.search(words).keys == (2,)

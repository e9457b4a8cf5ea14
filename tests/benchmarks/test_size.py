"""The benchmark of sizes tells what each engine keeps, of generated texts and of folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.indexing import count_words
from benchmarks.population import Population
from benchmarks.size import measure_size, print_result, read_folder


def test_sizes_are_told_by_what_they_are_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    letters, scratch = tmp_path / "letters", tmp_path / "scratch"
    (letters / "2024").mkdir(parents=True)
    scratch.mkdir()
    (letters / "2024" / "one.txt").write_bytes("A letter about Qomrare, gr\u00fc\u00dfe \u00fc".encode() + b"\xff")
    entries = list(Population("documents", 8, organizations=1).iterate_entries())
    result = measure_size(scratch, {"generated": entries, "letters": read_folder(letters)})
    for source in result["sources"].values():
        ours, bare, peer = (source["engines"][name] for name in ("papra-index", "bare", "fts5"))
        assert ours["positions"] >= bare["positions"] > 0
        assert ours["columns"] > bare["columns"]
        assert peer["index"] > 0
    assert not list(scratch.iterdir())
    print_result(result)
    assert "letters: 1 documents" in capsys.readouterr().out


def test_marked_words_are_counted_as_written() -> None:
    entries = list(Population("documents", 21, organizations=1).iterate_entries())
    assert count_words(entries)["qacommon"] == 6
    assert count_words(entries)["qemedium"] == 2

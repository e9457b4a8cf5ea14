"""The benchmark of near-duplicates runs on a folder of texts, and its damage is what it says."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks import damage
from benchmarks.duplicates import COPIES, OTHERS, measure_kind, print_result, read_texts

TEXT = " ".join(f"word{number} of the letter number {number} and {number * 7919}." for number in range(40))


def test_texts_are_read_once_each_and_have_figures(tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    for name in ("a.txt", "deeper/b.txt"):
        (tmp_path / name).write_text("The same words again and again. " * 30)
    (tmp_path / "short.txt").write_text("too short")
    (text,) = read_texts(tmp_path, 10, 1)
    assert any(character.isdigit() for character in text)
    assert read_texts(tmp_path, 10, 1) == [text]


def test_damage_is_of_the_rate_asked_for() -> None:
    generator = random.Random(1)
    long = TEXT * 10
    assert damage.misread(long, 0, generator) == long
    assert abs(len(damage.misread(long, 0.1, generator)) / len(long) - 1) < 0.1
    assert damage.crop("0123456789", 0.2) == "01234567"
    assert damage.swap_halves("one two three four") == "four one two three"


def test_a_kind_is_measured() -> None:
    generator = random.Random(1)
    other = " ".join(f"roof{number * 31} under {number * 104729} tiles" for number in range(60))
    texts = [TEXT, other]
    found = measure_kind([COPIES["one misread 3%"](text, generator) for text in texts], are_copies=True)
    assert (found["recall"], found["wrong"]) == (1, 0)
    assert found["cpu_ms"] > 0
    assert measure_kind([], are_copies=True)["precision"] == 1


def test_the_tables_have_all_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    ours = {"ours": {"recall": 1.0, "precision": 1.0, "wrong": 0.0, "cpu_ms": 1.0}}
    print_result(dict.fromkeys((*COPIES, *OTHERS), ours))
    printed = capsys.readouterr().out
    assert all(name in printed for name in (*COPIES, *OTHERS))

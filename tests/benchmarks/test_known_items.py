"""Known items are mined the same way by the same seed, spoiled as promised, and every system is asked for them."""

from __future__ import annotations

import gzip
import random
import sys
from pathlib import Path

import pytest
from rapidfuzz.distance import DamerauLevenshtein

from benchmarks.known_items import OURS, SYSTEMS, count_successes, main, measure_known_items
from benchmarks.manuals import LANGUAGES, read_manual, write_collection
from benchmarks.remembered import read_documents
from papra_index.evaluation.mining import KINDS, Miner
from papra_index.evaluation.mistakes import misread, mistype

PAGE = r""".\" a comment
.TH LS 1
.SH NAME
ls \- list directory contents
.SH DESCRIPTION
.B ls
lists the \fIdirectory\fP named by
.BR opendir (3),
sorted \(bu by name.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chance = random.Random(5)
    words = ["".join(chance.choices("aeionrstldmcu", k=chance.randrange(5, 12))) for _ in range(400)]
    for language in ("en", "de"):
        (tmp_path / language).mkdir()
        for number in range(30):
            text = " ".join(chance.choices(words, k=80))
            (tmp_path / language / f"{' '.join(chance.sample(words, 3))} {number}.txt").write_text(text)
    return tmp_path


def test_the_same_seed_gives_the_same_queries(folder: Path) -> None:
    documents = read_documents(folder, 1)
    items = Miner(documents, 1).mine(4)
    assert items == Miner(read_documents(folder, 1), 1).mine(4)
    assert items != Miner(documents, 2).mine(4)
    assert {item.kind for item in items} >= set(KINDS) - {"part", "run together"}
    assert len({(item.kind, item.language, item.query) for item in items}) == len(items)
    by_number = {document.number: document for document in documents}
    for item in items:
        document = by_number[item.number]
        assert document.language == item.language
        if item.kind in ("amount", "date", "IBAN", "identifier"):
            assert item.query in document.text
        if item.kind == "title":
            assert all(word in document.name for word in item.query.split())
    with pytest.raises(ValueError, match="no text"):
        read_documents(folder / "en" / "nothing", 1)


def test_words_are_spoiled_as_much_as_is_said() -> None:
    chance = random.Random(1)
    for _ in range(200):
        assert DamerauLevenshtein.distance("maintenance", mistype("maintenance", 1, chance)) == 1
        assert 1 <= DamerauLevenshtein.distance("maintenance", mistype("maintenance", 2, chance)) <= 2
    spoiled = [misread("maintenance", rate, chance) for rate in (0.05, 0.9) for _ in range(100)]
    assert "maintenance" not in spoiled
    distances = [DamerauLevenshtein.distance("maintenance", word) for word in spoiled]
    assert sum(distances[:100]) < sum(distances[100:])
    assert misread("qqq", 0.5, chance) == "qqq"


def test_systems_are_asked_and_ranks_are_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = measure_known_items(folder, list(SYSTEMS), 3, 1)
    ranks = {name: system["ranks"] for name, system in result["systems"].items()}
    assert set(ranks) == set(SYSTEMS)
    kinds = [kind for kind, *_ in result["items"]]
    for name in SYSTEMS:
        assert all(rank == 1 for rank, kind in zip(ranks[name], kinds, strict=True) if kind == "identifier"), name
    typos = {name: [rank for rank, kind in zip(ranks[name], kinds, strict=True) if kind == "typo 1"] for name in ranks}
    assert count_successes(typos[OURS], 10) > 0.5 > count_successes(typos["without relaxing"], 10)
    assert count_successes([1, 0, 5, 11], 5) == 0.5
    monkeypatch.setattr(sys, "argv", ["known_items", str(folder), "--count", "1", "--part", "test", "--system", OURS])
    main()
    assert "success at 1, 5, 10" in capsys.readouterr().out


def test_manual_pages_become_texts(tmp_path: Path) -> None:
    assert read_manual(PAGE) == [
        ("NAME", "ls - list directory contents"),
        ("DESCRIPTION", "ls\nlists the directory named by\nopendir(3),\nsorted - by name."),
    ]
    for place in ("man/man1", "man/de/man1"):
        (tmp_path / place).mkdir(parents=True)
        text = PAGE + "words of it " * 100 + place
        (tmp_path / place / "ls.1.gz").write_bytes(gzip.compress(text.encode()))
    written = write_collection(tmp_path / "out", [tmp_path / "man"], 10, 1)
    assert written == {language: int(language in ("en", "de")) for language in LANGUAGES}
    (text,) = (tmp_path / "out" / "de").iterdir()
    assert text.name == "ls - list directory contents - NAME.txt"
    assert text.read_text().rstrip().endswith("man/de/man1")

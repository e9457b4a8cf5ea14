"""The commands similar and duplicates: what people see, and what programs get."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.damage import misread
from tests.cli.conftest import CommandLine
from tests.walks.searching.test_duplicates import BEES


@pytest.fixture(scope="module")
def bees(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """An archive with a letter, a second scan of it, one on the same subject, and another; read only."""
    folder = tmp_path_factory.mktemp("bees")
    texts = {
        "bees.txt": BEES,
        "bees again.txt": misread(BEES, 0.02, random.Random(4)),
        "honey.txt": "Honey from the heather: seventeen jars of it from our hives on the moor, spun in August.",
        "cake.txt": "Plum cake with cinnamon.",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    line = CommandLine(tmp_path_factory.mktemp("archive") / "archive")
    line.do("init")
    line.do("add", folder, "--date", "2023-10-01")
    return line


def test_similar_shows_documents_with_scores_and_words(bees: CommandLine) -> None:
    printed = bees.do("similar", bees.find_id("honey.txt"))
    assert printed.startswith("2 documents like honey.txt")
    assert "both have: " in printed
    assert "honey, " in printed
    assert "cake.txt" not in printed
    page = bees.json("similar", bees.find_id("bees.txt")[:12])
    assert page["documents_count"] == 2
    assert [hit["document"]["name"] for hit in page["hits"]] == ["bees again.txt", "honey.txt"]
    assert page["hits"][0]["score"] > page["hits"][1]["score"] > 0
    assert "content" not in page["hits"][0]["document"]


def test_similar_takes_a_query_and_tells_its_mistakes(bees: CommandLine) -> None:
    document_id = bees.find_id("bees.txt")
    assert [hit["document"]["name"] for hit in bees.json("similar", document_id, "-name:again")["hits"]] == [
        "honey.txt"
    ]
    result = bees.run("similar", document_id, "date:soon")
    assert result.exit_code == 0
    assert "Nothing like bees.txt matches the query." in result.stdout
    assert "^^^^^^^^^" in result.stderr
    assert bees.run("similar", document_id, "--page-size", "0").exit_code == 2


def test_nothing_similar_is_an_answer(bees: CommandLine) -> None:
    assert bees.do("similar", bees.find_id("cake.txt")).strip() == "Nothing like cake.txt."
    assert bees.run("similar", "doc_aaaaaaaaaaaaaaaaaaaaaaaa").exit_code == 1


def test_duplicates_are_shown_in_groups(bees: CommandLine) -> None:
    printed = bees.do("duplicates")
    assert printed.startswith("1 group of near-duplicates")
    assert "2 documents, alike by 9" in printed
    assert "2023-10-01" in printed
    found = bees.json("duplicates", "--threshold", "0.6")
    assert (found["groups_count"], found["pending_count"]) == (1, 0)
    names = {member["document"]["name"] for member in found["groups"][0]["documents"]}
    assert names == {"bees.txt", "bees again.txt"}
    assert bees.do("duplicates", "--threshold", "1").strip() == "No near-duplicates."


def test_duplicates_of_one_document(bees: CommandLine) -> None:
    printed = bees.do("duplicates", bees.find_id("bees.txt"))
    assert printed.startswith("1 document with nearly the text of bees.txt")
    assert "bees again.txt" in printed
    found = bees.json("duplicates", bees.find_id("bees.txt"))
    assert [copy["document"]["name"] for copy in found["documents"]] == ["bees again.txt"]
    assert 0.9 < found["documents"][0]["similarity"] < 1
    assert bees.do("duplicates", bees.find_id("cake.txt")).startswith("No document has nearly the text of cake.txt")


def test_thresholds_out_of_bounds_are_refused(bees: CommandLine) -> None:
    result = bees.run("duplicates", "--threshold", "0.3")
    assert result.exit_code == 2
    assert "0.5 to 1" in result.stderr


def test_documents_that_the_index_does_not_have_are_counted(tmp_path: Path) -> None:
    line = CommandLine(tmp_path / "archive")
    line.do("init")
    assert line.do("duplicates").strip() == "No near-duplicates."
    assert line.json("duplicates")["groups"] == []

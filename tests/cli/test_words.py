"""Commands on words: suggestions, the words there are, synonyms and stop words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.conftest import CommandLine


@pytest.fixture
def own(shared: CommandLine) -> Iterator[CommandLine]:
    """The shared archive, without the synonyms and stop words that a test gave it."""
    yield shared
    for group in shared.lines("synonyms"):
        shared.do("synonyms", "remove", group["id"])
    for word in shared.lines("stop-words"):
        shared.do("stop-words", "remove", word)


def test_suggest_lists_words_and_names(shared: CommandLine) -> None:
    lines = shared.do("suggest", "annual", "main").splitlines()
    assert lines[0].split() == ["Suggestion", "Kind", "Documents", "Query"]
    assert lines[1].split() == ["maintenance", "word", "1", "annual", "maintenance"]
    [word, name] = shared.lines("suggest", "boi")
    assert (word["kind"], word["search_query"], word["documents_count"]) == ("word", "boiler", 1)
    assert (name["text"], name["document_id"]) == ("boiler.txt", shared.find_id("boiler.txt"))
    assert [tag["search_query"] for tag in shared.lines("suggest", "tag:p")] == ["tag:post"]
    assert len(shared.lines("suggest", "t", "--limit", "2")) == 2
    assert "Nothing to suggest" in shared.run("suggest", "xyz").stderr
    assert shared.run("suggest", "x", "--limit", "26").exit_code == 2


def test_terms_are_listed_with_their_documents(shared: CommandLine) -> None:
    assert shared.lines("terms", "main") == [{"word": "maintenance", "documents_count": 2}]
    assert shared.do("terms", "b", "--field", "name").splitlines()[1].split() == ["boiler", "1"]
    words = [term["word"] for term in shared.lines("terms", "p", "--sort", "word")]
    assert words == sorted(words)
    assert "No such words" in shared.run("terms", "xyz").stderr
    assert shared.run("terms", "--field", "tags").exit_code == 2


def test_synonyms_are_added_listed_and_removed(own: CommandLine) -> None:
    assert "No synonyms yet" in own.run("synonyms").stderr
    assert "Saved boiler = Heizung = plum cake (syn_" in own.do("synonyms", "add", "boiler", "Heizung", "plum cake")
    assert "Saved tile → roof" in own.do("synonyms", "add", "--one-way", "tile", "roof")
    assert [group["terms"] for group in own.lines("synonyms", "list")] == [
        ["boiler", "Heizung", "plum cake"],
        ["tile", "roof"],
    ]
    assert "tile → roof" in own.do("synonyms")
    found = own.run("search", "heizung")
    assert "2 documents" in found.stdout
    assert "heizung: also searched for boiler, plum cake (synonyms)" in found.stderr
    assert own.json("search", "heizung")["expanded"] == [{"text": "heizung", "synonyms": ["boiler", "plum cake"]}]
    own.do("synonyms", "add", "roof", "Dach")
    several = own.run("synonyms", "remove", "ROOF")
    assert several.exit_code == 2
    assert "several groups" in several.stderr
    assert own.do("synonyms", "remove", "heizung") == "Removed boiler = Heizung = plum cake.\n"
    missing = own.run("synonyms", "remove", "heizung")
    assert (missing.exit_code, "papra-index synonyms" in missing.stderr) == (1, True)
    assert own.run("synonyms", "add", "alone").exit_code == 2


def test_stop_words_are_added_listed_and_removed(own: CommandLine) -> None:
    assert "No stop words yet" in own.run("stop-words").stderr
    assert own.do("stop-words", "add", "Visit", "the") == "2 stop words now.\n"
    assert own.do("stop-words", "list") == "the\nvisit\n"
    found = own.run("search", "plum visit")
    assert "1 document" in found.stdout
    assert "Left out: visit (stop words)" in found.stderr
    assert own.json("search", "plum visit")["ignored_words"] == ["visit"]
    assert own.do("stop-words", "remove", "visit") == "1 stop word now.\n"
    assert own.json("search", "--no-relax", "plum visit")["documents_count"] == 0

"""What a search left out or loosened to end in time is an issue with its place, and no ground to change documents."""

from __future__ import annotations

import pytest

from papra_index import Archive, Organization
from papra_index.errors import InvalidQuery
from papra_index.index.tantivy import costs, words

WORDS = [f"{letter}word" for letter in "abcdefghijklmnopqrst"]
QUERY = " OR ".join(WORDS)


@pytest.fixture
def filled(archive: Archive, home: Organization, monkeypatch: pytest.MonkeyPatch) -> Organization:
    """Documents of which each has a word, and nothing to spend behind the first twelve of a query."""
    for word in WORDS:
        home.add(word.encode(), name="1.txt", content=word)
    archive.wait_until_searchable()
    monkeypatch.setattr(costs, "MAX_COST", 0)
    monkeypatch.setattr(costs, "_COST_OF_DOCUMENT", 0)
    return home


def test_what_was_left_out_is_told_with_its_place(filled: Organization) -> None:
    page = filled.search(QUERY, page_size=100)
    [issue] = page.issues
    assert (issue.code, QUERY[issue.start :].split()[0]) == ("query-too-costly", "mword")
    assert '"mword" and 7 more were left out' in issue.message
    assert page.documents_count == 12
    summary = filled.summarize(QUERY)
    assert (summary.documents_count, summary.issues) == (12, page.issues)


def test_in_strict_mode_nothing_is_left_out(filled: Organization) -> None:
    with pytest.raises(InvalidQuery, match=r"take too long[^^]*\n[^^]*\^"):
        filled.search(QUERY, strict=True)
    with pytest.raises(InvalidQuery, match="take too long"):
        filled.summarize(QUERY, strict=True)


def test_a_loosened_phrase_is_told_with_its_place(
    archive: Archive, home: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_MAX_WORDS", 0)
    home.add(b"1", name="1.txt", content="Annual " + " ".join(f"m{number}" for number in range(60)))
    archive.wait_until_searchable()
    query = 'tag:paid OR "annual M"'
    [*_, issue] = home.search(query).issues
    assert (issue.code, query[issue.start : issue.end]) == ("phrase-loosened", "annual M")


def test_documents_are_not_selected_by_a_part_of_a_query(filled: Organization) -> None:
    with pytest.raises(InvalidQuery, match="take too long"):
        filled.select(QUERY)
    assert len(filled.select(QUERY.partition(" OR mword")[0])) == 12

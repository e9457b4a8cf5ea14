"""Queries are mined from an archive's documents, each with the document that alone is meant."""

from __future__ import annotations

import pytest

from papra_index import Archive, Organization
from papra_index.errors import InvalidInput
from papra_index.evaluation.known_documents import read_known_documents
from papra_index.evaluation.mining import KINDS, Miner

LETTERS = {
    "bill": "Invoice RE-2024A7 of 17.05.2024: total 1.234,56 EUR, IBAN DE02 1203 0000 0000 2020 51, maintenance.",
    "copy": "Another letter of 17.05.2024 on maintenance, quarterly inspection of chimneys and burners in the cellar.",
    "empty": "",
}


@pytest.fixture
def filled(archive: Archive, home: Organization) -> Organization:
    for name, text in LETTERS.items():
        home.put(name, name=f"{name} letter.txt", content=text)
    home.put("id with blanks", name="fourth letter", content="An unusual postscript about marmalade kept for guests.")
    archive.wait_until_searchable()
    return home


def test_facts_are_those_that_tell_a_document_from_others(filled: Organization) -> None:
    documents, ids, counts = read_known_documents(filled, 1)
    by_id = {ids[document.number]: document for document in documents}
    assert by_id["bill"].facts == ("RE-2024A7", "", "1.234,56", "DE02 1203 0000 0000 2020 51")
    assert by_id["copy"].facts == ("", "", "", "")
    assert {"bill", "copy", "empty"} < set(ids)
    assert [id_[:4] for id_ in ids if id_ not in LETTERS] == ["doc_"]  # what a TREC file cannot hold
    assert by_id["bill"].name == "bill letter"
    assert sum(words["maintenance"] for words in counts.values()) == 2


def test_queries_name_documents_that_are_found(filled: Organization) -> None:
    documents, ids, counts = read_known_documents(filled, 1)
    items = Miner(documents, 1, counts).mine(2)
    assert items == Miner(*_again(filled)).mine(2)
    assert {item.kind for item in items} <= set(KINDS)
    queries = {item.kind: (item.query, ids[item.number]) for item in items}
    assert queries["amount, plain"] == ("1234.56", "bill")
    assert queries["identifier"] == ("RE-2024A7", "bill")
    assert "date" not in queries
    assert all(item.query.strip() for item in items)


def test_a_year_tells_no_document(home: Organization, archive: Archive) -> None:
    home.put("a", name="report", content="Our sign is MC-2024 and nothing else is known of it.")
    archive.wait_until_searchable()
    kinds = {item.kind for item in Miner(*_again(home)).mine(2)}  # type: ignore[arg-type]
    assert "identifier" in kinds
    assert "identifier, part" not in kinds


def _again(home: Organization) -> tuple[object, ...]:
    documents, _, counts = read_known_documents(home, 1)
    return documents, 1, counts


def test_a_sample_is_seeded_and_bounded(filled: Organization) -> None:
    chosen = [sorted(read_known_documents(filled, seed, sample=2)[1]) for seed in (1, 1, 2, 3, 4, 5)]
    assert all(len(ids) == 2 for ids in chosen)
    assert chosen[0] == chosen[1]
    assert len({tuple(ids) for ids in chosen}) > 1


def test_an_archive_without_text_is_told(home: Organization) -> None:
    with pytest.raises(InvalidInput, match="no document has text"):
        read_known_documents(home, 1)

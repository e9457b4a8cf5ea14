from __future__ import annotations

import pytest

from papra_index.query.parser import parse_query

from .corpus import CORPUS, NOW, TAG_IDS
from .examples import ALL, EXAMPLES, WORKED_EXAMPLES, Example
from .matching import find_letters


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.row}-{example.query}")
def test_worked_example_finds_its_documents(example: Example) -> None:
    parsed = parse_query(example.query, now=NOW)
    assert find_letters(parsed.expression) == example.matches
    assert tuple(issue.code for issue in parsed.issues) == example.issues


def test_every_row_of_the_contract_is_there() -> None:
    assert {example.row for example in WORKED_EXAMPLES} == set(range(1, 69))


def test_deviations_are_few_and_reasoned() -> None:
    deviating = [example for example in WORKED_EXAMPLES if example.reference is not None]
    assert [example.row for example in deviating] == [29, 34, 35, 54, 68, 68]
    assert all(example.reason and example.reference != example.matches for example in deviating)


def test_corpus_is_the_one_described() -> None:
    assert "".join(document.letter for document in CORPUS) == ALL
    assert all(document.created_at < NOW for document in CORPUS)
    assert {tag for document in CORPUS for tag in document.tags} == set(TAG_IDS)

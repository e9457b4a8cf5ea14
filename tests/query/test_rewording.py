"""Queries as typed with words replaced: where, in which case, and what stays."""

from __future__ import annotations

import pytest

from papra_index.query.rewording import list_kept_values, list_words, reword_query

BETTER = {"invioce": "invoice", "strase": "strasse", "filedescriptor": "file descriptor"}


@pytest.mark.parametrize(
    ("query", "reworded"),
    [
        ("invioce", "invoice"),
        ("Invioce  INVIOCE iNvioce", "Invoice  INVOICE invoice"),
        ('"the invioce" -"invioce" NOT invioce ="invioce"', '"the invoice" -"invioce" NOT invioce ="invioce"'),
        ("name:invioce notes:(invioce) tag:invioce", "name:invoice notes:(invoice) tag:invioce"),
        ("(ÎNVIOCE OR other)^2 invioce^3", "(INVOICE OR other)^2 invoice^3"),
        ("Straße strase invioce-12", "Straße strasse invoice-12"),
        ("filedescriptor", "file descriptor"),
        ("nothing to do here", "nothing to do here"),
        ("", ""),
    ],
)
def test_words_are_replaced_where_they_stand(query: str, reworded: str) -> None:
    assert reword_query(query, BETTER) == reworded


@pytest.mark.parametrize(
    ("query", "reworded"),
    [
        ("annual gone boiler", "annual boiler"),
        ("annual boiler gone", "annual boiler"),
        ("gone", ""),
        ("annual AND gone tag:x", "annual tag:x"),
        ("gone-gone annual invioce", "annual invoice"),
        ("gone-boiler -gone tag:gone", "gone-boiler -gone tag:gone"),
    ],
)
def test_words_left_out_go_with_their_blank(query: str, reworded: str) -> None:
    assert reword_query(query, BETTER, {"gone"}) == reworded


def test_what_is_asked_for_in_earnest() -> None:
    assert list_kept_values('a "b c" +d name:"e" f') == {"b c", "d", "e"}
    assert list_words("État-major n° 5_b") == ["etat", "major", "n", "5", "b"]

"""Runs of scripts without blanks, as pairs: any part of one is found, and nothing across its ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.conventions.folding import fold_text
from papra_index.index.bigrams import (
    has_unspaced,
    iterate_runs,
    list_telling_pairs,
    pair_characters,
    split_unspaced,
)
from papra_index.index.highlighting import Highlighter
from papra_index.query.expression import Text
from tests.index.corpus import Shelf, make_document

_TEXTS = {
    1: "東京都庁は新宿にあります",
    2: "京都の\n天気",
    3: "ประเทศไทย ดื่มน้ำเย็น",
    4: "대한민국서울특별시",
    5: "このPDFファイルを2024年に",
    6: "ສະບາຍດີ",
    7: "ភាសាខ្មែរ",
    8: "မြန်မာဘာသာ",
    9: "plain text",
    10: "京",
}


@pytest.mark.parametrize("field", ["content", "name"])
@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ("東京", [1]),
        ("京都", [1, 2]),
        ("都庁", [1]),
        ("東京都庁は", [1]),
        ("京庁", []),
        ("庁", [1]),
        ("京", [1, 2, 10]),
        ("す", [1]),
        ("の天気", [2]),
        ("ประเทศ", [3]),
        ("ไทย", [3]),
        ("น้ำ", [3]),
        ("민국", [4]),
        ("서울특별시", [4]),
        ("ファイル", [5]),
        ("PDF", [5]),
        ("4年に", [5]),
        ("ບາຍ", [6]),
        ("ខ្មែរ", [7]),
        ("ဘာသာ", [8]),
        ("ประเทศไทย ดื่ม", [3]),
        ("ไทย ดื่มน้ำ", [3]),
        ("ไท ดื่มน้ำ", []),
        ("京都 天気", []),
        ("東京 plain", []),
    ],
)
def test_any_part_of_a_run_is_found(shared_shelf: Shelf, field: str, asked: str, keys: list[int]) -> None:
    documents = [
        make_document(key, **({"content": text} if field == "content" else {"name": text.replace("\n", "")}))
        for key, text in _TEXTS.items()
    ]
    shared_shelf.put(*documents)
    assert sorted(shared_shelf.keys(Text(asked))) == keys
    assert sorted(shared_shelf.keys(Text(asked, field))) == keys  # type: ignore[arg-type]
    other = "name" if field == "content" else "content"
    assert shared_shelf.keys(Text(asked, other)) == []  # type: ignore[arg-type]


_letters = st.text(st.sampled_from("東京都庁น้ำไ"), min_size=1, max_size=8)


@given(_letters, _letters, _letters)
def test_pairs_of_a_part_stand_in_order_among_those_of_the_whole(before: str, part: str, behind: str) -> None:
    whole = fold_text(before + part + behind)
    assert list(iterate_runs(whole)) == [whole]
    pairs, wanted = pair_characters(whole), pair_characters(fold_text(part), is_whole=False)
    if len(wanted) > 1 or len(fold_text(part)) > 1:
        assert any(pairs[place : place + len(wanted)] == wanted for place in range(len(pairs)))
    else:
        assert any(pair.startswith(wanted[0]) for pair in pairs)


@given(st.text(max_size=40))
def test_any_text_has_runs(text: str) -> None:
    folded = fold_text(text)
    runs = list(iterate_runs(folded))
    assert bool(runs) == has_unspaced(folded)
    assert all(run in folded.replace("\n", "") or "\n" in folded for run in runs)
    assert len(split_unspaced(folded)) in (0, len(runs))


@pytest.mark.parametrize("asked", ["12,345円", "１２，３４５円", "12345円", "345円", "12,345円です"])
def test_a_number_in_groups_is_one_with_its_unit(shared_shelf: Shelf, asked: str) -> None:
    texts = {1: "金額は１２，３４５円です", 2: "金額：12,345円です。", 3: "金額は12345円です", 4: "金額は12,34円です"}
    shared_shelf.put(*[make_document(key, content=text) for key, text in texts.items()])
    assert sorted(shared_shelf.keys(Text(asked))) == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "asked", "marked"),
    [
        ("金額は１２，３４５円です", "12,345円", "１２，３４５円"),
        ("金額は１２，３４５円です", "12345円", "１２，３４５円"),
        ("金額は12345円です", "12,345円", "12345円"),
        ("このPDFファイル", "PDF", "PDF"),
    ],
)
def test_only_what_was_asked_for_is_marked_in_a_run(text: str, asked: str, marked: str) -> None:
    ((start, end, _),) = Highlighter([Text(asked)]).find_spans(text)
    assert text[start:end] == marked


def test_pairs_that_tell_are_none_of_letters_digits_and_endings() -> None:
    assert list_telling_pairs("敷金です 2024年 plain words 敷金pdf版") == ["敷金", "金で", "敷金"]
    assert list_telling_pairs("plain words, Größe") == []

"""What the index finds to be like a document, and what may be a copy of it."""

from __future__ import annotations

import pytest

from papra_index.conventions.principals import Reach
from papra_index.index.base import IndexRequest, SimilarityRequest, SimilarMatch
from papra_index.query.expression import Everything, Expression, Text
from papra_index.results import Sort, SortField
from tests.index.corpus import Shelf, make_document

FIRE = "The fire drill takes place at the meeting point behind the brewery; alarms sound twice."
DRILL = "Minutes: after the fire drills everybody met at the meeting point, and the alarm sounded."
OTHER = "Plums, flour, butter and a pinch of cinnamon make a cake."


def ask(key: int, text: str, *, language: str | None = "en", allowed: Expression | None = None) -> SimilarityRequest:
    request = IndexRequest((Reach(1),), allowed or Everything(), Sort(SortField.CREATED_AT))
    return SimilarityRequest(key, text, language, request, frozenset({"the", "at", "and", "a"}))


def fill(shelf: Shelf, language: str | None = "en") -> None:
    shelf.put(
        make_document(1, content=FIRE, language=language),
        make_document(2, content=DRILL, language=language),
        make_document(3, content=OTHER, language=language),
        make_document(4, content=FIRE, language=language, organization_key=2),
        *[make_document(key, content="common words of many letters") for key in range(10, 60)],
    )


def test_documents_that_share_rare_stems_are_similar(shelf: Shelf) -> None:
    fill(shelf)
    (match,) = shelf.reader.find_similar(ask(1, FIRE))
    assert match.key == 2
    assert 0.15 <= match.score < 1
    assert set(match.words) <= {"fire", "drill", "meeting", "point", "alarms", "sound"}
    assert len(match.words) == 5


def test_a_copy_scores_one_and_words_of_many_documents_nothing(shelf: Shelf) -> None:
    fill(shelf)
    shelf.put(make_document(5, content=FIRE, language="en"))
    best = shelf.reader.find_similar(ask(1, FIRE))[0]
    assert (best.key, best.score) == (5, 1.0)
    assert shelf.reader.find_similar(ask(99, "common words of many letters")) == ()


def test_a_document_that_the_index_does_not_have_yet_is_compared_all_the_same(shelf: Shelf) -> None:
    fill(shelf)
    keys = [match.key for match in shelf.reader.find_similar(ask(99, FIRE))]
    assert keys == [1, 2]


def test_other_documents_of_the_query_only(shelf: Shelf) -> None:
    fill(shelf)
    assert shelf.reader.find_similar(ask(1, FIRE, allowed=Text("plums"))) == ()
    assert [match.key for match in shelf.reader.find_similar(ask(1, FIRE, allowed=Text("minutes")))] == [2]


def test_removed_documents_neither_count_nor_break_anything(shelf: Shelf) -> None:
    fill(shelf)
    shelf.put(removed=[2])
    assert shelf.reader.find_similar(ask(1, FIRE)) == ()
    for _ in range(3):
        shelf.put(make_document(1, content=FIRE, language="en"))
    assert shelf.reader.find_copies(ask(1, FIRE)) == ()


def test_stems_of_another_language_are_found(shelf: Shelf) -> None:
    fill(shelf)
    shelf.put(make_document(7, content="Feuer: Meeting Point, Drill, Alarms", language="de"))
    assert 7 in [match.key for match in shelf.reader.find_similar(ask(1, FIRE))]


def test_nothing_or_a_single_word_is_like_nothing(shelf: Shelf) -> None:
    fill(shelf)
    for text in ("", "?!", "fire", "unheard of", "12 13 14"):
        assert shelf.reader.find_similar(ask(99, text)) == ()
    for text in ("", "?!", "unheard"):
        assert shelf.reader.find_copies(ask(99, text)) == ()


def test_words_are_told_of_the_wanted_page(shelf: Shelf) -> None:
    fill(shelf)
    shelf.put(*[make_document(key, content=FIRE, language="en") for key in (5, 6)])
    first = IndexRequest((Reach(1),), Everything(), Sort(SortField.CREATED_AT), first=1, limit=1)
    matches = shelf.reader.find_similar(SimilarityRequest(1, FIRE, "en", first))
    assert [bool(match.words) for match in matches] == [False, True, False]
    assert matches[0] == SimilarMatch(6, 1.0)


def test_copies_are_looked_for_by_the_rarest_words(shelf: Shelf) -> None:
    fill(shelf)
    shelf.put(make_document(5, content=FIRE.replace("brewery", "brewcry").replace("alarms", "alanns")))
    assert shelf.reader.find_copies(ask(1, FIRE))[0] == 5
    assert 4 not in shelf.reader.find_copies(ask(1, FIRE)), "of another organization"
    assert shelf.reader.find_copies(ask(99, FIRE))[0] in (1, 5), "not in the index itself"


def test_copies_of_documents_that_were_replaced_are_found(shelf: Shelf) -> None:
    fill(shelf)
    own = " ".join(f"misread{number}" for number in range(40))
    for _ in range(3):
        shelf.put(make_document(1, content=f"{FIRE} {own}"))
    shelf.put(make_document(5, content=FIRE))
    assert shelf.reader.find_copies(ask(1, f"{FIRE} {own}"))[0] == 5


def test_copies_of_what_very_many_have_are_found(shelf: Shelf) -> None:
    shelf.put(*[make_document(key, content=FIRE, organization_key=2) for key in range(100, 800)])
    shelf.put(make_document(1, content=FIRE), make_document(2, content=FIRE))
    assert shelf.reader.find_copies(ask(1, FIRE)) == (2,)


def test_words_are_told_as_they_are_written(shelf: Shelf) -> None:
    fill(shelf)
    for key in (8, 9):
        shelf.put(make_document(key, content="Herr Größl repariert Straßenlampen", language="de"))
    (match,) = shelf.reader.find_similar(ask(8, "Herr Größl repariert Straßenlampen", language="de"))
    assert {"größl", "straßenlampen"} <= set(match.words)


def test_copies_without_blanks_between_words_are_found(shelf: Shelf) -> None:
    fill(shelf)
    letter = "町内会からのお知らせ、四月三日の日曜日、午前九時から公園の掃除、軍手と飲み物をお持ちください"
    shelf.put(make_document(8, content=letter, language="ja"), make_document(9, content=letter + "。", language="ja"))
    assert shelf.reader.find_copies(ask(8, letter, language="ja")) == (9,)


UNSPACED = {
    "ja": (
        "賃貸借契約書の更新について。契約期間は二年間とし、家賃は毎月末に支払う。敷金は退去時に返還される。",
        "家賃の支払いと敷金の返還は賃貸借契約書による。更新しない場合は契約期間の満了前に通知する。",
        "りんごと小麦粉でケーキを焼く。砂糖を加えてよく混ぜる。オーブンは高温にしておく。",
    ),
    "zh": (
        "租赁合同规定租金每月支付，押金在退租时返还，合同期限为两年，到期可以续签。",
        "关于租金和押金：押金返还须符合租赁合同的规定，合同期限届满前一个月通知。",
        "苹果蛋糕需要面粉、黄油和一点肉桂，烤箱预热后烘烤四十分钟。",
    ),
    "ko": (
        "임대차계약서에 따라 월세는 매월 말에 지급하고 보증금은 퇴거할 때 반환한다.",
        "보증금을 반환하려면 임대차계약서와 월세의 지급 내역이 필요하다.",
        "사과와 밀가루로 케이크를 굽는다. 설탕을 넣고 잘 섞는다.",
    ),
    "th": (
        "สัญญาเช่าบ้านกำหนดค่าเช่ารายเดือนและเงินประกันซึ่งคืนเมื่อย้ายออก",
        "เงินประกันและค่าเช่ารายเดือนเป็นไปตามสัญญาเช่าบ้านฉบับนี้",
        "แอปเปิลกับแป้งทำขนมเค้กอร่อยใส่น้ำตาลแล้วผสมให้เข้ากัน",
    ),
}


@pytest.mark.parametrize("language", UNSPACED)
def test_texts_without_blanks_are_alike_by_pairs_of_characters(shelf: Shelf, language: str) -> None:
    lease, letter, cake = UNSPACED[language]
    texts = {1: lease, 2: letter, 3: cake}
    shelf.put(
        *[make_document(key, content=text, language=language) for key, text in texts.items()],
        *[make_document(key, content="common words of many letters") for key in range(10, 60)],
    )
    (match,) = shelf.reader.find_similar(ask(1, lease, language=language))
    assert match.key == 2
    assert 0.15 <= match.score < 1
    assert match.words
    assert all(word in lease and word in letter for word in match.words)


@pytest.mark.parametrize("language", UNSPACED)
def test_copies_of_texts_without_blanks_are_found_though_misread(shelf: Shelf, language: str) -> None:
    lease, _, cake = (text.replace(" ", "").replace("。", "").replace("，", "") for text in UNSPACED[language])
    misread = "".join("田" if place % 11 == 5 else character for place, character in enumerate(lease))
    texts = {1: lease, 2: misread, 3: cake}
    shelf.put(*[make_document(key, content=text, language=language) for key, text in texts.items()])
    assert shelf.reader.find_copies(ask(1, lease, language=language))[0] == 2

"""Stems of words in their languages: what is found by them, what is not, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from papra_index.conventions.folding import fold_text
from papra_index.index.base import IndexDocument
from papra_index.index.stemming import UNSTEMMED, choose_stemmer, stem_folded, stemming_version
from papra_index.index.tantivy.stems import name_languages, stem_text
from papra_index.query.expression import And, Expression, Not, Or, Text, Words
from papra_index.results import Sort, SortField
from tests.index.corpus import Shelf, documents, make_document

# A word that is asked for, and others of the language that have to be found by it.
FORMS = {
    "en": ("invoices", "invoice", "invoiced"),
    "de": ("Rechnungen", "Rechnung"),
    "fr": ("généraux", "général", "généralités"),
    "es": ("canciones", "canción"),
    "it": ("fatture", "fattura"),
    "pt": ("contratos", "contrato"),
    "nl": ("rekeningen", "rekening"),
    "sv": ("räkningar", "räkning", "räkningen"),
    "fi": ("laskut", "laskun"),
    "ru": ("счета", "счёт"),
    "hu": ("számlák", "számla"),
    "tr": ("kitaplar", "kitap"),
    "el": ("λογαριασμοί", "λογαριασμός"),
}


@pytest.mark.parametrize("language", FORMS)
def test_other_forms_of_a_word_are_found(shelf: Shelf, language: str) -> None:
    asked, *others = FORMS[language]
    shelf.put(*[make_document(key, content=word, language=language) for key, word in enumerate(others, 1)])
    assert set(shelf.keys(Text(asked))) == set(range(1, len(others) + 1))
    assert shelf.keys(Text(asked)) == shelf.keys(Text(fold_text(asked))) == shelf.keys(Text(asked.upper()))
    assert set(shelf.keys(Words((asked, "zzz")))) == set(range(1, len(others) + 1))
    assert shelf.search(Text(asked), widening=False).keys == ()


def test_a_stem_counts_only_in_its_language(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="Rechnung", language="de"), make_document(2, content="Rechnung", language="ja"))
    shelf.put(make_document(3, content="invoice"), make_document(4, content="Rechnung", organization_key=2))
    assert shelf.keys(Text("Rechnungen")) == [1]
    assert shelf.keys(Text("invoices")) == [3]  # texts whose language is not known are taken for English
    assert shelf.keys(Text("Rechnungen"), organization=2) == []


def test_whole_words_come_above_stems_above_beginnings(shelf: Shelf) -> None:
    shelf.put(
        make_document(1, content="house maintains x"),
        make_document(2, content="house maintain x"),
        make_document(3, content="house maintainsx x"),
        make_document(4, content="house nothing x"),
    )
    assert shelf.keys(Text("maintains")) == [1, 2, 3]
    assert shelf.keys(And((Text("house"), Text("maintains")))) == [1, 2, 3]
    scores = shelf.search(Text("maintains")).scores
    assert scores[0] > scores[1] > scores[2] > 0


def test_what_is_excluded_matches_strictly(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="roof invoice"), make_document(2, content="roof invoices"))
    roof, invoices = Text("roof"), Text("invoices")
    assert shelf.keys(And((roof, Not(invoices)))) == [1]
    assert set(shelf.keys(invoices)) == {1, 2}
    # Below two negations a word is asked for again.
    assert set(shelf.keys(Not(And((roof, Not(invoices)))))) == {1, 2}
    assert shelf.keys(Not(Or((invoices, Text("absent"))))) == [1]
    assert shelf.keys(Not(Words(("invoices",)))) == [1]


@pytest.mark.parametrize("expression", [Text("invoices paid"), Text("invoices", "content"), Text("invoices", "name")])
def test_phrases_and_single_fields_have_no_stems(shelf: Shelf, expression: Expression) -> None:
    shelf.put(make_document(1, "invoice paid", "invoice paid"))
    assert shelf.keys(expression) == []


def test_a_word_is_as_dear_in_a_rare_language(shelf: Shelf) -> None:
    shelf.put(*[make_document(key, content="motor x", language="en") for key in range(1, 40)])
    shelf.put(make_document(50, content="motor x", language="de"), make_document(51, content="nothing", language="en"))
    scores = dict(zip(*((found := shelf.search(Words(("motor",)))).keys, found.scores), strict=True))
    assert scores[50] == pytest.approx(scores[1], rel=1e-4)


_asked = st.sets(st.sampled_from(["été", "ete", "abcs", "foo", "Straße", "2024"]), min_size=1)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(corpus=st.lists(documents, max_size=8), words=_asked)
def test_stems_only_add(shared_shelf: Shelf, corpus: list[IndexDocument], words: set[str]) -> None:
    shared_shelf.put(*corpus, removed=range(1, 13))
    for word in words:
        for expression in (Text(word), Words((word, "b"))):
            narrow = set(shared_shelf.search(expression, widening=False).keys)
            by_score, by_time = (
                set(shared_shelf.search(expression, sort=Sort(field)).keys)
                for field in (SortField.RELEVANCE, SortField.CREATED_AT)
            )
            assert narrow <= by_score == by_time


def test_stemmers_of_languages() -> None:
    assert choose_stemmer("de") == "de"
    assert choose_stemmer(None) == "en"
    assert choose_stemmer("ja") == choose_stemmer("pl") == UNSTEMMED
    assert name_languages(3, "ja") == "3:xx"
    assert stem_folded("en", "maintenance") == "mainten"
    assert stem_folded(UNSTEMMED, "invoices") == "invoices"
    assert stemming_version()


def test_a_text_is_stemmed_piece_by_piece() -> None:
    assert stem_text("en", "Boundary-layer  INVOICES,\n(paid)") == "enboundari enlay eninvoic enpaid".replace(
        "enlay", "en" + stem_folded("en", "layer")
    )
    assert stem_text("fr", "Généralités") == "frgeneralit frgeneral"
    assert stem_text("ja", "日本語 ABC").split() == ["xxabc"]
    assert stem_text("en", "") == ""


@given(st.text(st.characters(codec=None), max_size=80), st.sampled_from(["en", "fr", "ja", "tr", "el", None]))
def test_any_text_has_stems(text: str, language: str | None) -> None:
    assert stem_text(language, text) == stem_text(language, text)
    stem_text(language, text).encode()

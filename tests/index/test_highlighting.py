"""Snippets: always inside the text, always what matched."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papra_index.conventions.folding import fold_text
from papra_index.index.highlighting import Highlighter, merge_spans
from papra_index.index.snippets import find_snippets
from papra_index.query.expression import Pattern, Text
from papra_index.results import Snippet
from tests.index.corpus import WORDS, split_words

_queries = st.lists(
    st.builds(
        Text,
        st.lists(st.sampled_from([*WORDS, "e", "s", "!"]), max_size=2).map(" ".join) | st.text(max_size=8),
        st.sampled_from(["any", "name", "content"]),
    ),
    max_size=4,
)
_words = st.lists(st.sampled_from([*WORDS, "filler", "\n", "  "]), max_size=60).map(" ".join)
_pages = st.lists(st.tuples(st.integers(1, 9), st.text(max_size=80) | _words), max_size=4)


def cut_snippets(
    pages: Iterable[tuple[int, str]], texts: Sequence[Text], *, count: int, width: int = 160, language: str = "en"
) -> tuple[Snippet, ...]:
    labelled = ((number, text, None) for number, text in pages)
    return find_snippets(Highlighter(texts), labelled, count=count, width=width, language=language)


def marked(text: str, highlights: tuple[tuple[int, int], ...]) -> str:
    """Return the text with what is highlighted in brackets."""
    for start, end in reversed(highlights):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


def marked_snippets(content: str, *values: str, count: int = 1, width: int = 160) -> list[str]:
    snippets = cut_snippets([(1, content)], [Text(value) for value in values], count=count, width=width)
    return [marked(snippet.text, snippet.highlights) for snippet in snippets]


@settings(max_examples=300, deadline=None)
@given(pages=_pages, texts=_queries, count=st.integers(1, 4), width=st.integers(1, 60))
def test_snippets_are_inside_their_limits(
    pages: list[tuple[int, str]], texts: list[Text], count: int, width: int
) -> None:
    snippets = cut_snippets(pages, texts, count=count, width=width)
    assert len(snippets) <= count
    assert bool(snippets) == any(text.strip() for _, text in pages)
    for snippet in snippets:
        assert len(snippet.text) <= width
        assert snippet.page_number in {number for number, _ in pages}
        assert snippet.text == snippet.text.strip()
        _check_highlights(snippet.text, snippet.highlights)
        assert any(_stands_in(snippet, text) for number, text in pages if number == snippet.page_number)
        assert unescape(re.sub("</?mark>", "", snippet.html)) == snippet.plain


def _stands_in(snippet: Snippet, text: str) -> bool:
    """Say whether the page is the one that the snippet and its highlights were cut from."""
    places = zip(snippet.highlights, snippet.page_highlights, strict=True)
    return " ".join(text[snippet.start : snippet.end].split()) == snippet.text and all(
        re.sub(r"\s+", " ", text[start:end]) == snippet.text[first:last] for (first, last), (start, end) in places
    )


def _check_highlights(text: str, highlights: tuple[tuple[int, int], ...]) -> None:
    position = 0
    for start, end in highlights:
        assert position <= start < end <= len(text)
        position = end


@settings(max_examples=300, deadline=None)
@given(page=_words, values=st.lists(st.sampled_from([word for word in WORDS if "_" not in word]), max_size=3))
def test_what_is_highlighted_begins_with_a_term(page: str, values: list[str]) -> None:
    terms = [fold_text(value) for value in values]
    snippets = cut_snippets([(1, page)], [Text(value) for value in values], count=3, width=80, language="ja")
    for snippet in snippets:
        for start, end in snippet.highlights:
            assert any(fold_text(snippet.text[start:end]).startswith(term) for term in terms)
    found = any(word.startswith(term) for word in split_words(page) for term in terms)
    assert any(snippet.highlights for snippet in snippets) == found


@pytest.mark.parametrize(
    ("content", "values", "expected"),
    [
        ("The invoices of May", ["inv"], "The [invoices] of May"),
        ("Facture d'ÉLECTRICITÉ payée", ["electr"], "Facture d'[ÉLECTRICITÉ] payée"),
        ("e\u0301lectricite\u0301 nfd", ["électricité"], "[e\u0301lectricite\u0301] nfd"),
        ("in der Hauptstraße 5", ["hauptstras"], "in der [Hauptstraße] 5"),
        ("total: 1.234,56 EUR", ["1.234,5"], "total: [1.234,56] EUR"),
        ("foo_bar-baz", ["bar ba"], "foo_[bar-baz]"),
        ("barn bar", ["bar"], "[barn] [bar]"),
        ("voice invoice", ["voice"], "[voice] invoice"),
        ("one  two\n\nthree", ["two three"], "one [two three]"),
        ("soft\u00adware ware", ["software"], "[soft\u00adware] ware"),
        ("हिन्दी भाषा", ["भा"], "हिन्दी [भाषा]"),
        ("東京都の天気", ["東京", "天気"], "[東京]都の[天気]"),
        ("a ﬁnal word", ["fin"], "a [ﬁnal] word"),
        ("nothing here", ["absent"], "nothing here"),
        ("  blank at first", [], "blank at first"),
    ],
)
def test_highlights(content: str, values: list[str], expected: str) -> None:
    assert marked_snippets(content, *values) == [expected]


def test_snippets_are_cut_at_words_and_say_so() -> None:
    content = "alpha " * 50 + "needle " + "omega " * 50
    (snippet,) = cut_snippets([(4, content)], [Text("needle")], count=3, width=40)
    assert marked(snippet.text, snippet.highlights) == "alpha alpha [needle] omega omega"
    assert (snippet.page_number, snippet.starts_inside, snippet.ends_inside) == (4, True, True)
    (whole,) = cut_snippets([(1, " needle ")], [Text("needle")], count=3)
    assert whole == Snippet("needle", 1, ((0, 6),), start=1, end=7, page_highlights=((1, 7),))


def test_the_passage_with_most_terms_comes_first() -> None:
    pages = [(1, "red " + "x " * 100), (2, "blue " + "x " * 100 + "red and blue " + "x " * 100), (3, "blue")]
    snippets = cut_snippets(pages, [Text("red"), Text("blue")], count=3, width=30)
    assert [(snippet.page_number, len(snippet.highlights)) for snippet in snippets] == [(2, 2), (1, 1), (2, 1)]


def test_several_snippets_of_a_page_do_not_overlap() -> None:
    content = " ".join(f"needle{number} " + "hay " * 30 for number in range(6))
    snippets = cut_snippets([(1, content)], [Text("needle")], count=4, width=50)
    assert [snippet.text[start:end] for snippet in snippets for start, end in snippet.highlights] == [
        f"needle{number}" for number in range(4)
    ]


def test_fields_are_kept_apart() -> None:
    texts = [Text("alpha", "name"), Text("beta", "content"), Text("gamma")]
    (snippet,) = cut_snippets([(1, "alpha beta gamma")], texts, count=1)
    assert snippet.highlights == ((6, 10), (11, 16))


def test_pages_are_read_no_further_than_needed() -> None:
    read: list[int] = []

    def pages() -> Iterator[tuple[int, str]]:
        for number in range(1, 1000):
            read.append(number)
            yield number, "needle and hay " * 10

    assert len(cut_snippets(pages(), [Text("needle")], count=2)) == 2
    assert len(read) <= 2
    read.clear()
    assert cut_snippets(pages(), [], count=1)[0].page_number == 1
    assert read == [1]


def test_words_of_a_long_page_are_found() -> None:
    content = "hay " * 300_000 + "needle " + "hay " * 1000
    (snippet,) = cut_snippets([(1, content)], [Text("needle")], count=1, width=30)
    assert "needle" in snippet.text
    assert snippet.starts_inside
    assert snippet.ends_inside


def test_nothing_comes_of_a_document_without_text() -> None:
    assert cut_snippets([], [Text("a")], count=1) == ()
    assert cut_snippets([(1, " \n")], [Text("a")], count=1) == ()
    assert cut_snippets([(1, "a")], [Text("a")], count=0) == ()


def test_other_forms_of_a_word_are_highlighted() -> None:
    highlighter = Highlighter([Text("invoices"), Text("happy days"), Text("happiness")])
    page = (1, "An Invoice, two INVOICES and one invoiced; invoke it. Happy as happiness, happen.", None)
    (snippet,) = find_snippets(highlighter, [page], count=1, language="en")
    found = [snippet.text[start:end] for start, end in snippet.highlights]
    assert found == ["Invoice", "INVOICES", "invoiced", "Happy", "happiness"]
    (plain,) = find_snippets(highlighter, [page], count=1, language="ja")
    assert [plain.text[start:end] for start, end in plain.highlights] == ["INVOICES", "happiness"]


def test_a_word_in_one_field_is_highlighted_as_it_is() -> None:
    (snippet,) = find_snippets(Highlighter([Text("invoices", "content")]), [(1, "invoice, invoices", None)], count=1)
    assert snippet.highlights == ((9, 17),)


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        (Pattern("*schule"), "Die [Hundeschule], die Musik_[schule] und Schulen; Straßenfest"),
        (Pattern("str?s*t", "content"), "Die Hundeschule, die Musik_schule und Schulen; [Straßenfest]"),
        (Pattern("*schule", "name"), "Die Hundeschule, die Musik_schule und Schulen; Straßenfest"),
    ],
)
def test_words_like_a_pattern_are_highlighted_whole(pattern: Pattern, shown: str) -> None:
    text = "Die Hundeschule, die Musik_schule und Schulen; Straßenfest"
    (snippet,) = find_snippets(Highlighter([], [pattern]), [(1, text, None)], count=1)
    assert marked(snippet.text, snippet.highlights) == shown


def test_a_pattern_of_many_asterisks_takes_no_time() -> None:
    began = time.thread_time()
    find_snippets(Highlighter([], [Pattern("*a*a*a*b")]), [(1, "a" * 15_000 + " " + "a " * 40_000, None)], count=1)
    assert time.thread_time() - began < 1


def test_words_near_a_rare_one_are_highlighted_however_frequent_they_are() -> None:
    content = "the day " * 100 + "of the needle in the hay " + "the day " * 100
    (snippet,) = cut_snippets([(1, content)], [Text("the"), Text("needle")], count=1, width=40)
    assert marked(snippet.text, snippet.highlights).endswith("[the] day of [the] [needle]")


def test_exact_words_are_highlighted_where_they_are_whole() -> None:
    texts = [Text("foo bar", is_exact=True), Text("inv", is_exact=True), Text("baz"), Text("baz", is_exact=True)]
    (snippet,) = cut_snippets([(1, "foo bars, foo-bar; invoice inv, bazaar")], texts, count=1)
    assert marked(snippet.text, snippet.highlights) == "foo bars, [foo-bar]; invoice [inv], [bazaar]"


def test_names_are_highlighted_by_their_own_words() -> None:
    names = Highlighter([Text("scan"), Text("Été", "name"), Text("text", "content")], [Pattern("*schule")], "name")
    name = "scans_ete-text Hundeschule.pdf"
    assert [name[start:end] for start, end in merge_spans(names.find_spans(name))] == ["scans", "ete", "Hundeschule"]


def test_marked_html_is_safe_whatever_the_text_holds() -> None:
    content = """<script>alert("x & 'y'")</script>"""
    (snippet,) = cut_snippets([(1, content)], [Text("alert")], count=1)
    assert snippet.html == ("&lt;script&gt;<mark>alert</mark>(&quot;x &amp; &#x27;y&#x27;&quot;)&lt;/script&gt;")


def test_looking_for_what_is_nearly_everywhere_ends() -> None:
    letters = "abcdefghij"
    highlighter = Highlighter(
        [Text(f"{one} {other}") for one in letters for other in "xyz"], [Pattern("*a?z"), Pattern("b*q*")]
    )
    pages = [(number, "ab cd ef gh ij " * 6_000, None) for number in range(20)]
    began = time.thread_time()
    for _ in range(25):
        assert find_snippets(highlighter, pages, count=3)[0].highlights == ()
    assert time.thread_time() - began < 2
    (snippet,) = find_snippets(highlighter, [(1, "here a x stands", None)], count=1)
    assert marked(snippet.text, snippet.highlights) == "here [a x] stands"


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("ueberweisen", "Bitte überweisen Sie"),
        ("überweisen", "Bitte ueberweisen Sie"),
        ("Müller", "Firma Mueller"),
        ("mueller", "Firma Müller"),
        ("Häuser", "Die Haeuser"),
        ("haeuser", "Die Häuser"),
    ],
)
def test_german_umlauts_in_two_letters_are_marked(asked: str, text: str) -> None:
    ((start, end, _),) = Highlighter([Text(asked)]).find_spans(text, "de")
    assert text[start:end] in {"überweisen", "ueberweisen", "Mueller", "Müller", "Haeuser", "Häuser"}

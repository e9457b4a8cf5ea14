"""Searches that nothing matches: mistyped words, then fewer words, of the organization alone, in bounded time."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papra_index import Archive, Organization, ResultPage, Sort, SortField, Upload
from papra_index.query.rewording import list_words
from papra_index.results import Matching
from tests.query.strategies import QUERIES

TEXTS = {
    "boiler": "The annual maintenance of the boiler by the plumber, invoice 2024-117 for 1,250.00 EUR",
    "roof": "The annual maintenance of the roof by the carpenter and his apprentice",
    "school": "The school has a festival in summer, the plumber is not invited",
    "german": "Die Rechnung für die jährliche Wartung der Heizung liegt bei, bitte überweisen Sie bis Monatsende",
    "letter": "Database administration and its documentation; a receipt for the carpenter",
}
FOREIGN = "The umbrellaria of the zeppelinist, strictly confidential; maintenances, plumberry, carpenterio"


@pytest.fixture(scope="module")
def opened() -> Iterator[Archive]:
    with Archive.in_memory() as archive:
        home, other = archive.create_organization("Home"), archive.create_organization("Other")
        home.add_many([Upload(text.encode(), name=name, content=text) for name, text in TEXTS.items()])
        other.add_many([Upload(FOREIGN.encode(), name="secret", content=FOREIGN)])
        archive.wait_until_searchable(extraction=False)
        yield archive


@pytest.fixture(scope="module")
def filled(opened: Archive) -> Organization:
    return next(organization for organization in opened.organizations() if organization.name == "Home")


def names(page: ResultPage) -> list[str]:
    return sorted(hit.document.name for hit in page.hits)


@pytest.mark.parametrize(
    ("query", "meant", "found"),
    [
        ("maintanence boiler", "maintenance boiler", ["boiler"]),
        ("boiler maintanence", "boiler maintenance", ["boiler"]),
        ("Plmuber festival", "Plumber festival", ["school"]),  # letters exchanged; the capital stays
        ("xarpenter roof", "carpenter roof", ["roof"]),  # the first letter
        ("adminsitraton", "administration", ["letter"]),  # two mistakes in a long word
        ("carqentxr", "carpenter", ["letter", "roof"]),
        ("rnaintenance roof", "maintenance roof", ["roof"]),  # as OCR reads
        ("ma1nt3nance", None, []),  # 3 looks like no letter of it
        ("b0i1er", "boiler", ["boiler"]),
        ("clocumentation", "documentation", ["letter"]),
        ("annualmaintenance roof", "annual maintenance roof", ["roof"]),
        ("data base documentation", "database documentation", ["letter"]),
        ("HEIZNUG rechnung", "HEIZUNG rechnung", ["german"]),
        ("uberweisne", "uberweisen", ["german"]),
        ('"annual maintenence" roof', '"annual maintenance" roof', ["roof"]),
        ("content:plubmer invited", "content:plumber invited", ["school"]),
        ("plubmer -school", "plumber -school", ["boiler"]),
        ("(plubmer OR zzzzzzz) boiler", "(plumber OR zzzzzzz) boiler", ["boiler"]),
    ],
)
def test_mistyped_words_are_corrected(filled: Organization, query: str, meant: str | None, found: list[str]) -> None:
    page = filled.search(query)
    assert names(page) == found
    assert page.suggestion is None
    if meant is None:
        assert page.relaxed is None
    else:
        assert page.relaxed is not None
        assert (page.relaxed.kind, page.relaxed.search_query) == ("typos", meant)
        assert page.relaxed.replaced
        assert not page.relaxed.left_out
    assert filled.search(query, relax=False).hits == ()


@pytest.mark.parametrize(
    "query",
    [
        "bolier",  # found below, so that the others cannot pass by chance
        '="bolier"',
        "-boiler -roof -school -german -letter the bolier",
        "bol",
        "roo1f9",
        "2025-117",
        "1,250.01",
        "tag:bolier",
        "bolier created:<2000",
        "bolier NEAR/3 annual",
        "boliez*",
    ],
)
def test_what_is_never_relaxed(filled: Organization, query: str) -> None:
    page = filled.search(query)
    assert (page.relaxed is not None) is (query == "bolier")
    assert (page.documents_count == 1) is (query == "bolier")


@pytest.mark.parametrize(("count", "is_relaxed"), [(12, True), (13, False)])
def test_a_query_of_many_phrases_is_not_relaxed(filled: Organization, count: int, is_relaxed: bool) -> None:
    phrases = ['"annual maintenence"', *(f'"qzx{number} vzq{number}"' for number in range(1, count))]
    assert (filled.search(" OR ".join(phrases)).relaxed is not None) is is_relaxed


def test_fewer_words_when_no_document_has_all(filled: Organization) -> None:
    page = filled.search("annual maintenance boiler roof carpenter")
    assert names(page) == ["roof"]  # four of five
    assert page.relaxed is not None
    assert (page.relaxed.kind, page.relaxed.words_needed, page.relaxed.left_out) == ("fewer-words", 4, ())
    page = filled.search("qqqwww annual roof")
    assert names(page) == ["roof"]
    assert page.relaxed is not None
    assert (page.relaxed.search_query, page.relaxed.left_out) == ("annual roof", ("qqqwww",))
    page = filled.search("hte tge roof qqqwww thier")
    assert page.relaxed is not None
    assert page.relaxed.kind == "fewer-words"
    assert page.relaxed.search_query == "roof"
    assert set(page.relaxed.left_out) == {"hte", "tge", "qqqwww", "thier"}
    page = filled.search("qqqwww AND plumbre festival roof tag:none OR plumbre festival roof")
    assert page.relaxed is None  # no words side by side of which one could be left out
    page = filled.search("plumbre roof festival")
    assert page.relaxed is not None
    assert (page.relaxed.kind, page.relaxed.words_needed) == ("both", 2)
    assert [hit.document.name for hit in page.hits] == ["school"]


@pytest.mark.parametrize(
    "query", ['"qqqwww" boiler', "+qqqwww boiler", "name:qqqwww boiler", "the qqqwww", "tag:no boiler"]
)
def test_what_is_asked_for_in_earnest_is_not_left_out(filled: Organization, query: str) -> None:
    page = filled.search(query)
    assert (page.documents_count, page.relaxed) == (0, None)


def test_later_pages_and_other_orders_are_relaxed_the_same_way(filled: Organization) -> None:
    first = filled.search("maintanence the", page_size=1)
    second = filled.search("maintanence the", page_size=1, page_index=1)
    assert first.relaxed == second.relaxed is not None
    assert names(first) + names(second) in (["boiler", "roof"], ["roof", "boiler"])
    beyond = filled.search("boiler", page_index=7)
    assert (beyond.hits, beyond.documents_count, beyond.relaxed, beyond.suggestion) == ((), 1, None, None)
    by_name = filled.search("maintanence", sort=Sort(SortField.NAME, descending=False))
    assert [hit.document.name for hit in by_name.hits] == ["boiler", "roof"]


def test_corrected_words_are_highlighted_and_counted(filled: Organization) -> None:
    page = filled.search("bolier", snippets=1, facets=["mime_type"])
    (hit,) = page.hits
    (snippet,) = hit.snippets
    assert [snippet.text[start:end] for start, end in snippet.highlights] == ["boiler"]
    assert page.facets["mime_type"][0].count == 1


def test_facets_of_relaxed_searches_ignore_their_own_filters(archive: Archive, home: Organization) -> None:
    for name, kind in {"one.txt": "text/plain", "two.md": "text/markdown", "three.md": "text/markdown"}.items():
        home.add(name.encode(), name=name, content="a form of the boiler", mime_type=kind)
    archive.wait_until_searchable(extraction=False)
    for query in ("bolier mime:text/plain", "boiler from mime:text/plain"):  # the second is another word by mistake
        page = home.search(query, facets=["mime_type"])
        assert names(page) == ["one.txt"]
        assert page.relaxed is not None
        assert {count.value: count.count for count in page.facets["mime_type"]} == {"text/plain": 1, "text/markdown": 2}
    first = home.search("bolier", sort=Sort(SortField.NAME), page_size=2)
    second = home.search("bolier", sort=Sort(SortField.NAME), page_size=2, cursor=first.next_cursor)
    assert [hit.document.name for hit in (*first.hits, *second.hits)] == ["two.md", "three.md", "one.txt"]


def test_any_word_is_corrected_where_none_is_known(filled: Organization) -> None:
    page = filled.search("bolier festivla", matching="any")
    assert names(page) == ["boiler", "school"]
    assert page.relaxed is not None
    assert dict(page.relaxed.replaced) == {"bolier": ("boiler",), "festivla": ("festival",)}


@pytest.mark.parametrize(
    "query", ["umbrellari", "umbrelaria", "zeppelinistt", "maintenancez roof", "plumberri", "carpenterioo"]
)
@pytest.mark.parametrize("relax", [True, False])
def test_words_of_others_are_never_told(filled: Organization, query: str, relax: bool) -> None:
    page = filled.search(query, relax=relax)
    told = f"{page.relaxed} {page.suggestion}"
    assert not any(
        word in told for word in ("umbrellaria", "zeppelinist'", "maintenances", "plumberry", "carpenterio'")
    )
    assert "secret" not in names(page)


def test_a_spelling_of_far_more_documents_is_suggested(archive: Archive, home: Organization) -> None:
    other = archive.create_organization("Other")
    texts = [f"Number {number} of the invoices" for number in range(20)] + ["one of the invioces, handwritten"]
    for organization in (home, other):
        kept = texts if organization is home else ["kept apart"] * 1
        organization.add_many([Upload(f"{text}".encode(), name="letter", content=text) for text in kept])
    archive.wait_until_searchable(extraction=False)
    page = home.search('Invioces "of the" -receipt')
    assert page.documents_count == 1
    assert page.relaxed is None
    assert page.suggestion == 'Invoices "of the" -receipt'
    assert home.search("invioces handwritten").suggestion is None  # few have the other spelling with this word
    assert home.search("invoices").suggestion is None
    assert home.search("handwritten").suggestion is None
    assert home.search("invoicse", relax=False).suggestion == "invoices"
    assert other.search("invioces", relax=False).suggestion is None


def test_whole_words_come_above_stems_beginnings_and_mistypings(archive: Archive, home: Organization) -> None:
    texts = {"exact": "maintains", "stem": "maintain", "beginning": "maintainsx", "typo": "maintians"}
    home.add_many(
        [Upload(f"{name} house {text}".encode(), name=name, content=f"house {text}") for name, text in texts.items()]
    )
    archive.wait_until_searchable(extraction=False)
    for _ in range(3):
        assert [hit.document.name for hit in home.search("maintains").hits] == ["exact", "stem", "beginning"]
    page = home.search("maintains garage")
    assert page.relaxed is not None
    assert [hit.document.name for hit in page.hits] == ["exact", "stem", "beginning"]


def test_the_same_documents_come_in_the_same_order() -> None:
    orders = []
    for _ in range(2):
        with Archive.in_memory() as archive:
            home = archive.create_organization("Home")
            for start in (0, 20):  # two commits: equal scores lie in different segments
                home.add_many(
                    [
                        Upload(f"{number} boiler".encode(), name=f"{number}", content="a boiler")
                        for number in range(start, start + 20)
                    ]
                )
                archive.wait_until_searchable(extraction=False)
            for query in ("boiler", "boilre", "boiler qqqwww"):
                pages = [home.search(query, page_size=100) for _ in range(2)]
                assert pages[0].hits == pages[1].hits
                orders.append([hit.document.name for hit in pages[0].hits])
    assert len(orders[0]) == 40
    assert orders[:3] == orders[3:]
    assert orders[0] == orders[1] == orders[2] == [str(number) for number in reversed(range(40))]


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORDS = sorted(
    {word.strip(",;.") for text in TEXTS.values() for word in text.lower().split() if len(word) >= 5 and word.isalpha()}
)


@given(
    word=st.sampled_from(_WORDS), place=st.integers(0, 30), letter=st.sampled_from(_LETTERS),
    kind=st.sampled_from(["missing", "extra", "wrong", "exchanged"]),
)  # fmt: skip
@settings(max_examples=150)
def test_one_edit_of_a_word_finds_its_documents(
    filled: Organization, word: str, place: int, letter: str, kind: str
) -> None:
    place %= len(word)
    head, tail = word[:place], word[place:]
    edited = {
        "missing": head + tail[1:],
        "extra": head + letter + tail,
        "wrong": head + letter + tail[1:],
        "exchanged": head + tail[1:2] + tail[:1] + tail[2:],
    }[kind]
    if len(edited) < 4:
        return
    meant = set(names(filled.search(word, relax=False)))
    page = filled.search(edited)
    # A word that the edit made of another may be there itself.
    assert page.relaxed is None or meant <= set(names(page)) or edited in _WORDS
    assert page.hits


_OWN_WORDS = {word for name, text in TEXTS.items() for word in list_words(f"{name} {text}")}


@given(
    query=QUERIES | st.lists(st.sampled_from(_WORDS).map(lambda word: word[1:] + word[0])).map(" ".join),
    matching=st.sampled_from(["all", "any"]),
)
@settings(max_examples=150)
def test_no_query_makes_relaxing_fail_or_tell_of_others(filled: Organization, query: str, matching: Matching) -> None:
    page = filled.search(query, matching=matching, snippets=1)
    assert {hit.document.organization_id for hit in page.hits} <= {filled.id}
    if page.relaxed is not None:
        assert page.documents_count > 0
        told = {word for words in page.relaxed.replaced.values() for text in words for word in list_words(text)}
        assert told <= _OWN_WORDS
        assert filled.search(query, matching=matching, relax=False).documents_count == 0


@pytest.mark.parametrize(
    "query",
    [
        " ".join(f"qzx{number}word" for number in range(60)),
        " ".join(f"maintenen{letter}" for letter in "abcdefghijklmnopqrstuvwxyz" * 2),
        " ".join(f'"annual mainten{letter}nce of thx"' for letter in "bcdefghijk"),
        "iiiiiiiiiiiiiiiiiiiillllllllllllllll1111",
        " ".join(["rnrnrnrnrnrnclclclclvvvvvvii0o0o0o5s5s"] * 20),
        "m" * 1000,
    ],
    ids=["unknown", "misspelt", "phrases", "alike", "repeated", "long"],
)
def test_absurd_queries_cost_bounded_time(filled: Organization, query: str) -> None:
    began = time.thread_time()
    filled.search(query)
    assert time.thread_time() - began < 1.0

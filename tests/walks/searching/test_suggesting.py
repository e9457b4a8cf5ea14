"""What is being typed is completed to queries that find something, from the documents of one organization alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papra_index import Archive, Organization, Page, PageSource, Provenance, Settings, SuggestionKind
from papra_index.catalog.additions import NewDocument, insert_documents
from papra_index.conventions.identifiers import generate_id
from papra_index.errors import InvalidInput
from papra_index.settings import ExtractionSettings

_FILES = {
    "Invoice 2024-001 Boiler.pdf": "The annual maintenance of the boiler and of the bolts. Électricité, Straße.",
    "boiler contract.pdf": "Annual maintenance by john.doe@example.com; boilersuits not included",
    "Old invoice.txt": "invalid invoices of the boiler",
    'Quo"ted \\ name.txt': "bolero dance, Boléro",
    "日本語の手紙.txt": "町内会からのお知らせ 請求書",
    "scan.png": "and or not near bo",
}


def fill(archive: Archive, name: str) -> Organization:
    home = archive.create_organization(name)
    for file, text in _FILES.items():
        home.add(f"{name} {file}".encode(), name=file, content=text)
    return home


@pytest.fixture(scope="module")
def filled() -> Iterator[Organization]:
    with Archive.in_memory(settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
        home = fill(archive, "Home")
        other = archive.create_organization("Other")
        other.add(b"secret", name="boilersecret.txt", content="bosecret annualsecret")
        other.create_tag("bosecret")
        archive.wait_until_searchable()
        by_name = {document.name: document.id for document in home.list().documents}
        for tag, names in {"Bills": ("Old invoice.txt",), "to do": ("scan.png", "boiler contract.pdf")}.items():
            made = home.create_tag(tag)
            for name in names:
                home.tag(by_name[name], made.id)
        home.create_tag("billed never")
        home.update(by_name["scan.png"], notes="Paid in full")
        archive.wait_until_searchable()
        yield home


def offer(home: Organization, text: str, kind: SuggestionKind = SuggestionKind.WORD) -> list[str]:
    return [suggestion.text for suggestion in home.suggest(text, limit=20) if suggestion.kind is kind]


def test_words_of_names_come_first_then_those_of_most_documents_then_stop_words(filled: Organization) -> None:
    assert offer(filled, "b") == ["boiler", "bo", "boilersuits", "Boléro", "bolts", "by"]
    assert offer(filled, "boi") == ["boiler", "boilersuits"]
    assert offer(filled, "an")[0] == "annual"


def test_words_are_spelled_as_in_documents(filled: Organization) -> None:
    assert offer(filled, "elec") == ["Électricité"]
    assert offer(filled, "STRAS") == ["Straße"]
    assert offer(filled, "Élé") == ["Électricité"]


def test_what_stands_before_is_kept_and_restricts(filled: Organization) -> None:
    [first, *_] = filled.suggest("Maintenance  bol")
    assert (first.text, first.search_query, first.documents_count) == ("bolts", "Maintenance  bolts", 1)
    assert offer(filled, "dance bo") == ["Boléro"]
    assert offer(filled, "dance OR boi") == ["boiler", "boilersuits"]
    assert offer(filled, "tag:bills in") == ["invoice", "invalid", "invoices"]
    assert offer(filled, "nothing-here boi") == []


def test_the_last_word_of_a_phrase_follows_the_others(filled: Organization) -> None:
    assert offer(filled, '"annual main') == ["maintenance"]
    assert offer(filled, '"annual bo') == []
    assert offer(filled, "john.doe@ex") == ["example"]


def test_words_of_one_field(filled: Organization) -> None:
    assert offer(filled, "name:bo") == ["boiler"]
    assert "boilersuits" in offer(filled, "content:bo")
    assert offer(filled, "name:(invoice OR cont") == ["contract"]


def test_words_of_notes(filled: Organization) -> None:
    assert offer(filled, "notes:pai") == ["paid"]
    assert offer(filled, 'notes:"paid in f') == ["full"]


def test_excluded_words_are_not_completed(filled: Organization) -> None:
    assert filled.suggest("invoice -bo") == filled.suggest("NOT bo") == ()


def test_names_begin_with_what_was_typed_or_hold_its_words(filled: Organization) -> None:
    found = filled.suggest("boiler", limit=20)
    names = [suggestion for suggestion in found if suggestion.kind is SuggestionKind.NAME]
    assert [name.text for name in names] == ["boiler contract.pdf", "Invoice 2024-001 Boiler.pdf"]
    assert names[0].search_query == '"boiler contract.pdf"'
    assert filled.get(names[0].document_id or "").name == "boiler contract.pdf"
    assert offer(filled, "invoice boi", SuggestionKind.NAME) == ["Invoice 2024-001 Boiler.pdf"]
    assert offer(filled, "boil invoice", SuggestionKind.NAME) == []
    assert offer(filled, "tag:bills inv", SuggestionKind.NAME) == ["Old invoice.txt"]
    assert filled.suggest("tag:bills old ")[0].search_query == 'tag:bills "Old invoice.txt"'
    assert offer(filled, "日本", SuggestionKind.NAME) == ["日本語の手紙.txt"]
    assert offer(filled, "請") == ["請求書"]


def test_quotes_in_a_name_are_written_as_the_language_has_them(filled: Organization) -> None:
    [name] = [s for s in filled.suggest("quo", limit=20) if s.kind is SuggestionKind.NAME]
    assert [hit.document.id for hit in filled.search(name.search_query).hits] == [name.document_id]


def test_tags_and_values_of_filters(filled: Organization) -> None:
    [bills] = filled.suggest("tag:bi")
    assert (bills.kind, bills.text, bills.search_query) == (SuggestionKind.TAG, "Bills", "tag:Bills")
    assert bills.documents_count == 1
    assert [s.search_query for s in filled.suggest("boiler tag:d")] == ['boiler tag:"to do"']
    assert [s.search_query for s in filled.suggest('tag:"to')] == ['tag:"to do"']
    assert [s.search_query for s in filled.suggest("-tag:bi")] == ["-tag:Bills"]
    assert offer(filled, "tag:", SuggestionKind.TAG) == ["to do", "Bills"]
    assert offer(filled, "invalid tag:", SuggestionKind.TAG) == ["Bills"]
    assert offer(filled, "type:p", SuggestionKind.VALUE) == []
    assert offer(filled, "ext:", SuggestionKind.VALUE)[0] == "txt"
    assert offer(filled, "invalid ext:txt,p", SuggestionKind.VALUE) == ["pdf", "png"]
    assert offer(filled, "has:t", SuggestionKind.VALUE) == ["tags"]
    assert offer(filled, "created:t", SuggestionKind.VALUE) == [
        "today",
        "this-week",
        "this-month",
        "this-quarter",
        "this-year",
    ]


def test_nothing_of_another_organization_is_offered(filled: Organization) -> None:
    for text in ("bo", "bosecret", "annuals", "tag:bos", "name:boilers"):
        assert not any("secret" in suggestion.text for suggestion in filled.suggest(text, limit=25))
    assert not any("secret" in term.word for term in filled.terms("bo", limit=1000))


_PIECES = [
    *("bo", "boiler", "inv", "the", "annual", "an", "or", "dance", "é", "日本", "x@", "2024", "00", "bo*", "\ue000"),
    *("NOT", "-", "+", "(", ")", '"', "NEAR/5", "=", "^2", "~3", "*", "\\", ":", ","),
    *("tag:", "tag:to", "name:", "type:", "created:t", "ext:", "size:>1", "has:"),
]


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(_PIECES), st.sampled_from([" ", " ", ""])), max_size=6))
def test_every_suggestion_finds_something(filled: Organization, pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + blank for piece, blank in pieces)
    for suggestion in filled.suggest(text):
        page = filled.search(suggestion.search_query)
        assert page.documents_count >= max(suggestion.documents_count, 1), suggestion
        if suggestion.document_id:
            assert suggestion.document_id in {hit.document.id for hit in page.hits}


@given(st.text(max_size=30))
def test_nothing_that_is_typed_raises(filled: Organization, text: str) -> None:
    for suggestion in filled.suggest(text):
        assert filled.search(suggestion.search_query).documents_count


@pytest.mark.parametrize("limit", [0, 26, True, -1])
def test_a_limit_out_of_bounds_is_refused(filled: Organization, limit: int) -> None:
    with pytest.raises(InvalidInput, match="from 1 to 25"):
        filled.suggest("a", limit=limit)


@pytest.mark.slow
def test_beginnings_of_very_many_words_are_completed_from_the_newest_documents() -> None:
    with Archive.in_memory(settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
        home = archive.create_organization("Home")
        given = Provenance(PageSource.GIVEN)
        documents = [
            NewDocument(home._key, generate_id("doc"), f"{n}.txt", "", 1, f"{n}", "text/plain", n,
                        pages=(Page(1, "zebra zone" if n >= 19_980 else "zoo zone", given),))
            for n in range(20_050)
        ]  # fmt: skip
        home._catalog.write(insert_documents, documents)
        archive.wait_until_searchable(120)
        assert [(s.text, s.documents_count) for s in home.suggest("z")] == [
            ("zone", 20_050),
            ("zebra", 70),
            ("zoo", 19_980),
        ]
        assert offer(home, "zone ze") == offer(home, "ze") == ["zebra"]
        assert offer(home, "zebra z") == ["zone"]
        assert offer(home, "1", SuggestionKind.NAME)[0] == "19999.txt"


def test_terms_are_counted_in_the_organization(filled: Organization) -> None:
    assert [(t.word, t.documents_count) for t in filled.terms("bo")][:1] == [("boiler", 2)]
    assert [t.word for t in filled.terms("BO", order="word")] == ["bo", "boiler", "boilersuits", "bolero", "bolts"]
    assert [(t.word, t.documents_count) for t in filled.terms("bo", field="name")] == [("boiler", 2)]
    with pytest.raises(InvalidInput, match="choose name"):
        filled.terms("a", field="tags")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="choose count or word"):
        filled.terms("a", order="size")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=r"from 1 to 10000"):
        filled.terms("a", limit=0)

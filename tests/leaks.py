"""Every verb asked in two archives: one with documents that may not be seen, one in which they never were.

`iterate_leaks` tells where the answers differ. Run as a program it prints the first place, so that tests can try it on
copies of the package in which a clause is missing.
"""

from __future__ import annotations

import dataclasses
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from papra_index import Archive, Organization, PapraIndexError, PutRequest, Sort, SortField, UpdateRequest
from papra_index.catalog.extractions import ExtractionOutcome, store_extractions
from papra_index.documents import ExtractionStatus
from papra_index.results import SearchRequest
from papra_index.settings import ExtractionSettings, Settings
from papra_index.walks.writing.uploads import Upload

HELD = ("group:readers", "user:anna")
HIDDEN_PRINCIPALS = ("user:bob", "group:board")
UNKNOWN = "doc_" + "0" * 24

# Scores know how rare words are in the whole index, and ranks by them; cursors and times are the archive's own.
_UNCOMPARED = frozenset(
    {
        "score",
        "rank",
        "relaxed_rank",
        "explanation",
        "next_cursor",
        "created_at",
        "updated_at",
        "deleted_at",
        "arrived_at",
        "upload",
    }
)
_BEGINNING = re.compile(r"\bdoc_[a-z0-9]+…")
_ID = re.compile(r"\b(doc|tag|org|usr|syn|doc_act|cpd|cpso)_[a-z0-9]{24}\b")

BOILER = (
    "The annual maintenance of the boiler in the cellar was carried out by Lindner Heating on behalf of the owners; "
    "burner, pump and expansion vessel were inspected, the flue gas values measured and found within the limits."
)
LEASE = (
    "Lease agreement between the housing cooperative and the tenants of the apartment on the second floor, with "
    "cellar compartment and bicycle room, monthly rent payable in advance, deposit of three months on a savings book."
)


@dataclass(frozen=True)
class Place:
    """An organization as somebody sees it, the ids of what is in it by name, and those of what is `unseen`."""

    archive: Archive
    home: Organization
    seen: Organization
    ids: Mapping[str, str]
    hidden: str
    hidden_trashed: str
    unseen: tuple[str, ...]


def fill_archive(archive: Archive, *, with_hidden: bool) -> Place:
    """Add what is seen, and in between what is not."""
    home = archive.create_organization("Home")
    unseen: list[str] = []
    ids: dict[str, str] = {"bills": home.create_tag("bills").id, "spare": home.create_tag("spare").id}
    ids["synonyms"] = home.save_synonyms(["boiler", "furnace"]).id
    home.save_search("Boilers", "boiler", sort=Sort(SortField.NAME))
    for name, kind in (("Paper", "document_relation"), ("Amount", "number"), ("Paid by", "text"), ("Spare", "text")):
        ids[name] = home.create_property(name, kind).id

    def put(name: str, content: str, principals: tuple[str, ...] = (), **more: Any) -> None:
        document = home.add(name.encode(), name=name, content=content, principals=principals, **more)
        ids[name] = document.id

    def hide(name: str, content: str, **more: Any) -> None:
        if with_hidden:
            put(name, content, HIDDEN_PRINCIPALS, **more)
            unseen.append(ids[name])
            home.tag(ids[name], ids["bills"])

    if with_hidden:
        hidden_put = home.put("source:1", content="zebrafish source", principals=HIDDEN_PRINCIPALS)
        unseen.append(hidden_put.document_id or "")
    hide("zebrafish protocol.txt", "zebrafish protocol of the laboratory, xylophone, boilar")
    put("boiler 2024.txt", BOILER)
    # More copies than one document is compared with, and some that share its rarest words.
    for number in range(12):
        hide(f"boiler copy {number}.txt", f"{BOILER} Copy number {number}.")
    put("boiler 2025.txt", BOILER.replace("annual", "yearly"), ("user:anna",))
    put("lease.txt", LEASE, ("group:readers", "user:carl"))
    hide("lease draft.txt", f"{LEASE} Draft.", document_date=datetime(1971, 5, 4, tzinfo=UTC))
    put("rechnung.txt", "Die Rechnung über die Wartung der Heizungsanlage ist innerhalb von vierzehn Tagen zu zahlen.")
    for number in range(3):
        hide(f"geheim {number}.txt", "Die Gehaltsliste des Vorstands: Wartungsvertrag, Jahresabschluss, Prämien.")
    put("travel.txt", "Train tickets to Vienna and a hotel near the laboratory, paid in January", ("user:anna", "x"))
    hide("travel secret.csv", "Train tickets to Zanzibar", mime_type="text/csv")
    for number in range(12):
        put(f"note {number}.txt", f"Note {number} on gardening: tulips, roses and a fence, laboratory {number}")
        hide(f"secret note {number}.txt", f"Note {number} on gardening: tulips, burner, flue, vessel {number}")
    put("old.txt", "old paper, thrown away")
    put("broken.bin", "")
    hide("hidden broken.bin", "")
    hide("hidden old.txt", "old paper, zebrafish, thrown away")
    for name in ("old.txt", "hidden old.txt"):
        if name in ids:
            home.trash(ids[name])
    for name in ("boiler 2024.txt", "lease.txt"):
        home.tag(ids[name], ids["bills"])
        home.set_properties([ids[name]], {"Amount": 7, "Paid by": "Anna"})
    hidden, trashed = ids.get("zebrafish protocol.txt", UNKNOWN), ids.get("hidden old.txt", UNKNOWN)
    related = [hidden] if with_hidden else []
    home.set_property(ids["travel.txt"], "Paper", [ids["lease.txt"], *related])
    if with_hidden:
        home.set_properties([hidden], {"Amount": 99, "Paid by": "the board", "Paper": [ids["lease.txt"]]})
    _break(archive, home, [ids[name] for name in ("broken.bin", "hidden broken.bin") if name in ids])
    archive.wait_until_searchable(60, extraction=False)
    return Place(archive, home, home.visible_to(HELD), ids, hidden, trashed, tuple(unseen))


def _break(archive: Archive, home: Organization, document_ids: list[str]) -> None:
    """Have documents as if their originals could not be read."""
    for document_id in document_ids:
        with archive._catalog.read() as connection:
            [key] = connection.exec_driver_sql("SELECT key FROM documents WHERE id = ?", (document_id,)).scalars()
        archive._catalog.write(_await, [key])
        outcome = ExtractionOutcome(key, 1, (), ExtractionStatus.FAILED, "application/pdf", "damaged", "it is damaged")
        archive._catalog.write(store_extractions, [outcome])
    assert home.list_incomplete().documents_count == len(document_ids)


def _await(connection: Any, items: Any) -> list[None]:
    connection.exec_driver_sql("UPDATE documents SET extraction_status = 'pending' WHERE key = ?", tuple(items))
    return [None]


Case = Callable[[Place], object]

QUERIES = (
    "", "boiler", "zebrafish", "zebrafsh", "xylophon", "boil", "furnace", "laboratory", "Gehaltsliste", "wartung",
    "gehalt", "heizung", "tulips burner", '"tulips burner"', '"train tickets to z', "tag:bills", "-tag:bills",
    "type:csv", "date:1971", "has:date", "has:content", "zan*", "lang:de", "name:secret", "NOT boiler",
    "content:protokoll", "zebrafish vienna", "extraction:failed", "tickets zanzibar", "boiler^2 laboratory",
    "size:<10kB", "geheim",
)  # fmt: skip
"""What is searched for: words of what is seen, words that only hidden documents have, mistyped ones, filters."""

FACETS = ("tag", "mime_type", "language", "year", "month", "document_year", "document_month", "size")
BEGINNINGS = (
    "z",
    "zeb",
    "bo",
    "boi",
    "ge",
    "tag:",
    "type:",
    "lang:",
    "tulips b",
    '"train tickets to ',
    "name:sec",
    "sec",
    "x",
)


def list_cases() -> dict[str, list[Case]]:
    """Return for each verb what is asked of it, those that change nothing first."""
    by_name = Sort(SortField.NAME, descending=False)
    return {
        "id": [lambda place: place.seen.id],
        "name": [lambda place: place.seen.name],
        "principals": [lambda place: place.seen.principals],
        "ranking": [lambda place: place.seen.ranking],
        "acting_as": [lambda place: place.seen.acting_as(place.archive.users()[0].id).list(page_size=100)],
        "visible_to": [
            lambda place: place.seen.visible_to([*HIDDEN_PRINCIPALS, "user:anna"]).list(page_size=100),
            lambda place: place.seen.visible_to(HIDDEN_PRINCIPALS).statistics(),
        ],
        "get": [_by_id("get")],
        "pages": [_by_id("pages")],
        "open_original": [_by_id("open_original")],
        "find_original": [_by_id("find_original")],
        "activity": [_by_id("activity")],
        "find_id": [lambda place: place.seen.find_id(place.hidden[:16])],
        "list": [
            lambda place: place.seen.list(page_size=100),
            lambda place: _walk(place.seen, by_name),
            lambda place: place.seen.list(page_size=7, page_index=1, sort=Sort(SortField.SIZE)),
        ],
        "list_incomplete": [lambda place: place.seen.list_incomplete()],
        "list_trash": [lambda place: place.seen.list_trash(content=True)],
        "statistics": [lambda place: place.seen.statistics()],
        "list_tags": [lambda place: place.seen.list_tags()],
        "list_synonyms": [lambda place: place.seen.list_synonyms()],
        "list_stop_words": [lambda place: place.seen.list_stop_words()],
        "list_saved_searches": [lambda place: place.seen.list_saved_searches()],
        "get_saved_search": [lambda place: place.seen.get_saved_search("Boilers")],
        "run_saved_search": [lambda place: place.seen.run_saved_search("Boilers", facets=FACETS, snippets=2)],
        "search": [
            *(_searching(query) for query in QUERIES),
            lambda place: place.home.search("", page_size=100, principals=HELD),
            lambda place: place.home.search("laboratory", facets=FACETS, principals=HELD),
            lambda place: place.seen.search("laboratory", principals=[*HIDDEN_PRINCIPALS, "user:anna"]),
            lambda place: place.seen.search("boiler protocol plumbing", matching="any", feedback=True, page_size=100),
            lambda place: place.archive.search_organizations([place.seen], SearchRequest("boiler", facets=FACETS)),
            lambda place: place.seen.search(f"id:{place.hidden}"),
            lambda place: place.seen.search(f"paper:{place.hidden}"),
            lambda place: place.seen.search(f"-paper:{place.hidden}"),
            lambda place: place.seen.search("has:amount amount:>8"),
            lambda place: place.seen.search("has:amount", facets=["property:Amount", "property:Paid by"]),
            lambda place: place.seen.search(
                "", facets=["property:Amount"], sort=Sort("property:Amount"), page_size=100
            ),
            lambda place: place.seen.search("boiler", sort=by_name, page_size=1),
        ],
        "search_many": [lambda place: [item.page for item in place.seen.search_many(["zebrafish", "boiler", ""])]],
        "summarize": [*(_summarizing(query) for query in QUERIES)],
        "select": [*(_selecting(query) for query in QUERIES)],
        "suggest": [*(_suggesting(text) for text in BEGINNINGS)],
        "terms": [
            *(_listing(prefix, field) for prefix in ("", "z", "ge") for field in ("content", "name", "original_name"))
        ],
        "why": [
            lambda place: place.seen.why(place.hidden, "zebrafish"),
            lambda place: place.seen.why(place.ids["boiler 2024.txt"], "zebrafish"),
            lambda place: place.seen.why(place.ids["boiler 2024.txt"], "boilar"),
            lambda place: place.seen.why(place.ids["note 3.txt"], "laboratory", sort=by_name).rank,
            lambda place: place.seen.why(place.ids["boiler 2024.txt"], "boiler laboratory"),
        ],
        "similar": [
            _by_id("similar"),
            lambda place: place.seen.similar(place.ids["boiler 2024.txt"], search_query="tag:bills"),
            lambda place: place.seen.similar(place.ids["note 3.txt"], page_size=100),
            lambda place: place.seen.similar(place.ids["lease.txt"]),
        ],
        "near_duplicates": [
            _by_id("near_duplicates"),
            lambda place: place.seen.near_duplicates(place.ids["boiler 2025.txt"]),
            lambda place: place.seen.near_duplicates(place.ids["lease.txt"]),
        ],
        "find_duplicates": [
            lambda place: place.seen.find_duplicates(page_size=100),
            lambda place: (place.home.find_duplicates(), place.seen.find_duplicates(page_size=100))[1],
        ],
        "extract_again": [_by_id("extract_again"), lambda place: place.seen.extract_again()],
        "content_report": [_by_id("content_report")],
        "list_content_failures": [lambda place: place.seen.list_content_failures()],
        "read_fields_again": [_by_id("read_fields_again"), lambda place: place.seen.read_fields_again()],
        "update": [lambda place: place.seen.update(place.hidden, name="found"), _renaming],
        "list_properties": [lambda place: place.seen.list_properties()],
        "get_property": [lambda place: place.seen.get_property(place.ids["Paper"])],
        "find_property": [lambda place: place.seen.find_property("paper")],
        "create_property": [lambda place: place.seen.create_property("New", "text").name],
        "update_property": [lambda place: place.seen.update_property(place.ids["Amount"], description="in euros").name],
        "delete_property": [lambda place: place.seen.delete_property(place.ids["Spare"])],
        "set_property": [
            lambda place: place.seen.set_property(place.hidden, "Amount", 8),
            lambda place: place.seen.set_property(place.ids["note 1.txt"], "Paper", [place.hidden]),
        ],
        "set_properties": [
            lambda place: place.seen.set_properties([place.ids["note 1.txt"], place.hidden], {"Amount": 8}),
            lambda place: place.seen.set_properties([place.ids["note 1.txt"]], {"Amount": 8}),
            lambda place: place.seen.list(page_size=100),
        ],
        "save_search": [lambda place: place.seen.save_search("Secrets", "zebrafish")],
        "delete_saved_search": [lambda place: place.seen.delete_saved_search("Secrets")],
        "create_tag": [lambda place: place.seen.create_tag("new")],
        "update_tag": [lambda place: place.seen.update_tag(place.ids["spare"], name="spares")],
        "tag": [lambda place: place.seen.tag(place.hidden, place.ids["spare"])],
        "untag": [lambda place: place.seen.untag(place.hidden, place.ids["bills"])],
        "tag_many": [
            lambda place: place.seen.tag_many([place.ids["travel.txt"], place.hidden], place.ids["spare"]),
            lambda place: place.seen.tag_many([place.ids["travel.txt"]], place.ids["spare"]),
        ],
        "retag": [
            lambda place: place.seen.retag([place.hidden], remove=[place.ids["bills"]]),
            lambda place: place.seen.retag([place.ids["travel.txt"]], add=[place.ids["bills"]]),
        ],
        "delete_tag": [lambda place: place.seen.delete_tag(place.ids["spare"]), lambda place: place.seen.list_tags()],
        "save_synonyms": [lambda place: place.seen.save_synonyms(["zebrafish", "tulips"])],
        "delete_synonyms": [lambda place: place.seen.delete_synonyms(place.ids["synonyms"])],
        "add_stop_words": [lambda place: place.seen.add_stop_words(["xylophone"])],
        "remove_stop_words": [lambda place: place.seen.remove_stop_words(["xylophone"])],
        "rename": [lambda place: place.seen.rename("Home")],
        "set_principals": [
            lambda place: place.seen.set_principals(place.hidden, []),
            lambda place: place.seen.set_principals([place.ids["travel.txt"], place.hidden], ["user:anna"]),
            lambda place: place.seen.set_principals(place.ids["travel.txt"], ["user:bob"]),
            lambda place: place.seen.set_principals(place.ids["travel.txt"], ["user:anna", "user:bob"]),
            lambda place: place.seen.list(page_size=100),
        ],
        "versions": [_by_id("versions")],
        "sync": [lambda place: place.seen.sync("nowhere")],
        "watch": [lambda place: next(iter(place.seen.watch("nowhere", threading.Event())))],
        "put": [lambda place: place.seen.put("source:1", content="mine")],
        "bulk": [lambda place: list(place.seen.bulk([PutRequest("source:1")]))],
        "put_many": [lambda place: place.seen.put_many([PutRequest("source:1")])],
        "update_many": [lambda place: place.seen.update_many([UpdateRequest("source:1", name="found")])],
        "delete_many": [lambda place: place.seen.delete_many(["source:1"])],
        "replace": [
            lambda place: place.seen.replace(place.hidden, b"mine"),
            # The bytes of a hidden document are as new as any.
            lambda place: place.seen.replace(place.ids["note 5.txt"], b"geheim 2.txt").version,
            lambda place: place.seen.get(external_id="source:1"),
            lambda place: place.seen.search("external_id:source:1"),
        ],
        "create_tagging_rule": [
            lambda place: place.seen.create_tagging_rule("mine", tag_ids=[place.ids["bills"]], match_mode="any")
        ],
        "update_tagging_rule": [lambda place: place.seen.update_tagging_rule(f"tr_{'0' * 24}", name="mine")],
        "delete_tagging_rule": [lambda place: place.seen.delete_tagging_rule(f"tr_{'0' * 24}")],
        "get_tagging_rule": [lambda place: place.seen.get_tagging_rule(f"tr_{'0' * 24}")],
        "list_tagging_rules": [lambda place: place.seen.list_tagging_rules()],
        "apply_tagging_rules": [lambda place: place.seen.apply_tagging_rules()],
        "request_tagging_rule": [lambda place: place.seen.request_tagging_rule(f"tr_{'0' * 24}")],
        "match_tagging_rules": [lambda place: list(place.seen.match_tagging_rules())],
        "create_webhook": [lambda place: place.seen.create_webhook("mine", "http://8.8.8.8/")],
        "update_webhook": [lambda place: place.seen.update_webhook(f"wbh_{'0' * 24}", name="mine")],
        "delete_webhook": [lambda place: place.seen.delete_webhook(f"wbh_{'0' * 24}")],
        "get_webhook": [lambda place: place.seen.get_webhook(f"wbh_{'0' * 24}")],
        "list_webhooks": [lambda place: place.seen.list_webhooks()],
        "list_deliveries": [lambda place: place.seen.list_deliveries(f"wbh_{'0' * 24}")],
        "trash": [lambda place: place.seen.trash(place.hidden)],
        "trash_many": [lambda place: place.seen.trash_many([place.ids["travel.txt"], place.hidden])],
        "restore": [
            lambda place: place.seen.restore(place.hidden),
            lambda place: place.seen.restore(place.hidden_trashed),
        ],
        "purge": [_by_hidden("purge")],
        "empty_trash": [lambda place: place.seen.empty_trash(), lambda place: place.seen.list_trash()],
        # The bytes of hidden documents, live and trashed, are as new as any.
        "add": [
            lambda place: place.seen.add(b"zebrafish protocol.txt", name="mine.txt", content="mine").principals,
            lambda place: place.seen.add(
                b"hidden old.txt", name="mine too.txt", content="mine", principals=["user:bob"]
            ),
            lambda place: place.seen.add(
                b"hidden old.txt", name="mine too.txt", content="mine", principals=["user:anna"]
            ),
            lambda place: place.seen.add(b"boiler 2024.txt", name="again.txt"),
        ],
        "add_many": [lambda place: place.seen.add_many([Upload(b"geheim 0.txt", "many.txt", content="many")])],
        "add_stream": [
            lambda place: list(place.seen.add_stream([Upload(b"geheim 1.txt", "stream.txt", content="some")]))
        ],
        "receive": [_receiving, lambda place: place.seen.list(page_size=100)],
    }


def _by_id(verb: str) -> Case:
    def ask(place: Place) -> object:
        asked = getattr(place.seen, verb)
        ids = (place.hidden, place.hidden_trashed, place.ids["boiler 2024.txt"])
        return [_catch(partial(_read, asked, document_id)) for document_id in ids]

    return ask


def _read(verb: Callable[[str], Any], document_id: str) -> object:
    answer = verb(document_id)
    if hasattr(answer, "read"):
        with answer:
            return answer.read()
    return answer


def _by_hidden(verb: str) -> Case:
    def ask(place: Place) -> object:
        ids = (place.hidden, place.hidden_trashed)
        return [_catch(partial(getattr(place.seen, verb), document_id)) for document_id in ids]

    return ask


def _adding(original: str, **options: Any) -> Case:
    return lambda place: place.seen.add(original.encode(), name=f"as {original}", content="mine", **options)


def _walk(seen: Organization, sort: Sort) -> list[Any]:
    pages = [seen.list(page_size=5, sort=sort)]
    while pages[-1].next_cursor is not None:
        pages.append(seen.list(page_size=5, cursor=pages[-1].next_cursor))
    return [page.documents for page in pages]


def _searching(query: str) -> Case:
    return lambda place: place.seen.search(
        query, page_size=100, facets=FACETS, snippets=2, matched=True, sort=None if query else Sort(SortField.NAME)
    )


def _summarizing(query: str) -> Case:
    return lambda place: place.seen.summarize(query)


def _selecting(query: str) -> Case:
    return lambda place: place.seen.select(query)


def _suggesting(text: str) -> Case:
    return lambda place: place.seen.suggest(text, limit=25)


def _listing(prefix: str, field: Any) -> Case:
    return lambda place: place.seen.terms(prefix, field=field, limit=10_000, order="word")


def _renaming(place: Place) -> object:
    return place.seen.update(place.ids["travel.txt"], notes="seen").notes


def _receiving(place: Place) -> object:
    reception = place.seen.receive()
    reception.write(b"geheim 2.txt")
    return reception.add("received.bin", mime_type="application/octet-stream").name


def iterate_leaks() -> Iterator[str]:
    """Yield where the two archives answer otherwise, and what was done to documents that are not seen."""
    settings = Settings(extraction=ExtractionSettings(background=False))
    with Archive.in_memory(settings=settings) as full, Archive.in_memory(settings=settings) as bare:
        places = fill_archive(full, with_hidden=True), fill_archive(bare, with_hidden=False)
        before = _describe_hidden(places[0])
        yield from _compare(*places)
        if _describe_hidden(places[0]) != before:
            yield "a document that is not seen was changed"


def _describe_hidden(place: Place) -> list[object]:
    return [_catch(partial(place.home.get, document_id)) for document_id in place.unseen]


def _compare(full: Place, bare: Place) -> Iterator[str]:
    for verb, cases in list_cases().items():
        for number, case in enumerate(cases):
            answers = [_simplify(_catch(lambda place=place, case=case: case(place)), place) for place in (full, bare)]
            if answers[0] != answers[1]:
                yield f"{verb}, case {number}: {_tell_difference(*map(repr, answers))}"


def _tell_difference(one: str, other: str) -> str:
    same = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
    place = max(same - 60, 0)
    return f"…{one[place : place + 200]} is not …{other[place : place + 200]}"


def _catch(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except PapraIndexError as error:
        return type(error).__name__, error.code, str(error)


def _simplify(value: Any, place: Place) -> Any:
    """Return an answer without what is the archive's own: names in place of ids, hits in no order where they rank."""
    names = {id_: name for name, id_ in place.ids.items()} | {place.hidden: "hidden", place.hidden_trashed: "hidden"}
    if isinstance(value, str):
        return _BEGINNING.sub("doc…", _ID.sub(lambda found: names.get(found.group(), found.group(1)), value))
    if dataclasses.is_dataclass(value):
        fields = {
            field.name: _simplify(getattr(value, field.name), place)
            for field in dataclasses.fields(value)
            if field.name not in _UNCOMPARED
        }
        if "hits" in fields:
            fields["hits"] = sorted(fields["hits"], key=repr)
        return type(value).__name__, tuple(fields.items())
    if isinstance(value, Mapping):
        return {key: _simplify(item, place) for key, item in value.items()}
    if isinstance(value, PapraIndexError):
        return _simplify(str(value), place)
    if isinstance(value, tuple | list):
        return tuple(_simplify(item, place) for item in value)
    return value


if __name__ == "__main__":
    found = next(iterate_leaks(), None)
    print(found)  # noqa: T201 - a program of its own
    sys.exit(found is not None)

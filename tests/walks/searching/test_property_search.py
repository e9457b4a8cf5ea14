"""Searches by custom properties, by brute force over random values; what queries mean by names and types."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papra_index import Archive, Organization

NUMBERS = (-1e300, -250.5, -1, -5e-324, 0, 0.1, 1, 99.99, 100, 100.00000000000001, 1234567, 2**53 - 1, 1e300)
DAYS = tuple(datetime(2025, 11, 1, tzinfo=UTC) + timedelta(days=17 * number, hours=number) for number in range(12))
TEXTS = ("INV 1", "INV 2", "inv 1", "2026-01-01T00:00:00Z", "true", "", 'a "quoted" \\ one', "Ünïcode", "x" * 300)
OPTIONS = ("Open", "In work", "C++", "C")

Values = dict[str, object]


@dataclass(frozen=True)
class Filled:
    """An organization whose documents have random values, and these by document name."""

    home: Organization
    values: dict[str, Values]


@pytest.fixture(scope="module")
def filled() -> Iterator[Filled]:
    with Archive.in_memory() as archive:
        yield fill_organization(archive, random.Random(3))


def fill_organization(archive: Archive, dice: random.Random) -> Filled:
    """Make an organization of 120 documents with random values, beside another one."""
    home, other = archive.create_organization("Home"), archive.create_organization("Other")
    values: dict[str, Values] = {}
    for owner in (other, home):
        owner.create_property("Amount", "number")
        owner.create_property("Due Date", "date")
        owner.create_property("Paid", "boolean")
        owner.create_property("Ref", "text")
        owner.create_property("State", "select", options=OPTIONS)
        owner.create_property("Topics", "multi_select", options=OPTIONS)
        for number in range(120):
            drawn: Values = {
                "Amount": dice.choice(NUMBERS),
                "Due Date": dice.choice(DAYS),
                "Paid": dice.choice([True, False]),
                "Ref": dice.choice(TEXTS),
                "State": dice.choice(OPTIONS),
                "Topics": dice.sample(OPTIONS, dice.randrange(1, 4)),
            }
            # The first ones lack a property that the later ones have, and so do their segments of the index.
            kept = [name for name in drawn if dice.random() < 0.7 and (number > 39 or name != "Ref")]
            held = {name: drawn[name] for name in kept}
            name = f"{number}.txt"
            document = owner.add(f"{owner.name} {number}".encode(), name=name, content=dice.choice(["plum", "fig"]))
            owner.set_properties([document.id], held)
            values[name] = held | {"content": owner.get(document.id).content}
            if number % 40 == 39:
                archive.wait_until_searchable()
    return Filled(home, values)


Filter = tuple[str, Callable[[Values], bool]]
"""A filter of the search language, and whether values fulfil it."""


def compare(name: str, test: Callable[[object], bool]) -> Callable[[Values], bool]:
    return lambda values: name in values and test(values[name])


def quote(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def number_filters(draw: st.DrawFn) -> Filter:
    number = draw(st.sampled_from(NUMBERS) | st.floats(-300, 300))
    other = draw(st.sampled_from(NUMBERS))
    low, high = sorted((number, other))
    return draw(
        st.sampled_from(
            [
                (f"amount:{number!r}", compare("Amount", lambda value: value == number)),
                (f"amount:>{number!r}", compare("Amount", lambda value: value > number)),  # type: ignore[operator]
                (f"AMOUNT:>={number!r}", compare("Amount", lambda value: value >= number)),  # type: ignore[operator]
                (f"amount:< {number!r}", compare("Amount", lambda value: value < number)),  # type: ignore[operator]
                (f'"A mount":<={number!r}', compare("Amount", lambda value: value <= number)),  # type: ignore[operator]
                (f"amount:{low!r}..{high!r}", compare("Amount", lambda value: low <= value <= high)),  # type: ignore[operator]
                (f"amount:..{high!r}", compare("Amount", lambda value: value <= high)),  # type: ignore[operator]
                (
                    f'amount:("{low!r}" OR >{high!r})',
                    compare("Amount", lambda value: value == low or value > high),  # type: ignore[operator]
                ),
                ("has:amount", compare("Amount", lambda _: True)),
            ]
        )
    )


@st.composite
def date_filters(draw: st.DrawFn) -> Filter:
    day = draw(st.sampled_from(DAYS))
    written, month = f"{day:%Y-%m-%dT%H:%MZ}", f"{day:%Y-%m}"
    first = datetime(day.year, day.month, 1, tzinfo=UTC)
    return draw(
        st.sampled_from(
            [
                (f'"due date":{written}', compare("Due Date", lambda value: value == day)),
                (f"due-date:>{written}", compare("Due Date", lambda value: value > day)),  # type: ignore[operator]
                (f"duedate:<{month}", compare("Due Date", lambda value: value < first)),  # type: ignore[operator]
                (f"duedate:{month}", compare("Due Date", lambda value: f"{value:%Y-%m}" == month)),
                (
                    f"duedate:{month}..2026-03",
                    compare("Due Date", lambda value: month <= f"{value:%Y-%m}" <= "2026-03"),
                ),
            ]
        ).filter(lambda drawn: ".." not in drawn[0] or month <= "2026-03")
    )


TEXT_FILTERS = st.sampled_from(TEXTS).map(
    lambda text: (f"ref:{quote(text)}", compare("Ref", lambda value: value == text))
)
PAID_FILTERS = st.sampled_from([("yes", True), ("ON", True), ("0", False), ("disabled", False)]).map(
    lambda pair: (f"paid:{pair[0]}", compare("Paid", lambda value: value is pair[1]))
)
OPTION_FILTERS: st.SearchStrategy[Filter] = st.sampled_from(
    [
        ("state:open", compare("State", lambda value: value == "Open")),
        ("state:IN-WORK", compare("State", lambda value: value == "In work")),
        ("state:C++", compare("State", lambda value: value == "C++")),
        ("state:c", compare("State", lambda value: value in ("C", "C++"))),
        ("state:open,inwork", compare("State", lambda value: value in ("Open", "In work"))),
        ("topics:open", compare("Topics", lambda value: "Open" in value)),  # type: ignore[operator]
        ("topics:C topics:open", compare("Topics", lambda value: {"C", "Open"} <= {*value})),  # type: ignore[misc]
        ('topics:("in work" OR C)', compare("Topics", lambda value: bool({"In work", "C"} & {*value}))),  # type: ignore[misc]
        ("has:topics", compare("Topics", lambda _: True)),
        ("plum", lambda values: values["content"] == "plum"),
    ]
)


def negate(drawn: Filter) -> Filter:
    return f"NOT ({drawn[0]})", lambda values: not drawn[1](values)


def join(parts: list[Filter], *, every: bool) -> Filter:
    text = (" " if every else " OR ").join(f"({part[0]})" for part in parts)
    return text, lambda values: (all if every else any)(part[1](values) for part in parts)


LEAVES = number_filters() | date_filters() | TEXT_FILTERS | PAID_FILTERS | OPTION_FILTERS
FILTERS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(negate),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: join(parts, every=True)),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: join(parts, every=False)),
    ),
    max_leaves=5,
)


def find(home: Organization, query: str, **options: object) -> list[str]:
    pages = [home.search(query, page_index=number, page_size=100, **options) for number in range(2)]  # type: ignore[arg-type]
    assert not pages[0].issues, pages[0].issues
    return [hit.document.name for page in pages for hit in page.hits]


@pytest.mark.slow
@settings(max_examples=60)
@given(drawn=FILTERS)
def test_filters_find_what_brute_force_finds(filled: Filled, drawn: Filter) -> None:
    query, test = drawn
    if len(query) > 1024:
        return
    found = find(filled.home, query, relax=False)
    assert {*found} == {name for name, values in filled.values.items() if test(values)}, query
    assert len(found) == len({*found})


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("amount:x", "invalid-number"),
        ("amount:0x", "invalid-number"),
        ("amount:1e999", "invalid-number"),
        ("amount:5..1", "empty-range"),
        ("amount:", "missing-value"),
        ("duedate:31/12/2024", "invalid-date"),
        ("duedate:>1..2", "unsupported-comparator"),
        ("paid:perhaps", "invalid-boolean"),
        ("paid:>yes", "unsupported-comparator"),
        ("ref:>a", "unsupported-comparator"),
        ("state:opne", "unknown-option"),
        ("state:open,nope", "unknown-option"),
        ("amuont:5", "unknown-field"),
        ("has:nothing", "unknown-has-value"),
        ("size:huge", "invalid-size"),
    ],
)
def test_what_cannot_be_meant_is_told_and_matches_nothing(filled: Filled, query: str, code: str) -> None:
    page = filled.home.search(query)
    assert [issue.code for issue in page.issues] == [code]
    expected = sum(values.get("State") == "Open" for values in filled.values.values()) if "," in query else 0
    assert page.documents_count == expected
    assert filled.home.search(f"-{query}").documents_count == len(filled.values) - expected


def test_hints_name_what_was_meant(filled: Filled) -> None:
    [issue] = filled.home.search("amuont:5").issues
    assert "write amount:" in issue.message
    [issue] = filled.home.search("state:opne").issues
    assert "did you mean Open?" in issue.message


def test_names_of_fields_come_before_those_of_properties(archive: Archive, home: Organization) -> None:
    home.create_property("Size", "number")
    home.create_property("tags", "boolean")
    for number in range(2):
        document = home.add(str(number).encode(), name=f"{number}.txt", content="x")
        home.set_properties([document.id], {"Size": number, "tags": True})
    archive.wait_until_searchable()
    assert find(home, "Size:1") == ["1.txt"], "letter case tells the property from the field"
    assert find(home, "size:1") == ["1.txt", "0.txt"], "both have one byte"
    assert find(home, "has:tags") == []
    assert find(home, "has:Tags") == ["1.txt", "0.txt"]


def test_users_are_found_by_id_and_name_of_members_alone(archive: Archive, home: Organization) -> None:
    ann, eve = archive.create_user("Ann Lee"), archive.create_user("Eve")
    archive.add_member(home.id, ann.id)
    home.create_property("Owner", "user_relation")
    document = home.add(b"x", name="a.txt", content="x")
    home.set_property(document.id, "Owner", [ann.id])
    archive.wait_until_searchable()
    assert find(home, 'owner:"Ann Lee"') == find(home, f"owner:{ann.id}") == ["a.txt"]
    assert find(home, f"owner:{eve.id}") == []
    for name in ("Eve", "ann lee"):
        assert [issue.code for issue in home.search(f'owner:"{name}"').issues] == ["unknown-user"]
    home.create_property("Copy of", "document_relation")
    home.set_property(document.id, "copyof", [document.id])
    archive.wait_until_searchable()
    assert find(home, f'"copy of":{document.id}') == ["a.txt"]
    assert [issue.code for issue in home.search("copyof:a.txt").issues] == ["invalid-id"]


def test_why_tells_what_a_document_has(filled: Filled) -> None:
    name, values = next(
        (name, values) for name, values in filled.values.items() if values.get("State") == "Open" and "Paid" in values
    )
    document = next(hit.document for hit in filled.home.search(f"name:={quote(name)}").hits)
    told = filled.home.why(document.id, "state:C paid:yes has:ref").described
    assert "State is Open" in told
    assert f"Paid is {'yes' if values['Paid'] else 'no'}" in told


def test_suggestions_go_on_behind_a_filter(filled: Filled) -> None:
    assert [item.search_query for item in filled.home.suggest("state:open plu")] == ["state:open plum"]

"""Custom properties: definitions, and what documents have of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from papra_index import (
    Archive,
    BulkStatus,
    Document,
    Organization,
    PropertyType,
    PutRequest,
    UpdateRequest,
    Upload,
)
from papra_index.errors import (
    DocumentNotFound,
    InvalidIdentifier,
    InvalidInput,
    InvalidPropertyUpdate,
    InvalidPropertyValue,
    PapraIndexError,
    PropertyAlreadyExists,
    PropertyLimitReached,
    PropertyNotFound,
    PropertyOptionNotFound,
    PropertyUserNotFound,
    RelatedDocumentNotFound,
    UnknownPropertyOption,
)
from papra_index.values.properties import make_property_key, order_number, read_number_order

UNKNOWN = "0" * 24


def add(home: Organization, name: str = "letter.txt") -> Document:
    return home.add(name.encode(), name=name, content=name)


def read(home: Organization, document_id: str) -> dict[str, object]:
    """What a document has, by name; references by their names."""
    values: dict[str, object] = {}
    for item in home.get(document_id).properties:
        value: object = item.value
        if isinstance(value, tuple):
            value = [part.name for part in value]
        values[item.name] = getattr(value, "name", value)
    return values


def find(home: Organization, query: str) -> list[str]:
    page = home.search(query, page_size=100, strict=True)
    return sorted(hit.document.name for hit in page.hits)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Due Date", "duedate"),
        ("due-date", "duedate"),
        ("Größe (cm²)", "größecm²"),
        ("№ 5", "5"),
        ("!?", ""),
        ("İ", "i̇"),
    ],
)
def test_a_key_is_letters_and_digits_in_lower_case(name: str, key: str) -> None:
    assert make_property_key(name) == key


def test_numbers_are_ordered_by_integers() -> None:
    numbers = [-1.7976931348623157e308, -2.5, -1.0, -5e-324, 0.0, 5e-324, 0.1, 1.0, 2.5, 1e22, 1.7976931348623157e308]
    orders = [order_number(number) for number in numbers]
    assert orders == sorted(orders)
    assert [read_number_order(order) for order in orders] == numbers
    assert order_number(-0.0) == order_number(0.0) == 0
    assert all(-(1 << 63) < order < (1 << 63) - 1 for order in orders)


def test_properties_are_created_listed_changed_and_deleted(home: Organization) -> None:
    amount = home.create_property("  Amount ", "number", description="in euros", display_order=2)
    state = home.create_property("State", PropertyType.SELECT, options=["Open", "In work"], display_order=1)
    due = home.create_property("Due", "date", display_order=2)
    assert (amount.name, amount.key, amount.type, amount.description) == ("Amount", "amount", "number", "in euros")
    assert [(option.name, option.key, option.display_order) for option in state.options] == [
        ("Open", "open", 0),
        ("In work", "inwork", 1),
    ]
    assert home.list_properties() == (state, amount, due)
    assert home.get_property(amount.id) == amount
    changed = home.update_property(amount.id, name="Sum", description=None, display_order=0)
    assert (changed.id, changed.name, changed.key, changed.description) == (amount.id, "Sum", "sum", None)
    assert changed.updated_at >= amount.updated_at
    assert [item.name for item in home.list_properties()] == ["Sum", "State", "Due"]
    home.delete_property(due.id)
    with pytest.raises(PropertyNotFound):
        home.delete_property(due.id)
    with pytest.raises(PropertyNotFound):
        home.get_property(due.id)
    with pytest.raises(InvalidIdentifier):
        home.get_property("amount")


def test_names_are_unique_by_their_letters_and_digits(home: Organization) -> None:
    first = home.create_property("Due Date", "date")
    other = home.create_property("Other", "text")
    with pytest.raises(PropertyAlreadyExists, match="Due Date"):
        home.create_property("DUE-DATE", "text")
    with pytest.raises(PropertyAlreadyExists):
        home.update_property(other.id, name="due date")
    assert home.update_property(first.id, name="due date").name == "due date"


def test_a_definition_of_the_wrong_form_is_refused(home: Organization) -> None:
    wrong: list[dict[str, object]] = [
        {"name": " ", "type": "text"},
        {"name": "x" * 256, "type": "text"},
        {"name": "x", "type": "colour"},
        {"name": "x", "type": "select"},
        {"name": "x", "type": "multi_select", "options": ["a", "a "]},
        {"name": "x", "type": "select", "options": ["a", ""]},
        {"name": "x", "type": "text", "options": ["a"]},
        {"name": "x", "type": "text", "description": "d" * 1001},
        {"name": "x", "type": "text", "display_order": -1},
    ]
    for arguments in wrong:
        with pytest.raises(InvalidInput):
            home.create_property(**arguments)  # type: ignore[arg-type]
    assert home.list_properties() == ()


def test_an_organization_has_so_many_properties_at_most(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("max_properties = 2\n")
    with Archive.open(tmp_path) as archive:
        home, other = archive.create_organization("Home"), archive.create_organization("Other")
        for name in ("a", "b"):
            home.create_property(name, "text")
        with pytest.raises(PropertyLimitReached, match="max_properties"):
            home.create_property("c", "text")
        other.create_property("a", "text")


def test_a_document_has_values_of_every_type(archive: Archive, home: Organization) -> None:
    user = archive.create_user("Ann")
    archive.add_member(home.id, user.id)
    letter, other = add(home), add(home, "other.txt")
    for name, kind in (("Text", "text"), ("Number", "number"), ("Date", "date"), ("Paid", "boolean")):
        home.create_property(name, kind)
    state = home.create_property("State", "select", options=["Open", "Closed"])
    home.create_property("Topics", "multi_select", options=["a", "b", "c"])
    home.create_property("Owner", "user_relation")
    home.create_property("Related", "document_relation")
    before = home.get(letter.id)
    home.set_properties(
        [letter.id],
        {
            "Text": "  as it is ",
            "number": 12.5,
            "Date": "2026-03-15",
            "Paid": False,
            state.id: state.options[1].id,
            "Topics": ["c", "A", "c"],
            "Owner": [user.id],
            "Related": [other.id, letter.id],
        },
    )
    assert read(home, letter.id) == {
        "Text": "  as it is ",
        "Number": 12.5,
        "Date": datetime(2026, 3, 15, tzinfo=UTC),
        "Paid": False,
        "State": "Closed",
        "Topics": ["a", "c"],
        "Owner": ["Ann"],
        "Related": ["other.txt", "letter.txt"],
    }
    after = home.get(letter.id)
    assert after.updated_at == before.updated_at
    assert len(home.activity(letter.id)) == 1
    assert home.list().documents[1].properties == after.properties
    assert home.get(other.id).properties == ()
    home.set_properties([letter.id], {"Number": 3.0, "Paid": True, "Topics": [], "Owner": None, "State": "open"})
    changed = read(home, letter.id)
    assert (changed["Number"], changed["Paid"], changed["State"]) == (3, True, "Open")
    assert isinstance(changed["Number"], int)
    assert not {"Topics", "Owner"} & {*changed}


WRONG = [
    ("text", 5, InvalidPropertyValue),
    ("text", "x" * 10_001, InvalidPropertyValue),
    ("number", "5", InvalidPropertyValue),
    ("number", True, InvalidPropertyValue),
    ("number", float("nan"), InvalidPropertyValue),
    ("number", float("-inf"), InvalidPropertyValue),
    ("number", 10**400, InvalidPropertyValue),
    ("date", "yesterday", InvalidPropertyValue),
    ("date", 1e300, InvalidPropertyValue),
    ("date", float("nan"), InvalidPropertyValue),
    ("date", True, InvalidPropertyValue),
    ("boolean", 1, InvalidPropertyValue),
    ("boolean", "true", InvalidPropertyValue),
    ("select", "nope", PropertyOptionNotFound),
    ("select", ["Open"], InvalidPropertyValue),
    ("select", f"cpso_{UNKNOWN}", PropertyOptionNotFound),
    ("multi_select", "Open", InvalidPropertyValue),
    ("multi_select", ["Open", "nope"], PropertyOptionNotFound),
    ("user_relation", f"usr_{UNKNOWN}", InvalidPropertyValue),
    ("user_relation", [f"usr_{UNKNOWN}"], PropertyUserNotFound),
    ("document_relation", [f"doc_{UNKNOWN}"], RelatedDocumentNotFound),
    ("document_relation", [5], InvalidPropertyValue),
    ("document_relation", [f"doc_{UNKNOWN}"] * 101, InvalidPropertyValue),
]


@pytest.mark.parametrize(("kind", "value", "error"), WRONG, ids=lambda value: str(value)[:20])
def test_a_value_of_the_wrong_type_is_refused(
    home: Organization, kind: str, value: object, error: type[PapraIndexError]
) -> None:
    letter = add(home)
    options = ["Open", "Closed"] if "select" in kind else []
    held = home.create_property("Held", "text")
    home.create_property("Value", kind, options=options)
    with pytest.raises(error) as raised:
        home.set_properties([letter.id], {held.id: "kept out", "Value": value})
    assert type(raised.value) is error
    assert read(home, letter.id) == {}, "nothing of a refused write is written"


def test_values_name_what_is_of_the_organization(archive: Archive, home: Organization) -> None:
    neighbour = archive.create_organization("Neighbour")
    theirs = neighbour.create_property("Secret", "text")
    their_document = add(neighbour)
    letter = add(home)
    for reference in (theirs.id, "Secret"):
        with pytest.raises(PropertyNotFound):
            home.set_property(letter.id, reference, "x")
    home.create_property("Related", "document_relation")
    with pytest.raises(RelatedDocumentNotFound):
        home.set_property(letter.id, "Related", [their_document.id])
    with pytest.raises(DocumentNotFound):
        home.set_property(their_document.id, "Related", [])
    with pytest.raises(PropertyNotFound):
        home.update_property(theirs.id, name="Mine")
    with pytest.raises(PropertyNotFound):
        home.delete_property(theirs.id)
    assert neighbour.list_properties() == (theirs,)


def test_options_are_replaced_as_a_whole(archive: Archive, home: Organization) -> None:
    letter, other = add(home), add(home, "other.txt")
    state = home.create_property("State", "select", options=["Open", "Closed", "Lost"])
    opened, closed, lost = state.options
    home.set_property(letter.id, "State", closed.id)
    home.set_property(other.id, "State", lost.id)
    changed = home.update_property(state.id, options=["New", (closed.id, "Done"), opened])
    assert [option.name for option in changed.options] == ["New", "Done", "Open"]
    assert [option.id for option in changed.options[1:]] == [closed.id, opened.id]
    assert read(home, letter.id) == {"State": "Done"}
    assert read(home, other.id) == {}, "the value went with its option"
    archive.wait_until_searchable()
    assert find(home, "state:done") == ["letter.txt"]
    assert find(home, "-has:state") == ["other.txt"]
    assert [issue.code for issue in home.search("state:lost").issues] == ["unknown-option"]
    with pytest.raises(UnknownPropertyOption):
        home.update_property(state.id, options=[lost])
    with pytest.raises(UnknownPropertyOption):
        home.update_property(state.id, options=[(closed.id, "a"), (closed.id, "b")])
    with pytest.raises(InvalidInput):
        home.update_property(state.id, options=[])
    text = home.create_property("Text", "text")
    with pytest.raises(InvalidPropertyUpdate):
        home.update_property(text.id, options=["a"])


def test_a_renamed_property_is_found_by_its_new_name_at_once(archive: Archive, home: Organization) -> None:
    letter = add(home)
    amount = home.create_property("Amount", "number")
    home.set_property(letter.id, "Amount", 120)
    archive.wait_until_searchable()
    assert find(home, "amount:>100") == ["letter.txt"]
    home.update_property(amount.id, name="Total Sum")
    assert find(home, '"total sum":>100 has:total-sum TOTALSUM:120') == ["letter.txt"]
    assert [issue.code for issue in home.search("amount:>100").issues] == ["unknown-field"]


def test_a_deleted_property_is_no_field_and_leaves_nothing(archive: Archive, home: Organization) -> None:
    letter = add(home)
    amount = home.create_property("Amount", "number")
    home.set_property(letter.id, "Amount", 120)
    home.delete_property(amount.id)
    assert home.get(letter.id).properties == ()
    assert [issue.code for issue in home.search("amount:120").issues] == ["unknown-field"]
    again = home.create_property("Amount", "text")
    assert again.id != amount.id
    home.set_property(letter.id, "Amount", "120")
    archive.wait_until_searchable()
    assert find(home, "amount:120 -amount:121") == ["letter.txt"]


def test_a_purged_document_is_related_to_no_more(archive: Archive, home: Organization) -> None:
    letter, other = add(home), add(home, "other.txt")
    home.create_property("Related", "document_relation")
    home.set_property(letter.id, "Related", [other.id])
    archive.wait_until_searchable()
    assert find(home, f"related:{other.id}") == ["letter.txt"]
    home.trash(other.id)
    assert read(home, letter.id) == {"Related": ["other.txt"]}
    home.purge(other.id)
    archive.wait_until_searchable()
    assert read(home, letter.id) == {}
    assert find(home, "has:related") == []


def test_values_stay_in_the_trash_and_come_back(archive: Archive, home: Organization) -> None:
    letter = add(home)
    home.create_property("Amount", "number")
    home.trash(letter.id)
    home.set_property(letter.id, "Amount", 5)
    archive.wait_until_searchable()
    assert find(home, "amount:5") == []
    home.restore(letter.id)
    archive.wait_until_searchable()
    assert find(home, "amount:5") == ["letter.txt"]


def test_many_documents_get_values_in_one_write(archive: Archive, home: Organization) -> None:
    home.create_property("Batch", "text")
    outcomes = home.add_many([Upload(str(number).encode(), name=f"{number}.txt", content="x") for number in range(300)])
    ids = [outcome.document_id for outcome in outcomes if outcome.document_id]
    home.set_properties(ids, {"Batch": "=a: 2024-01-01T00:00:00Z"})
    archive.wait_until_searchable()
    assert home.search('batch:"=a: 2024-01-01T00:00:00Z"').documents_count == 300
    with pytest.raises(DocumentNotFound):
        home.set_properties([*ids, f"doc_{UNKNOWN}"], {"Batch": "b"})
    assert read(home, ids[0]) == {"Batch": "=a: 2024-01-01T00:00:00Z"}


def test_the_index_can_be_built_anew_with_the_values(tmp_path: Path) -> None:
    with Archive.open(tmp_path) as archive:
        home = archive.create_organization("Home")
        home.create_property("Amount", "number")
        home.set_property(add(home).id, "Amount", 5)
        archive.rebuild_index()
        archive.wait_until_searchable()
        assert find(home, "amount:5") == ["letter.txt"]


def test_purged_organizations_leave_no_properties(tmp_path: Path) -> None:
    with Archive.open(tmp_path) as archive:
        kept, gone = archive.create_organization("Kept"), archive.create_organization("Gone")
        held = kept.create_property("State", "select", options=["a"])
        for home in (kept, gone):
            if home is gone:
                home.create_property("State", "select", options=["a"])
            home.set_property(add(home, f"{home.name}.txt").id, "State", "a")
        archive.delete_organization(gone.id)
    with closing(sqlite3.connect(tmp_path / "catalog.sqlite")) as connection, connection:
        connection.execute("UPDATE organizations SET deleted_at = deleted_at - 86400000 * 30")
    with Archive.open(tmp_path) as archive:
        assert archive.purge_organizations() == 1
        assert archive.organization(kept.id).list_properties() == (held,)
        archive.wait_until_searchable()
        assert find(archive.organization(kept.id), "state:a") == ["Kept.txt"]
    with closing(sqlite3.connect(tmp_path / "catalog.sqlite")) as connection:
        tables = ("property_definitions", "property_options", "document_properties")
        assert [connection.execute(f"SELECT count(*) FROM {name}").fetchone() for name in tables] == [(1,)] * 3


def test_what_is_put_and_updated_has_properties_and_a_wrong_one_fails_alone(
    archive: Archive, home: Organization
) -> None:
    home.create_property("State", "select", options=["open", "paid"])
    home.create_property("Amount", "number")
    home.create_property("Letters", "document_relation")
    first = home.put("1", content="a bill", properties={"amount": 7, "State": "paid"})
    requests: list[PutRequest | UpdateRequest] = [
        PutRequest("2", content="a bill", properties={"Amount": "seven"}),
        PutRequest("3", content="a bill", properties={"State": "lost"}),
        PutRequest("4", content="a bill", properties={"Nothing": 1}),
        PutRequest(
            "5", content="a bill", properties={"Amount": 5.5, "Letters": [str(first.document_id)], "State": None}
        ),
        PutRequest("1", content="a bill", properties={"State": "open"}),
        PutRequest("1", content="a bill", properties={"State": "open", "Amount": 7.0}),
        UpdateRequest("1", properties={"Amount": None}),
        UpdateRequest("1", properties=["Amount"]),  # type: ignore[arg-type]
        UpdateRequest("1", properties={"Letters": [f"doc_{UNKNOWN}"]}),
        UpdateRequest("5", properties={}, principals=["team"]),
    ]
    outcomes = list(home.bulk(requests))
    assert [outcome.status.value for outcome in outcomes] == [
        "failed", "failed", "failed", "created", "updated", "unchanged", "updated", "failed", "failed", "updated"
    ]  # fmt: skip
    codes = [outcome.error.code for outcome in outcomes if outcome.error is not None]
    wrong = InvalidPropertyValue, PropertyOptionNotFound, PropertyNotFound, InvalidInput, RelatedDocumentNotFound
    assert codes == [error.code for error in wrong]
    archive.wait_until_searchable()
    assert home.search("state:open", relax=False).documents_count == 1
    assert home.search("amount:>5", relax=False).documents_count == 1
    assert home.get(external_id="5").principals == ("team",)
    assert home.list().documents_count == 2
    before = home.get(external_id="5").updated_at
    assert home.put("5", content="a bill", properties={"Amount": 6}).status is BulkStatus.UPDATED
    assert home.get(external_id="5").updated_at == before
    with pytest.raises(InvalidPropertyValue):
        home.put("5", content="a bill", properties={"Amount": True})

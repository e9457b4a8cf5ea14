"""Custom properties over HTTP (papra-api, sections 5.1 and 13): definitions, values, searches."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.conftest import UNKNOWN, Home, read_error

PATH = "/custom-properties"
DEFINITION = [
    "id", "createdAt", "updatedAt", "organizationId", "name", "key", "description", "type", "config", "displayOrder",
]  # fmt: skip


def list_all(home: Home) -> list[dict[str, Any]]:
    definitions: list[dict[str, Any]] = home.get(PATH)["propertyDefinitions"]
    return definitions


def set_value(
    home: Home, document: dict[str, Any], definition: dict[str, Any], value: object, status: int = 204
) -> None:
    path = f"/documents/{document['id']}{PATH}/{definition['id']}"
    response = home.send("PUT", path, json={"value": value})
    assert (response.status_code, response.content if status == 204 else b"") == (status, b""), response.text


def test_definitions_are_created_listed_changed_and_deleted(home: Home) -> None:
    body = {"name": " Due Date ", "type": "date", "description": "when to pay", "displayOrder": 2, "unknown": 1}
    response = home.send("POST", PATH, json=body)
    assert response.status_code == 200
    assert list(response.json()) == ["propertyDefinition"]
    due = response.json()["propertyDefinition"]
    assert list(due) == DEFINITION
    assert (due["name"], due["key"], due["type"], due["config"]) == ("Due Date", "duedate", "date", None)
    assert due["organizationId"] == home.organization.id
    state = home.create_property("State", "select", options=[{"name": "Open"}, {"name": "In work"}])
    assert list(state) == [*DEFINITION, "options"]
    assert list(state["options"][0]) == [
        "id", "createdAt", "updatedAt", "propertyDefinitionId", "name", "key", "displayOrder",
    ]  # fmt: skip
    assert [(option["key"], option["propertyDefinitionId"]) for option in state["options"]] == [
        ("open", state["id"]),
        ("inwork", state["id"]),
    ]
    assert [item["name"] for item in list_all(home)] == ["State", "Due Date"]
    path = f"{PATH}/{due['id']}"
    changed = home.send("PUT", path, json={"name": "Due", "description": None, "displayOrder": 0, "type": "text"})
    assert changed.status_code == 200
    written = changed.json()["propertyDefinition"]
    assert (written["name"], written["key"], written["description"], written["type"]) == ("Due", "due", None, "date")
    unchanged = home.send("PUT", path, json={})
    assert (unchanged.status_code, unchanged.json()["propertyDefinition"]["name"]) == (200, "Due")
    assert home.send("DELETE", path).status_code == 204
    for method in ("GET", "DELETE"):
        assert read_error(home.send(method, path))[:2] == (404, "custom_property_definition.not_found")


def test_options_are_a_full_replacement(home: Home) -> None:
    state = home.create_property("State", "multi_select", options=[{"name": "a"}, {"name": "b"}, {"name": "c"}])
    _, second, third = state["options"]
    options = [{"name": "new"}, {"id": third["id"], "name": "renamed"}, {"id": second["id"], "name": "b"}]
    assert home.send("PUT", f"{PATH}/{state['id']}", json={"options": options}).status_code == 200
    [listed] = list_all(home)
    assert [option["name"] for option in listed["options"]] == ["new", "renamed", "b"]
    assert [option["id"] for option in listed["options"][1:]] == [third["id"], second["id"]]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "name"),
        ({"name": "x"}, "type"),
        ({"name": " ", "type": "text"}, "name"),
        ({"name": "x" * 256, "type": "text"}, "name"),
        ({"name": "x", "type": "colour"}, "type"),
        ({"name": "x", "type": "text", "displayOrder": -1}, "displayOrder"),
        ({"name": "x", "type": "text", "displayOrder": 1.5}, "displayOrder"),
        ({"name": "x", "type": "text", "description": "d" * 1001}, "description"),
        ({"name": "x", "type": "select"}, "options"),
        ({"name": "x", "type": "multi_select", "options": []}, "options"),
        ({"name": "x", "type": "select", "options": [{"name": "a"}, {"name": "a"}]}, "options"),
        ({"name": "x", "type": "select", "options": [{"name": ""}]}, "options.0.name"),
    ],
)
def test_a_definition_that_is_not_valid_is_refused(home: Home, body: dict[str, object], path: str) -> None:
    assert read_error(home.send("POST", PATH, json=body)) == (400, "server.invalid_request.body", path)


def test_malformed_bodies_are_refused_as_everywhere(home: Home) -> None:
    made = home.create_property("x")
    broken = {"content": b"{", "headers": {"content-type": "application/json"}}
    for method, path in (("POST", PATH), ("PUT", f"{PATH}/{made['id']}")):
        assert read_error(home.send(method, path, **broken))[1] == "server.invalid_request.malformed_json"
    assert read_error(home.send("GET", f"{PATH}/cpd_x"))[2] == "propertyDefinitionId"
    document = home.upload("with a value")
    value = f"/documents/{document['id']}{PATH}/{made['id']}"
    assert read_error(home.send("PUT", value, json={}))[:2] == (400, "server.invalid_request.body")
    assert read_error(home.send("PUT", value, json={"value": "a", "more": 1}))[2] == "more"
    assert read_error(home.send("PUT", value, json={"value": None}))[1] == "custom_property_value.invalid"
    assert read_error(home.send("PUT", f"/documents/doc_{UNKNOWN}{PATH}/{made['id']}", json={"value": "a"}))[1] == (
        "document.not_found"
    )


def test_documents_have_values_of_every_type(home: Home) -> None:
    letter, other = home.upload("one", "one.txt"), home.upload("two", "two.txt")
    home.server.archive.wait_until_searchable()  # reading a text is a change of the document
    before = home.get(f"/documents/{letter['id']}")["document"]
    made = {
        kind: home.create_property(kind, kind, options=[{"name": "a"}, {"name": "b"}], displayOrder=order)
        for order, kind in enumerate(
            ("text", "number", "date", "boolean", "select", "multi_select", "user_relation", "document_relation")
        )
    }
    options = [option["id"] for option in made["select"]["options"]]
    several = [option["id"] for option in made["multi_select"]["options"]]
    given = {
        "text": ("as it is", "as it is"),
        "number": (12.5, 12.5),
        "date": (1773532800000, "2026-03-15T00:00:00.000Z"),
        "boolean": (False, False),
        "select": (options[1], {"optionId": options[1], "name": "b"}),
        "multi_select": (several, [{"optionId": several[0], "name": "a"}, {"optionId": several[1], "name": "b"}]),
        "user_relation": ([home.user_id], [{"userId": home.user_id, "name": "Ann", "email": None}]),
        "document_relation": ([other["id"]], [{"documentId": other["id"], "name": "two.txt"}]),
    }
    for kind, (value, _) in given.items():
        set_value(home, letter, made[kind], value)
    after = home.get(f"/documents/{letter['id']}")["document"]
    assert list(after) == list(before)
    assert after["updatedAt"] == before["updatedAt"]
    assert [event["event"] for event in home.get(f"/documents/{letter['id']}/activity")["activities"]][-1] == "created"
    assert after["customProperties"] == [
        {"key": make_key(kind), "name": kind, "type": kind, "displayOrder": order, "value": told}
        for order, (kind, (_, told)) in enumerate(given.items())
    ]
    held = home.get(f"/documents/{letter['id']}{PATH}")["customProperties"]
    assert held == [
        {"propertyDefinitionId": made[kind]["id"], "key": make_key(kind), "name": kind, "type": kind, "value": told}
        for kind, (_, told) in given.items()
    ]
    listed = {document["id"]: document["customProperties"] for document in home.get("/documents")["documents"]}
    assert listed[letter["id"]] == after["customProperties"]
    assert [item["value"] for item in listed[other["id"]]] == [None] * 8
    set_value(home, letter, made["date"], "2026-03-16T10:00:00.000Z")
    set_value(home, letter, made["multi_select"], [])
    path = f"/documents/{letter['id']}{PATH}/{made['text']['id']}"
    assert [home.send("DELETE", path).status_code for _ in range(2)] == [204, 204]
    values = {item["key"]: item["value"] for item in home.get(f"/documents/{letter['id']}{PATH}")["customProperties"]}
    assert values["date"] == "2026-03-16T10:00:00.000Z"
    assert not {"text", "multiselect"} & {*values}


def make_key(name: str) -> str:
    return name.replace("_", "")


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("text", 5, "custom_property_value.invalid"),
        ("text", "x" * 10_001, "custom_property_value.invalid"),
        ("number", "5", "custom_property_value.invalid"),
        ("date", "nope", "custom_property_value.invalid"),
        ("date", 10**300, "custom_property_value.invalid"),
        ("boolean", "true", "custom_property_value.invalid"),
        ("select", ["a"], "custom_property_value.invalid"),
        ("select", "nope", "custom_property_select_option.not_found"),
        ("multi_select", [f"cpso_{UNKNOWN}"], "custom_property_select_option.not_found"),
        ("user_relation", f"usr_{UNKNOWN}", "custom_property_value.invalid"),
        ("user_relation", [f"usr_{UNKNOWN}"], "custom_property_value.user_not_found"),
        ("document_relation", [f"doc_{UNKNOWN}"], "custom_property_value.related_document_not_found"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(home: Home, kind: str, value: object, code: str) -> None:
    document = home.upload("with a value")
    made = home.create_property("Value", kind, options=[{"name": "a"}])
    response = home.send("PUT", f"/documents/{document['id']}{PATH}/{made['id']}", json={"value": value})
    assert read_error(response) == (400, code, None)


def test_searches_filter_sort_and_count_by_properties(home: Home) -> None:
    amount, paid = home.create_property("Amount", "number"), home.create_property("Paid", "boolean")
    for number in range(5):
        document = home.upload(f"letter {number}", f"{number}.txt")
        if number:
            set_value(home, document, amount, number * 50)
            set_value(home, document, paid, number % 2 == 0)
    home.wait()

    def find(**params: object) -> list[str]:
        return [document["name"] for document in home.get("/documents", **params)["documents"]]

    assert find(searchQuery="amount:>100 paid:yes") == ["4.txt"]
    ordered = {"sortField": "property:amount", "sortOrder": "asc"}
    assert find(searchQuery="letter", **ordered) == ["1.txt", "2.txt", "3.txt", "4.txt", "0.txt"]
    assert find(sortField="property:Amount", pageSize=2, pageIndex=1) == ["2.txt", "1.txt"]
    reply = home.get("/documents/search", searchQuery="paid:yes", facets="property:paid,property:amount,tag")
    assert {item["label"]: item["count"] for item in reply["facets"]["property:paid"]} == {"yes": 2, "no": 2}
    assert sum(item["count"] for item in reply["facets"]["property:amount"]) == 2
    assert reply["propertyStatistics"] == {
        "property:amount": {"count": 2, "minimum": 100, "maximum": 200, "total": 300, "average": 150.0}
    }
    for params, path in (({"sortField": "size"}, "sortField"), ({"sortField": "property:nope"}, None)):
        response = home.send("GET", "/documents", params=params)
        assert read_error(response) == (400, "server.invalid_request.query", path)
    told = home.send("GET", "/documents/search", params={"searchQuery": "", "facets": "property:nope"})
    assert read_error(told)[:2] == (400, "server.invalid_request.query")

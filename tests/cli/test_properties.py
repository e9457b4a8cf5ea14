"""Custom properties on the command line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import CommandLine

Stored = Callable[..., str]


def test_properties_are_created_listed_changed_and_deleted(line: CommandLine) -> None:
    assert "No properties yet" in line.run("properties").stderr
    line.do("properties", "create", "Amount", "--type", "number", "--order", 2, "--description", "in euros")
    state = line.json("properties", "create", "State", "--type", "select", "--option", "Open", "--option", "Paid")
    assert [option["name"] for option in state["options"]] == ["Open", "Paid"]
    assert [item["name"] for item in line.lines("properties")] == ["State", "Amount"]
    listed = line.do("properties")
    assert "Open, Paid" in listed
    assert "amount:" in listed
    changed = line.json(
        "properties", "update", "state", "--name", "Status", "--add-option", "Lost", "--rename-option", "Open", "New",
        "--remove-option", "Paid",
    )  # fmt: skip
    assert (changed["name"], changed["key"]) == ("Status", "status")
    assert [option["name"] for option in changed["options"]] == ["New", "Lost"]
    assert changed["options"][0]["id"] == state["options"][0]["id"]
    assert "Updated Amount" in line.do("properties", "update", "amount", "--order", 0)
    assert "in euros" in line.do("properties"), "what is not given stays"
    line.do("properties", "delete", "status", "--yes")
    assert [item["name"] for item in line.lines("properties")] == ["Amount"]


def test_values_are_set_shown_searched_and_added_up(line: CommandLine, stored: Stored) -> None:
    first, second = stored("a.txt", "first letter"), stored("b.txt", "second letter")
    for name, kind in (
        ("Amount", "number"),
        ("Due date", "date"),
        ("Paid", "boolean"),
        ("Related", "document_relation"),
    ):
        line.do("properties", "create", name, "--type", kind)
    line.do("properties", "create", "Topics", "--type", "multi_select", "--option", "car", "--option", "my home")
    values = ["amount=1200.50", "due-date=2026-03-31", "paid=no", "topics=car,my home"]
    assert "Set 4 values of 2 documents." in line.do("set", first, second[:12], *values)
    line.do("set", second, "amount=300", "paid=", f"related={first[:10]}")
    line.do("wait")
    shown = line.do("show", first)
    for told in ("1,200.5", "2026-03-31", "car, my home"):
        assert told in shown
    held = {item["name"]: item["value"] for item in line.json("show", second)["properties"]}
    assert (held["Amount"], held["Related"][0]["name"], "Paid" in held) == (300, "a.txt", False)
    found = line.json(
        "search", "amount:>0", "--sort", "property:amount", "--facet", "property:topics", "--facet", "tag"
    )
    assert [hit["document"]["name"] for hit in found["hits"]] == ["a.txt", "b.txt"]
    assert {count["label"]: count["count"] for count in found["facets"]["property:topics"]} == {"car": 2, "my home": 2}
    ascending = line.json("search", "letter", "--sort", "property:Amount", "--asc")
    assert [hit["document"]["name"] for hit in ascending["hits"]] == ["b.txt", "a.txt"]
    counted = line.do("search", "letter", "--facet", "property:amount")
    assert "sum 1,500.5, average 750.25" in counted
    assert "300 to 1,200.5" in line.do("stats", "letter")
    assert line.json("stats", "letter")["summary"]["by_property"][0]["total"] == 1500.5


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("set", "{id}", "amount=x"), 2, "give a number"),
        (("set", "{id}", "paid=perhaps"), 2, "give yes or no"),
        (("set", "{id}", "state=nope"), 2, "choose among Open"),
        (("set", "{id}", "nope=1"), 1, "there is no property"),
        (("set", "{id}"), 2, "PROPERTY=VALUE"),
        (("set", "amount=1"), 2, "at least one document"),
        (("set", "doc_zzzz", "amount=1"), 1, "no document"),
        (("properties", "create", "Amount", "--type", "colour"), 2, "colour"),
        (("properties", "create", "AMOUNT"), 1, "the same letters"),
        (("properties", "create", "Kind", "--type", "select"), 2, "pass --option NAME"),
        (("properties", "update", "state"), 2, "nothing to change"),
        (("properties", "update", "state", "--remove-option", "nope"), 2, "has no option"),
        (("properties", "delete", "nope", "--yes"), 1, "there is no property"),
        (("search", "x", "--sort", "property:nope"), 2, "there is no property"),
        (("search", "x", "--sort", "nope"), 2, "nope"),
        (("search", "x", "--facet", "property:nope"), 2, "there is no property"),
    ],
)
def test_mistakes_are_told(
    line: CommandLine, stored: Stored, arguments: tuple[str, ...], status: int, told: str
) -> None:
    document_id = stored("a.txt", "text")
    for name, kind in (("Amount", "number"), ("Paid", "boolean")):
        line.do("properties", "create", name, "--type", kind)
    line.do("properties", "create", "State", "--type", "select", "--option", "Open")
    result = line.run(*(argument.replace("{id}", document_id) for argument in arguments))
    assert result.exit_code == status, result.output
    assert told in result.stderr


def test_a_property_that_is_called_like_a_field(line: CommandLine, stored: Stored) -> None:
    document_id = stored("a.txt", "text")
    assert "In queries it is Name:" in line.run("properties", "create", "name").stderr
    line.do("properties", "create", "Kinds", "--type", "multi-select", "--option", "a")
    assert "Name:" in line.do("properties")
    line.do("set", document_id, "name=blue")
    assert line.json("search", "Name:blue")["documents_count"] == 1
    assert line.json("search", "name:blue")["documents_count"] == 0

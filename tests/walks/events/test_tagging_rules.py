"""Tagging rules: what they match, when they run by themselves, and what they make of what is archived."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index import Archive, Organization, PutRequest, RuleCondition, TaggingRule, UpdateRequest, Upload
from papra_index.catalog.tagging_rules import RuleStep, advance_tasks, find_task, list_live_keys
from papra_index.conventions.times import to_datetime
from papra_index.documents import Document
from papra_index.errors import InvalidInput, PrincipalsRestricted, TaggingRuleNotFound, TagNotFound
from papra_index.settings import Settings
from papra_index.values.tagging_rules import MatchMode, RuleField, RuleOperator, does_match
from tests.walks.events.test_subscribing import wait_for_delivery

UNKNOWN = "0" * 24
NOW = to_datetime(0)


def tags_of(home: Organization, document: Document) -> list[str]:
    return [tag.name for tag in home.get(document.id).tags]


def taggings(home: Organization, document: Document) -> list[str | None]:
    """Return who put each tag on a document, newest first."""
    return [entry.user_id for entry in home.activity(document.id) if entry.event == "tagged"]


@pytest.mark.parametrize(
    ("operator", "value", "held"),
    [
        ("equal", "INVOICE 7.PDF", True), ("equal", "invoice", False), ("not_equal", "invoice", True),
        ("not_equal", "Invoice 7.pdf", False), ("contains", "VOICE", True), ("contains", "bill", False),
        ("not_contains", "bill", True), ("not_contains", "7.P", False), ("starts_with", "inv", True),
        ("starts_with", "voice", False), ("ends_with", ".PDF", True), ("ends_with", "invoice", False),
    ],
)  # fmt: skip
def test_operators_compare_without_regard_to_case(archive: Archive, operator: str, value: str, held: bool) -> None:
    home = archive.create_organization("Home")
    tag = home.create_tag("t")
    home.create_tagging_rule("r", tag_ids=[tag.id], conditions=[("name", operator, value)])
    document = home.add(b"x", name="Invoice 7.pdf", content="text")
    assert tags_of(home, document) == (["t"] if held else [])


_TEXTS = st.text("aAbBÄä ", max_size=4)
_CONDITIONS = st.builds(
    RuleCondition, st.sampled_from(RuleField), st.sampled_from(RuleOperator), st.text("aAbBÄä ", min_size=1, max_size=2)
)


@given(st.lists(_CONDITIONS, max_size=4), st.sampled_from(MatchMode), _TEXTS, _TEXTS)
def test_modes_are_all_and_any(conditions: list[RuleCondition], mode: MatchMode, name: str, content: str) -> None:
    def is_so(item: RuleCondition) -> bool:
        text, value = (name if item.field == "name" else content).lower(), item.value.lower()
        plain = item.operator.removeprefix("not_")
        found = {
            "equal": text == value, "contains": text.find(value) >= 0,
            "starts_with": text[: len(value)] == value, "ends_with": text[-len(value) :] == value,
        }[plain]  # fmt: skip
        return found != item.operator.startswith("not_")

    rule = TaggingRule("tr", "org", "r", None, True, mode, tuple(conditions), ("t",), NOW, NOW)
    expected = not conditions or (all if mode == "all" else any)(map(is_so, conditions))
    assert does_match(rule, name.lower(), content.lower()) == expected


def test_rules_run_after_extraction_on_name_and_content(archive: Archive, home: Organization) -> None:
    bill, named, every, off = (home.create_tag(name) for name in ("bill", "named", "every", "off"))
    home.create_tagging_rule("content", tag_ids=[bill.id], conditions=[("content", "contains", "AMOUNT due")])
    home.create_tagging_rule(
        "both", tag_ids=[named.id, bill.id],
        conditions=[("content", "contains", "amount"), ("name", "ends_with", ".txt")],
    )  # fmt: skip
    home.create_tagging_rule("always", tag_ids=[every.id])
    home.create_tagging_rule("off", tag_ids=[off.id], enabled=False)
    other = archive.create_organization("Other")
    document = home.add(b"The amount due is 7 euros", name="letter.txt")
    empty = home.add(b"", name="empty.bin")
    foreign = other.add(b"The amount due is 7 euros", name="letter.txt")
    archive.wait_until_searchable()
    assert tags_of(home, document) == ["bill", "every", "named"]
    assert taggings(home, document) == [None, None, None]
    assert tags_of(home, empty) == ["every"]
    assert tags_of(other, foreign) == []
    assert {tag.name: tag.documents_count for tag in home.list_tags()} == {
        "bill": 1, "named": 1, "every": 2, "off": 0,
    }  # fmt: skip
    assert home.search("tag:bill").documents_count == 1, "the index knows"
    [updated] = [entry for entry in home.activity(document.id) if entry.event == "updated"]
    assert updated.event_data == {"updatedFields": ["content"]}
    # Read once more, nothing is tagged twice.
    home.extract_again(document.id)
    archive.wait_until_searchable()
    assert taggings(home, document) == [None, None, None]


def test_rules_run_on_what_comes_back_as_a_duplicate(archive: Archive, home: Organization) -> None:
    tag, mine = home.create_tag("bill"), home.create_tag("mine")
    home.create_tagging_rule(
        "bills", tag_ids=[tag.id], conditions=[("name", "contains", "bill"), ("content", "contains", "amount")]
    )
    document = home.add(b"amount due", name="a.txt")
    archive.wait_until_searchable()
    home.tag(document.id, mine.id)
    home.trash(document.id)
    again = home.add(b"amount due", name="bill.txt")
    assert again.id == document.id
    assert tags_of(home, document) == ["bill"], "those it had are gone, the rule ran on its new name"


def test_rules_run_on_what_is_put(archive: Archive, home: Organization) -> None:
    bill, named, _ = (home.create_tag(name) for name in ("bill", "named", "mine"))
    home.create_tagging_rule("content", tag_ids=[bill.id], conditions=[("content", "contains", "amount")])
    home.create_tagging_rule("name", tag_ids=[named.id], conditions=[("name", "starts_with", "named")])
    outcomes = home.put_many(
        [
            PutRequest("text", name="a", content="the amount due"),
            PutRequest("nothing", name="named"),
            PutRequest("file", b"the Amount due", "named.txt"),
            PutRequest("told", name="named", content="the amount due", tags=["mine"]),
            PutRequest("other", name="b", content="a letter"),
        ]
    )
    ids = [outcome.document_id or "" for outcome in outcomes]
    assert [tags_of(home, home.get(id_)) for id_ in ids] == [["bill"], ["named"], [], ["mine"], []]
    archive.wait_until_searchable()
    assert tags_of(home, home.get(ids[2])) == ["bill", "named"], "once it is read"
    assert taggings(home, home.get(ids[0])) == [None], "by nobody"
    assert home.search("tag:bill").documents_count == 2
    assert {tag.name: tag.documents_count for tag in home.list_tags()} == {"bill": 2, "named": 2, "mine": 1}
    assert home.put("text", name="a", content="the amount due").status == "unchanged"
    home.untag(ids[0], bill.id)
    home.put("text", name="a", content="the amount due")
    assert tags_of(home, home.get(ids[0])) == [], "what was taken off stays off while nothing changes"
    home.put("other", name="b", content="an amount")
    home.update_many([UpdateRequest("nothing", content="an amount")])
    home.trash(ids[0])
    assert home.put("text", name="a", content="the amount due").restored
    assert [tags_of(home, home.get(id_)) for id_ in ids] == [["bill"], ["named"], ["bill", "named"], ["mine"], ["bill"]]
    assert archive.verify().findings == ()


def test_rules_are_applied_to_what_is_there_with_a_dry_run(archive: Archive, home: Organization) -> None:
    tag, second = home.create_tag("even"), home.create_tag("second")
    home.add_many([Upload(str(n).encode(), f"{n}.txt", content="even" if n % 2 == 0 else "odd") for n in range(250)])
    trashed = home.add(b"gone", name="gone.txt", content="even")
    home.trash(trashed.id)
    held = home.list(page_size=1).documents[0]
    home.tag(held.id, second.id)
    rule = home.create_tagging_rule("r", tag_ids=[tag.id], conditions=[("content", "equal", "EVEN")])
    matches = list(home.match_tagging_rules(rule.id))
    assert len(matches) == 125
    assert {match.tag_ids for match in matches} == {(tag.id,)}
    assert all(int(match.name.removesuffix(".txt")) % 2 == 0 for match in matches)
    assert home.search("tag:even").documents_count == 0
    seen: list[tuple[int, int]] = []
    assert home.apply_tagging_rules(rule.id, progress=lambda done, total: seen.append((done, total))) == 125
    assert seen == [(100, 250), (200, 250), (250, 250)]
    archive.wait_until_searchable()
    assert home.search("tag:even").documents_count == 125
    assert tags_of(home, trashed) == []
    assert home.apply_tagging_rules() == 0, "again it finds nothing to do"
    assert list(home.match_tagging_rules()) == []
    home.update_tagging_rule(rule.id, enabled=False, tag_ids=[tag.id, second.id])
    assert home.apply_tagging_rules() == 0
    assert home.apply_tagging_rules(rule.id) >= 124, "what is asked for by id is applied"


def test_what_is_requested_is_done_by_who_reads_and_gone_on_with(tmp_path: Path) -> None:
    quiet = Settings().without_background()
    with Archive.open(tmp_path / "archive", settings=quiet) as archive:
        home = archive.create_organization("Home")
        tag = home.create_tag("even")
        home.add_many(
            [Upload(str(n).encode(), f"{n}.txt", content="even" if n % 2 == 0 else "odd") for n in range(250)]
        )
        rule = home.create_tagging_rule("r", tag_ids=[tag.id], conditions=[("content", "equal", "even")])
        lost = home.create_tagging_rule("lost", tag_ids=[tag.id])
        assert home.request_tagging_rule(rule.id).startswith("task_")
        home.request_tagging_rule(lost.id)
        home.delete_tagging_rule(lost.id)
        with pytest.raises(TaggingRuleNotFound):
            home.request_tagging_rule(lost.id)
        # As if it had been killed after its first hundred.
        with archive._catalog.read() as connection:
            task = find_task(connection)
            keys = list_live_keys(connection, home._key, 0, 100)
        assert task is not None
        assert archive._catalog.write(advance_tasks, [RuleStep(task.id, (), keys[-1])]) == [0]
        assert home.list_tags()[0].documents_count == 0
    with Archive.open(tmp_path / "archive") as archive:
        (home,) = archive.organizations()
        deadline = time.monotonic() + 30
        while task is not None and time.monotonic() < deadline:
            time.sleep(0.05)
            with archive._catalog.read() as connection:
                task = find_task(connection)
        assert task is None
        assert home.list_tags()[0].documents_count == 75, "nothing is looked at twice"


def test_a_tag_that_is_deleted_is_no_more_given(archive: Archive, home: Organization) -> None:
    tag, other = home.create_tag("a"), home.create_tag("b")
    home.create_tagging_rule("r", tag_ids=[tag.id, other.id])
    home.delete_tag(tag.id)
    assert tags_of(home, home.add(b"x", name="x", content="x")) == ["b"]


def test_what_a_rule_gives_is_an_event(archive: Archive, home: Organization) -> None:
    heard: list[str] = []
    tag = home.create_tag("t")
    home.create_tagging_rule("r", tag_ids=[tag.id])
    archive.subscribe("test", lambda event: heard.append(event.type))
    home.add(b"read me", name="a.txt")
    archive.wait_until_searchable()
    wait_for_delivery(archive)
    assert heard == ["document:created", "document:updated", "document:tag:added"]


@pytest.fixture
def tag_id(home: Organization) -> str:
    return home.create_tag("t").id


def test_rules_are_listed_changed_and_deleted(archive: Archive, home: Organization, tag_id: str) -> None:
    rule = home.create_tagging_rule(" r ", tag_ids=[tag_id, tag_id], description="d", match_mode="any")
    assert (rule.name, rule.tag_ids, rule.description, rule.match_mode) == ("r", (tag_id,), "d", "any")
    changed = home.update_tagging_rule(rule.id, conditions=[("name", "equal", "x")], description=None)
    assert changed.conditions == (RuleCondition(RuleField.NAME, RuleOperator.EQUAL, "x"),)
    assert (changed.description, changed.match_mode, changed.tag_ids) == (None, "any", (tag_id,))
    assert home.list_tagging_rules() == (changed,)
    other = archive.create_organization("Other")
    for refused in (other.get_tagging_rule, other.delete_tagging_rule, other.apply_tagging_rules):
        with pytest.raises(TaggingRuleNotFound):
            refused(rule.id)
    with pytest.raises(TagNotFound):
        other.create_tagging_rule("r", tag_ids=[tag_id])
    home.delete_tagging_rule(rule.id)
    assert home.list_tagging_rules() == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": "x" * 65}, {"description": "x" * 257}, {"match_mode": "some"}, {"tag_ids": []},
        {"tag_ids": ["x"]}, {"conditions": [("title", "equal", "x")]}, {"conditions": [("name", "is", "x")]},
        {"conditions": [("name", "equal", "")]}, {"conditions": [("name", "equal", "x" * 257)]},
        {"conditions": [("name", "equal", "x")] * 11},
    ],
)  # fmt: skip
def test_rules_that_are_none_are_refused(home: Organization, tag_id: str, wrong: dict[str, object]) -> None:
    values = {"name": "r", "tag_ids": [tag_id]} | wrong
    with pytest.raises(InvalidInput):
        home.create_tagging_rule(**values)  # type: ignore[arg-type]


def test_who_does_not_see_all_has_no_rules(home: Organization, tag_id: str) -> None:
    seen = home.visible_to(["user:anna"])
    with pytest.raises(PrincipalsRestricted):
        seen.create_tagging_rule("r", tag_ids=[tag_id])
    with pytest.raises(PrincipalsRestricted):
        seen.apply_tagging_rules()

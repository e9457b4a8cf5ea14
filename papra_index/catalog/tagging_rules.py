"""Tagging rules of an organization, and what they make of documents.

After a document is read they run in the transaction of its text, so that none is forgotten by a crash; a tag that a
document has is left alone, so that none is noted twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from papra_index.catalog.changes import allocate_keys
from papra_index.catalog.keys import LISTED_KEYS, LISTED_VALUES, list_keys, list_values
from papra_index.catalog.pages import read_content
from papra_index.catalog.statements import Statement
from papra_index.catalog.tables import documents, organizations, tagging_rules, tags
from papra_index.catalog.tagging import attach_tags
from papra_index.catalog.tags import fetch_tag_keys, find_tag
from papra_index.conventions.identifiers import generate_id
from papra_index.conventions.times import now_milliseconds, to_datetime
from papra_index.conventions.values import dataclass
from papra_index.errors import TaggingRuleNotFound
from papra_index.values.tagging_rules import (
    MatchMode,
    RuleCondition,
    RuleField,
    RuleMatch,
    RuleOperator,
    TaggingRule,
    does_match,
)

_SELECT = select(tagging_rules, organizations.c.id.label("organization_id")).join(
    organizations, organizations.c.key == tagging_rules.c.organization_key
)
_IS_RULED = Statement(select(tagging_rules.c.key).where(tagging_rules.c.enabled == 1).limit(1))
_DOCUMENTS = Statement(
    select(documents.c.key, documents.c.organization_key, documents.c.id, documents.c.name)
    .where(documents.c.key.in_(LISTED_KEYS))
    .order_by(documents.c.key)
)
_LIVE_KEYS = Statement(
    select(documents.c.key)
    .where(
        documents.c.organization_key == bindparam("organization_key"),
        documents.c.is_trashed == 0,
        documents.c.key > bindparam("after"),
    )
    .order_by(documents.c.key)
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class RuleChange:
    """Values of a rule by column, checked; `id` None makes a new one. `tag_ids` are to be tags of the organization."""

    organization_key: int
    values: Mapping[str, Any]
    tag_ids: tuple[str, ...] = ()
    id: str | None = None


@dataclass(frozen=True, slots=True)
class RuleTask:
    """A rule that is being applied to the documents there are, behind the one with the key `after`."""

    id: str
    organization_key: int
    rule_id: str
    after: int = 0


@dataclass(frozen=True, slots=True)
class RuleStep:
    """What a task found, and the last document it looked at; None ends it."""

    task_id: str
    found: Sequence[RuledTags]
    after: int | None


@dataclass(frozen=True, slots=True)
class RuledTags:
    """Tags that rules give a document, by keys."""

    document_key: int
    match: RuleMatch
    tag_keys: tuple[int, ...]


def run_rules(connection: Connection, document_keys: Sequence[int]) -> None:
    """Put on documents the tags that the enabled rules of their organizations give them."""
    if not document_keys or not _IS_RULED.fetch(connection, {}):
        return
    owners: dict[int, list[int]] = {}
    for key, organization_key, _, _ in _DOCUMENTS.fetch(connection, list_keys(document_keys)):
        owners.setdefault(organization_key, []).append(key)
    for organization_key, keys in owners.items():
        rules = [rule for rule in list_rules(connection, organization_key) if rule.enabled]
        if rules:
            tag_by_rules(connection, match_rules(connection, organization_key, rules, keys))


def match_rules(
    connection: Connection, organization_key: int, rules: Sequence[TaggingRule], document_keys: Sequence[int]
) -> list[RuledTags]:
    """Return what rules would add to documents; one content at a time is in memory."""
    wanted = sorted({tag_id for rule in rules for tag_id in rule.tag_ids})
    mine = tags.c.organization_key == organization_key, tags.c.id.in_(LISTED_VALUES)
    known = {
        row.id: row.key for row in connection.execute(select(tags.c.id, tags.c.key).where(*mine), list_values(wanted))
    }
    held = fetch_tag_keys(connection, document_keys)
    needs_content = any(rule.needs_content for rule in rules)
    found = []
    for key, _, document_id, name in _DOCUMENTS.fetch(connection, list_keys(document_keys)):
        content = read_content(connection, key).lower() if needs_content else ""
        given = [tag_id for rule in rules if does_match(rule, name.lower(), content) for tag_id in rule.tag_ids]
        fresh = {id_: known[id_] for id_ in given if id_ in known and known[id_] not in held.get(key, ())}
        if fresh:
            found.append(RuledTags(key, RuleMatch(document_id, name, tuple(fresh)), tuple(fresh.values())))
    return found


def tag_by_rules(connection: Connection, items: Sequence[RuledTags]) -> list[bool]:
    """Put tags on documents that still are there, live or not, noted as nobody's; return of each if it got any."""
    keys = [item.document_key for item in items]
    there = {row[0] for row in _DOCUMENTS.fetch(connection, list_keys(keys))} if keys else set()
    return [
        item.document_key in there and bool(attach_tags(connection, item.document_key, item.tag_keys)) for item in items
    ]


def list_live_keys(connection: Connection, organization_key: int, after: int, limit: int) -> list[int]:
    """Return keys of an organization's live documents above a key, in order."""
    asked = {"organization_key": organization_key, "after": after, "limit": limit}
    return [row[0] for row in _LIVE_KEYS.fetch(connection, asked)]


def begin_tasks(connection: Connection, items: Sequence[RuleTask]) -> list[None]:
    """Have rules applied to what is there; one that is being applied begins anew. Raises TaggingRuleNotFound."""
    for item in items:
        row = _find(connection, item.organization_key, item.rule_id)
        values = {"task_id": item.id, "task_after": item.after}
        connection.execute(update(tagging_rules).where(tagging_rules.c.key == row.key).values(values))
    return [None] * len(items)


def find_task(connection: Connection) -> RuleTask | None:
    """Return the task of the oldest rule that has one."""
    row = connection.execute(
        _SELECT.where(tagging_rules.c.task_id.is_not(None)).order_by(tagging_rules.c.key).limit(1)
    ).first()
    return None if row is None else RuleTask(row.task_id, row.organization_key, row.id, row.task_after)


def advance_tasks(connection: Connection, items: Sequence[RuleStep]) -> list[int]:
    """Put on documents what tasks found and note how far they are, together; return of each how many got any."""
    counts = []
    for item in items:
        counts.append(sum(tag_by_rules(connection, item.found)))
        values = {"task_id": None if item.after is None else item.task_id, "task_after": item.after}
        connection.execute(update(tagging_rules).where(tagging_rules.c.task_id == item.task_id).values(values))
    return counts


def save_rules(connection: Connection, items: Sequence[RuleChange]) -> list[TaggingRule]:
    """Create or change rules and return them. Raises TaggingRuleNotFound, TagNotFound."""
    saved = []
    for item in items:
        for tag_id in item.tag_ids:
            find_tag(connection, item.organization_key, tag_id)
        values = {**item.values, "updated_at": now_milliseconds()}
        if item.tag_ids:
            values["tag_ids"] = json.dumps(list(dict.fromkeys(item.tag_ids)))
        rule_id = item.id or generate_id("tr")
        if item.id is None:
            owner = {"organization_key": item.organization_key, "id": rule_id, "created_at": values["updated_at"]}
            key = allocate_keys(connection, 1)[0]
            connection.execute(insert(tagging_rules).values({"key": key, **owner, **values}))
        else:
            row = _find(connection, item.organization_key, rule_id)
            connection.execute(update(tagging_rules).where(tagging_rules.c.key == row.key).values(values))
        saved.append(find_rule(connection, item.organization_key, rule_id))
    return saved


def delete_rules(connection: Connection, items: Sequence[tuple[int, str]]) -> list[None]:
    """Delete rules by (organization key, id); the tags they gave stay. Raises TaggingRuleNotFound."""
    for organization_key, rule_id in items:
        row = _find(connection, organization_key, rule_id)
        connection.execute(delete(tagging_rules).where(tagging_rules.c.key == row.key))
    return [None] * len(items)


def find_rule(connection: Connection, organization_key: int, rule_id: str) -> TaggingRule:
    """Return a rule by id. Raises TaggingRuleNotFound."""
    return _build(_find(connection, organization_key, rule_id))


def list_rules(connection: Connection, organization_key: int) -> list[TaggingRule]:
    """Return an organization's rules, oldest first."""
    mine = _SELECT.where(tagging_rules.c.organization_key == organization_key).order_by(tagging_rules.c.key)
    return [_build(row) for row in connection.execute(mine)]


def _find(connection: Connection, organization_key: int, rule_id: str) -> Row[*tuple[Any, ...]]:
    mine = _SELECT.where(tagging_rules.c.organization_key == organization_key, tagging_rules.c.id == rule_id)
    row = connection.execute(mine).first()
    if row is None:
        raise TaggingRuleNotFound(f"there is no tagging rule {rule_id} in this organization: list them for their ids")
    return row


def _build(row: Row[*tuple[Any, ...]]) -> TaggingRule:
    return TaggingRule(
        id=row.id,
        organization_id=row.organization_id,
        name=row.name,
        description=row.description,
        enabled=bool(row.enabled),
        match_mode=MatchMode(row.match_mode),
        conditions=tuple(
            RuleCondition(RuleField(item["field"]), RuleOperator(item["operator"]), item["value"])
            for item in json.loads(row.conditions)
        ),
        tag_ids=tuple(json.loads(row.tag_ids)),
        created_at=to_datetime(row.created_at),
        updated_at=to_datetime(row.updated_at),
    )

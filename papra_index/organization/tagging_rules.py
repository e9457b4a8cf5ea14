"""The verbs for tagging rules: tags that documents get by their name and content."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Unpack

from papra_index.catalog.tagging_rules import (
    RuleChange,
    RuleTask,
    begin_tasks,
    delete_rules,
    find_rule,
    list_rules,
    save_rules,
)
from papra_index.conventions.folding import replace_surrogates
from papra_index.conventions.identifiers import check_id, generate_id
from papra_index.documents import UNCHANGED, Unchanged
from papra_index.errors import InvalidInput
from papra_index.organization.base import OrganizationVerbs
from papra_index.values.tagging_rules import (
    MAX_CONDITIONS,
    MAX_DESCRIPTION_LENGTH,
    MAX_NAME_LENGTH,
    MAX_VALUE_LENGTH,
    MatchMode,
    RuleCondition,
    RuleField,
    RuleMatch,
    RuleOperator,
    TaggingRule,
)
from papra_index.walks.applying.waiting import Waiting, writes
from papra_index.walks.events.ruling import Progress, apply_rules, iterate_matches

Condition = RuleCondition | tuple[str, str, str]
"""A condition, or its field, operator and value."""


class TaggingRuleVerbs(OrganizationVerbs):
    """Tagging rules of an organization. As they reach all its documents, all verbs raise PrincipalsRestricted on a
    handle that does not see all.
    """

    @writes
    def create_tagging_rule(
        self,
        name: str,
        *,
        tag_ids: Iterable[str],
        conditions: Iterable[Condition] = (),
        match_mode: str = "all",
        description: str | None = None,
        enabled: bool = True,
        **_: Unpack[Waiting],
    ) -> TaggingRule:
        """Have documents get tags once they are read, where all or any of the conditions hold; none hold always.

        What is there already is left to `apply_tagging_rules`. Raises InvalidInput, TagNotFound.
        """
        self._check_sees_all()
        values = _check_rule(name, conditions, match_mode, description, enabled)
        change = RuleChange(self._key, values, _check_tags(tag_ids))
        return self._catalog.write(save_rules, [change])[0]

    @writes
    def update_tagging_rule(
        self,
        rule_id: str,
        *,
        name: str | Unchanged = UNCHANGED,
        tag_ids: Iterable[str] | Unchanged = UNCHANGED,
        conditions: Iterable[Condition] | Unchanged = UNCHANGED,
        match_mode: str | Unchanged = UNCHANGED,
        description: str | Unchanged | None = UNCHANGED,
        enabled: bool | Unchanged = UNCHANGED,
        **_: Unpack[Waiting],
    ) -> TaggingRule:
        """Change what is given of a rule and return it. Raises TaggingRuleNotFound, InvalidInput, TagNotFound."""
        self._check_sees_all()
        values = _check_rule(name, conditions, match_mode, description, enabled)
        given = () if isinstance(tag_ids, Unchanged) else _check_tags(tag_ids)
        change = RuleChange(self._key, values, given, check_id("tr", rule_id))
        return self._catalog.write(save_rules, [change])[0]

    @writes
    def delete_tagging_rule(self, rule_id: str, **_: Unpack[Waiting]) -> None:
        """Delete a rule; the tags it gave stay. Raises TaggingRuleNotFound."""
        self._check_sees_all()
        self._catalog.write(delete_rules, [(self._key, check_id("tr", rule_id))])

    def get_tagging_rule(self, rule_id: str) -> TaggingRule:
        """Return a rule. Raises TaggingRuleNotFound."""
        self._check_sees_all()
        with self._catalog.read() as connection:
            return find_rule(connection, self._key, check_id("tr", rule_id))

    def list_tagging_rules(self) -> tuple[TaggingRule, ...]:
        """Return the rules, oldest first."""
        self._check_sees_all()
        with self._catalog.read() as connection:
            return tuple(list_rules(connection, self._key))

    @writes
    def apply_tagging_rules(
        self, rule_id: str | None = None, *, progress: Progress | None = None, **_: Unpack[Waiting]
    ) -> int:
        """Put on all live documents the tags that a rule, or all enabled ones, give them; return how many got any.

        `progress` is called with documents looked at and in all. Raises TaggingRuleNotFound.
        """
        return apply_rules(self._parts.catalog, self._key, self._choose_rules(rule_id), progress)

    @writes
    def request_tagging_rule(self, rule_id: str, **_: Unpack[Waiting]) -> str:
        """Have a rule applied as `apply_tagging_rules` does, in the background, and return an id of that task.

        Durable: it is done by the process that reads, now or when there is one, and gone on with after a crash. A rule
        that is being applied begins anew. Raises TaggingRuleNotFound.
        """
        self._check_sees_all()
        task_id = generate_id("task")
        self._catalog.write(begin_tasks, [RuleTask(task_id, self._key, check_id("tr", rule_id))])
        return task_id

    def match_tagging_rules(
        self, rule_id: str | None = None, *, progress: Progress | None = None
    ) -> Iterator[RuleMatch]:
        """Return one by one what `apply_tagging_rules` would do, and do nothing. Raises TaggingRuleNotFound."""
        groups = iterate_matches(self._parts.catalog, self._key, self._choose_rules(rule_id), progress)
        return (item.match for group in groups for item in group)

    def _choose_rules(self, rule_id: str | None) -> list[TaggingRule]:
        if rule_id is not None:
            return [self.get_tagging_rule(rule_id)]
        return [rule for rule in self.list_tagging_rules() if rule.enabled]


def _check_tags(tag_ids: Iterable[str]) -> tuple[str, ...]:
    checked = tuple(check_id("tag", tag_id) for tag_id in tag_ids)
    if not checked:
        raise InvalidInput("a tagging rule gives at least one tag: name one")
    return checked


def _check_rule(
    name: str | Unchanged,
    conditions: Iterable[Condition] | Unchanged,
    match_mode: str | Unchanged,
    description: str | Unchanged | None,
    enabled: bool | Unchanged,
) -> dict[str, Any]:
    """Return the columns of what is given. Raises InvalidInput."""
    values: dict[str, Any] = {}
    if not isinstance(name, Unchanged):
        values["name"] = replace_surrogates(name.strip())
        if not 1 <= len(values["name"]) <= MAX_NAME_LENGTH:
            raise InvalidInput(f"a rule's name has 1 to {MAX_NAME_LENGTH} characters: choose another")
    if not isinstance(description, Unchanged):
        values["description"] = None if description is None else replace_surrogates(description)
        if len(description or "") > MAX_DESCRIPTION_LENGTH:
            raise InvalidInput(f"a rule's description has at most {MAX_DESCRIPTION_LENGTH} characters: shorten it")
    if not isinstance(match_mode, Unchanged):
        if match_mode not in list(MatchMode):
            raise InvalidInput(f"{match_mode!r} is no way to match: give all or any")
        values["match_mode"] = str(match_mode)
    if not isinstance(conditions, Unchanged):
        values["conditions"] = json.dumps([_check_condition(item) for item in conditions])
        if len(json.loads(values["conditions"])) > MAX_CONDITIONS:
            raise InvalidInput(f"a rule has at most {MAX_CONDITIONS} conditions: make another rule")
    if not isinstance(enabled, Unchanged):
        values["enabled"] = int(enabled)
    return values


def _check_condition(condition: Condition) -> dict[str, str]:
    field, operator, value = (
        (condition.field, condition.operator, condition.value) if isinstance(condition, RuleCondition) else condition
    )
    if field not in list(RuleField):
        raise InvalidInput(f"{field!r} is no field of a condition: give name or content")
    if operator not in list(RuleOperator):
        raise InvalidInput(f"{operator!r} is no operator: give one of {', '.join(RuleOperator)}")
    if not 1 <= len(value) <= MAX_VALUE_LENGTH:
        raise InvalidInput(f"the value of a condition has 1 to {MAX_VALUE_LENGTH} characters: choose another")
    return {"field": str(field), "operator": str(operator), "value": replace_surrogates(value)}

"""Tagging rules: which documents get which tags by their name and content (papra-api, section 14); values only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final

from papra_index.conventions.values import dataclass

MAX_NAME_LENGTH: Final = 64
MAX_DESCRIPTION_LENGTH: Final = 256
MAX_CONDITIONS: Final = 10
MAX_VALUE_LENGTH: Final = 256


class RuleField(StrEnum):
    """What a condition looks at."""

    NAME = "name"
    CONTENT = "content"


class RuleOperator(StrEnum):
    """How it is compared with the value, letter case apart."""

    EQUAL = "equal"
    NOT_EQUAL = "not_equal"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"


class MatchMode(StrEnum):
    """Whether all conditions have to hold, or one."""

    ALL = "all"
    ANY = "any"


_COMPARISONS: Final[dict[RuleOperator, Callable[[str, str], bool]]] = {
    RuleOperator.EQUAL: lambda text, value: text == value,
    RuleOperator.NOT_EQUAL: lambda text, value: text != value,
    RuleOperator.CONTAINS: lambda text, value: value in text,
    RuleOperator.NOT_CONTAINS: lambda text, value: value not in text,
    RuleOperator.STARTS_WITH: str.startswith,
    RuleOperator.ENDS_WITH: str.endswith,
}


@dataclass(frozen=True, slots=True)
class RuleCondition:
    """A field, compared with a value of 1 to 256 characters."""

    field: RuleField
    operator: RuleOperator
    value: str


@dataclass(frozen=True, slots=True)
class TaggingRule:
    """Conditions, and the ids of the tags that a document gets of which they hold; without conditions all get them."""

    id: str
    organization_id: str
    name: str
    description: str | None
    enabled: bool
    match_mode: MatchMode
    conditions: tuple[RuleCondition, ...]
    tag_ids: tuple[str, ...]
    created_at: datetime
    updated_at: datetime

    @property
    def needs_content(self) -> bool:
        """Whether a condition looks at the content."""
        return any(item.field is RuleField.CONTENT for item in self.conditions)


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A document, and the ids of the tags that rules would give it, those that it has left out."""

    document_id: str
    name: str
    tag_ids: tuple[str, ...]


def does_match(rule: TaggingRule, name: str, content: str) -> bool:
    """Whether a rule's conditions hold of a name and a content, both in lower case."""
    if not rule.conditions:
        return True
    texts = {RuleField.NAME: name, RuleField.CONTENT: content}
    held = (_COMPARISONS[item.operator](texts[item.field], item.value.lower()) for item in rule.conditions)
    return all(held) if rule.match_mode is MatchMode.ALL else any(held)

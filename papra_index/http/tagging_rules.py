"""The routes of tagging rules, for sessions only (papra-api, section 14)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import to_json
from starlette.responses import Response
from typing_extensions import TypedDict

from papra_index.conventions.times import write_time
from papra_index.documents import UNCHANGED
from papra_index.errors import PrincipalsRestricted, TaggingRuleNotFound, TagNotFound
from papra_index.http.failures import SECURITY_HEADERS, refuse
from papra_index.http.routing import HOME, Call, operation
from papra_index.http.validation import IdForm, Utf16Length, WireModel
from papra_index.values.tagging_rules import (
    MAX_CONDITIONS,
    MAX_DESCRIPTION_LENGTH,
    MAX_NAME_LENGTH,
    MAX_VALUE_LENGTH,
    MatchMode,
    RuleCondition,
    RuleField,
    RuleOperator,
    TaggingRule,
)


class ConditionModel(WireModel):
    """A field compared with a value, letter case apart."""

    field: Annotated[RuleField, Field(strict=False)]
    operator: Annotated[RuleOperator, Field(strict=False)]
    value: Annotated[str, Utf16Length(1, MAX_VALUE_LENGTH)]


class TaggingRuleModel(WireModel):
    """A rule as it is to be; without conditions it holds of every document."""

    name: Annotated[str, AfterValidator(str.strip), Utf16Length(1, MAX_NAME_LENGTH)]
    description: Annotated[str, Utf16Length(0, MAX_DESCRIPTION_LENGTH)] = ""
    enabled: bool = True
    condition_match_mode: Annotated[MatchMode, Field(strict=False)] = MatchMode.ALL
    conditions: Annotated[list[ConditionModel], Field(max_length=MAX_CONDITIONS)]
    tag_ids: Annotated[list[Annotated[str, IdForm("tag")]], Field(min_length=1)]


class ConditionPayload(TypedDict):
    """A condition."""

    field: str
    operator: str
    value: str


class TaggingRulePayload(TypedDict):
    """A rule."""

    id: str
    organizationId: str
    name: str
    description: str | None
    enabled: bool
    conditionMatchMode: str
    conditions: list[ConditionPayload]
    tagIds: list[str]
    createdAt: str
    updatedAt: str


class TaggingRuleReply(TypedDict):
    """A rule."""

    taggingRule: TaggingRulePayload


class TaggingRulesReply(TypedDict):
    """The rules of an organization, oldest first."""

    taggingRules: list[TaggingRulePayload]


class TaskReply(TypedDict):
    """What is done after the answer: the id tells requests apart, and nothing else."""

    taskId: str


_ALL = HOME + "/tagging-rules"
_ONE = _ALL + "/{taggingRuleId}"
_RESTRICTED, _MISSING = refuse(PrincipalsRestricted), refuse(TaggingRuleNotFound)


@operation("GET", _ALL, sessions=True, errors=(_RESTRICTED,))
def list_tagging_rules(call: Call) -> TaggingRulesReply:
    """The tagging rules."""
    return {"taggingRules": list(map(write_tagging_rule, call.home.list_tagging_rules()))}


@operation("POST", _ALL, sessions=True, errors=(_RESTRICTED, refuse(TagNotFound)))
def create_tagging_rule(call: Call, body: TaggingRuleModel) -> None:
    """Have documents get tags once they are read, where the conditions hold."""
    call.home.create_tagging_rule(
        body.name,
        description=body.description or None,
        enabled=body.enabled,
        match_mode=body.condition_match_mode,
        conditions=_read_conditions(body),
        tag_ids=body.tag_ids,
    )


@operation("GET", _ONE, sessions=True, errors=(_RESTRICTED, _MISSING))
def get_tagging_rule(call: Call) -> TaggingRuleReply:
    """A tagging rule."""
    return {"taggingRule": write_tagging_rule(call.home.get_tagging_rule(call.ids["taggingRuleId"]))}


@operation("PUT", _ONE, sessions=True, errors=(_RESTRICTED, _MISSING, refuse(TagNotFound)))
def update_tagging_rule(call: Call, body: TaggingRuleModel) -> None:
    """Have a tagging rule as it is given; whether it is enabled stays where that is not told."""
    call.home.update_tagging_rule(
        call.ids["taggingRuleId"],
        name=body.name,
        description=body.description or None,
        match_mode=body.condition_match_mode,
        conditions=_read_conditions(body),
        tag_ids=body.tag_ids,
        enabled=body.enabled if "enabled" in body.model_fields_set else UNCHANGED,
    )


@operation("DELETE", _ONE, sessions=True, errors=(_RESTRICTED, _MISSING))
def delete_tagging_rule(call: Call) -> None:
    """Delete a tagging rule; the tags it gave stay."""
    call.home.delete_tagging_rule(call.ids["taggingRuleId"])


@operation("POST", _ONE + "/apply", sessions=True, errors=(_RESTRICTED, _MISSING), reply=TaskReply, accepts=True)
def apply_tagging_rule(call: Call) -> Response:
    """Have the tags of a rule put on the documents that are there; noted durably and answered before that is done."""
    task_id = call.home.request_tagging_rule(call.ids["taggingRuleId"])
    return Response(to_json(TaskReply(taskId=task_id)), 202, SECURITY_HEADERS, "application/json")


def write_tagging_rule(rule: TaggingRule) -> TaggingRulePayload:
    """Return a rule as the wire has it."""
    return {
        "id": rule.id,
        "organizationId": rule.organization_id,
        "name": rule.name,
        "description": rule.description,
        "enabled": rule.enabled,
        "conditionMatchMode": rule.match_mode.value,
        "conditions": [
            {"field": item.field.value, "operator": item.operator.value, "value": item.value}
            for item in rule.conditions
        ],
        "tagIds": list(rule.tag_ids),
        "createdAt": write_time(rule.created_at),
        "updatedAt": write_time(rule.updated_at),
    }


def _read_conditions(body: TaggingRuleModel) -> list[RuleCondition]:
    return [RuleCondition(item.field, item.operator, item.value) for item in body.conditions]

"""What the OpenAPI document says of an operation, from the very models that requests are checked against.

`python -m papra_index.http.description` writes the committed document anew.
"""

from __future__ import annotations

import inspect
import json
import re
from typing import Any, cast

from papra_index.errors import InvalidToken, OrganizationNotFound
from papra_index.http.failures import INVALID_MESSAGES, ErrorReply, Failure, refuse
from papra_index.http.routing import ID_PREFIXES, Operation
from papra_index.http.validation import WireModel, describe_form, describe_id

_PARAMETER = re.compile(r"\{(\w+)\}")
_WAIT = {
    "name": "wait",
    "in": "query",
    "required": False,
    "description": "With `searchable`, the answer comes when searches see the write, after ten seconds at the latest; "
    "the header `X-Papra-Searchable` says whether they do. The header `X-Papra-Wait` means the same.",
    "schema": {"type": "string", "examples": ["searchable"]},
}
_NAMES = {"organizationId": "organization", "documentId": "document", "tagId": "tag", "apiKeyId": "API key",
          "propertyDefinitionId": "custom property", "webhookId": "webhook",
          "taggingRuleId": "tagging rule"}  # fmt: skip


GROUPS = {
    "Search": ("searching suggesting", "Lists and searches; what to type next; documents like one."),
    "Documents": ("uploads documents files versions visibility", "Archive, read and change one."),
    "Ids of a source": ("external_ids bulk", "Documents by the ids that their source knows them by, one or many."),
    "Tags": ("tags", "Labels of an organization, and which documents have them."),
    "Custom properties": ("properties", "Fields of an organization's own, and what documents have of them."),
    "Many at once": ("batch", "Trash or tag all that ids or a query name."),
    "Trash": ("trash", "Documents that were deleted: bring them back, or delete them for good."),
    "Organizations": ("organizations", "The owners of documents."),
    "Tagging rules": ("tagging_rules", "Tags that documents get by their name and content."),
    "Webhooks": ("webhooks", "Who is told of what happens to documents."),
    "API keys": ("api_keys", "Who may do what."),
    "Server": ("health", "Whether it lives."),
}
"""The parts of the page in their order: the modules whose operations are there, and what they are about."""

INTRODUCTION = """\
Every request carries `Authorization: Bearer ppapi_…`: **Authorize** takes such a token for this page, and
`papra-index token create` makes one. `GET /organizations` tells the id that most paths begin with. Errors come as
`{"error": {"code", "message"}}`, whose codes are listed with each operation."""


def find_group(item: Operation) -> str:
    """Return the part of the page where an operation is."""
    module = item.endpoint.__module__.rpartition(".")[2]
    found = (name for name, (modules, _) in GROUPS.items() if module in modules.split())
    return next(found, module.replace("_", " ").capitalize())


def describe_reply(item: Operation) -> str:
    """Return what is told of the answer to a request that succeeds."""
    described = inspect.getdoc(item.reply) if isinstance(item.reply, type) or item.reply is not None else None
    return described or ("The file" if item.replies_bytes else "Done; there is nothing more to tell")


def describe_operation(item: Operation) -> dict[str, Any]:
    """Return what FastAPI cannot tell by itself: parameters and body."""
    parameters = [_describe_id_parameter(name) for name in _PARAMETER.findall(item.path)]
    if item.query is not None:
        parameters += _describe_query(item.query)
    if item.method != "GET" and item.scope is not None:
        parameters.append(_WAIT)
    described: dict[str, Any] = {"parameters": parameters} if parameters else {}
    if item.request_body is not None:
        described["requestBody"] = item.request_body
    if item.body is not None:
        schema = describe_model(item.body)
        kinds = ["application/json", *(["multipart/form-data"] if item.forms else [])]
        described["requestBody"] = {"required": True, "content": {kind: {"schema": schema} for kind in kinds}}
    return described


def build_document() -> dict[str, Any]:
    """Return the OpenAPI document of an application under the usual prefix."""
    from papra_index.archive import Archive
    from papra_index.http.application import create_app

    with Archive.in_memory() as archive:
        return create_app(archive).openapi()


def describe_model(model: type[WireModel]) -> dict[str, Any]:
    """Return the JSON schema of a model in one piece; no defaults, as what is not given means nothing."""
    schema = model.model_json_schema()
    described = _inline(schema, schema.pop("$defs", {}))
    return cast("dict[str, Any]", described)


def _inline(schema: object, definitions: dict[str, Any]) -> object:
    if isinstance(schema, list):
        return [_inline(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inline(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    is_named = isinstance(schema.get("title"), str)
    left_out = {"title", "default"} if is_named else set()
    return {key: _inline(item, definitions) for key, item in schema.items() if key not in left_out}


def describe_errors(item: Operation) -> dict[int | str, dict[str, Any]]:
    """Return the responses that are errors, by status, with the codes of each."""
    failures = [*item.errors]
    if item.permissions is not None:
        failures.append(refuse(InvalidToken))
    if item.scope is not None:
        failures.append(refuse(OrganizationNotFound))
    if "{" in item.path:
        failures.append(_invalid("params"))
    if item.query is not None:
        failures.append(_invalid("query"))
    if item.body is not None:
        failures += [_invalid("body"), Failure(413, "document.size_too_large", "Document size too large.")]
    by_status: dict[int | str, dict[str, Failure]] = {}
    for failure in failures:
        by_status.setdefault(failure.status, {}).setdefault(f"`{failure.code}`: {failure.message}", failure)
    return {
        status: {
            "model": ErrorReply,
            "description": "\n\n".join(told),
            "content": {"application/json": {"examples": {each.code: _show_failure(each) for each in told.values()}}},
        }
        for status, told in sorted(by_status.items(), key=lambda pair: int(pair[0]))
    }


_DETAILS = {
    "params": ("organizationId", describe_form("org")),
    "query": ("pageSize", "Input should be less than or equal to 100"),
    "body": ("name", "Invalid length: Expected 1 to 255 but received 0"),
}


def _show_failure(failure: Failure) -> dict[str, Any]:
    error: dict[str, Any] = {"message": failure.message, "code": failure.code}
    if (part := failure.code.removeprefix("server.invalid_request.")) in _DETAILS:
        path, message = _DETAILS[part]
        error["details"] = [{"path": path, "message": message}]
    return {"value": {"error": error}}


def _invalid(part: str) -> Failure:
    return Failure(400, f"server.invalid_request.{part}", INVALID_MESSAGES[part])


_OTHERS = {
    "externalId": (
        "Id that the source of the document knows it by.",
        {"type": "string", "pattern": r"^[\w:.-]{1,512}$"},
    ),
    "versionNumber": ("Number of the file, from 1.", {"type": "integer", "minimum": 1, "maximum": 2**31}),
}
"""The parameters of paths that are no ids of ours."""


def _describe_id_parameter(name: str) -> dict[str, Any]:
    if name in _OTHERS:
        about, schema = _OTHERS[name]
        return {"name": name, "in": "path", "required": True, "description": about, "schema": schema}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": f"Id of the {_NAMES[name]}.",
        "schema": describe_id(ID_PREFIXES[name]),
    }


def _describe_query(model: type[WireModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema()
    described = []
    for name, item in schema["properties"].items():
        value = {key: entry for key, entry in item.items() if key not in {"title", "list", "description"}}
        if value.get("default") == []:
            del value["default"]
        parameter = {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": value}
        if "description" in item:
            parameter["description"] = item["description"]
        described.append(parameter)
    return described


if __name__ == "__main__":
    from pathlib import Path

    text = json.dumps(build_document(), indent=2, ensure_ascii=False)
    Path(__file__).with_name("openapi.json").write_text(f"{text}\n", encoding="utf-8")

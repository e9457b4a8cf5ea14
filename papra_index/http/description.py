"""What the OpenAPI document says of an operation, from the very models that requests are checked against.

`python -m papra_index.http.description` writes the committed document anew.
"""

from __future__ import annotations

import json
import re
from typing import Any, cast

from papra_index.errors import InvalidToken, OrganizationNotFound
from papra_index.http.failures import INVALID_MESSAGES, ErrorReply, Failure, refuse
from papra_index.http.routing import ID_PREFIXES, Operation
from papra_index.http.validation import WireModel, describe_id

_PARAMETER = re.compile(r"\{(\w+)\}")
_WAIT = {
    "name": "wait",
    "in": "query",
    "required": False,
    "description": "With `searchable`, the answer comes when searches see the write, after ten seconds at the latest; "
    "the header `X-Papra-Searchable` says whether they do. The header `X-Papra-Wait` means the same.",
    "schema": {"type": "string", "examples": ["searchable"]},
}
_NAMES = {"organizationId": "organization", "documentId": "document", "tagId": "tag", "apiKeyId": "API key"}


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
    by_status: dict[int | str, list[str]] = {}
    for failure in failures:
        by_status.setdefault(failure.status, []).append(f"`{failure.code}`: {failure.message}")
    return {
        status: {"model": ErrorReply, "description": "\n\n".join(dict.fromkeys(lines))}
        for status, lines in sorted(by_status.items(), key=lambda pair: int(pair[0]))
    }


def _invalid(part: str) -> Failure:
    return Failure(400, f"server.invalid_request.{part}", INVALID_MESSAGES[part])


def _describe_id_parameter(name: str) -> dict[str, Any]:
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
        parameter = {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": value}
        if "description" in item:
            parameter["description"] = item["description"]
        described.append(parameter)
    return described


if __name__ == "__main__":
    from pathlib import Path

    text = json.dumps(build_document(), indent=2, ensure_ascii=False)
    Path(__file__).with_name("openapi.json").write_text(f"{text}\n", encoding="utf-8")

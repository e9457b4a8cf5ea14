"""The OpenAPI document: current as committed, complete, and true to the routes."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import Any

import httpx

from papra_index.http.description import build_document
from papra_index.http.routing import OPERATIONS
from tests.http.conftest import Server

COMMITTED = json.loads(resources.files("papra_index.http").joinpath("openapi.json").read_text(encoding="utf-8"))


def outline(document: dict[str, Any]) -> dict[str, Any]:
    """Return what is ours in a document: FastAPI and pydantic word the rest otherwise from one release to another."""
    operations = {
        (path, method): (
            described["description"],
            described.get("security"),
            described["tags"],
            [(item["name"], item["in"], item["required"]) for item in described.get("parameters", ())],
            sorted(described.get("requestBody", {}).get("content", ())),
            {status: response["description"] for status, response in described["responses"].items()},
        )
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    }
    schemas = {
        name: (list(schema["properties"]), schema.get("required"))
        for name, schema in document["components"]["schemas"].items()
    }
    return {"info": document["info"], "operations": operations, "schemas": schemas}


def test_the_committed_document_is_current() -> None:
    current = json.loads(json.dumps(build_document()))
    assert outline(current) == outline(COMMITTED), "run python -m papra_index.http.description"


def test_it_is_served_with_a_page_to_try_it(server: Server) -> None:
    served = httpx.get(server.url + "/api/openapi.json").json()
    assert served == json.loads(json.dumps(build_document()))
    page = httpx.get(server.url + "/api/docs").text
    assert '"/api/openapi.json"' in page.replace("'", '"')
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(sources) == 3
    for source in sources:
        assert source.startswith("/api/docs/assets/")
        assert httpx.get(server.url + source).status_code == 200
    missing = httpx.get(server.url + "/api/docs/assets/..%2f__init__.py")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "api.not-found")


def test_every_operation_is_in_it_with_its_errors_and_security() -> None:
    for item in (item for item in OPERATIONS if item.described):
        described = COMMITTED["paths"]["/api" + item.path][item.method.lower()]
        assert described["description"]
        assert bool(described.get("security")) == (item.permissions is not None)
        assert ("401" in described["responses"]) == (item.permissions is not None)
        assert ("requestBody" in described) == (item.body is not None or item.request_body is not None)
        assert ("403" in described["responses"]) >= (item.scope is not None)
        assert "422" not in described["responses"]
        named = {parameter["name"] for parameter in described.get("parameters", ())}
        assert named >= {part[1:-1] for part in item.path.split("/") if part.startswith("{")}


def test_values_have_examples_and_errors_one_for_each_code() -> None:
    for name, schema in COMMITTED["components"]["schemas"].items():
        for key, value in schema["properties"].items():
            kinds = {value.get("type"), *(item.get("type") for item in value.get("anyOf", ()))}
            if not name.startswith("Error") and kinds & {"string", "integer", "number"}:
                assert "examples" in value, f"{name}.{key}"
                if value["examples"] == [None]:
                    assert "null" in kinds
    for methods in COMMITTED["paths"].values():
        for described in methods.values():
            for status, response in described["responses"].items():
                codes = re.findall("`([a-z_.-]+)`: ", response["description"]) if int(status) >= 400 else []
                shown = response.get("content", {}).get("application/json", {}).get("examples", {})
                assert [example["value"]["error"]["code"] for example in shown.values()] == list(dict.fromkeys(codes))


def test_all_references_lead_somewhere() -> None:
    text = json.dumps(COMMITTED)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names == set(COMMITTED["components"]["schemas"])
    assert "$defs" not in text

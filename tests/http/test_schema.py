"""Requests made up from the OpenAPI document: no 500, and no answer that the document does not know of."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.http.conftest import Home

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth,"
    "missing_required_header"
)


@pytest.mark.slow
def test_made_up_requests_are_answered_as_described(home: Home, tmp_path: Path) -> None:
    document, tag = home.upload("made up"), home.create_tag("made up")
    made = home.create_property("made up", "number")
    ids = {"organizationId": home.organization.id, "documentId": document["id"], "tagId": tag["id"]}
    ids |= {"propertyDefinitionId": made["id"], "externalId": "crm:1"}
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text("[parameters]\n" + "".join(f'{name} = "{id_}"\n' for name, id_ in ids.items()))
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(configuration),
        "run", f"{home.server.url}/api/openapi.json", "--header", f"Authorization: Bearer {home.token}",
        "--exclude-operation-id", "delete_organization",
        "--exclude-operation-id", "write_bulk",  # it cannot make up lines of JSON
        "--checks", CHECKS, "--phases", "examples,fuzzing", "--max-examples", "20", "--max-time", "40",
    ]  # fmt: skip
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stdout[-4000:]
    generated = re.search(r"(\d+) generated", result.stdout)
    assert generated is not None
    assert int(generated.group(1)) > 300

"""Documents by the ids of their source, their files, and lines of JSON, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import CommandLine


def test_a_document_is_put_shown_replaced_and_listed(line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a first file")
    (tmp_path / "b.txt").write_text("a second file")
    put = ("put", "crm:1", "--content", "a call", "--tag", "crm", "--date", "2024-05-17")
    assert line.json(*put)["status"] == "created"
    assert line.do(*put).startswith("unchanged doc_")
    shown = line.do("show", "external_id:crm:1")
    assert "crm:1" in shown
    assert "index-only" in shown
    assert line.run("show", "external_id:crm:1", "--original", "-").exit_code == 1
    assert line.do("put", "crm:2", tmp_path / "a.txt").startswith("created")
    assert "version 2" in line.do("replace", "external_id:crm:2", tmp_path / "b.txt")
    assert [item["original_name"] for item in line.lines("versions", "external_id:crm:2")] == ["b.txt", "a.txt"]
    assert "a.txt" in line.do("versions", "external_id:crm:2")
    assert line.run("put").exit_code == 2
    assert line.run("put", "\x07").exit_code == 2


def test_lines_are_put_and_what_is_wrong_is_told(line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a file beside the lines")
    rows = [
        json.dumps({"external_id": "1", "content": "one", "tags": ["x"], "document_date": "2024-05"}),
        json.dumps({"external_id": "2", "file": "a.txt"}),
        "no json",
        json.dumps({"external_id": "3", "colour": "red"}),
        json.dumps({"external_id": "1", "content": "one again"}),
        "[]",
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(rows) + "\n\n")
    result = line.run("put", "--json-lines", tmp_path / "rows.jsonl")
    assert result.exit_code == 1
    assert "2 created, 1 updated, 3 failed" in result.output
    assert "colour" in result.output + result.stderr
    assert "line 3" in result.output + result.stderr
    again = line.run("put", "--json-lines", tmp_path / "rows.jsonl", "--json")
    statuses = [json.loads(row)["status"] for row in again.stdout.splitlines()]
    assert statuses == ["updated", "unchanged", "failed", "failed", "updated", "failed"]


def test_lines_give_properties_and_principals(line: CommandLine, tmp_path: Path) -> None:
    line.do("properties", "create", "Amount", "--type", "number")
    rows = [
        {"external_id": "1", "content": "one", "properties": {"Amount": 7.5}, "principals": ["anna"]},
        {"external_id": "2", "content": "two", "properties": {"Amount": "much"}},
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    result = line.run("put", "--json-lines", tmp_path / "rows.jsonl")
    assert result.exit_code == 1
    assert "1 created, 1 failed" in result.output
    assert "'Amount'" in result.output + result.stderr
    shown = line.json("show", "external_id:1")
    assert shown["principals"] == ["anna"]
    assert "7.5" in json.dumps(shown["properties"])


def test_a_line_that_is_no_request_is_told_by_its_number_and_fault(line: CommandLine, tmp_path: Path) -> None:
    rows = ['{"external_id": "1", "content": "one"}', "", '{"external_id": "2"', '{"name": "x"}', '{"external_id": ""}']
    (tmp_path / "rows.jsonl").write_text("\n".join([*rows, "[]", '{"external_id": "3", "date": "2024"}']))
    told = line.run("put", "--json-lines", tmp_path / "rows.jsonl").stderr
    assert "line 3: this is no JSON" in told
    assert "line 4: there is no external_id: give" in told
    assert "line 5: an external id has 1 to 512 characters, this has 0: give" in told
    assert "line 6: this is no object" in told
    assert "line 7: no document has date: it may have content, document_date" in told
    assert "is text, not" not in told
    outcomes = line.run("put", "--json-lines", tmp_path / "rows.jsonl", "--json").stdout.splitlines()
    assert [json.loads(outcome)["line"] for outcome in outcomes] == [1, 3, 4, 5, 6, 7]
    assert "no JSON" in json.loads(outcomes[1])["error"]["message"]
    assert json.loads(outcomes[1])["external_id"] == ""

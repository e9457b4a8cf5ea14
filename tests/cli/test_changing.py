"""Commands that change documents, tags, trash and organizations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine

Stored = Callable[..., str]


def test_update_changes_what_is_given(line: CommandLine, stored: Stored, tmp_path: Path) -> None:
    document_id = stored("a.txt", "old text")
    (tmp_path / "new.txt").write_text("new text")
    line.do("update", document_id, "--name", "b.txt", "--date", "2024-05-17", "--notes", "a note")
    line.do("update", document_id, "--content-file", tmp_path / "new.txt")
    document = line.json("show", document_id, "--content")
    assert (document["name"], document["notes"], document["content"]) == ("b.txt", "a note", "new text")
    assert document["document_date"] == "2024-05-17T00:00:00.000Z"
    assert line.json("update", document_id, "--no-date")["document_date"] is None
    assert [entry["event"] for entry in line.lines("activity", document_id)] == ["updated"] * 3 + ["created"]
    assert "document_date" in line.do("activity", document_id) or "documentDate" in line.do("activity", document_id)


def test_update_gives_and_takes_an_external_id(line: CommandLine, stored: Stored) -> None:
    document_id = stored("c.txt", "text")
    assert line.json("update", document_id, "--external-id", "a/b")["external_id"] == "a/b"
    assert line.json("show", "external_id:a/b")["id"] == document_id
    assert line.json("update", document_id, "--external-id", "")["external_id"] is None


def test_update_refuses_what_makes_no_sense(line: CommandLine, stored: Stored) -> None:
    document_id = stored("a.txt", "text")
    assert line.run("update", document_id).exit_code == 2
    assert line.run("update", document_id, "--date", "2024", "--no-date").exit_code == 2
    assert line.run("update", document_id, "--date", "yesterday").exit_code == 2


def test_tags_go_on_and_off_by_name_and_id(line: CommandLine, stored: Stored) -> None:
    document_id = stored("a.txt", "text")
    tag = line.json("tags", "create", "Paid", "--color", "#2ecc71")
    assert tag["color"] == "#2ECC71"
    line.do("tag", document_id, "PAID")
    line.do("tag", document_id, "new", "--create", "--color", "#FF0000")
    assert [tag["name"] for tag in line.json("show", document_id)["tags"]] == ["new", "Paid"]
    line.do("untag", document_id, tag["id"], "new")
    assert line.json("show", document_id)["tags"] == []


def test_tags_are_renamed_and_deleted(line: CommandLine, stored: Stored) -> None:
    document_id = stored("a.txt", "text", "--tag", "bils")
    line.do("tags", "update", "bils", "--name", "bills", "--color", "#123456", "--description", "to pay")
    (tag,) = line.lines("tags", "list")
    assert (tag["name"], tag["color"], tag["description"]) == ("bills", "#123456", "to pay")
    assert line.run("tags", "delete", "bills", input="n\n").exit_code == 1
    line.do("tags", "delete", "bills", "--yes")
    assert line.lines("tags") == []
    assert line.json("show", document_id)["tags"] == []


def test_one_tag_that_fails_does_not_stop_the_others(line: CommandLine, stored: Stored) -> None:
    document_id = stored("a.txt", "text", "--tag", "a")
    line.do("tags", "create", "b")
    result = line.run("tag", document_id, "a", "b")
    assert result.exit_code == 1
    assert "has the tag 'a' already" in result.stderr
    assert [tag["name"] for tag in line.json("show", document_id)["tags"]] == ["a", "b"]


def test_trash_restore_and_purge(line: CommandLine, stored: Stored) -> None:
    first, second = stored("a.txt", "one"), stored("b.txt", "two")
    line.do("trash", first, second)
    assert {document["id"] for document in line.lines("trash", "--list")} == {first, second}
    assert "a.txt" in line.do("trash", "--list")
    line.do("restore", first)
    assert [document["id"] for document in line.lines("list")] == [first]
    assert line.run("purge", second, input="n\n").exit_code == 1
    assert line.json("stats")["deleted_documents_count"] == 1
    line.do("purge", second, input="y\n")
    line.do("trash", first)
    assert "Deleted 1 document." in line.do("purge", "--all", "--yes")
    assert line.json("stats")["total_documents_count"] == 0


def test_purge_leaves_live_documents_alone(line: CommandLine, stored: Stored) -> None:
    document_id = stored("a.txt", "one")
    assert line.run("purge", document_id, "--yes").exit_code == 1
    assert line.run("purge", "--yes").exit_code == 2
    assert line.json("stats")["documents_count"] == 1


def test_organizations_are_kept_apart(line: CommandLine, stored: Stored) -> None:
    document_id = stored("a.txt", "text")
    office = line.json("org", "create", "Office")
    assert [item["name"] for item in line.lines("org")] == ["Home", "Office"]
    result = line.run("list")
    assert result.exit_code == 2
    assert "Pass --org with one of 'Home' (org_" in result.stderr
    assert line.lines("list", "--org", "office") == []
    assert line.run("--org", office["id"], "show", document_id).exit_code == 1
    assert [document["id"] for document in line.lines("list", "--org", "Home")] == [document_id]
    line.do("org", "rename", "Office", "Shop")
    assert "Shop" in line.do("org", "list")


def test_an_organization_is_deleted_and_comes_back(line: CommandLine, stored: Stored) -> None:
    document_id = stored("a.txt", "text")
    home = line.lines("org")[0]["id"]
    asked = line.run("org", "delete", "home", input="n\n")
    assert asked.exit_code == 1
    assert "Delete Home with its 1 document?" in asked.stderr
    assert len(line.lines("org")) == 1
    until = f"{datetime.now().astimezone() + timedelta(days=30):%Y-%m-%d}"
    told = line.do("org", "delete", "home", "--yes")
    assert told == f"Deleted Home: `papra-index org restore {home}` brings it back until {until}.\n"
    assert line.lines("org") == []
    assert line.run("--org", home, "list").exit_code == 1
    assert line.run("org", "delete", home, "--yes").exit_code == 1
    listed = line.lines("org", "deleted")
    assert [item["id"] for item in listed] == [home]
    assert datetime.fromisoformat(listed[0]["purged_at"]) > datetime.now().astimezone() + timedelta(days=29)
    assert until in line.do("org", "deleted")
    # Its time has not come.
    assert line.do("org", "purge") == "Purged 0 documents.\n"
    line.do("org", "create", "Home")
    assert line.do("org", "restore", "HOME") == f"Restored Home ({home}).\n"
    assert line.lines("org", "deleted") == []
    assert [document["id"] for document in line.lines("list", "--org", home)] == [document_id]
    refused = line.run("org", "restore", "Home")
    assert refused.exit_code == 1
    assert refused.stderr.rstrip().endswith("there is no deleted organization 'Home'")


def test_organizations_are_searched_together(line: CommandLine, stored: Stored, tmp_path: Path) -> None:
    stored("a.txt", "rent of the flat")
    line.do("org", "create", "Office")
    (tmp_path / "b.txt").write_text("rent of the office")
    line.do("add", "--org", "Office", str(tmp_path / "b.txt"))
    printed = line.do("search", "rent", "--organization", "home", "--organization", "Office")
    assert "2 documents" in printed
    assert " · in Home" in printed
    assert " · in Office" in printed
    counted = line.do("search", "rent", "--organization", "Home", "--organization", "Office", "--facet", "organization")
    assert "\norganization\n" in counted
    assert line.json("search", "rent", "--organization", "Office")["documents_count"] == 1
    assert line.run("search", "rent", "--organization", "Nowhere").exit_code == 1


def test_the_place_is_taken_from_variables(line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    other = CommandLine(line.archive.with_name("other"))
    other.do("init", "--name", "Other")
    monkeypatch.setenv("PAPRA_INDEX_ARCHIVE", str(line.archive))
    monkeypatch.setenv("PAPRA_INDEX_ORG", "home")
    assert "Home" in line.do("stats")
    assert "Other" in other.do("stats", "--org", "other")
    assert "Home" in other.do("stats", "--archive", line.archive)


def test_reindex_rebuilds_and_reads_again(line: CommandLine, letters: Path) -> None:
    line.do("add", letters)
    assert "Indexed 4 documents" in line.do("reindex")
    printed = line.do("reindex", "--extract")
    assert "Read 4 originals again." in printed
    assert "Indexed 4 documents" in printed
    assert line.json("search", "roofer")["documents_count"] == 1


def test_init_does_not_touch_an_archive_that_exists(line: CommandLine) -> None:
    assert line.run("init").exit_code == 1
    assert len(line.lines("org")) == 1
    folder = line.archive.with_name("second")
    assert line.json("init", folder, "--name", "Second")["organization"]["name"] == "Second"


def test_reindex_reads_chosen_originals_again(line: CommandLine, letters: Path) -> None:
    line.do("add", letters)
    assert "Read 0 originals again." in line.do("reindex", "--only", "failed")
    said = line.json("reindex", "--only", "plum")
    assert (said["read"], "indexed" in said) == (1, False)
    said = line.json("reindex", "--extract")
    assert (said["read"], said["indexed"]) == (4, 4)


def test_maintain_says_what_it_did(line: CommandLine, letters: Path) -> None:
    line.do("add", letters)
    assert "Purged 0 documents." in line.do("maintain")
    assert line.json("maintain")["purged_from_trash"] == 0


def test_whom_a_document_is_for(line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "salaries.txt").write_text("salaries")
    line.do("add", tmp_path / "salaries.txt", "--principal", "group:finance", "--principal", "user:anna")
    document_id = line.find_id("salaries.txt")
    assert line.do("principals", document_id) == "group:finance\nuser:anna\n"
    assert line.json("principals", document_id, "user:ben") == {"id": document_id, "principals": ["user:ben"]}
    assert line.do("principals", document_id, "--everyone") == "everyone\n"
    assert line.run("principals", document_id, " x").exit_code == 2
    assert line.run("add", tmp_path, "--principal", "").exit_code == 2

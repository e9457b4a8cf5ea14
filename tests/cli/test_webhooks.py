"""The command webhooks."""

from __future__ import annotations

from tests.cli.conftest import CommandLine

URL = "http://8.8.8.8/papra"


def test_webhooks_are_added_listed_changed_and_removed(line: CommandLine) -> None:
    assert "webhooks add" in line.run("webhooks").stderr
    assert line.do("webhooks", "add", "books", URL, "--event", "document:created", "--secret", "s").startswith("Added")
    [webhook] = line.lines("webhooks")
    assert (webhook["name"], webhook["url"], webhook["events"]) == ("books", URL, ["document:created"])
    assert webhook["has_secret"] is True
    assert "signed" in line.do("webhooks")
    changed = line.json("webhooks", "update", webhook["id"], "--name", "more", "--secret", "", "--disable")
    assert (changed["name"], changed["has_secret"], changed["enabled"]) == ("more", False, False)
    assert "disabled" in line.do("webhooks")
    assert "Nothing has been posted" in line.run("webhooks", "deliveries", webhook["id"]).stderr
    assert line.run("webhooks", "update", webhook["id"]).exit_code == 2
    assert line.do("webhooks", "remove", webhook["id"]) == "Removed more.\n"
    assert line.run("webhooks", "remove", webhook["id"]).exit_code == 1


def test_what_waits_is_listed(line: CommandLine) -> None:
    webhook = line.json("webhooks", "add", "books", URL)
    line.do("add", "-", "--name", "a.txt", input="text")
    assert {item["type"] for item in line.lines("webhooks", "deliveries", webhook["id"])} >= {"document:created"}
    assert "document:created" in line.do("webhooks", "deliveries", webhook["id"])


def test_addresses_within_networks_are_refused(line: CommandLine) -> None:
    refused = line.run("webhooks", "add", "books", "http://127.0.0.1/")
    assert refused.exit_code == 2
    assert "allow_private" in refused.stderr

"""Commands that read: what people see, and that --json is JSON with everything in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import LETTERS, CommandLine


def test_search_shows_hits_with_passages_and_pages(shared: CommandLine) -> None:
    printed = shared.do("search", "estimate")
    assert "roof.txt" in printed
    assert "p. 2" in printed
    assert "*estimate*" in printed


def test_search_json_has_everything(shared: CommandLine) -> None:
    page = shared.json("search", '"annual maintenance"', "--facet", "tag")
    assert page["documents_count"] == 1
    hit = page["hits"][0]
    assert hit["document"]["name"] == "boiler.txt"
    assert hit["document"]["id"].startswith("doc_")
    assert hit["score"] > 0
    snippet = hit["snippets"][0]
    assert snippet["page_number"] == 1
    assert [snippet["text"][start:end] for start, end in snippet["highlights"]]
    assert page["facets"]["tag"][0]["label"] == "post"


def test_search_joins_its_arguments_and_takes_negations(shared: CommandLine) -> None:
    assert [hit["document"]["name"] for hit in shared.json("search", "maintenance", "-boiler")["hits"]] == ["recipe.md"]
    assert shared.json("search", "tag:post", "date:2024-05")["documents_count"] == len(LETTERS)


def test_search_finds_text_in_any_script(shared: CommandLine) -> None:
    assert shared.json("search", "町内会")["documents_count"] == 1


def test_mistakes_in_a_query_are_shown_under_it(shared: CommandLine) -> None:
    result = shared.run("search", "手紙 date:soon")
    assert result.exit_code == 0
    query, mark = result.stderr.splitlines()[-2:]
    assert query == "  手紙 date:soon"
    assert mark == "       ^^^^^^^^^"
    assert shared.run("search", "date:soon", "--strict").exit_code == 2


def test_an_order_can_be_chosen(shared: CommandLine) -> None:
    names = [document["name"] for document in shared.lines("list", "--sort", "name")]
    assert names == sorted(names, key=str.casefold)
    assert [document["name"] for document in shared.lines("list", "--sort", "name", "--desc")] == names[::-1]
    assert [hit["document"]["name"] for hit in shared.json("search", "the", "--sort", "size", "--asc")["hits"]]


def test_pages_are_counted_from_one(shared: CommandLine) -> None:
    first = shared.lines("list", "--page-size", "3")
    second = shared.lines("list", "--page-size", "3", "--page", "2")
    assert len({document["id"] for document in first + second}) == len(LETTERS)
    assert "1 to 3 of 4 documents; more: --page 2" in shared.run("list", "--page-size", "3").stderr


def test_show_prints_facts_content_and_pages(shared: CommandLine, tmp_path: Path) -> None:
    document_id = shared.find_id("roof.txt")
    assert document_id in shared.do("show", document_id[:12])
    assert "storm" in shared.do("show", document_id, "--content")
    assert "page 2 · text" in shared.do("show", document_id, "--pages")
    assert len(shared.json("show", document_id, "--pages")["pages"]) == 2
    assert "content" not in shared.json("show", document_id)
    assert "storm" in shared.json("show", document_id, "--content")["content"]


def test_show_writes_the_original(shared: CommandLine, tmp_path: Path) -> None:
    document_id = shared.find_id("roof.txt")
    assert shared.do("show", document_id, "--original", "-") == LETTERS["roof.txt"]
    shared.do("show", document_id, "--original", tmp_path)
    assert (tmp_path / "roof.txt").read_text() == LETTERS["roof.txt"]
    (tmp_path / "roof.txt").write_text("mine")
    assert shared.run("show", document_id, "--original", tmp_path / "roof.txt").exit_code == 2
    assert (tmp_path / "roof.txt").read_text() == "mine"
    shared.do("show", document_id, "--original", tmp_path / "roof.txt", "--force")
    assert (tmp_path / "roof.txt").read_text() == LETTERS["roof.txt"]


@pytest.mark.parametrize("name", ["a\x1b[31m[bold]red[/bold].txt", "a\u202efdp.txt", "\udcff.txt"])
def test_nothing_a_document_says_is_obeyed(line: CommandLine, tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_text("nautilus [red]not red[/red] \x1b[2Jcleared \x07bell")
    line.do("add", tmp_path / "a.txt", "--name", name)
    for command in (
        ["list"],
        ["search", "nautilus"],
        ["show", line.lines("list")[0]["id"]],
        ["search", "bell", "--json"],
    ):
        printed = line.do(*command)
        assert not {"\x1b", "\x07", "\u202e"} & set(printed)
    assert "[red]not red[/red]" in line.do("search", "nautilus")
    assert not name.startswith("a\x1b") or "[bold]red[/bold]" in line.do("list")


def test_statistics_count_documents_and_trash(line: CommandLine, letters: Path) -> None:
    line.do("add", letters, "--no-wait")
    line.do("trash", line.find_id("roof.txt"))
    counts = line.json("stats")
    assert (counts["documents_count"], counts["deleted_documents_count"], counts["total_documents_count"]) == (3, 1, 4)
    assert "In the trash" in line.do("stats")


def test_an_empty_archive_is_no_error(line: CommandLine) -> None:
    for command in (["list"], ["search", "x"], ["tags"], ["trash", "--list"], ["stats"], ["reindex"], ["wait"]):
        line.do(*command)
    assert line.do("list", "--json") == ""
    assert line.json("search", "")["hits"] == []

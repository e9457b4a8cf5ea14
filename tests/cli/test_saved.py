"""The command saved: searches under a name."""

from __future__ import annotations

from tests.cli.conftest import CommandLine


def test_searches_are_saved_listed_run_and_removed(line: CommandLine) -> None:
    line.do("add", "-", "--name", "a.txt", input="the annual maintenance of the boiler")
    assert line.do("saved", "add", "Été", "annual", "maint", "--sort", "name") == "Saved Été.\n"
    assert "annual maint" in line.do("saved")
    assert "by name, ascending" in line.do("saved", "list")
    assert "*annual* *maintenance*" in line.do("saved", "run", "ETE")
    found = line.json("saved", "run", "été", "--facet", "mime_type")
    assert (found["name"], found["search_query"], found["documents_count"]) == ("Été", "annual maint", 1)
    assert found["facets"]["mime_type"][0]["count"] == 1
    assert line.do("saved", "remove", "ete") == "Removed Été.\n"
    assert line.lines("saved") == []
    assert "saved add" in line.run("saved").stderr


def test_a_name_that_is_taken_is_refused_unless_it_is_replaced(line: CommandLine) -> None:
    line.do("saved", "add", "Roof", "who repairs the roof", "--any", "--feedback")
    result = line.run("saved", "add", "ROOF", "tiles")
    assert result.exit_code == 1
    assert "already" in result.stderr
    assert line.lines("saved")[0]["feedback"] is True
    assert line.json("saved", "add", "roof", "tiles", "-slate", "--replace")["search_query"] == "tiles -slate"
    assert [saved["name"] for saved in line.lines("saved", "list")] == ["roof"]
    assert line.run("saved", "run", "nothing").exit_code == 1
    assert line.run("saved", "add", "x", "--feedback", "y").exit_code == 2

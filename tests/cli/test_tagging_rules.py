"""The command rules."""

from __future__ import annotations

from tests.cli.conftest import CommandLine


def test_rules_are_created_listed_applied_changed_and_deleted(line: CommandLine) -> None:
    assert "rules create" in line.run("rules").stderr
    line.do("tags", "create", "bills")
    line.do("add", "-", "--name", "a.txt", input="the amount due")
    line.do("wait")
    made = line.do("rules", "create", "Bills", "--if", "content", "contains", "AMOUNT", "--tag", "bills")
    assert made.startswith("Created Bills (tr_")
    [rule] = line.lines("rules", "list")
    assert (rule["name"], rule["conditions"][0]["value"], rule["enabled"]) == ("Bills", "AMOUNT", True)
    assert "content contains 'AMOUNT'" in line.do("rules")
    [match] = line.lines("rules", "apply", "--dry-run")
    assert match["name"] == "a.txt"
    assert "a.txt  would get bills" in line.do("rules", "apply", rule["id"], "--dry-run")
    assert line.do("rules", "apply") == "Tagged 1 document.\n"
    assert line.json("rules", "apply", rule["id"]) == {"tagged": 0}
    changed = line.json("rules", "update", rule["id"], "--disable", "--mode", "any", "--name", "More")
    assert (changed["enabled"], changed["match_mode"], changed["name"]) == (False, "any", "More")
    assert line.do("rules", "delete", rule["id"]) == "Deleted More.\n"
    assert line.run("rules", "apply", rule["id"]).exit_code == 1
    assert line.run("rules", "create", "x").exit_code == 2
    assert line.run("rules", "create", "x", "--tag", "nothing").exit_code == 1

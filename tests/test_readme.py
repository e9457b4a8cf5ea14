"""What the README shows works as written."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

from papra_index import (
    Archive,
    ExtractionSettings,
    IndexSettings,
    Organization,
    RankingSettings,
    Rerank,
    ResultPage,
    Settings,
)
from papra_index.query.parser import parse_query
from papra_index.settings import HttpSettings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_first_example_runs_and_finds(tmp_path: Path) -> None:
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    example = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]
    result = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
    )
    lines = result.stdout.splitlines()
    assert any("boiler-contract.pdf 1" in line and "annual maintenance" in line for line in lines)
    assert any("receipt.png 1" in line for line in lines)
    assert "documents_count=2" in lines[-1]


def test_every_setting_is_in_the_readme() -> None:
    for group in (Settings, ExtractionSettings, IndexSettings, RankingSettings, HttpSettings):
        for item in fields(group):
            assert re.search(rf"[`\s,\[]{item.name}[`,\s\]]", README), f"the README does not name {item.name}"


def test_every_extra_of_the_readme_is_there() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert {*re.findall(r"papra-index\[(\w+)\]", README)} <= {*extras}
    listed = README.split("\nExtras: ")[1].split("\n\n")[0]
    assert {*re.findall(r"`(\w+)`", listed)} == {*extras}


def test_every_link_within_the_readme_has_its_heading() -> None:
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", README, flags=re.DOTALL), re.MULTILINE)
    known = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert {*re.findall(r"\]\(#([^)]+)\)", README)} <= known


def test_every_query_of_the_readme_is_understood() -> None:
    table = README.split("## The search language\n")[1].split("| query | finds |\n|---|---|\n")[1].split("\n\n")[0]
    queries = [query for row in table.splitlines() for query in re.findall(r"`([^`]+)`", row.split("|")[1])]
    assert len(queries) > 60
    for query in queries:
        if query not in {"\\:", "\\*", "\\?", "\\^", "tag:tag_…", "is:trashed", "-(a OR b)"}:
            assert parse_query(query, now=0).issues == (), query


def test_every_query_on_properties_is_understood(home: Organization) -> None:
    section = README.split("### Custom properties")[1]
    for name, kind in (("Amount", "number"), ("Due date", "date"), ("Checked", "boolean"), ("Reference", "text")):
        home.create_property(name, kind)
    home.create_property("State", "select", options=["Open", "In work", "Paid"])
    rows = section.split("|---|---|\n")[1].split("\n\n")[0].splitlines()
    queries = [query for row in rows for query in re.findall(r"`([^`]+)`", row.split("|")[1])]
    asked = [query for query in queries if not query.startswith(("owner:", "related:"))]
    assert len(asked) == len(queries) - 3
    for query in asked:
        assert home.search(query, strict=True).issues == (), query


def test_the_example_of_properties_runs(home: Organization) -> None:
    example = README.split("### Custom properties")[1].split("```python\n")[1].split("```")[0]
    contract, scan = (home.add(name.encode(), name=name, content="x") for name in ("contract.txt", "scan.txt"))
    scope: dict[str, object] = {"home": home, "contract": contract, "scan": scan}
    exec(example, scope)
    assert [option.name for option in home.list_properties()[2].options] == ["Open", "In work", "Paid", "Lost"]


def test_the_example_of_rerank_runs(archive: Archive, home: Organization) -> None:
    example = README.split("def score_hits")[1].split("```")[0]
    home.put("1", name="letter", content="the boiler, a boiler")
    archive.wait_until_searchable()
    scope: dict[str, object] = {"home": home, "Rerank": Rerank}
    exec("def score_hits" + example, scope)
    page = scope["page"]
    assert isinstance(page, ResultPage)
    assert page.reranked is not None
    assert page.reranked.applied

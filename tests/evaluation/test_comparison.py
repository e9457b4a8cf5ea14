"""Comparisons say how two runs differ, whether that is chance, and what became of the documents of a query."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from papra_index import Organization
from papra_index.errors import InvalidInput
from papra_index.evaluation import Comparison, Configuration, compare_systems, read_systems, run_queries
from papra_index.evaluation.collections import read_judgements
from papra_index.evaluation.comparison import read_condition
from papra_index.evaluation.report import write_html
from papra_index.evaluation.runs import write_run
from papra_index.evaluation.significance import compare_by_randomisation, correct_by_holm
from papra_index.evaluation.tables import list_rows, write_report
from tests.evaluation.conftest import DATA

JUDGEMENTS = read_judgements(DATA / "qrels.txt")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    files = {name: DATA / f"{name}.run" for name in ("first", "second")}
    return compare_systems(read_systems(files, JUDGEMENTS, ["AP", "RR"]), JUDGEMENTS, changed=3)


def test_differences_are_those_of_the_values(comparison: Comparison) -> None:
    first, second = comparison.systems
    by_ap, by_rr = comparison.differences
    assert (by_ap.system, by_ap.measure) == ("second", "AP")
    assert by_ap.delta == pytest.approx(second.scores.means["AP"] - first.scores.means["AP"])
    assert by_ap.wins + by_ap.ties + by_ap.losses == 15
    assert by_ap.losses > by_ap.wins
    assert by_ap.low < by_ap.delta < by_ap.high < 0
    values = [list(system.scores.queries["AP"].values()) for system in (second, first)]
    assert by_ap.randomisation_p == compare_by_randomisation(*values)
    corrected = correct_by_holm([by_ap.randomisation_p, by_rr.randomisation_p])
    assert [by_ap.randomisation_holm_p, by_rr.randomisation_holm_p] == corrected


def test_the_queries_that_changed_most_come_first(comparison: Comparison) -> None:
    changes = comparison.changes["second"]
    assert len(changes) == 3
    deltas = [abs(change.delta) for change in changes]
    assert deltas == sorted(deltas, reverse=True)
    lost = next(change for change in changes if change.query_id == "q9")  # which the second run does not have
    assert lost.after.documents == ()
    assert lost.delta == -lost.before.value
    assert all(after is None and before for _, before, after in lost.moved)
    ranks = [before for _, before, _ in lost.moved if before]
    assert ranks == sorted(ranks)


def test_a_run_compared_with_itself_has_no_changes() -> None:
    systems = read_systems({"a": DATA / "first.run", "b": DATA / "first.run"}, JUDGEMENTS, ["AP"])
    same = compare_systems(systems, JUDGEMENTS)
    [difference] = same.differences
    assert (difference.delta, difference.ties, difference.randomisation_p, difference.t_p) == (0.0, 15, 1.0, 1.0)
    assert same.changes == {"b": ()}
    assert "No query changed" in write_html(same)
    with pytest.raises(InvalidInput, match="nothing to compare"):
        compare_systems(systems[:1], JUDGEMENTS)


def test_conditions_bound_differences(comparison: Comparison) -> None:
    delta = comparison.differences[0].delta
    assert read_condition("AP < -0.01").find_met(comparison) == [comparison.differences[0]]
    assert read_condition(f"AP<{delta - 0.01:.4f}").find_met(comparison) == []
    assert read_condition("AP>=-1").find_met(comparison) != []
    for text in ("AP", "AP = 1", "< 1", "AP < much"):
        with pytest.raises(InvalidInput, match="is no condition"):
            read_condition(text)
    with pytest.raises(InvalidInput, match="ir-measures knows"):
        read_condition("foo < 1")


def test_the_report_is_one_whole_page(home: Organization, archive: object, tmp_path: Path) -> None:
    texts = {"a<b": "the boiler & its <i>annual</i> maintenance", "c": "boiler boiler", "d": "maintenance of roofs"}
    for id_, text in texts.items():
        home.put(id_, name=f"name of {id_}", content=text)
    archive.wait_until_searchable()  # type: ignore[attr-defined]
    queries = {"1": "boiler maintenance", "2": "roofs"}
    judgements = {"1": {"d": 1, "c": 2, "a<b": 0}, "2": {"d": 1}}
    files = {}
    for configuration in (Configuration("any word"), Configuration("all words", "all")):
        files[configuration.name] = write_run(tmp_path, configuration.name, run_queries(home, queries, configuration))
    found = compare_systems(read_systems(files, judgements, ["nDCG@10", "AP"]), judgements)
    [change] = found.changes["all words"]
    assert [document.document_id for document in change.after.documents] == ["a<b"]
    assert any("boiler" in reason for reason in change.after.documents[0].reasons)
    html = write_html(found)
    parser = _Balance()
    parser.feed(html)
    assert parser.open == []
    assert html.count("<svg") == 3
    assert "name of a&lt;b" in html
    assert "<i>annual" not in html
    assert not re.search(r"(src|href)=\"?(https?:)?//", html.replace('xlink:href="#', ""))
    assert "<script" not in html
    markdown = write_report(found)
    assert all(f"| {' | '.join(row)} |" in markdown for row in list_rows(found))


class _Balance(HTMLParser):
    """Which elements are open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

"""A comparison as rows of text, once for the terminal, Markdown and the report, so that all of them say the same."""

from __future__ import annotations

from collections.abc import Sequence

from papra_index.evaluation.comparison import Comparison, Difference
from papra_index.evaluation.latency import HEADINGS as LATENCY_HEADINGS
from papra_index.evaluation.latency import NOTE as LATENCY_NOTE
from papra_index.evaluation.latency import list_rows as list_latency_rows
from papra_index.evaluation.latency import measure_systems
from papra_index.evaluation.rankings import describe_change, describe_moved, list_sides
from papra_index.evaluation.significance import CONFIDENCE

SIGNIFICANT = 1 - CONFIDENCE
HEADINGS = (
    "Run", "Measure", "Mean", "Difference", "95 % interval", "Better/same/worse", "t-test", "Randomisation", "Holm",
)  # fmt: skip
NOTE = (
    "p-values are two-sided and paired; Holm is the randomisation test's, corrected for all tests of the table. "
    "* differs: p < .05 after correction."
)


def list_rows(comparison: Comparison) -> list[list[str]]:
    """Return a row of cells for each system and measure, below one of the first system's means."""
    baseline = comparison.systems[0]
    rows = [
        [baseline.name, measure, f"{baseline.scores.means[measure]:.4f}", *[""] * (len(HEADINGS) - 3)]
        for measure in comparison.measures
    ]
    for one in comparison.differences:
        rows.append(
            [
                one.system,
                one.measure,
                f"{one.mean:.4f}",
                f"{one.delta:+.4f}{'*' if is_significant(one) else ''}",
                f"{one.low:+.4f} to {one.high:+.4f}",
                f"{one.wins}/{one.ties}/{one.losses}",
                write_p(one.t_p),
                write_p(one.randomisation_p),
                write_p(one.randomisation_holm_p),
            ]
        )
    return rows


def is_significant(difference: Difference) -> bool:
    """Say whether the difference holds after correction, by the randomisation test."""
    return difference.randomisation_holm_p < SIGNIFICANT


def write_p(value: float) -> str:
    """Return a p-value as papers print it."""
    return "<.0001" if value < 0.0001 else f"{value:.4f}"


def write_markdown(headings: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> list[str]:
    """Return the lines of a Markdown table; behind the first columns, of texts, numbers are flush right."""
    marks = ["---" if place < texts else "--:" for place in range(len(headings))]
    lines = (headings, marks, *rows)
    return [f"| {' | '.join(_join_lines(cell).replace('|', chr(92) + '|') for cell in line)} |" for line in lines]


def write_report(comparison: Comparison, *, explained: int = 3) -> str:
    """Return the comparison as Markdown: the tables, then the queries that changed most, the first ones explained."""
    baseline = comparison.systems[0].name
    lines = [f"# {baseline} and {', '.join(one.name for one in comparison.systems[1:])}", ""]
    lines += [*write_markdown(HEADINGS, list_rows(comparison)), "", NOTE]
    if latencies := measure_systems(comparison.systems):
        lines += ["", *write_markdown(LATENCY_HEADINGS, list_latency_rows(latencies)), "", LATENCY_NOTE]
    for name, changes in comparison.changes.items():
        lines += ["", f"## {name}: the queries that changed most ({comparison.measures[0]})", ""]
        rows = [
            [one.query_id, one.text, f"{one.before.value:.4f}", f"{one.after.value:.4f}", f"{one.delta:+.4f}"]
            for one in changes
        ]
        lines += write_markdown(("Query", "Text", baseline, name, "Difference"), rows, texts=2)
        for change in changes[:explained]:
            lines += ["", f"### {_join_lines(describe_change(change))}", ""]
            lines += [_join_lines(moved), ""] if (moved := describe_moved(change)) else []
            lines += write_markdown(("Rank", baseline, name), list_sides(change), texts=3)
    return "\n".join(lines) + "\n"


def _join_lines(text: str) -> str:
    return " ".join(text.split())

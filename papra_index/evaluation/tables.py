"""A comparison as rows of text, once for the terminal, Markdown and the report, so that all of them say the same."""

from __future__ import annotations

from collections.abc import Sequence

from papra_index.evaluation.comparison import Comparison, Difference
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


def write_markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table, its numbers flush right."""
    marks = ["---", *("--:" for _ in headings[1:])]
    return [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in (headings, marks, *rows)]


def write_report(comparison: Comparison) -> str:
    """Return the comparison as Markdown: the table, then the queries that changed most, with the first hits."""
    lines = [f"# {comparison.systems[0].name} and {', '.join(one.name for one in comparison.systems[1:])}", ""]
    lines += [*write_markdown(HEADINGS, list_rows(comparison)), "", NOTE]
    for name, changes in comparison.changes.items():
        lines += ["", f"## {name}: the queries that changed most ({comparison.measures[0]})", ""]
        rows = [
            [one.query_id, one.text, f"{one.before.value:.4f}", f"{one.after.value:.4f}", f"{one.delta:+.4f}"]
            for one in changes
        ]
        lines += write_markdown(("Query", "Text", comparison.systems[0].name, name, "Difference"), rows)
    return "\n".join(lines) + "\n"

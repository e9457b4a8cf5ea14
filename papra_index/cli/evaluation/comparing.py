"""The command eval compare: runs against the first of them, on the terminal, as JSON, Markdown or an HTML report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from papra_index.cli.evaluation.scoring import (
    draw_latencies,
    name_runs,
    read_judgements_beside,
    take_runs,
    tell_gaps,
)
from papra_index.cli.output import draw, print_error, print_json, print_message
from papra_index.cli.tables import build_table
from papra_index.cli.wording import clean_line

if TYPE_CHECKING:
    from papra_index.evaluation.comparison import Change, Comparison

_MEASURES = ("nDCG@10", "AP", "R@100")


@click.command("compare")
@take_runs
@click.option("--changed", type=click.IntRange(0, 1_000), default=10, show_default=True, help="Queries to tell of.")
@click.option(
    "--explained", type=click.IntRange(0, 1_000), default=3, show_default=True, help="Of these, with both rankings."
)
@click.option(
    "--fail-if", "conditions", multiple=True, metavar="CONDITION", help="Leave with 1 if, as in 'nDCG@10 < -0.01'."
)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a report there.")
@click.pass_context
def compare_command(
    ctx: click.Context,
    runs: tuple[Path, ...],
    qrels: Path | None,
    measures: tuple[str, ...],
    judged_only: bool,
    as_json: bool,
    as_markdown: bool,
    changed: int,
    explained: int,
    conditions: tuple[str, ...],
    html: Path | None,
) -> None:
    """Compare runs with the first one.

    \b
    papra-index eval compare runs/plain.run runs/feedback.run --html report.html
    papra-index eval compare main.run branch.run --fail-if 'nDCG@10 < -0.01'

    Tells differences with paired tests and intervals, the times of our own runs, and the queries that changed most by
    the first measure, with the first documents of both rankings and what they score by.
    """
    from papra_index.evaluation.comparison import compare_systems, read_condition, read_systems

    judgements = read_judgements_beside(runs, qrels)
    bounds = [read_condition(text) for text in conditions]
    names = [*dict.fromkeys((*(measures or _MEASURES), *(bound.measure for bound in bounds)))]
    systems = read_systems(name_runs(runs), judgements, names, judged_only=judged_only)
    comparison = compare_systems(systems, judgements, changed=changed)
    for system in systems:
        tell_gaps(system.name, system.run, judgements)
    print_comparison(comparison, as_json=as_json, as_markdown=as_markdown, explained=explained)
    if html is not None:
        from papra_index.evaluation.report import write_html

        html.write_text(write_html(comparison), encoding="utf-8")
        print_message(f"Wrote {html}")
    failed = [(bound, one) for bound in bounds for one in bound.find_met(comparison)]
    for bound, one in failed:
        print_error(f"{one.system}: {one.measure} differs by {one.delta:+.4f}, which is {bound.sign} {bound.bound:g}")
    if failed:
        ctx.exit(1)


def print_comparison(comparison: Comparison, *, as_json: bool, as_markdown: bool, explained: int = 3) -> None:
    """Print a comparison in the form that is wanted."""
    from papra_index.evaluation.latency import measure_systems

    if as_json:
        differences = [
            {name: getattr(one, name) for name in (*one.__dataclass_fields__, "delta")}
            for one in comparison.differences
        ]
        means = {system.name: system.scores.means for system in comparison.systems}
        latencies = measure_systems(comparison.systems)
        print_json(
            {"means": means, "differences": differences, "milliseconds": latencies, "changes": comparison.changes}
        )
        return
    from papra_index.evaluation.tables import HEADINGS, NOTE, list_rows, write_report

    if as_markdown:
        click.echo(write_report(comparison, explained=explained), nl=False)
        return
    table = build_table(*(heading if place < 2 else f">{heading}" for place, heading in enumerate(HEADINGS)))
    table.columns[-1].style = ""
    for row in list_rows(comparison):
        table.add_row(*map(clean_line, row))
    draw(table)
    print_message(NOTE)
    draw_latencies(measure_systems(comparison.systems))
    for name, changes in comparison.changes.items():
        if changes:
            changed = build_table("Query", "~Text", f">{comparison.systems[0].name}", f">{name}", ">Difference")
            changed.columns[-1].style = ""
            for one in changes:
                values = f"{one.before.value:.4f}", f"{one.after.value:.4f}", f"{one.delta:+.4f}"
                changed.add_row(clean_line(one.query_id), clean_line(one.text), *values)
            draw("", f"{clean_line(name)}: the queries that changed most by {comparison.measures[0]}", changed)
            for one in changes[:explained]:
                _draw_change(one, comparison.systems[0].name, name)


def _draw_change(change: Change, baseline: str, name: str) -> None:
    """Print what two systems made of a query, side by side."""
    from papra_index.evaluation.rankings import describe_change, describe_moved, list_sides

    moved = describe_moved(change)
    table = build_table(">Rank", f"~{clean_line(baseline)}", f"~{clean_line(name)}")
    for row in list_sides(change):
        table.add_row(*map(clean_line, row))
    draw("", clean_line(describe_change(change)), *([clean_line(moved)] if moved else []), table)

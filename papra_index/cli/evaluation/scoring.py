"""The command eval score: measures of runs of any system, their means and, where asked for, every query's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from papra_index.cli.evaluation.asking import FILE
from papra_index.cli.options import take_json
from papra_index.cli.output import draw, print_json, print_message
from papra_index.cli.tables import build_table
from papra_index.cli.wording import clean_line
from papra_index.errors import InvalidInput

if TYPE_CHECKING:
    from papra_index.evaluation.collections import Judgements
    from papra_index.evaluation.latency import Latency
    from papra_index.evaluation.measures import Scores
    from papra_index.evaluation.runs import Run

_Function = TypeVar("_Function", bound=Any)


def take_runs(function: _Function) -> _Function:
    """Add RUN..., --qrels, --measure and --judged-only."""
    decorators = (
        click.argument("runs", nargs=-1, required=True, type=FILE, metavar="RUN..."),
        click.option("--qrels", type=FILE, help="Judgements (default: qrels.txt beside the first run)."),
        click.option(
            "--measure", "-m", "measures", multiple=True, metavar="NAME", help="Of ir-measures, several times."
        ),
        click.option("--judged-only", is_flag=True, help="Take documents out of the rankings that nobody judged."),
        take_json,
        click.option("--markdown", "as_markdown", is_flag=True, help="Print a Markdown table."),
    )
    for decorate in reversed(decorators):
        function = decorate(function)
    return function


@click.command("score")
@take_runs
@click.option("--per-query", is_flag=True, help="Every query's value, too.")
@click.option("--per-kind", is_flag=True, help="Means of mined queries by kind, too: ids alike up to the first dot.")
def score_command(
    runs: tuple[Path, ...],
    qrels: Path | None,
    measures: tuple[str, ...],
    judged_only: bool,
    as_json: bool,
    as_markdown: bool,
    per_query: bool,
    per_kind: bool,
) -> None:
    """Measure runs in TREC's format, of this or any other system.

    \b
    papra-index eval score runs/*.run
    papra-index eval score bm25.run --qrels qrels.txt -m nDCG@10 -m 'AP(rel=2)' -m Judged@10 --per-query

    A query with judgements that a run does not have counts as 0 in means, as with trec_eval -c; one without any
    judgement is left out. Equal scores are ordered as trec_eval does, the later id first.
    """
    from papra_index.evaluation.measures import MEASURES, score_run
    from papra_index.evaluation.overlap import read_judged_run
    from papra_index.evaluation.tables import write_markdown

    judgements = read_judgements_beside(runs, qrels)
    names = measures or MEASURES
    scores = {}
    for name, file in name_runs(runs).items():
        run = read_judged_run(file, judgements)
        scores[name] = score_run(judgements, run, names, judged_only=judged_only)
        tell_gaps(name, run, judgements)
    if as_json:
        print_json(
            {
                name: {"means": row.means}
                | ({"queries": row.queries} if per_query else {})
                | ({"kinds": row.average_groups()} if per_kind else {})
                for name, row in scores.items()
            }
        )
    elif as_markdown:
        click.echo("\n".join(write_markdown(*_tabulate(scores, per_query=per_query, per_kind=per_kind))))
    else:
        draw_scores(scores, per_query=per_query, per_kind=per_kind)


def tell_gaps(name: str, run: Run, judgements: Judgements) -> None:
    """Tell of queries that only the run or only the judgements have."""
    from papra_index.evaluation.overlap import describe_gaps

    gaps = describe_gaps(run, judgements)
    if gaps is not None:
        print_message(f"{clean_line(name)}: {gaps}")


def name_runs(runs: Sequence[Path]) -> dict[str, Path]:
    """Return the runs by the names of their files, with as much of their folders as tells them apart."""
    named: dict[str, Path] = {}
    for file in dict.fromkeys(runs):
        path = file.resolve().with_suffix("")
        others = [other.resolve().with_suffix("") for other in runs if other.resolve() != file.resolve()]
        count = 1
        while any(other.parts[-count:] == path.parts[-count:] for other in others):
            count += 1
        named["/".join(path.parts[-count:])] = file
    return named


def read_judgements_beside(runs: Sequence[Path], qrels: Path | None) -> Judgements:
    """Return the judgements of a file, or else of the qrels.txt beside the first run. Raises InvalidInput."""
    from papra_index.evaluation.collections import read_judgements

    file = qrels or runs[0].parent / "qrels.txt"
    if not file.exists():
        raise InvalidInput(f"there is no {file}: name the judgements with --qrels FILE")
    judgements = read_judgements(file)
    if not judgements:
        raise InvalidInput(f"there is no judgement in {file}")
    return judgements


def draw_scores(scores: Mapping[str, Scores], *, per_query: bool = False, per_kind: bool = False) -> None:
    """Print a table of the means, and of every query's or every kind's values, one run after the other."""
    headings, rows = _tabulate(scores, per_query=per_query, per_kind=per_kind)
    labels = 1 + (per_query or per_kind)
    table = build_table(*(heading if place < labels else f">{heading}" for place, heading in enumerate(headings)))
    table.columns[-1].style = ""
    for row in rows:
        table.add_row(*map(clean_line, row))
    draw(table)


def draw_latencies(latencies: Mapping[str, Latency]) -> None:
    """Print a table of times, and how they were taken; nothing where there are none."""
    from papra_index.evaluation.latency import HEADINGS, NOTE, list_rows

    if not latencies:
        return
    table = build_table(*(heading if place == 0 else f">{heading}" for place, heading in enumerate(HEADINGS)))
    table.columns[-1].style = ""
    for row in list_rows(latencies):
        table.add_row(*map(clean_line, row))
    draw("", table)
    print_message(NOTE)


def _tabulate(scores: Mapping[str, Scores], *, per_query: bool, per_kind: bool) -> tuple[list[str], list[list[str]]]:
    measures = list(next(iter(scores.values())).means)
    kinds = [*(["kind"] if per_kind else []), *(["query"] if per_query else [])]
    rows = []
    for name, row in scores.items():
        values = row.average_groups() if per_kind else {}
        if per_query:
            ids = next(iter(row.queries.values()))
            values |= {id_: {measure: row.queries[measure][id_] for measure in measures} for id_ in ids}
        label = ["all"] if per_query or per_kind else []
        rows += [[name, id_, *(f"{found[measure]:.4f}" for measure in measures)] for id_, found in values.items()]
        rows.append([name, *label, *(f"{row.means[measure]:.4f}" for measure in measures)])
    return ["Run", *([" or ".join(kinds).capitalize()] if kinds else []), *measures], rows

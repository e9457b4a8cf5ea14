"""The command eval run: every query by every configuration, written as runs, with their scores where there are any."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from papra_index.cli.evaluation.asking import (
    open_asked,
    read_asked_configurations,
    take_collection,
    take_configurations,
)
from papra_index.cli.evaluation.scoring import draw_latencies, draw_scores
from papra_index.cli.options import take_json
from papra_index.cli.output import print_json, print_message
from papra_index.cli.wording import count_things
from papra_index.errors import InvalidInput

if TYPE_CHECKING:
    from papra_index.cli.evaluation.asking import Asked
    from papra_index.evaluation.measures import Scores
    from papra_index.evaluation.runs import QueryResult


_NOTED = 100
"""Queries after which it is told how far a run is."""


@click.command("run")
@take_collection
@take_configurations
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("runs"),
    show_default=True,
    help="Folder for NAME.run, NAME.details.jsonl, and qrels.txt.",
)
@click.option("--depth", type=click.IntRange(1, 10_000), default=1_000, show_default=True, help="Documents a query.")
@take_json
def run_command(
    collection: str | None,
    queries: Path | None,
    qrels: Path | None,
    split: str,
    keep: Path | None,
    configurations: Path | None,
    output: Path,
    depth: int,
    as_json: bool,
) -> None:
    """Rank the documents of COLLECTION, or of the archive, for its queries.

    \b
    papra-index eval run beir/scifact/test -o runs                       an id of ir_datasets
    papra-index eval run ~/beir/scifact -c configurations.toml -o runs   a folder
    papra-index --archive ~/papers eval run --queries mine.tsv -o runs   your own documents

    Of queries with and without judgements, those with them are asked: by every configuration in turn, after ten to warm
    up, so that their times compare. A configuration is a table of a TOML file:

    \b
    [feedback]
    matching = "any"      # or "all"
    feedback = true
    relax = true
    sort = "relevance"    # or a field such as "created_at"
    query = "{query} OR name:({any})^2"
    ranking.any_name_weight = 0.5    # what settings.toml may have in [ranking]
    """
    from papra_index.evaluation.latency import measure_latency
    from papra_index.evaluation.runs import run_configurations, write_runs

    chosen = read_asked_configurations(configurations, collection)
    names = [configuration.name for configuration in chosen]
    times: dict[str, list[float]] = {name: [] for name in names}
    with open_asked(collection, queries, qrels, split, keep) as asked:
        print_message(
            f"Asking {count_things(len(asked.queries), 'query', 'queries')} of {asked.name}: {', '.join(names)}"
        )
        results = run_configurations(asked.home, asked.queries, chosen, depth=depth)
        files = write_runs(output, names, _note_times(results, times))
    means = _measure(asked, output, files) if asked.judgements else {}
    latencies = {name: latency for name, found in times.items() if (latency := measure_latency(found)) is not None}
    if as_json:
        found = {name: row.means for name, row in means.items()}
        print_json({"runs": [str(file) for file in files], "means": found, "milliseconds": latencies})
        return
    for file in files:
        click.echo(f"Wrote {file}")
    if means:
        draw_scores(means)
    draw_latencies(latencies)
    if len(means) > 1:
        print_message(
            f"Is the difference real? papra-index eval compare {' '.join(shlex.quote(str(file)) for file in files)}"
        )


def _note_times(
    results: Iterator[tuple[str, QueryResult]], times: Mapping[str, list[float]]
) -> Iterator[tuple[str, QueryResult]]:
    for number, (name, result) in enumerate(results, 1):
        times[name].append(result.details.milliseconds)
        if number % (_NOTED * len(times)) == 0:
            print_message(f"  {number // len(times):,} queries")
        yield name, result


def _measure(asked: Asked, output: Path, files: Sequence[Path]) -> dict[str, Scores]:
    """Write the judgements and return the measures of the runs; none, and why, where the extra is not installed."""
    from papra_index.evaluation.collections import write_judgements
    from papra_index.evaluation.measures import score_run
    from papra_index.evaluation.runs import RUN_SUFFIX, read_run

    judged = {id_: asked.judgements[id_] for id_ in asked.queries}
    write_judgements(output / "qrels.txt", judged)
    try:
        return {file.name.removesuffix(RUN_SUFFIX): score_run(judged, read_run(file)) for file in files}
    except InvalidInput as error:
        print_message(f"Nothing is measured: {error.message}")
        return {}

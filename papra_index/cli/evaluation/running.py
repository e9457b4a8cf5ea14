"""The command eval run: every query by every configuration, written as runs, with their scores where there are any."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from papra_index.cli.evaluation.asking import (
    open_asked,
    read_asked_configurations,
    take_collection,
    take_configurations,
)
from papra_index.cli.evaluation.scoring import draw_scores
from papra_index.cli.options import take_json
from papra_index.cli.output import print_json, print_message

if TYPE_CHECKING:
    from papra_index.cli.evaluation.asking import Asked
    from papra_index.evaluation.configurations import Configuration


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

    Of queries with and without judgements, those with them are asked. A configuration is a table of a TOML file:

    \b
    [feedback]
    matching = "any"      # or "all"
    feedback = true
    relax = true
    sort = "relevance"    # or a field such as "created_at"
    query = "{query} OR name:({any})^2"
    """
    chosen = read_asked_configurations(configurations, collection)
    with open_asked(collection, queries, qrels, split, keep) as asked:
        files = [_write(asked, configuration, output, depth) for configuration in chosen]
    rows = {}
    if asked.judgements:
        from papra_index.evaluation.collections import write_judgements
        from papra_index.evaluation.measures import score_run
        from papra_index.evaluation.runs import read_run

        judged = {id_: asked.judgements[id_] for id_ in asked.queries}
        write_judgements(output / "qrels.txt", judged)
        rows = {file.stem: score_run(judged, read_run(file)) for file in files}
    if as_json:
        print_json({"runs": [str(file) for file in files], "means": {name: row.means for name, row in rows.items()}})
        return
    for file in files:
        click.echo(f"Wrote {file}")
    if rows:
        draw_scores(rows)
        if len(rows) > 1:
            print_message(f"Is the difference real? papra-index eval compare {' '.join(map(str, files))}")


def _write(asked: Asked, configuration: Configuration, output: Path, depth: int) -> Path:
    from papra_index.evaluation.runs import run_queries, write_run

    print_message(f"Asking {len(asked.queries):,} queries of {asked.name}: {configuration.name}")
    return write_run(output, configuration.name, run_queries(asked.home, asked.queries, configuration, depth=depth))

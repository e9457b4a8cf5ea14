"""The command eval sweep: all combinations of settings, the best chosen on some queries and judged on the others."""

from __future__ import annotations

from pathlib import Path

import click

from papra_index.cli.evaluation.asking import FILE, open_asked, take_collection
from papra_index.cli.evaluation.comparing import print_comparison
from papra_index.cli.options import take_json
from papra_index.cli.output import describe_value, draw, print_json, print_message
from papra_index.cli.tables import build_table
from papra_index.cli.wording import clean_line
from papra_index.errors import InvalidInput


@click.command("sweep")
@take_collection
@click.option("--grid", type=FILE, required=True, help="TOML file with a list for each setting.")
@click.option(
    "--measure", "-m", "measures", multiple=True, metavar="NAME", help="The first decides (default: nDCG@10)."
)
@click.option("--train", type=click.FloatRange(0.05, 0.95), default=0.5, show_default=True, help="Share to choose by.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the split.")
@click.option("--depth", type=click.IntRange(1, 10_000), default=1_000, show_default=True, help="Documents a query.")
@take_json
def sweep_command(
    collection: str | None,
    queries: Path | None,
    qrels: Path | None,
    split: str,
    keep: Path | None,
    grid: Path,
    measures: tuple[str, ...],
    train: float,
    seed: int,
    depth: int,
    as_json: bool,
) -> None:
    """Find the best settings, and whether they are.

    \b
    papra-index eval sweep ~/beir/scifact --grid grid.toml -m nDCG@10 -m AP

    Of a grid every combination is asked, the first values being what the best is compared with:

    \b
    matching = ["any", "all"]
    feedback = [false, true]
    query = ["{query}", "{query} OR name:({any})^0.5"]

    The best is chosen on a share of the queries and tested on the others, as it is partly best by chance.
    """
    from papra_index.evaluation.configurations import iterate_settings, read_grid
    from papra_index.evaluation.runs import run_queries
    from papra_index.evaluation.sweep import choose_configuration

    configurations = {configuration.name: configuration for configuration in read_grid(grid)}
    runs = {}
    with open_asked(collection, queries, qrels, split, keep) as asked:
        if not asked.judgements:
            raise InvalidInput("there are no judgements to choose by: give them with --qrels FILE")
        for name, configuration in configurations.items():
            print_message(f"Asking {len(asked.queries):,} queries of {asked.name}: {name}")
            results = run_queries(asked.home, asked.queries, configuration, depth=depth, explain=False)
            runs[name] = {result.details.query_id: result.scores for result in results}
    judged = {id_: asked.judgements[id_] for id_ in asked.queries}
    sweep = choose_configuration(runs, judged, measures or ("nDCG@10",), train=train, seed=seed)
    if as_json:
        differences = sweep.comparison.differences if sweep.comparison else ()
        counts = {"train": sweep.train_count, "test": sweep.test_count}
        print_json({"rows": describe_value(sweep.rows), "queries": counts, "differences": describe_value(differences)})
        return
    table = build_table(f">{sweep.train_count} to choose", f">{sweep.test_count} to test", "Settings")
    table.columns[-1].style = ""
    for row in sweep.rows:
        settings = ", ".join(f"{key} = {value}" for key, value in iterate_settings(configurations[row.name]))
        table.add_row(f"{row.train_mean:.4f}", f"{row.test_mean:.4f}", clean_line(settings or "defaults"))
    draw(table)
    if sweep.comparison is None:
        click.echo("\nThe first combination is the best.")
        return
    click.echo("\nThe best against the first combination, on the queries it was not chosen by:\n")
    print_comparison(sweep.comparison, as_json=False, as_markdown=False)

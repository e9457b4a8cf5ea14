"""The command eval sweep: all combinations of settings, the best chosen on some queries and judged on the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from papra_index.cli.evaluation.asking import FILE, open_asked, take_collection
from papra_index.cli.evaluation.comparing import print_comparison
from papra_index.cli.options import take_json
from papra_index.cli.output import describe_value, draw, print_json, print_message, print_warning
from papra_index.cli.tables import build_table
from papra_index.cli.wording import clean_line, count_things
from papra_index.errors import InvalidInput

if TYPE_CHECKING:
    from papra_index.evaluation.comparison import Difference
    from papra_index.evaluation.configurations import Configuration
    from papra_index.evaluation.sweep import Sweep


@click.command("sweep")
@take_collection
@click.option("--grid", type=FILE, required=True, help="TOML file with a list for each setting.")
@click.option(
    "--measure", "-m", "measures", multiple=True, metavar="NAME", help="The first decides (default: nDCG@10)."
)
@click.option("--train", type=click.FloatRange(0.05, 0.95), default=0.5, show_default=True, help="Share to choose by.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the split.")
@click.option(
    "--shown",
    type=click.IntRange(1, 2_000),
    default=20,
    show_default=True,
    help="Combinations of the table, best first.",
)
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
    shown: int,
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
    [ranking]                      # what settings.toml may have there
    any_name_weight = [0.2, 0, 0.5, 1]

    The best is chosen on a share of the queries and tested on the others, as it is partly best by chance: where it is
    not significantly better there, too, it is overfitted, and the first combination as good.
    """
    from papra_index.evaluation.configurations import read_grid
    from papra_index.evaluation.measures import find_depth
    from papra_index.evaluation.runs import Run, rank_queries
    from papra_index.evaluation.sweep import choose_configuration, split_judgements

    names = measures or ("nDCG@10",)
    depth = find_depth(names)
    configurations = {configuration.name: configuration for configuration in read_grid(grid)}
    with open_asked(collection, queries, qrels, split, keep) as asked:
        if not asked.judgements:
            raise InvalidInput("there are no judgements to choose by: give them with --qrels FILE")
        judged = {id_: asked.judgements[id_] for id_ in asked.queries}
        split_judgements(judged, train, seed)  # before anything is asked, so that too few queries are told at once

        def ask() -> Iterator[tuple[str, Run]]:
            for number, (name, configuration) in enumerate(configurations.items(), 1):
                print_message(f"{number:,} of {len(configurations):,}: {len(judged):,} queries by {name}")
                yield name, rank_queries(asked.home, asked.queries, configuration, depth)

        sweep = choose_configuration(ask(), judged, names, train=train, seed=seed)
    if as_json:
        print_json(_describe(sweep))
    else:
        _print_sweep(sweep, configurations, names[0], shown)


def _describe(sweep: Sweep) -> dict[str, Any]:
    return {
        "rows": describe_value(sweep.rows),
        "queries": {"train": sweep.train_count, "test": sweep.test_count},
        "train": describe_value(sweep.trained.differences if sweep.trained else ()),
        "differences": describe_value(sweep.tested.differences if sweep.tested else ()),
        "holds": sweep.holds,
    }


def _print_sweep(sweep: Sweep, configurations: Mapping[str, Configuration], measure: str, shown: int) -> None:
    from papra_index.evaluation.configurations import iterate_settings

    first = next(iter(configurations))
    table = build_table(f">{sweep.train_count} to choose", f">{sweep.test_count} to test", ">Rank", "Settings")
    table.columns[-1].style = ""
    for rank, row in enumerate(sweep.rows, 1):
        if rank <= shown or row.name == first:
            settings = ", ".join(f"{key} = {value}" for key, value in iterate_settings(configurations[row.name]))
            mark = "  (the first, which the best is compared with)" if row.name == first else ""
            table.add_row(
                f"{row.train_mean:.4f}",
                f"{row.test_mean:.4f}",
                f"{rank:,}",
                clean_line((settings or "defaults") + mark),
            )
    draw(f"{measure} of {count_things(len(sweep.rows), 'combination')}, best first by the queries to choose by", table)
    if sweep.trained is None or sweep.tested is None:
        click.echo("\nThe first combination is the best.")
        return
    click.echo("\nThe best against the first combination, on the queries it was chosen by:\n")
    print_comparison(sweep.trained, as_json=False, as_markdown=False)
    click.echo("\nOn the queries it was not chosen by:\n")
    print_comparison(sweep.tested, as_json=False, as_markdown=False)
    _tell_verdict(sweep.trained.differences[0], sweep.tested.differences[0], configurations[sweep.rows[0].name], sweep)


def _tell_verdict(trained: Difference, tested: Difference, best: Configuration, sweep: Sweep) -> None:
    from papra_index.evaluation.tables import write_p

    p = write_p(tested.randomisation_holm_p)
    if not sweep.holds:
        print_warning(
            f"overfitted. Of {trained.delta:+.4f} {trained.measure} on the queries it was chosen by, "
            f"{tested.delta:+.4f} is left on the others, which may be chance (p {p}): keep the first combination, "
            "or sweep with more queries."
        )
        return
    click.echo(f"\nThe gain holds on the queries it was not chosen by: {tested.delta:+.4f} {tested.measure} (p {p}).")
    if best.ranking:
        weights = "".join(f"{name} = {value}\n" for name, value in best.ranking.items())
        click.echo(
            f"To search so by default, write into the archive's settings.toml:\n\n[ranking]\n{weights}", nl=False
        )

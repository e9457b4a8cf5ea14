"""The command eval judge: the first documents of several runs judged at the terminal, one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from papra_index.cli.evaluation.asking import FILE
from papra_index.cli.output import print_message
from papra_index.cli.wording import clean_line, count_things

if TYPE_CHECKING:
    from papra_index.evaluation.pooling import PooledDocument


@click.command("judge")
@click.argument("runs", nargs=-1, required=True, type=FILE, metavar="RUN...")
@click.option(
    "--qrels",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Judgements, which it goes on with (default: qrels.txt beside the first run).",
)
@click.option("--depth", type=click.IntRange(1, 1_000), default=10, show_default=True, help="Documents of each run.")
@click.option("--grades", type=click.IntRange(1, 9), default=1, show_default=True, help="The best grade; 0 is none.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the order of a query's documents.")
def judge_command(runs: tuple[Path, ...], qrels: Path | None, depth: int, grades: int, seed: int) -> None:
    """Judge the first documents of runs, mixed, and write qrels.

    \b
    papra-index --archive ~/papers eval run --queries asked.tsv -c ways.toml -o runs
    papra-index eval judge runs/*.run
    papra-index eval compare runs/*.run

    Each answer is written at once: after q or Ctrl-C the same command goes on where it ended. s passes a document by.
    """
    from papra_index.evaluation.pooling import Pool

    file = qrels or runs[0].parent / "qrels.txt"
    pool = Pool(runs, file, depth=depth, seed=seed)
    print_message(f"{count_things(len(pool), 'document')} to judge, {pool.judged_count:,} judged before.")
    choices = click.Choice([*map(str, range(grades + 1)), "s", "q"])
    judged, query = 0, None
    for document in pool:
        if document.query_id != query:
            query = document.query_id
            click.echo(f"\n{click.style(clean_line(document.text), bold=True)}  ({clean_line(query)})")
        try:
            answer = _ask(document, choices, grades)
        except click.Abort:  # Ctrl-C, or the end of what is piped
            click.echo()
            answer = "q"
        if answer == "q":
            break
        if answer != "s":
            pool.judge(document, int(answer))
            judged += 1
    left = "; the same command goes on from here" if judged < len(pool) else ""
    print_message(f"Judged {count_things(judged, 'document')}: {file}{left}")


def _ask(document: PooledDocument, choices: click.Choice[str], grades: int) -> str:
    hit = document.document
    click.echo(f"\n{document.place:,} of {document.count:,}  {clean_line(hit.name)}  ({clean_line(hit.document_id)})")
    if hit.passage:
        click.echo(f"    {clean_line(hit.passage)}")
    scale = "0 not relevant, 1 relevant" if grades == 1 else f"0 not relevant to {grades} best"
    answer: str = click.prompt(f"Grade ({scale}; s passes by, q ends)", type=choices, show_choices=False)
    return answer

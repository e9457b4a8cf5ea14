"""The command eval mine: queries made from an archive's own documents, each with the document that it should find."""

from __future__ import annotations

import re
from pathlib import Path
from shlex import quote

import click

from papra_index.cli.opening import open_organization
from papra_index.cli.options import find_archive_path, take_json, take_place
from papra_index.cli.output import draw, print_json, print_message
from papra_index.cli.tables import build_table


@click.command("mine")
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("mined"),
    show_default=True,
    help="Folder for queries.tsv and qrels.txt.",
)
@click.option("--count", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Of a kind in a language.")
@click.option(
    "--sample", type=click.IntRange(1, 1_000_000), default=2_000, show_default=True, help="Documents asked for."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same gives the same queries.")
@take_place
@take_json
def mine_command(output: Path, count: int, sample: int, seed: int, as_json: bool) -> None:
    """Make queries for documents that are known, without any judging.

    \b
    papra-index --archive ~/papers eval mine -o mined
    papra-index --archive ~/papers eval run --queries mined/queries.tsv --qrels mined/qrels.txt

    As one remembers them: titles, amounts, dates, numbers, words mistyped, misread, cut off, run together, torn apart,
    each beside rare words of the document. RR and Success@1 are the measures for one right answer.
    """
    from papra_index.evaluation.collections import write_judgements
    from papra_index.evaluation.known_documents import read_known_documents
    from papra_index.evaluation.mining import Miner, group_kinds

    with open_organization() as home:
        documents, ids, counts = read_known_documents(home, seed, sample)
    items = Miner(documents, seed, counts).mine(count)
    named = {
        f"{re.sub('[^a-z0-9]+', '-', item.kind.lower()).strip('-')}.{item.language}.{number}": item
        for number, item in enumerate(items, 1)
    }
    output.mkdir(parents=True, exist_ok=True)
    lines = (f"{id_}\t{item.query}\n" for id_, item in named.items())
    (output / "queries.tsv").write_text("".join(lines), encoding="utf-8")
    write_judgements(output / "qrels.txt", {id_: {ids[item.number]: 1} for id_, item in named.items()})
    kinds = {kind: len(found) for kind, found in group_kinds(items)}
    if as_json:
        print_json({"documents": len(documents), "queries": len(items), "kinds": kinds})
        return
    table = build_table("Kind", ">Queries", "~Such as")
    for kind, found in group_kinds(items):
        table.add_row(kind, f"{len(found):,}", " ".join(found[0].query.split()))
    draw(table)
    queries, qrels = output / "queries.tsv", output / "qrels.txt"
    files = f"--queries {quote(str(queries))} --qrels {quote(str(qrels))} -o {quote(str(output))}"
    print_message(f"Ask them: papra-index --archive {quote(str(find_archive_path()))} eval run {files}")

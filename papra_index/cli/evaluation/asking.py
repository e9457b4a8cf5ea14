"""What is asked of what: the options that name a collection or the archive, and the one handle to search either."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from papra_index.cli.opening import open_organization
from papra_index.cli.options import take_place
from papra_index.cli.output import print_message
from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidInput

if TYPE_CHECKING:
    from papra_index.evaluation.collections import Judgements
    from papra_index.evaluation.configurations import Configuration
    from papra_index.organization import Organization

_Function = TypeVar("_Function", bound=Callable[..., Any])

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Asked:
    """The documents to search, the queries to ask, those with judgements alone where there are any, and these."""

    name: str
    home: Organization
    queries: Mapping[str, str]
    judgements: Judgements


def take_collection(function: _Function) -> _Function:
    """Add COLLECTION, --queries, --qrels, --split, --keep and the options of the archive; see `open_asked`."""
    decorators = (
        click.argument("collection", required=False),
        click.option("--queries", type=FILE, help="Queries: lines of id, tab and text, JSON lines, or TREC topics."),
        click.option("--qrels", type=FILE, help="Judgements, as TREC or BEIR write them (default: the collection's)."),
        click.option("--split", default="test", show_default=True, help="Of a BEIR folder: qrels/SPLIT.tsv."),
        click.option(
            "--keep",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="FOLDER",
            help="Keep the collection's archive there, so that next time nothing is indexed.",
        ),
        take_place,
    )
    for decorate in reversed(decorators):
        function = decorate(function)
    return function


def take_configurations(function: _Function) -> _Function:
    """Add --configurations."""
    return click.option(
        "--configurations",
        "-c",
        type=FILE,
        help="TOML file with a table for each (default: one; any word, or in an archive all).",
    )(function)


def read_asked_configurations(file: Path | None, collection: str | None) -> tuple[Configuration, ...]:
    """Return the configurations of a file, or one: collections have whole questions, an archive gets search's words."""
    from papra_index.evaluation.configurations import Configuration, read_configurations

    if file is not None:
        return read_configurations(file)
    return (Configuration(matching="all" if collection is None else "any"),)


@contextmanager
def open_asked(
    collection: str | None, queries: Path | None, qrels: Path | None, split: str, keep: Path | None
) -> Iterator[Asked]:
    """Open the collection as an archive, or the archive that was named where there is no collection."""
    from papra_index.evaluation.archives import open_collection
    from papra_index.evaluation.collections import read_collection, read_judgements, read_queries

    if collection is None:
        if queries is None:
            raise InvalidInput(
                "name a collection, or ask the archive with --queries FILE: `papra-index eval mine` makes one"
            )
        asked = read_queries(queries)
        judgements = {} if qrels is None else read_judgements(qrels)
        chosen = _choose_judged(asked, judgements)
        with open_organization() as home:
            yield Asked(home.name, home, chosen, judgements)
        return
    read = read_collection(collection, queries=queries, qrels=qrels, split=split)
    chosen = _choose_judged(read.queries, read.judgements)
    print_message(f"Indexing {read.name}")
    with open_collection(read, keep, lambda count: print_message(f"  {count:,} documents")) as home:
        yield Asked(read.name, home, chosen, read.judgements)


def _choose_judged(queries: Mapping[str, str], judgements: Judgements) -> Mapping[str, str]:
    judged = {id_: text for id_, text in queries.items() if id_ in judgements}
    if judgements and not judged:
        raise InvalidInput("no query has a judgement: are the queries and the judgements of one collection?")
    return judged or queries

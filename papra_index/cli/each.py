"""The same verb on several things: what fails is said and does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click

from papra_index.cli.output import print_error
from papra_index.errors import InvalidInput, PapraIndexError


def apply_to_each(ctx: click.Context, references: Iterable[str], verb: Callable[[str], str]) -> None:
    """Call `verb` with each reference and print what it answers; end with status 1 or 2 if one of them failed."""
    status = 0
    for reference in references:
        try:
            click.echo(verb(reference))
        except PapraIndexError as error:
            print_error(error.message)
            status = max(status, 2 if isinstance(error, InvalidInput) else 1)
    if status:
        ctx.exit(status)

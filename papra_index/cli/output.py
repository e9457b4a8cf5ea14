"""Where output goes: answers to stdout, messages to stderr, JSON for programs; rich is loaded to draw, not before."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

import click

from papra_index.cli.wording import clean_line, write_instant
from papra_index.errors import InvalidInput

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_PIPE_WIDTH = 100_000
_ESCAPED_IN_JSON = re.compile("[\x7f-\x9f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def open_console(*, errors: bool = False) -> Console:
    """Return a console on stdout (or stderr): coloured on a terminal; in a pipe nothing is cut, wrapped or coloured."""
    from rich.console import Console

    stream = sys.stderr if errors else sys.stdout
    if not stream.isatty():
        return Console(stderr=errors, width=_PIPE_WIDTH, highlight=False, markup=False, emoji=False)
    # Rich takes a terminal of no abilities to have 80 columns, whatever is said of it.
    is_dumb = os.environ.get("TERM", "").lower() in {"dumb", "unknown"}
    width, height = shutil.get_terminal_size() if is_dumb else (None, None)
    return Console(stderr=errors, width=width, height=height, highlight=False, markup=False, emoji=False)


def draw(*drawings: RenderableType, errors: bool = False, style: str | None = None) -> None:
    """Print what rich draws; in a pipe its lines end where their words do."""
    console = open_console(errors=errors)
    if console.is_terminal:
        for drawing in drawings:
            console.print(drawing, style=style)
        return
    with console.capture() as capture:
        for drawing in drawings:
            console.print(drawing, style=style)
    for line in capture.get().splitlines():
        click.echo(line.rstrip(), err=errors)


def print_error(message: str) -> None:
    """Print an error as one line on stderr."""
    _print_notice("error:", "red", message)


def print_warning(message: str) -> None:
    """Print a warning as one line on stderr."""
    _print_notice("warning:", "yellow", message)


def print_message(message: str) -> None:
    """Print what a person may want to know, on stderr: stdout holds answers only."""
    click.echo(clean_line(message), err=True)


def print_json(value: object) -> None:
    """Print one JSON document."""
    click.echo(_write_json(value, indent=2))


def print_json_lines(values: Iterable[object]) -> None:
    """Print a JSON document per line."""
    for value in values:
        click.echo(_write_json(value, indent=None))


def describe_value(value: object, *, without: frozenset[str] = frozenset()) -> object:
    """Return a value of the library in the types of JSON: fields by name, times in UTC."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: describe_value(getattr(value, field.name), without=without)
            for field in fields(value)
            if field.name not in without
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return write_instant(value)
    if isinstance(value, Mapping):
        return {str(key): describe_value(item, without=without) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [describe_value(item, without=without) for item in value]
    return value


def describe_listed(document: Any) -> object:
    """Return a document of a listing, which has no content, in the types of JSON."""
    return describe_value(document, without=frozenset({"content", "documents_count"}))


def confirm(question: str) -> None:
    """Go on if whoever is there says yes. Raises Abort for no, InvalidInput where nobody answers."""
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort:
        if sys.stdin is None or not sys.stdin.isatty():
            click.echo(err=True)
            raise InvalidInput("nobody is here to answer: pass --yes to have it done unasked") from None
        raise
    if not agreed:
        raise click.Abort


def _write_json(value: object, *, indent: int | None) -> str:
    text = json.dumps(describe_value(value), ensure_ascii=False, indent=indent)
    # These stand in strings only; escaped, they neither break lines and encodings nor command a terminal.
    return _ESCAPED_IN_JSON.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _print_notice(label: str, color: str, message: str) -> None:
    plain = "NO_COLOR" in os.environ or not sys.stderr.isatty()
    start = label if plain else click.style(label, fg=color, bold=True)
    click.echo(f"{start} {clean_line(message)}", err=True)


class _Relay(logging.Handler):
    """Prints what the library logs as one line, so that a live display is not torn by tracebacks."""

    def emit(self, record: logging.LogRecord) -> None:
        reason = record.exc_info[1] if record.exc_info else None
        print_warning(f"{record.getMessage()}: {reason}" if reason else record.getMessage())


def relay_warnings() -> None:
    """Have what the library logs printed."""
    logger = logging.getLogger("papra_index")
    if not logger.handlers:
        relay = _Relay(logging.WARNING)
        logger.addHandler(relay)

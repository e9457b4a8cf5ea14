"""Counts drawn for people: facets with the filter of each value, and what all matches of a query amount to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click
from rich.columns import Columns
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from papra_index.cli.output import draw
from papra_index.cli.wording import clean_line, count_things, describe_property_value, describe_size
from papra_index.results import FacetCount, Share, Summary
from papra_index.values.properties import PropertyStatistics

_LISTED = 10


def draw_facets(facets: Mapping[str, tuple[FacetCount, ...]], *, is_plain: bool) -> RenderableType:
    """Return the counts of each facet, side by side or, where `is_plain`, one below the other."""
    drawn = [_draw_facet(name, counts) for name, counts in facets.items()]
    if is_plain:
        stacked = Table.grid()
        for table in drawn:
            stacked.add_row(table)
            stacked.add_row("")
        return stacked
    return Columns(drawn, padding=(0, 4))


def print_summary(summary: Summary) -> None:
    """Print what all matches amount to."""
    click.secho(
        f"{count_things(summary.documents_count, 'document')}, {describe_size(summary.documents_size)}, "
        f"{count_things(summary.pages_count, 'page')}",
        bold=True,
    )
    for name, shares in (("tag", summary.by_tag), ("month", summary.by_month)):
        if shares:
            draw("", _draw_shares(name, shares))
    print_property_statistics(summary.by_property)


def print_property_statistics(items: Sequence[PropertyStatistics]) -> None:
    """Print what number and date properties of the matches amount to, a line each."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for item in items:
        amounts = [f"{item.count:,} with a value"]
        if item.minimum is not None and item.maximum is not None:
            amounts.append(f"{describe_property_value(item.minimum)} to {describe_property_value(item.maximum)}")
        if item.total is not None and item.average is not None:
            amounts.append(f"sum {item.total:,}, average {item.average:,.6g}")
        table.add_row(Text(clean_line(item.name), style="dim"), Text(", ".join(amounts)))
    if items:
        draw("", table)


def _draw_facet(name: str, counts: Sequence[FacetCount]) -> Table:
    rows = [(facet.label, f"{facet.count:,}", facet.filter) for facet in counts]
    return _draw_rows(name, rows)


def _draw_shares(name: str, shares: Sequence[Share]) -> Table:
    rows = [
        (share.label, f"{share.documents_count:,}", describe_size(share.documents_size), share.filter)
        for share in shares
    ]
    return _draw_rows(name, rows)


def _draw_rows(name: str, rows: Sequence[tuple[str, ...]]) -> Table:
    """Return label, numbers and filter of each of the first values below the name."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    for _ in rows[0][1:-1] if rows else ():
        table.add_column(justify="right", no_wrap=True)
    selects = any(row[-1] for row in rows)  # an empty column would take a letter's width from the others
    if selects:
        table.add_column(style="cyan", overflow="fold")
    table.add_row(Text(name.replace("_", " "), style="dim"))
    for label, *numbers, selecting in rows[:_LISTED]:
        table.add_row(Text(clean_line(label)), *numbers, *([Text(clean_line(selecting))] if selects else []))
    if len(rows) > _LISTED:
        table.add_row(Text(f"… {len(rows) - _LISTED:,} more", style="dim"))
    if not rows:
        table.add_row(Text("none", style="dim"))
    return table

"""A comparison as one HTML file that needs nothing else: tables, plots, and changed queries side by side."""

from __future__ import annotations

import re
from html import escape

from papra_index import __version__
from papra_index.evaluation.comparison import Change, Comparison, RankedDocument, Side
from papra_index.evaluation.latency import HEADINGS as LATENCY_HEADINGS
from papra_index.evaluation.latency import NOTE as LATENCY_NOTE
from papra_index.evaluation.latency import list_rows as list_latency_rows
from papra_index.evaluation.latency import measure_systems
from papra_index.evaluation.measures import RECALL_LEVELS, measure_precision
from papra_index.evaluation.plots import COLORS, plot_deltas, plot_latency, plot_precision
from papra_index.evaluation.rankings import shorten_name, write_rank
from papra_index.evaluation.tables import HEADINGS, NOTE, is_significant, list_rows

_STYLE = """
:root { color-scheme: light; --ink: #0f172a; --soft: #64748b; --line: #e2e8f0; --good: #059669; --bad: #dc2626; }
* { box-sizing: border-box; }
body { margin: 0; background: #f8fafc; color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 19px; margin: 40px 0 12px; } h3 { font-size: 15px; margin: 0 0 8px; }
p { margin: 4px 0 12px; } .soft { color: var(--soft); font-size: 13px; }
.card { background: #fff; border: 1px solid var(--line); border-radius: 10px; padding: 16px 18px; margin: 12px 0; }
.card { overflow-x: auto; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; } .pair > * { min-width: 0; }
@media (max-width: 760px) { .pair { grid-template-columns: 1fr; } }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 12px; }
td, th { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
.number { text-align: right; white-space: nowrap; } .good { color: var(--good); } .bad { color: var(--bad); }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 7px; }
details { border-bottom: 1px solid var(--line); } details:last-of-type { border-bottom: 0; }
summary { cursor: pointer; padding: 9px 0; display: flex; gap: 12px; align-items: baseline; }
summary::before { content: "▸"; color: var(--soft); } details[open] > summary::before { content: "▾"; }
summary .text { flex: 1; } summary .number { min-width: 78px; font-weight: 600; }
.grade { display: inline-block; min-width: 22px; text-align: center; border-radius: 5px; font-size: 12px;
  background: var(--line); color: var(--soft); }
.grade.relevant { background: #d1fae5; color: #065f46; font-weight: 600; }
.grade.wrong { background: #fee2e2; color: #991b1b; }
ol { list-style: none; margin: 0; padding: 0; }
li { padding: 5px 0; display: grid; grid-template-columns: 22px 26px 1fr; gap: 8px; overflow-wrap: anywhere; }
.passage { font-size: 13px; line-height: 1.4; } .new { color: #2563eb; font-size: 12px; }
.reasons { color: var(--soft); font-size: 12px; line-height: 1.4; margin-top: 2px; }
.reasons div { padding-left: 10px; text-indent: -10px; } .reasons b { color: #334155; font-weight: 600; }
code { font-size: 12px; color: var(--soft); overflow-wrap: anywhere; }
svg { width: 100%; height: auto; display: block; }
svg text { font-family: system-ui, sans-serif !important; }
"""
_SHOWN_REASONS = 3
_EMPHASIS = re.compile(r"\*([^*]+)\*")


def write_html(comparison: Comparison) -> str:
    """Return the report as an HTML document."""
    names = [system.name for system in comparison.systems]
    title = f"{' · '.join(names[1:])} compared with {names[0]}"
    count = len(next(iter(comparison.systems[0].scores.queries.values())))
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{count:,} queries with judgements · papra_index {__version__}</p>',
        f'<div class="card">{_write_means(comparison)}</div>',
        f'<p class="soft">{escape(NOTE)}</p>',
        _write_curves(comparison),
    ]
    for system in comparison.systems[1:]:
        parts += _write_system(comparison, system.name)
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body><main>\n{body}\n</main></body></html>\n"
    )


def _write_means(comparison: Comparison) -> str:
    """Return the table of all measures, a block for each system."""
    differences = {(one.system, one.measure): one for one in comparison.differences}
    colors = {system.name: COLORS[place % len(COLORS)] for place, system in enumerate(comparison.systems)}
    rows = []
    for row in list_rows(comparison):
        difference = differences.get((row[0], row[1]))
        kind = ""
        if difference is not None and is_significant(difference):
            kind = "good" if difference.delta > 0 else "bad"
        first = row[1] == comparison.measures[0]
        name = f'<span class="dot" style="background:{colors[row[0]]}"></span>{escape(row[0])}' if first else ""
        cells = [f"<td>{name}</td>", f"<td>{escape(row[1])}</td>"]
        cells += [
            f'<td class="number{" " + kind if place == 3 else ""}">{escape(cell)}</td>'
            for place, cell in enumerate(row[2:], 2)
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    headings = "".join(
        f"<th{' class=number' if place > 1 else ''}>{escape(heading)}</th>" for place, heading in enumerate(HEADINGS)
    )
    return f"<table><thead><tr>{headings}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _write_curves(comparison: Comparison) -> str:
    curves = {system.name: measure_precision(comparison.judgements, system.run) for system in comparison.systems}
    figures = [("Precision and recall", plot_precision(curves, RECALL_LEVELS))]
    times = {
        system.name: [one.milliseconds for one in system.details.values()]
        for system in comparison.systems
        if system.details
    }
    if times:
        figures.append(("Time", plot_latency(times)))
    cards = "".join(f'<div class="card"><h3>{title}</h3>{svg}</div>' for title, svg in figures)
    return f'<div class="pair">{cards}</div>{_write_latency(comparison)}'


def _write_latency(comparison: Comparison) -> str:
    """Return the table of times; nothing where no run tells them."""
    latencies = measure_systems(comparison.systems)
    if not latencies:
        return ""
    headings = "".join(
        f"<th{' class=number' if place else ''}>{escape(heading)}</th>"
        for place, heading in enumerate(LATENCY_HEADINGS)
    )
    colors = {system.name: COLORS[place % len(COLORS)] for place, system in enumerate(comparison.systems)}
    rows = ""
    for name, *cells in list_latency_rows(latencies):
        numbers = "".join(f'<td class="number">{cell}</td>' for cell in cells)
        rows += f'<tr><td><span class="dot" style="background:{colors[name]}"></span>{escape(name)}</td>{numbers}</tr>'
    table = f"<table><thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="card">{table}</div><p class="soft">{escape(LATENCY_NOTE)}</p>'


def _write_system(comparison: Comparison, name: str) -> list[str]:
    measure = comparison.measures[0]
    baseline = comparison.systems[0]
    system = next(one for one in comparison.systems if one.name == name)
    before, after = baseline.scores.queries[measure], system.scores.queries[measure]
    changes = comparison.changes[name]
    parts = [
        f"<h2>{escape(name)}</h2>",
        f'<div class="card"><h3>{escape(measure)} by query, against {escape(baseline.name)}</h3>'
        f"{plot_deltas({query: after[query] - before[query] for query in after}, measure)}</div>",
    ]
    if not changes:
        return [*parts, '<p class="soft">No query changed.</p>']
    described = "".join(
        _write_change(change, baseline.name, name, is_open=place == 0) for place, change in enumerate(changes)
    )
    return [*parts, f'<div class="card"><h3>The queries that changed most</h3>{described}</div>']


def _write_change(change: Change, baseline: str, name: str, *, is_open: bool) -> str:
    kind = "good" if change.delta > 0 else "bad"
    summary = (
        f'<summary><span class="soft">{escape(change.query_id)}</span><span class="text">{escape(change.text)}</span>'
        f'<span class="soft">{change.before.value:.4f} → {change.after.value:.4f}</span>'
        f'<span class="number {kind}">{change.delta:+.4f}</span></summary>'
    )
    before = _write_side(change.before, baseline, change.after, "gone")
    after = _write_side(change.after, name, change.before, "new")
    sides = f'<div class="pair">{before}{after}</div>'
    return f"<details{' open' if is_open else ''}>{summary}{_write_moved(change)}{sides}</details>"


def _write_moved(change: Change) -> str:
    if not change.moved:
        return ""
    moved = ", ".join(
        f"{escape(shorten_name(document))} ({write_rank(before)} → {write_rank(after)})"
        for document, before, after in change.moved
    )
    return f'<p class="soft">Relevant documents that moved: {moved}</p>'


def _write_side(side: Side, name: str, other: Side, lacking: str) -> str:
    asked = f"<p><code>{escape(side.asked)}</code></p>" if side.asked else ""
    issues = "".join(f'<p class="bad">{escape(issue)}</p>' for issue in side.issues)
    others = {document.document_id for document in other.documents}
    documents = "".join(
        _write_document(document, "" if document.document_id in others else lacking) for document in side.documents
    )
    documents = documents or "<li>Nothing was found.</li>"
    return (
        f'<div><h3>{escape(name)} <span class="soft">{side.documents_count:,} found</span></h3>'
        f"{asked}{issues}<ol>{documents}</ol></div>"
    )


def _write_document(document: RankedDocument, mark: str) -> str:
    kind = "" if document.grade is None else " relevant" if document.grade > 0 else " wrong"
    grade = "?" if document.grade is None else document.grade
    shown = document.reasons[:_SHOWN_REASONS]
    more = len(document.reasons) - len(shown)
    lines = [_EMPHASIS.sub(r"<b>\1</b>", escape(reason)) for reason in shown] + ([f"and {more} more"] if more else [])
    reasons = f'<div class="reasons">{"".join(f"<div>{line}</div>" for line in lines)}</div>' if lines else ""
    passage = f'<div class="passage">{escape(document.passage)}</div>' if document.passage else ""
    return (
        f'<li><span class="soft">{document.rank}</span><span><span class="grade{kind}">{grade}</span></span>'
        f'<div>{escape(document.name)} <span class="new">{mark}</span>{passage}{reasons}</div></li>'
    )

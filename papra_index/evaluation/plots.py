"""Plots of a comparison as SVG, by matplotlib: still pictures without scripts, which any browser shows, offline too.

Altair would need Vega's scripts in the page, or a renderer of its own; matplotlib needs a library alone.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from papra_index.evaluation.extras import need_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLORS = ("#64748b", "#2563eb", "#d97706", "#059669", "#9333ea", "#dc2626", "#0891b2", "#65a30d")
"""Colours of systems, the one that others are compared with in grey."""

BETTER, WORSE = "#059669", "#dc2626"
_INK, _LINES = "#334155", "#e2e8f0"
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # letters stay letters, which can be searched for
    "font.size": 9,
    "text.parse_math": False,  # names may hold dollar signs
    "axes.edgecolor": _LINES,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "text.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": _LINES,
    "legend.frameon": False,
}
_LABELLED = 40
"""Bars up to this many have the ids of their queries."""


def plot_deltas(deltas: Mapping[str, float], measure: str) -> str:
    """Return bars of the differences by query, largest gain first."""
    ordered = sorted(deltas.items(), key=lambda item: -item[1])

    def draw(axes: Axes) -> None:
        places = range(len(ordered))
        values = [delta for _, delta in ordered]
        axes.bar(places, values, width=0.8, color=[BETTER if value > 0 else WORSE for value in values])
        axes.axhline(0, color=_INK, linewidth=0.8)
        axes.set_ylabel(f"difference of {measure}")
        axes.grid(axis="x", visible=False)
        if len(ordered) <= _LABELLED:
            axes.set_xticks(list(places), [query for query, _ in ordered], rotation=90 if len(ordered) > 20 else 0)
        else:
            axes.set_xlabel(f"{len(ordered)} queries, largest gain first")
            axes.set_xticks([])
        axes.set_xlim(-0.8, len(ordered) - 0.2)

    return _draw(draw, 9.0, 2.7)


def plot_precision(curves: Mapping[str, Sequence[float]], levels: Sequence[float]) -> str:
    """Return interpolated precision over recall, a line for each system."""

    def draw(axes: Axes) -> None:
        for color, (name, curve) in zip(COLORS * len(curves), curves.items(), strict=False):
            axes.plot(levels, curve, color=color, label=name, marker="o", markersize=3, linewidth=1.6)
        axes.set_xlabel("recall")
        axes.set_ylabel("interpolated precision")
        axes.set_ylim(0, 1.02)
        axes.set_xlim(0, 1)
        axes.legend()

    return _draw(draw, 4.4, 3.3)


def plot_latency(times: Mapping[str, Sequence[float]]) -> str:
    """Return the share of queries that were answered within a time, in milliseconds on a logarithmic axis."""

    with need_extra():
        from matplotlib.ticker import LogLocator

    def draw(axes: Axes) -> None:
        for color, (name, found) in zip(COLORS * len(times), times.items(), strict=False):
            shares = [(place + 1) / len(found) for place in range(len(found))]
            axes.plot(sorted(found), shares, color=color, label=name, drawstyle="steps-post", linewidth=1.6)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter("")
        axes.set_xlabel("milliseconds for the first ten hits")
        axes.set_ylabel("share of the queries")
        axes.set_ylim(0, 1.02)
        axes.legend(loc="lower right")

    return _draw(draw, 4.4, 3.3)


def _draw(draw: Callable[[Axes], None], width: float, height: float) -> str:
    with need_extra():
        import matplotlib
        from matplotlib.figure import Figure
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure.add_subplot())
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = file.getvalue()
    return svg[svg.index("<svg") :].strip()

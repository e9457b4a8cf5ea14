"""The plots of the README and of benchmarks/README.md, drawn from results: SVG files of their own, the same each time.

    python -m benchmarks.plots benchmarks/results

Colours of the page follow the reader's preference for dark or light. Results are JSON files, or folders of them; where
several are of one benchmark, the last given counts, populations of the search benchmark each by themselves.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.readers import OURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOTS = Path(__file__).parent / "plots"

Result = dict[str, Any]

_PAPER, _INK, _LINES = "#fefefe", "#1f2328", "#d8dee4"
_DARK = {_PAPER: "#0d1117", _INK: "#e6edf3", _LINES: "#30363d"}
_BLUE, _ORANGE, _GREY = "#2f81f7", "#e0702f", "#8b949e"
_OTHERS = ("#8b949e", "#e0702f", "#2da44e", "#a371f7", "#d6409f", "#c69026")
"""Between dark and light, so that they are seen on both."""
_MARKERS = "osD^vP"
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "papra-index",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.parse_math": False,
    "text.color": _INK,
    "figure.facecolor": _PAPER,
    "axes.facecolor": _PAPER,
    "axes.edgecolor": _LINES,
    "axes.labelcolor": _INK,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "grid.color": _LINES,
    "legend.frameon": False,
    "lines.markersize": 5,
}
_WIDTH = 7.6


def draw_ingest(figure: Figure, result: Result) -> None:
    """Files a second of each way to add them."""
    speeds: dict[str, float] = result["summary"]["files_per_second"]
    axes = figure.add_subplot()
    names = sorted(speeds, key=lambda name: speeds[name])
    ours = ("papra-index add", "library")
    bars = axes.barh(names, [speeds[name] for name in names], color=[_BLUE if n in ours else _GREY for n in names])
    axes.bar_label(bars, [f" {speeds[name]:,.0f}" for name in names], color=_INK)
    axes.margins(x=0.08)
    axes.set_title(f"{result['count']:,} files of 3 KB: files a second, durable and searchable; grey: what does less")
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)


def draw_search(figure: Figure, result: Result) -> None:
    """Milliseconds of each kind of query for a page of 25 hits, p50 and p99."""
    populations = {name: found for name, found in result["populations"].items() if found["kinds"]}
    panels = figure.subplots(1, len(populations), sharey=True, squeeze=False)[0]
    for axes, found in zip(panels, populations.values(), strict=True):
        kinds = {name: kind["times"] for name, kind in found["kinds"].items() if "search" in kind["times"]}
        _draw_times(axes, kinds)
        axes.set_title(f"{found['documents']:,} documents")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=3)


def _draw_times(axes: Axes, kinds: dict[str, dict[str, Result]]) -> None:
    ways = (
        ("fts5", "FTS5 by hand", _ORANGE, "D", 0.18),
        ("search", "papra_index", _BLUE, "o", -0.18),
        ("bare", "bare engine", _GREY, "|", -0.18),
    )
    for way, label, color, marker, shift in ways:
        places = [place + shift for place, times in enumerate(kinds.values()) if way in times]
        p50 = [times[way]["cpu_ms_p50"] for times in kinds.values() if way in times]
        if way != "bare":
            p99 = [times[way]["cpu_ms_p99"] for times in kinds.values() if way in times]
            axes.hlines(places, p50, p99, color=color, linewidth=1.4)
        axes.plot(p50, places, marker, color=color, label=label, markersize=7 if way == "bare" else 5)
    axes.set_yticks(range(len(kinds)), list(kinds))
    axes.set_ylim(len(kinds) - 0.4, -0.6)
    _mark_logarithmic(axes)
    axes.set_xlabel("processor ms, 25 hits and count; line: to p99")


def _mark_logarithmic(axes: Axes, marks: Sequence[float] = (1,)) -> None:
    from matplotlib.ticker import LogLocator

    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=marks, numticks=9))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter("")
    axes.grid(visible=True, axis="x")


def draw_throughput(figure: Figure, result: Result) -> None:
    """Searches a second of threads and processes in a closed loop, and times from when each was due in an open one."""
    panels = figure.subplots(1, 2)
    looks = {OURS: (_BLUE, "o", 0.2), "bare tantivy": (_GREY, "s", 0.0), "fts5": (_ORANGE, "D", -0.2)}
    for axes, loop in zip(panels, ("closed", "open"), strict=True):
        runs = [run for run in result["runs"] if run["loop"] == loop]
        labels = list(dict.fromkeys(map(_name_shape, runs)))
        for engine, (color, marker, shift) in looks.items():
            for run in (run for run in runs if run["engine"] == engine):
                place = labels.index(_name_shape(run)) - shift
                if loop == "open":
                    axes.hlines(place, run["ms_p50"], run["ms_p99"], color=color, linewidth=1.4)
                axes.plot(run["ms_p50" if loop == "open" else "per_second"], place, marker, color=color, label=engine)
        axes.set_yticks(range(len(labels)), labels)
        axes.set_ylim(len(labels) - 0.4, -0.6)
        _mark_logarithmic(axes, (1,) if loop == "open" else (1, 2, 5))
    panels[0].set_title("closed loop, processes x threads")
    panels[0].set_xlabel("searches a second")
    panels[1].set_title("open loop, requests due a second")
    panels[1].set_xlabel("ms from when it was due; line: to p99")
    handles = dict(zip(*reversed(panels[0].get_legend_handles_labels()), strict=True))
    figure.legend(handles.values(), handles.keys(), loc="outside upper right", ncols=3)


def _name_shape(run: Result) -> str:
    shape = f"{run['processes']} x {run['threads']}"
    return shape if run["rate"] is None else f"{run['rate']:g} to {shape}"


def draw_relevance(figure: Figure, result: Result) -> None:
    """nDCG@10 of each system on each collection and on average."""
    collections: Result = result["collections"]
    systems = list(dict.fromkeys(name for found in collections.values() for name in found["systems"]))
    systems = [name for name in systems if not name.endswith("all words")]
    axes = figure.add_subplot()
    others = iter(zip(_OTHERS, _MARKERS, strict=True))
    for name in systems:
        values = [found["systems"][name]["means"]["nDCG@10"] for found in collections.values()]
        values.append(sum(values) / len(values))
        color, marker = (_BLUE, "*" if "feedback" in name else "o") if name.startswith("papra") else next(others)
        is_ours = color == _BLUE
        axes.plot(values, range(len(values)), marker, color=color, label=name, markersize=8 if is_ours else 5,
                  zorder=3 if is_ours else 2, linestyle="none")  # fmt: skip
    axes.set_yticks(range(len(collections) + 1), [*collections, "mean"])
    axes.set_ylim(len(collections) + 0.5, -0.5)
    axes.grid(visible=True, axis="both")
    axes.set_xlabel("nDCG@10")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))


def draw_extraction(figure: Figure, result: Result) -> None:
    """Speed and recall of words for PDFs with a text layer, the fastest engine first."""
    scored = {name: engine for name, engine in result["kinds"]["pdf"].items() if engine["recall"] is not None}
    names = sorted(scored, key=lambda name: float(scored[name]["pages_per_cpu_second"]))
    speed, recall = figure.subplots(1, 2, sharey=True)
    colors = [_BLUE if name == OURS else _GREY for name in names]
    for axes, value, shown in ((speed, "pages_per_cpu_second", "{:.3g}"), (recall, "recall", "{:.3f}")):
        values = [scored[name][value] for name in names]
        bars = axes.barh(names, values, color=colors)
        axes.bar_label(bars, [f" {shown.format(number)}" for number in values], color=_INK)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.margins(x=0.12)
    files = max(engine["files"] for engine in scored.values())
    speed.set_title(f"{files} PDFs: pages a second of processor time")
    recall.set_title("share of the words found")


def draw_ocr(figure: Figure, result: Result) -> None:
    """Share of the words found on pages spoiled in each way."""
    kinds: Result = result["summary"]["kinds"]
    axes = figure.add_subplot()
    places = range(len(kinds))
    bare = [kind["bare tesseract"]["recall"] for kind in kinds.values()]
    ours = [kind[OURS]["recall"] for kind in kinds.values()]
    axes.hlines(places, bare, ours, color=_LINES, linewidth=2)
    axes.plot(bare, places, "D", color=_ORANGE, label="bare Tesseract")
    axes.plot(ours, places, "o", color=_BLUE, label="papra_index", markersize=6)
    axes.set_yticks(places, list(kinds))
    axes.set_ylim(len(kinds) - 0.4, -0.6)
    axes.set_xlim(-0.02, 1.02)
    axes.grid(visible=True, axis="x")
    axes.set_xlabel("share of the words found")
    axes.legend(loc="center", bbox_to_anchor=(0.4, 0.6))


_DRAWN: dict[str, tuple[Callable[[Figure, Result], None], float]] = {
    "ingest": (draw_ingest, 1.9),
    "search": (draw_search, 4.6),
    "throughput": (draw_throughput, 2.6),
    "relevance": (draw_relevance, 2.6),
    "extraction": (draw_extraction, 2.9),
    "ocr": (draw_ocr, 3.8),
}
"""What is drawn of each benchmark, and its height in inches."""


def render_plot(name: str, result: Result) -> str:
    """Return the plot of a benchmark's result as SVG. Raises KeyError for a benchmark of which none is drawn."""
    import matplotlib
    from matplotlib.figure import Figure

    draw, height = _DRAWN[name]
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        draw(figure, result)
        environment = result["environment"]
        told = (
            f"{environment['date'][:10]}, {environment['cores']} cores of {environment['cpu']}, {environment['commit']}"
        )
        figure.supxlabel(told, x=0.99, ha="right", fontsize=7, color=_GREY)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    svg = file.getvalue()
    rules = "".join(
        f'[style*="{kind}: {light}"]{{{kind}:{dark}!important}}'
        for light, dark in _DARK.items()
        for kind in ("fill", "stroke")
    )
    style = f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"
    return svg[svg.index("<svg") :].replace("<defs>", f"{style}\n <defs>", 1)


def read_results(paths: Sequence[Path]) -> dict[str, Result]:
    """Return the results that plots are drawn of, by benchmark."""
    files = [file for path in paths for file in (sorted(path.glob("*.json")) if path.is_dir() else [path])]
    found: dict[str, Result] = {}
    for file in files:
        result = json.loads(file.read_text(encoding="utf-8"))
        name = result.get("benchmark") if isinstance(result, dict) else None
        if name not in _DRAWN or (name == "extraction" and "layers" in result):
            continue
        if name == "search" and name in found:
            result["populations"] = found[name]["populations"] | result["populations"]
            commits = dict.fromkeys((found[name]["environment"]["commit"], result["environment"]["commit"]))
            result["environment"]["commit"] = " and ".join(commits)
        found[name] = result
    return found


def main(words: Sequence[str] | None = None) -> None:
    """Draw the plots of results."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("results", nargs="+", type=Path, help="JSON files of benchmarks, or folders of them")
    parser.add_argument("--output", type=Path, default=PLOTS, help="folder for the plots (default: %(default)s)")
    arguments = parser.parse_args(words)
    arguments.output.mkdir(parents=True, exist_ok=True)
    results = read_results(arguments.results)
    for name, result in results.items():
        path = arguments.output / f"{name}.svg"
        path.write_text(render_plot(name, result), encoding="utf-8")
        print(f"{path}: {result['environment']['date']}, commit {result['environment']['commit']}")
    if missing := [name for name in _DRAWN if name not in results]:
        print(f"no result of {', '.join(missing)}: these plots stay as they are", file=sys.stderr)


if __name__ == "__main__":
    main()

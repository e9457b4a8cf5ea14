"""What of a benchmark's result is worth one line: a number, and the one of the peer, limit or aim beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.readers import OURS

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Headline:
    """A measured number with its unit; `reference` is the number of what is named by `beside`, if there is one."""

    what: str
    value: float
    unit: str = ""
    beside: str = ""
    reference: float | None = None

    def __str__(self) -> str:
        """`add 812 files/s, 0.39 of bare copy (2,080)`."""
        text = " ".join(filter(None, (self.what, _show(self.value), self.unit)))
        if self.reference is None:
            return text
        share = f"{self.value / self.reference:.2f} of " if self.reference else "beside "
        return f"{text}, {share}{self.beside} ({_show(self.reference)})"


def _show(value: float) -> str:
    if value == round(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def find_headlines(name: str, result: Result) -> list[Headline]:
    """Return the headlines of a result: those that it names itself, or those known of a benchmark of that name.

    Raises KeyError or TypeError for a result of another shape.
    """
    if "headlines" in result:
        return [Headline(**fields) for fields in result["headlines"]]
    find = _FINDERS.get(name)
    return find(result) if find is not None else []


def _find_ingest(result: Result) -> list[Headline]:
    speeds, summary = result["summary"]["files_per_second"], result["summary"]
    return [
        Headline("add", speeds["papra-index add"], "files/s", "bare copy, synced", speeds["bare copy, synced"]),
        Headline("", summary["peak_rss_bytes"] / 1e6, "MB at most"),
    ]


def _find_bulk(result: Result) -> list[Headline]:
    ways = result["ways"]
    return [
        Headline(name, ways[name]["per_second"], "records/s", "bare engine", ways["bare engine"]["per_second"])
        for name in ("create", "update")
    ]


def _find_sync(result: Result) -> list[Headline]:
    runs, count = result["summary"]["copy"], result["count"]
    first, added = (count / runs[name]["wall_seconds"] for name in ("first", "add"))
    return [
        Headline("first", first, "files/s", "add", added),
        Headline("unchanged", runs["unchanged"]["wall_seconds"], "s"),
    ]


def _find_durability(result: Result) -> list[Headline]:
    rates = max(result["rates"], key=lambda run: float(run["per_second"]))
    turmoil, reindex = result["turmoil"], result["reindex"]
    what = f"{rates['processes']} x {rates['threads']} writers"
    return [
        Headline(what, rates["per_second"], "durable/s"),
        Headline("lost or doubled", turmoil["lost"] + turmoil["doubled"] + turmoil["doubled_on_pages"]),
        Headline(
            "reindex", reindex["reindex"]["per_second"], "documents/s", "bare", reindex["bare engine"]["per_second"]
        ),
    ]


def _find_search(result: Result) -> list[Headline]:
    found = []
    for population in result["populations"].values():
        for kind in ("two words", "prefix of 2"):
            times = population["kinds"][kind]["times"]
            beside = times["fts5"]["cpu_ms_p50"]
            label = f"{kind} in {population['documents']:,}"
            found.append(Headline(label, times["search"]["cpu_ms_p50"], "ms p50", "FTS5", beside))
    return found


def _find_worst(result: Result) -> list[Headline]:
    return [Headline("worst", result["found"][0][0], "ms", "limit", result["limit_ms"])]


def _find_http(result: Result) -> list[Headline]:
    runs = result["servers"][0]["runs"]
    alone = [run for run in runs if run["connections"] == 1 and run["kind"] == "search"]
    upload = [run for run in runs if run["kind"] == "upload"]
    found = [Headline("search", run["ms_p50"], "ms p50") for run in alone[:1]]
    return found + [Headline("upload", run["per_second"], "/s") for run in upload[:1]]


def _find_analysis(result: Result) -> list[Headline]:
    finds = result["finds"].values()
    costs = next(iter(result["costs"].values()))
    first, *_, last = costs
    return [
        Headline("widened", sum(one["widened"] for one in finds), "finds", "all", sum(one["count"] for one in finds)),
        Headline(f"'{last}'", costs[last]["total_us"], "us a document", f"'{first}'", costs[first]["total_us"]),
    ]


def _find_relevance(result: Result) -> list[Headline]:
    def mean(name: str) -> float:
        found: list[float] = [one["systems"][name]["means"]["nDCG@10"] for one in result["collections"].values()]
        return sum(found) / len(found)

    return [Headline("nDCG@10", mean("papra_index"), "", "tantivy", mean("tantivy"))]


def _find_known_items(result: Result) -> list[Headline]:
    ours, theirs = (
        sum(rank == 1 for rank in result["systems"][name]["ranks"]) / max(len(result["items"]), 1)
        for name in ("papra_index", "FTS5 by rank")
    )
    return [Headline("first at once", ours, "", "FTS5 by rank", theirs)]


def _find_duplicates(result: Result) -> list[Headline]:
    from benchmarks.duplicates import COPIES, OTHERS

    kinds = result["kinds"]
    copies = {
        system: sum(kinds[name][system]["recall"] for name in COPIES) / len(COPIES)
        for system in ("ours", "peer")
        if all(system in kinds[name] for name in COPIES)
    }
    wrong = sum(kinds[name]["ours"]["wrong"] for name in OTHERS) / len(OTHERS)
    return [Headline("copies found", copies["ours"], "", "MinHash", copies.get("peer")), Headline("wrongly", wrong)]


def _find_dates(result: Result) -> list[Headline]:
    [row] = [row for row in result["rows"] if row["guess"] == "ours" and row["part"] == "kept"]
    return [Headline("precision", row["precision"]), Headline("recall", row["recall"])]


def _find_extraction(result: Result) -> list[Headline]:
    found = []
    for kind, label in (("pdf", "PDF"), ("scan", "scans"), ("other", "others")):
        engines = result["kinds"].get(kind, {})
        if OURS in engines and engines[OURS]["recall"] is not None:
            found.append(Headline(f"recall of {label}", engines[OURS]["recall"]))
    return found


def _find_layers(result: Result) -> list[Headline]:
    speeds = result["layers"]["pages_per_cpu_second"]
    return [Headline("text layers", speeds[OURS], "pages/CPU-s", "pdfium", speeds["pypdfium2 flattened"])]


def _find_ocr(result: Result) -> list[Headline]:
    summary = result["summary"]
    ours, bare = (
        sum(kind[name]["recall"] for kind in summary["kinds"].values()) / len(summary["kinds"])
        for name in (OURS, "bare tesseract")
    )
    return [
        Headline("words read", ours, "", "bare Tesseract", bare),
        Headline("", result["workers"]["pages_per_second"], "pages/s"),
    ]


_FINDERS: dict[str, Callable[[Result], list[Headline]]] = {
    "ingest": _find_ingest,
    "bulk": _find_bulk,
    "sync": _find_sync,
    "durability": _find_durability,
    "search": _find_search,
    "worst": _find_worst,
    "http": _find_http,
    "analysis": _find_analysis,
    "relevance": _find_relevance,
    "known_items": _find_known_items,
    "duplicates": _find_duplicates,
    "dates": _find_dates,
    "extraction": _find_extraction,
    "layers": _find_layers,
    "ocr": _find_ocr,
}

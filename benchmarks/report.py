"""The result of the search benchmark as tables to read and to paste."""

from __future__ import annotations

from typing import Any

from benchmarks.measure import print_environment, print_table

_AIMS = {"engine_ms": "engine part", "hydration_ms": "hits", "snippets_ms": "snippets", "fts5_ms": "search beside fts5"}


def print_result(result: dict[str, Any]) -> None:
    """Print the tables of a result."""
    print_environment(result["environment"])
    for population, found in result["populations"].items():
        print(f"## {found['documents']:,} {population}\n")
        _print_times(found["kinds"])
        _print_aims(found["kinds"], result["aims"]["p99_ms"][population])
        _print_counts(found["kinds"])
        _print_sizes(found, result["aims"]["size_share"])


def _print_times(kinds: dict[str, Any]) -> None:
    print("Processor milliseconds of the searching thread, p50 / p95 / p99 over questions and passes:\n")
    columns = list(dict.fromkeys(name for found in kinds.values() for name in found["times"]))
    rows = [
        [kind, f"{found['matches_p50']:.0f}", *(_show_times(found["times"].get(name)) for name in columns)]
        for kind, found in kinds.items()
        if found["times"]
    ]
    print_table(["query", "matches", *columns], rows)
    missing = [kind for kind, found in kinds.items() if not found["times"]]
    if missing:
        print(f"\nNot there yet: {', '.join(missing)}.")


def _show_times(times: dict[str, float] | None) -> str:
    return "" if times is None else " / ".join(f"{times[f'cpu_ms_p{percent}']:.2f}" for percent in (50, 95, 99))


def _print_aims(kinds: dict[str, Any], p99: float) -> None:
    print("\nAgainst the aims at p50 (measured / aim, ms; ! where missed), p99 on processor and clock:\n")
    rows = []
    for kind, found in kinds.items():
        if found["times"]:
            search = found["times"]["search"]
            worst = f"{search['cpu_ms_p99']:.1f} and {search['wall_ms_p99']:.1f} / {p99:.0f}"
            missed = "!" if search["cpu_ms_p99"] > p99 else ""
            rows.append([kind, *(_show_aim(found["aims"].get(aim)) for aim in _AIMS), f"{worst}{missed}"])
    print_table(["query", *_AIMS.values(), "p99"], rows)


def _show_aim(aim: list[float] | None) -> str:
    return "" if aim is None else f"{aim[0]:.2f} / {aim[1]:.2f}{'!' if aim[0] > aim[1] else ''}"


def _print_counts(kinds: dict[str, Any]) -> None:
    print("\nQuestions of which others count as many matches as the library, fewer and more:\n")
    columns = list(dict.fromkeys(name for found in kinds.values() for name in found["counts"]))
    rows = [
        [kind, *(_show_counts(found["counts"].get(name)) for name in columns)]
        for kind, found in kinds.items()
        if found["counts"]
    ]
    print_table(["query", *columns], rows)


def _show_counts(counts: dict[str, int] | None) -> str:
    return "" if counts is None else " / ".join(str(counts.get(name, 0)) for name in ("same", "fewer", "more"))


def _print_sizes(found: dict[str, Any], aim: float) -> None:
    print(f"\nBytes of the index; the library's aim is {aim} of the text's:\n")
    rows = [
        [name, f"{documents:,}", f"{held / documents:,.0f}", f"{held / text:.2f}"]
        for name, (held, documents, text) in found["sizes"].items()
    ]
    print_table(["engine", "documents", "a document", "of the text"], rows)
    indexing = found["indexing"]
    print(f"\nIndexing {indexing['documents']:,} documents, documents per CPU second and size of the text:\n")
    ways = [
        [name, f"{way['documents_per_cpu_second']:,.0f}", f"{way['size_share']:.2f}"]
        for name, way in indexing.items()
        if isinstance(way, dict)
    ]
    print_table(["", "documents/CPU-s", "size"], ways)
    print()

"""Whether the best documents come first: judged collections, ours beside other engines, with paired significance.

    python -m benchmarks.relevance FOLDER... --output relevance.json

A folder is a collection in the layout of BEIR, or holds such folders. Every system ranks all queries in one run; a
system whose library is not installed is left out, loudly.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.judged import make_collection
from benchmarks.measure import describe_environment, find_percentile, print_environment, print_table, write_result
from benchmarks.rankers import REFERENCE, SYSTEMS, Ranker, Ranking, XapianRanker
from benchmarks.xapian_peer import XapianMissing
from papra_index.errors import InvalidEvaluationFile
from papra_index.evaluation.collections import Collection, find_collections, read_collection
from papra_index.evaluation.measures import score_run
from papra_index.evaluation.significance import compare_by_randomisation

MEASURES = ("nDCG@10", "AP", "R@100", "RR@10")
TESTED = ("nDCG@10", "AP")
DEPTH = 1000
SHALLOW = 10
"""Hits of a query that is timed."""

_SIGNIFICANT = 0.05
_QUICK = 50

Result = dict[str, Any]


def measure_collection(collection: Collection, names: Sequence[str], depth: int = DEPTH) -> Result:
    """Return the measures of each system on a collection, their means, times, and p-values against the reference."""
    systems: Result = {}
    for name in names:
        try:
            with SYSTEMS[name](collection) as rank:
                rankings = {query_id: rank(query, depth) for query_id, query in collection.judged_queries.items()}
                times = [_time(rank, query) for query in collection.judged_queries.values()]
        except ModuleNotFoundError as error:
            print(f"SKIPPED {name}: {error}; it needs pip install --group rankers", file=sys.stderr)
            continue
        except XapianMissing as error:
            print(f"SKIPPED {name}: {error}", file=sys.stderr)
            continue
        systems[name] = measure_rankings(collection, rankings) | {"cpu_ms_p50": find_percentile(times, 0.5)}
    for name, found in systems.items():
        if REFERENCE in systems and name != REFERENCE:
            found["p"] = {
                measure: compare_by_randomisation(found["queries"][measure], systems[REFERENCE]["queries"][measure])
                for measure in TESTED
            }
    return {
        "documents": sum(1 for _ in collection.documents),
        "queries": len(collection.judged_queries),
        "systems": systems,
    }


def _time(rank: Ranker, query: str) -> float:
    """Return milliseconds of processor time for the first hits: this thread's, or those of Xapian's process."""
    began = time.thread_time_ns()
    rank(query, SHALLOW)
    taken = (time.thread_time_ns() - began) / 1e6
    return rank.cpu_ms if isinstance(rank, XapianRanker) else taken


def measure_rankings(collection: Collection, rankings: dict[str, Ranking]) -> Result:
    """Return the measures of rankings by query id: of each query, in the collection's order, and their means."""
    # Scores that fall with the rank, so that every measure sees the order in which hits were shown.
    run = {
        query_id: {document_id: float(len(ranking) - rank) for rank, (document_id, _) in enumerate(ranking)}
        for query_id, ranking in rankings.items()
    }
    scores = score_run(collection.judgements, run, MEASURES)
    queries = {name: [found[id_] for id_ in collection.judged_queries] for name, found in scores.queries.items()}
    means = {name: sum(found) / max(len(found), 1) for name, found in queries.items()}
    return {"means": means, "queries": queries}


def measure_relevance(
    folders: Sequence[Path], names: Sequence[str], qrels: str = "test", queries: int | None = None
) -> Result:
    """Measure systems on all collections of the folders, or a made one; `queries` bounds those of each.

    Raises InvalidEvaluationFile for a folder without a collection.
    """
    if folders:
        collections = [read_collection(folder, split=qrels) for folder in find_collections(list(folders))]
    else:
        print("SKIPPED real questions: this collection is made up; give a folder in BEIR's layout", file=sys.stderr)
        collections = [make_collection()]
    found = {}
    for collection in collections:
        chosen = replace(collection, queries=_take_evenly(collection.judged_queries, queries))
        print(f"{chosen.name}: {len(chosen.queries):,} queries", file=sys.stderr)
        found[chosen.name] = measure_collection(chosen, names)
    environment = describe_environment(folders[0] if folders else Path.cwd())
    return {"benchmark": "relevance", "environment": environment, "collections": found}


def _take_evenly(queries: dict[str, str], count: int | None) -> dict[str, str]:
    """Return so many queries at even distances, or all of them."""
    step = -(-len(queries) // count) if count else 1
    return dict(list(queries.items())[::step])


def print_result(result: Result) -> None:
    """Print a table of each measure, with a star where a system differs from the reference significantly."""
    print_environment(result["environment"])
    collections: Result = result["collections"]
    names = list(dict.fromkeys(name for found in collections.values() for name in found["systems"]))
    for measure in MEASURES:
        rows = [[name, *_describe_row(collections, name, measure)] for name in names]
        print_table([measure, *collections, "mean"], rows)
        print()
    rows = [
        [name, *(f"{_find(found, name, 'cpu_ms_p50'):.2f}" for found in collections.values()), ""] for name in names
    ]
    print_table(["ms for 10 hits, p50", *collections, ""], rows)
    print(f"\n* differs from {REFERENCE}: p < {_SIGNIFICANT}, paired randomisation test. p of nDCG@10 and AP:\n")
    rows = [
        [name, *(_describe_p(found["systems"].get(name, {})) for found in collections.values())]
        for name in names
        if name != REFERENCE
    ]
    print_table(["p", *collections], rows)


def _describe_row(collections: Result, name: str, measure: str) -> list[str]:
    cells, values = [], []
    for found in collections.values():
        system = found["systems"].get(name)
        if system is None:
            cells.append("-")
            continue
        values.append(system["means"][measure])
        is_significant = system.get("p", {}).get(measure, 1.0) < _SIGNIFICANT
        cells.append(f"{values[-1]:.3f}{'*' if is_significant else ''}")
    return [*cells, f"{sum(values) / max(len(values), 1):.3f}"]


def _describe_p(system: Result) -> str:
    return " / ".join(f"{p:.4f}" for p in system["p"].values()) if "p" in system else "-"


def _find(found: Result, name: str, key: str) -> float:
    return float(found["systems"].get(name, {}).get(key, 0.0))


def main() -> None:
    """Measure how well searches rank judged documents, beside other engines."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="FOLDER", help="a collection, or a folder of them; else one is made"
    )
    parser.add_argument("--system", action="append", choices=list(SYSTEMS), help="only this one (repeatable)")
    parser.add_argument("--qrels", default="test", help="judgements: qrels/NAME.tsv")
    parser.add_argument("--quick", action="store_true", help="at most 50 queries of a collection")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    arguments = parser.parse_args()
    try:
        result = measure_relevance(
            arguments.folders, arguments.system or list(SYSTEMS), arguments.qrels, _QUICK if arguments.quick else None
        )
    except InvalidEvaluationFile as error:
        parser.error(error.message)
    print_result(result)
    write_result(arguments.output, result)


if __name__ == "__main__":
    main()

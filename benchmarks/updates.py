"""What changing documents costs: new names, tags, notes and texts, the trash and purging, one by one and at once.

    python -m benchmarks.updates --folder DIR --output updates.json

Of each round's new archive some documents are changed one call each, some in one call; the library and FTS5 by hand
take turns in each step. Durable is when the call returns, searchable when a search finds what was changed, which is
checked after each step. Processor time is that of the whole process until then, the index written behind included.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.changers import CHANGERS, OPERATIONS, WORDS, Changer, Operation
from benchmarks.measure import (
    TIMES_HEADINGS,
    Stopwatch,
    describe_environment,
    describe_times,
    format_times,
    print_environment,
    print_table,
    rotate,
    write_result,
)
from benchmarks.population import Population

Result = dict[str, Any]
WAYS = ("one by one", "each until searchable", "at once")


@dataclass(frozen=True, slots=True)
class Plan:
    """How many documents there are, and how many of them are changed in each way."""

    documents: int
    single: int
    waited: int
    together: int

    def split(self) -> dict[str, range]:
        """Return the numbers of the documents of each way."""
        first, second = self.single, self.single + self.waited
        return dict(zip(WAYS, (range(first), range(first, second), range(second, second + self.together)), strict=True))


def measure_updates(scratch: Path, plan: Plan, rounds: int, seed: int) -> Result:
    """Change documents in all ways, round after round, each on new archives; return costs and sizes of the index.

    Raises RuntimeError where what was changed is not found.
    """
    result: Result = {"benchmark": "updates", "environment": describe_environment(scratch), "documents": plan.documents}
    steps: dict[tuple[str, Operation, str], list[Result]] = defaultdict(list)
    sizes: dict[str, Result] = {}
    population = Population("documents", plan.documents, seed, organizations=1)
    for turn in range(rounds):
        folder = Path(tempfile.mkdtemp(dir=scratch))
        with ExitStack() as opened:
            changers = [opened.enter_context(closing(make(folder, population))) for make in CHANGERS]
            for operation in OPERATIONS:
                if operation == "trash":
                    sizes |= {changer.name: {"changed": _compare_sizes(changer)} for changer in changers}
                for way, numbers in plan.split().items():
                    for changer in rotate(changers, turn):
                        steps[way, operation, changer.name].append(_take_step(changer, operation, way, numbers))
                for changer in changers:
                    check_step(changer, operation, plan)
            for changer in changers:
                sizes[changer.name]["purged"] = _compare_sizes(changer)
        shutil.rmtree(folder)
    result["steps"] = [
        {"way": way, "operation": operation, "engine": name, **_summarize(found)}
        for (way, operation, name), found in steps.items()
    ]
    result["sizes"] = sizes
    result["headlines"] = _name_headlines(result["steps"])
    return result


def _take_step(changer: Changer, operation: Operation, way: str, numbers: Sequence[int]) -> Result:
    """Change documents in one way; return the seconds of each call and of all until searchable."""
    values = {number: changer.make_value(operation, number) for number in numbers}
    calls = []
    watch, began = Stopwatch(), time.perf_counter()
    if way == "at once":
        changer.change_many(operation, values)
        calls.append(time.perf_counter() - began)
    else:
        for number, value in values.items():
            called = time.perf_counter()
            changer.change(operation, number, value)
            if way == "each until searchable":
                changer.wait()
            calls.append(time.perf_counter() - called)
    durable = time.perf_counter() - began
    changer.wait()
    cost = watch.stop()
    return {"calls": calls, "durable": durable, "searchable": cost.wall, "cpu": cost.cpu, "documents": len(values)}


def check_step(changer: Changer, operation: Operation, plan: Plan) -> None:
    """Raise RuntimeError where not as many documents are found as were changed by now."""
    changed = plan.single + plan.waited + plan.together
    gone = operation in {"trash", "purge"}
    found = {done: changer.count(done) for done in (WORDS if gone else (operation,))}
    trashed = changer.count_trashed()
    if set(found.values()) != {0 if gone else changed} or trashed != (changed if operation == "trash" else 0):
        raise RuntimeError(f"{changer.name}: after {operation} of {changed}, found {found}, {trashed} in the trash")


def _compare_sizes(changer: Changer) -> Result:
    """Return the bytes of the index as it has become, and built anew."""
    used = changer.measure_index()
    changer.renew_index()
    return {"bytes": used, "fresh_bytes": changer.measure_index()}


def _summarize(runs: Sequence[Result]) -> Result:
    documents = sum(run["documents"] for run in runs)
    each = {name: 1e3 * sum(run[name] for run in runs) / documents for name in ("durable", "searchable", "cpu")}
    return describe_times([call for run in runs for call in run["calls"]]) | {
        "documents": documents,
        "durable_ms_each": each["durable"],
        "searchable_ms_each": each["searchable"],
        "cpu_ms_each": each["cpu"],
    }


def _name_headlines(steps: Sequence[Result]) -> list[Result]:
    cpu = {(step["way"], step["operation"], step["engine"]): step["cpu_ms_each"] for step in steps}
    return [
        {
            "what": f"{operation}, {way}",
            "value": cpu[way, operation, "papra-index"],
            "unit": "ms of CPU",
            "beside": "fts5",
            "reference": cpu[way, operation, "fts5"],
        }
        for operation, way in (("rename", "one by one"), ("replace", "at once"))
    ]


def print_result(result: Result) -> None:
    """Print a table for each way, and how the index has grown."""
    print_environment(result["environment"])
    for way in WAYS:
        steps = [step for step in result["steps"] if step["way"] == way]
        has_calls = way != "at once"
        print(f"{steps[0]['documents']:,} documents {way}, in archives of {result['documents']:,}; ms:\n")
        rows = [
            [
                f"{step['operation']}, {step['engine']}",
                f"{step['cpu_ms_each']:.2f}",
                f"{step['durable_ms_each']:.2f}",
                f"{step['searchable_ms_each']:.2f}",
                *(format_times(step) if has_calls else ()),
            ]
            for step in steps
        ]
        calls = [f"call {heading}" for heading in TIMES_HEADINGS] if has_calls else []
        print_table(["change", "CPU each", "durable each", "searchable each", *calls], rows)
        print()
    rows = [
        [f"{name}, {when}", f"{size['bytes'] / 1e6:.1f}", f"{size['fresh_bytes'] / 1e6:.1f}",
         f"{size['bytes'] / size['fresh_bytes']:.2f}"]
        for name, sizes in result["sizes"].items() for when, size in sizes.items()
    ]  # fmt: skip
    print_table(["index", "MB", "MB built anew", "share"], rows)


def main() -> None:
    """Measure what changing documents costs, beside SQL by hand."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--documents", type=int, default=5_000)
    parser.add_argument("--single", type=int, default=500, help="documents changed one call each")
    parser.add_argument("--waited", type=int, default=30, help="documents of which each is waited for")
    parser.add_argument("--together", type=int, default=2_000, help="documents changed in one call")
    parser.add_argument("--rounds", type=int, default=2, help="each on new archives")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="1,000 documents, of which 350 are changed; one round")
    parser.add_argument("--folder", type=Path, help="where to write, on the disk that is to be measured")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    given = parser.parse_args()
    plan = Plan(given.documents, given.single, given.waited, given.together)
    if given.quick:
        plan, given.rounds = Plan(1_000, 40, 10, 300), 1
    with tempfile.TemporaryDirectory(prefix="papra-index-benchmark-", dir=given.folder) as made:
        scratch = Path(made)
        result = measure_updates(scratch, plan, given.rounds, given.seed)
    print_result(result)
    write_result(given.output, result)


if __name__ == "__main__":
    main()

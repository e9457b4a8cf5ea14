"""All benchmarks in their quick form, one after the other, each in a process of its own with a time limit.

    python -m benchmarks                                     # under ten minutes on two quiet cores
    python -m benchmarks --only relevance extraction --collections ~/beir --files ~/papers --output results

One that fails or takes too long does not stop the others; the exit status is 1 then. Each writes its JSON and what it
printed into the output folder; the table at the end repeats what is worth a line, and what was left out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.headlines import Headline, find_headlines
from benchmarks.measure import Stopwatch, list_tree, print_table
from benchmarks.suite import SUITE, Benchmark, Input

RESULTS = Path(__file__).parent / "results"
SUMMARY = "summary.json"

_REPOSITORY = Path(__file__).parent.parent
_SKIPPED = "SKIPPED"
_LAST_LINES = 15


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a benchmark ended: `problem` is empty where all went well, `skipped` what it said that it left out.

    Seconds are those on the clock and of processors, its children's included where it waited for them.
    """

    name: str
    seconds: float
    cpu_seconds: float
    problem: str
    headlines: tuple[Headline, ...]
    skipped: tuple[str, ...]


def run_suite(
    suite: Sequence[Benchmark],
    output: Path,
    inputs: dict[Input, list[str]],
    folder: Path | None = None,
    limit_seconds: float | None = None,
) -> list[Outcome]:
    """Run benchmarks in turn and print what they print; return how each ended. Scratch goes below `folder`."""
    output.mkdir(parents=True, exist_ok=True)
    outcomes = []
    for place, benchmark in enumerate(suite, 1):
        print(f"# {benchmark.name} ({place} of {len(suite)}): {benchmark.question}\n", flush=True)
        limit = limit_seconds or benchmark.limit_seconds
        scratch = Path(tempfile.mkdtemp(prefix="papra-index-benchmarks-", dir=folder))
        try:
            outcome = run_benchmark(benchmark, output, inputs, scratch, limit)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        print(f"{outcome.problem or 'done'} after {outcome.seconds:.0f} s\n", flush=True)
        outcomes.append(outcome)
    return outcomes


def run_benchmark(
    benchmark: Benchmark, output: Path, inputs: dict[Input, list[str]], scratch: Path, limit_seconds: float
) -> Outcome:
    """Run one in a process of its own, which is ended with all below it at its time limit."""
    result, log = output / f"{benchmark.name}.json", output / f"{benchmark.name}.log"
    result.unlink(missing_ok=True)
    arguments = [*benchmark.list_arguments(inputs, str(scratch)), "--output", str(result)]
    environment = os.environ | {"TMPDIR": str(scratch)}
    watch = Stopwatch()
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=_REPOSITORY, env=environment, stderr=errors, start_new_session=True
        )
        try:
            status = process.wait(limit_seconds)
            problem = "" if status == 0 else f"FAILED with status {status}"
        except subprocess.TimeoutExpired:
            problem = f"EXCEEDED {limit_seconds:g} s"
        finally:
            _end_tree(process)
    cost = watch.stop()
    told = log.read_text(encoding="utf-8", errors="replace").splitlines()
    if problem:
        print("\n".join(told[-_LAST_LINES:]))
    headlines: Sequence[Headline] = ()
    if not problem:
        try:
            headlines = find_headlines(benchmark.name, json.loads(result.read_text(encoding="utf-8")))
        except (OSError, ValueError, LookupError, TypeError) as error:
            problem = f"FAILED: its result is not as expected, {type(error).__name__}: {error}"
    skipped = dict.fromkeys(line for line in told if line.startswith(_SKIPPED))
    return Outcome(benchmark.name, cost.wall, cost.cpu, problem, tuple(headlines), tuple(skipped))


def _end_tree(process: subprocess.Popen[bytes]) -> None:
    """End a process if it runs, and what it left running; engines of benchmarks lead groups of their own."""
    below = list_tree(process.pid)[1:] if process.poll() is None else []
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    for child in below:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    process.wait()


def print_summary(outcomes: Sequence[Outcome], output: Path) -> None:
    """Print a row for each benchmark, then what was left out and why."""
    rows = [
        [one.name, one.problem or "; ".join(map(str, one.headlines)) or "done",
         f"{one.seconds:.0f}", f"{one.cpu_seconds:.0f}", f"{output / one.name}.json"]
        for one in outcomes
    ]  # fmt: skip
    print("# Summary\n")
    print_table(["benchmark", "quick form: numbers for a look, not for keeps", "seconds", "CPU s", "result"], rows)
    total = sum(one.seconds for one in outcomes)
    failed = [one.name for one in outcomes if one.problem]
    print(f"\n{len(outcomes)} benchmarks in {total:.0f} s; {', '.join(failed) or 'none'} failed.")
    for one in outcomes:
        for line in one.skipped:
            print(f"{one.name}: {line}")


def main(words: Sequence[str] | None = None) -> None:
    """Run all benchmarks in their quick form."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("--list", action="store_true", help="print the questions and end")
    names = [one.name for one in SUITE]
    parser.add_argument("--only", nargs="+", action="extend", choices=names, metavar="NAME", help="these alone")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder for results (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="where to write, on the disk that is to be measured")
    parser.add_argument("--limit", type=float, help="seconds that each may take, instead of its own limit")
    parser.add_argument("--collections", type=Path, nargs="+", help="judged collections in BEIR's layout")
    parser.add_argument("--files", type=Path, help="a folder of real files to extract; else the fixtures")
    parser.add_argument("--texts", type=Path, help="texts in sub-folders named by language, such as benchmarks.manuals")
    arguments = parser.parse_args(words)
    suite = [one for one in SUITE if not arguments.only or one.name in arguments.only]
    if arguments.list:
        print_table(["benchmark", "question", "limit"], [[o.name, o.question, f"{o.limit_seconds:g} s"] for o in suite])
        return
    given: dict[Input, list[Path | None]] = {
        "collections": arguments.collections or [], "files": [arguments.files], "texts": [arguments.texts],
    }  # fmt: skip
    inputs = {kind: [str(path.resolve()) for path in paths if path is not None] for kind, paths in given.items()}
    if arguments.folder and not arguments.folder.is_dir():
        parser.error(f"{arguments.folder} is no folder: make one on the disk that is to be measured")
    output, folder = arguments.output.resolve(), arguments.folder and arguments.folder.resolve()
    outcomes = run_suite(suite, output, inputs, folder, arguments.limit)
    print_summary(outcomes, arguments.output)
    text = json.dumps([asdict(one) for one in outcomes], indent=2)
    (output / SUMMARY).write_text(text + "\n", encoding="utf-8")
    if any(one.problem for one in outcomes):
        sys.exit(1)


if __name__ == "__main__":
    main()

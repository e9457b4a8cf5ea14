"""Text layers alone: our pool, parent and worker counted, beside bare pdfium with flattening on the same files.

Blocks are read in turns, each engine first as often as the other. Files of which a page went to pdfminer.six are
timed apart: there it is pdfminer that is measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.engines import OURS
from benchmarks.measure import print_table, rotate
from benchmarks.processes import EngineProcess

FLATTENED = "pypdfium2 flattened"

_BLOCK_FILES = 25
_BLOCK_SECONDS = 600.0
_AIM_SHARE = 0.9


def measure_layers(
    files: list[Path], rescued: list[Path], engines: Mapping[str, EngineProcess], rounds: int
) -> dict[str, Any]:
    """Time files that both read from the text layer, and apart those that pdfminer.six helped with.

    Returns for each set the pages, the processor seconds of each engine in each round, and our share of bare pdfium's
    pages per processor second.
    """
    if FLATTENED not in engines:
        raise RuntimeError(f"text layers are measured beside {FLATTENED}: name it among the peers")
    pair = [engines[OURS], engines[FLATTENED]]
    result: dict[str, Any] = {"aim": _AIM_SHARE}
    for name, paths in (("pdfium", files), ("with pdfminer", rescued)):
        turns = [_time_round(paths, pair, turn) for turn in range(rounds)] if paths else []
        seconds = {engine.name: [turn[engine.name][1] for turn in turns] for engine in pair}
        pages = turns[0][OURS][0] if turns else 0
        total = {engine: sum(times) for engine, times in seconds.items()}
        result[name] = {
            "files": len(paths),
            "pages": pages,
            "cpu_seconds": seconds,
            "pages_per_cpu_second": {engine: pages * rounds / spent for engine, spent in total.items() if spent},
            "share": total[FLATTENED] / total[OURS] if total[OURS] else None,
        }
    return result


def _time_round(paths: list[Path], pair: list[EngineProcess], turn: int) -> dict[str, tuple[int, float]]:
    """Return pages and processor seconds of each engine over all files."""
    taken = {engine.name: (0, 0.0) for engine in pair}
    for place in range(0, len(paths), _BLOCK_FILES):
        block = paths[place : place + _BLOCK_FILES]
        for engine in rotate(pair, turn + place // _BLOCK_FILES):
            pages, cpu = engine.read_block(block, _BLOCK_SECONDS)
            before = taken[engine.name]
            taken[engine.name] = (before[0] + pages, before[1] + cpu)
    if len({pages for pages, _ in taken.values()}) != 1:
        raise RuntimeError(f"the engines do not find the same pages: {taken}")
    return taken


def print_layers(layers: dict[str, Any]) -> None:
    """Print what text layers took."""
    print("\ntext layers, pages per CPU second of parent and worker:\n")
    rows = []
    for name in ("pdfium", "with pdfminer"):
        found = layers[name]
        speeds = [f"{found['pages_per_cpu_second'].get(engine, 0):.0f}" for engine in (OURS, FLATTENED)]
        share = "" if found["share"] is None else f"{found['share']:.2f}"
        aim = f"at least {layers['aim']}" if name == "pdfium" else ""
        rows.append([name, f"{found['files']}", f"{found['pages']}", *speeds, share, aim])
    print_table(["read by", "files", "pages", OURS, FLATTENED, "share", "aim"], rows)

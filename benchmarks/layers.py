"""Text layers alone: our pool, parent and worker counted, beside bare pdfium with flattening on the same files.

Blocks are read in turns, each engine first as often as the other. Files of which a page went to pdfminer.six are not
among them: there it would be pdfminer that is measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.measure import print_table, rotate
from benchmarks.processes import EngineProcess
from benchmarks.readers import OURS

FLATTENED = "pypdfium2 flattened"

_BLOCK_FILES = 25
_BLOCK_SECONDS = 600.0
_AIM_SHARE = 0.9


def measure_layers(files: list[Path], engines: Mapping[str, EngineProcess], rounds: int) -> dict[str, Any]:
    """Time files that both read from the text layer.

    Returns the pages, the processor seconds of each engine in each round, and our share of bare pdfium's pages per
    processor second.
    """
    if FLATTENED not in engines:
        raise RuntimeError(f"text layers are measured beside {FLATTENED}: name it among the peers")
    pair = [engines[OURS], engines[FLATTENED]]
    turns = [_time_round(files, pair, turn) for turn in range(rounds)]
    seconds = {engine.name: [turn[engine.name][1] for turn in turns] for engine in pair}
    pages = turns[0][OURS][0] if turns else 0
    total = {name: sum(times) for name, times in seconds.items()}
    return {
        "files": len(files),
        "pages": pages,
        "cpu_seconds": seconds,
        "pages_per_cpu_second": {name: pages * rounds / spent if spent else 0.0 for name, spent in total.items()},
        "share": total[FLATTENED] / total[OURS] if total[OURS] else 0.0,
        "aim": _AIM_SHARE,
    }


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
    print(f"\ntext layers, {layers['files']} files of {layers['pages']} pages, parent and worker counted:\n")
    speeds = [f"{layers['pages_per_cpu_second'][name]:.0f}" for name in (OURS, FLATTENED)]
    shares = [f"{layers['share']:.2f}", f"at least {layers['aim']}"]
    print_table([f"{OURS} pages/CPU-s", f"{FLATTENED} pages/CPU-s", "share", "aim"], [[*speeds, *shares]])
    rescued = layers["rescued"]
    print(f"\n{rescued['pages']} pages of {rescued['files']} files fell back to pdfminer.six", end="")
    print(f": {rescued['cpu_seconds']:.1f} CPU s for these files")

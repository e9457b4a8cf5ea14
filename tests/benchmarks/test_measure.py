"""Percentiles, taking turns, memory of process trees, and what is noted of the machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.measure import TreeSampler, describe_environment, find_percentile, list_tree, rotate, write_result

HAS_PROC = Path("/proc/self/task").is_dir()

# A process with a child that holds 30 MB; both end when standard input does.
PARENT = """
import subprocess, sys
child = "import sys; kept = b'x' * 30_000_000; print(1, flush=True); sys.stdin.read()"
process = subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.PIPE)
sys.stdin.read()
process.communicate()
"""


def test_percentiles_lie_between_neighbours() -> None:
    assert find_percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert find_percentile([1.0, 2.0], 0.5) == 1.5
    assert find_percentile([1.0, 2.0, 3.0], 1.0) == 3.0
    assert find_percentile([], 0.5) == 0.0


def test_each_turn_begins_with_another() -> None:
    assert [list(rotate("abc", turn)) for turn in range(3)] == [list("abc"), list("bca"), list("cab")]


@pytest.mark.skipif(not HAS_PROC, reason="memory of a process tree is read from /proc")
def test_the_sampler_sees_children() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent, TreeSampler(parent.pid, 0.01) as sampler:
        parent.stdout.readline()
        assert len(list_tree(parent.pid)) == 2
        while sampler.peak_rss < 30_000_000:
            assert parent.poll() is None
        parent.communicate()
    assert sampler.peak_processes == 2


def test_the_environment_says_what_numbers_depend_on(tmp_path: Path) -> None:
    environment = describe_environment(tmp_path)
    assert {"date", "commit", "cpu", "cores", "memory_bytes", "file_system", "versions", "load"} <= set(environment)
    write_result(tmp_path / "results" / "one.json", environment)
    assert json.loads((tmp_path / "results" / "one.json").read_text()) == environment
    write_result(None, environment)

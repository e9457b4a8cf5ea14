"""Adds a folder through the library alone, in a process of its own, and says when all was durable and when searchable,
and which stage took how much of the processors.

    python -m benchmarks.library FOLDER ARCHIVE

prints one line of JSON; `benchmarks.ingest` runs it beside the command line, which does not tell the two apart.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.corpus import list_corpus
from benchmarks.measure import count_tree_cpu
from papra_index import Archive

_PATIENCE_SECONDS = 600.0

_STAGES = {
    "MainThread": "staging",
    "papra-index-catalog": "catalog",
    "papra-index-extraction": "feeding workers",
    "papra-index-applier": "analysis, applying",
    "papra-index-sync": "syncing originals",
}
"""Names of threads, and what they do of adding."""


def add_folder(folder: Path, archive_folder: Path) -> dict[str, Any]:
    """Add the files of a folder to a new archive; return seconds until durable, then until searchable, and those
    of processors by stage.
    """
    began = time.perf_counter()
    with Archive.open(archive_folder) as archive:
        home = archive.create_organization("Home")
        before = _count_stages()
        added = sum(outcome.error is None for outcome in home.add_stream(list_corpus(folder)))
        durable = time.perf_counter()
        archive.wait_until_searchable(_PATIENCE_SECONDS)
        searchable = time.perf_counter()
        stages = {name: seconds - before.get(name, 0.0) for name, seconds in _count_stages().items()}
    times = {"durable_seconds": durable - began, "searchable_after_seconds": searchable - durable}
    return {"added": added, **times, "stages": stages}


def _count_stages() -> dict[str, float]:
    """Return the processor seconds of this process by what its threads do, and of the workers below it so far.

    Threads of the engine, and those that ended, are what is left of it.
    """
    stages = dict.fromkeys((*_STAGES.values(), "other threads"), 0.0)
    for thread in threading.enumerate():
        stage = _STAGES.get(thread.name.partition("_")[0], "other threads")
        stages[stage] += time.clock_gettime(time.pthread_getcpuclockid(thread.ident or 0))
    own = time.process_time()
    stages["engine, ended threads"] = own - sum(stages.values())
    return stages | {"workers": count_tree_cpu(os.getpid()) - own}


if __name__ == "__main__":
    print(json.dumps(add_folder(Path(sys.argv[1]), Path(sys.argv[2]))))

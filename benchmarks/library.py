"""Adds a folder through the library alone, in a process of its own, and says when all was durable and when searchable.

    python -m benchmarks.library FOLDER ARCHIVE

prints one line of JSON; `benchmarks.ingest` runs it beside the command line, which does not tell the two apart.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benchmarks.corpus import list_corpus
from papra_index import Archive

_PATIENCE_SECONDS = 600.0


def add_folder(folder: Path, archive_folder: Path) -> dict[str, float]:
    """Add the files of a folder to a new archive; return seconds until durable, and from then on until searchable."""
    began = time.perf_counter()
    with Archive.open(archive_folder) as archive:
        home = archive.create_organization("Home")
        added = sum(outcome.error is None for outcome in home.add_stream(list_corpus(folder)))
        durable = time.perf_counter()
        archive.wait_until_searchable(_PATIENCE_SECONDS)
        searchable = time.perf_counter()
    return {"added": added, "durable_seconds": durable - began, "searchable_after_seconds": searchable - durable}


if __name__ == "__main__":
    print(json.dumps(add_folder(Path(sys.argv[1]), Path(sys.argv[2]))))

"""How many documents the segments of an index hold, and how many of these are dead: replaced or deleted since.

The engine gives back the space of dead documents only where it merges small segments.
"""

from __future__ import annotations

import json
from pathlib import Path


def count_segment_documents(directory: Path) -> tuple[int, int]:
    """Return (live, dead) documents of an index directory, (0, 0) where its list of segments cannot be read."""
    _, live, dead = _read_list(directory)
    return live, dead


def read_commit(directory: Path) -> tuple[int | None, int]:
    """Return the number of the engine's last commit and the live documents that it has; merges change neither.

    The number is None where it cannot be read.
    """
    opstamp, live, _ = _read_list(directory)
    return opstamp, live


def _read_list(directory: Path) -> tuple[int | None, int, int]:
    try:
        listed = json.loads((directory / "meta.json").read_bytes())
        held = sum(int(segment["max_doc"]) for segment in listed["segments"])
        deletes = [segment["deletes"] for segment in listed["segments"] if segment.get("deletes")]
        dead = sum(int(item["num_deleted_docs"]) for item in deletes)
        return int(listed["opstamp"]), held - dead, dead
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None, 0, 0

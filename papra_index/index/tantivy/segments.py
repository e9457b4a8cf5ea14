"""How many documents the segments of an index hold, and how many of these are dead: replaced or deleted since.

The engine gives back the space of dead documents only where it merges small segments.
"""

from __future__ import annotations

import json
from pathlib import Path


def count_segment_documents(directory: Path) -> tuple[int, int]:
    """Return (live, dead) documents of an index directory, (0, 0) where its list of segments cannot be read."""
    try:
        segments = json.loads((directory / "meta.json").read_bytes())["segments"]
        held = sum(int(segment["max_doc"]) for segment in segments)
        dead = sum(int(segment["deletes"]["num_deleted_docs"]) for segment in segments if segment.get("deletes"))
    except (OSError, ValueError, KeyError, TypeError):
        return 0, 0
    return held - dead, dead

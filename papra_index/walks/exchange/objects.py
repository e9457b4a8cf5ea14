"""The objects of a JSON list, one after the other: a manifest with the text of all documents may be larger than memory
is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from papra_index.errors import ExportDamaged

_CHUNK = 1 << 20
_BETWEEN = " \t\r\n,"


def iterate_objects(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file that is a JSON list, with one of them in memory at a time. Raises ExportDamaged."""
    decoder = json.JSONDecoder()
    try:
        with file.open(encoding="utf-8") as stream:
            waiting = stream.read(_CHUNK).lstrip("\ufeff \t\r\n")
            if not waiting.startswith("["):
                raise ExportDamaged(f"{file} is no JSON list: export again")
            waiting = waiting[1:]
            ended = False
            while True:
                waiting = waiting.lstrip(_BETWEEN)
                if waiting.startswith("]"):
                    return
                try:
                    found, end = decoder.raw_decode(waiting)
                except ValueError:
                    if ended:
                        raise
                    # As much again as there is, so that an object of any length is decoded a few times, not often.
                    more = stream.read(max(_CHUNK, len(waiting)))
                    ended = not more
                    waiting += more
                    continue
                if isinstance(found, dict):
                    yield found
                waiting = waiting[end:]
    except (OSError, ValueError) as error:
        raise ExportDamaged(f"{file} cannot be read ({error}): export again") from error

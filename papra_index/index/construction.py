"""The small file that makes a generation one under construction: how much of the catalog it has, so that a rebuild that
was killed goes on.

It is written after each commit of the new index, so what it tells is there at least; what is there beyond it is applied
again, which changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from papra_index.conventions.durability import write_durably
from papra_index.conventions.values import dataclass
from papra_index.errors import SearchIndexError

CONSTRUCTION_NAME = "BUILDING"


@dataclass(frozen=True, slots=True)
class Construction:
    """What a generation under construction has: live documents with keys up to `last_key`, so many of `total`.

    `began_at` is the catalog's sequence from which on changes are applied too, `newest` the sequence it had at the last
    commit: a catalog that has less was put back from a backup.
    """

    began_at: int
    newest: int
    last_key: int = 0
    documents_count: int = 0
    total: int = 0


def read_construction(folder: Path) -> Construction | None:
    """Return how far a generation under construction has come, None where that is not to be known."""
    try:
        return Construction(**json.loads((folder / CONSTRUCTION_NAME).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def write_construction(folder: Path, construction: Construction) -> None:
    """Note durably how far a generation has come. Raises SearchIndexError when the disk refuses."""
    try:
        write_durably(folder / CONSTRUCTION_NAME, json.dumps(asdict(construction)).encode())
    except OSError as error:
        raise SearchIndexError(
            f"the new index cannot be written ({error.strerror}: {error.filename}): check its disk and space"
        ) from error

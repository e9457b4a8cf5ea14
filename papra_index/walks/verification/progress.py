"""How far a look through an archive has come, as its steps count it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from papra_index.conventions.values import dataclass
from papra_index.values.integrity import Part

Progress = Callable[[Part, int, int], None]
"""Called with the part looked at, and how many of its documents or files are done, of how many (0: not known)."""


def ignore_progress(_part: Part, _done: int, _total: int) -> None:
    """Show nothing."""


@dataclass(slots=True)
class Tally:
    """What was looked at so far; each step adds its own."""

    progress: Progress = field(default=ignore_progress)
    documents_count: int = 0
    originals_size: int = 0
    index_files_count: int = 0

"""Ctrl-C as a request: the first asks to stop at the next good place, the second interrupts at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from papra_index.conventions.values import dataclass


@dataclass(slots=True)
class StopRequest:
    """Whether Ctrl-C was pressed."""

    made: bool = False


@contextmanager
def catch_interrupt() -> Iterator[StopRequest]:
    """Turn Ctrl-C into a request for as long as the block runs."""
    request = StopRequest()

    def ask(_number: int, _frame: FrameType | None) -> None:
        if request.made:
            raise KeyboardInterrupt
        request.made = True

    previous = signal.signal(signal.SIGINT, ask)
    try:
        yield request
    finally:
        signal.signal(signal.SIGINT, previous)

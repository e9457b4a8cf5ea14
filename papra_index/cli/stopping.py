"""Ctrl-C as a request: the first asks to stop at the next good place, the second interrupts at once. The signal that
ends services (SIGTERM) does as Ctrl-C does, with another exit status.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from papra_index.conventions.values import dataclass

INTERRUPTED, TERMINATED = 130, 143

_AFTERWARDS = {
    "add": "what is added stays; run the same command again to go on",
    "sync": "what is done stays; run the same command again to go on",
    "put": "what is put stays; run the same command again to go on",
    "import": "what was taken over stays; run the same command again to go on",
    "export": "nothing is left of it; run the same command again",
    "backup": "the backup before is as it was; run the same command again to go on",
    "restore-backup": "it is no archive yet; run the same command again to go on",
    "verify": "nothing but what was told as repaired has changed; run the same command again",
    "reindex": "the old index answers; run the same command again to go on",
    "maintain": "what is done stays; run the same command again to go on",
}
"""What is left of commands that take long, and how to go on."""


def describe_stop(command: str | None) -> str:
    """Return what to say of a command that was stopped."""
    afterwards = _AFTERWARDS.get(command or "")
    return "stopped" if afterwards is None else f"stopped: {afterwards}"


@dataclass(slots=True)
class StopRequest:
    """Whether somebody wants it to stop."""

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


@contextmanager
def catch_termination() -> Iterator[StopRequest]:
    """Have SIGTERM do what Ctrl-C does for as long as the block runs, and tell that it was this."""
    request = StopRequest()

    def interrupt(_number: int, frame: FrameType | None) -> None:
        request.made = True
        handler = signal.getsignal(signal.SIGINT)
        if callable(handler):
            handler(signal.SIGINT, frame)
        else:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield request
    finally:
        signal.signal(signal.SIGTERM, previous)

"""Calls of somebody else's function that nobody waits for longer than was said: each has a thread of its own, since a
function in Python cannot be ended from outside, and only so many may go on after their time.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import partial
from typing import Any, TypeVar

_Result = TypeVar("_Result")

MAX_OVERDUE = 8
"""Calls that may still be running after their time before no other is begun."""


class CallTimedOut(TimeoutError):
    """A call that was not done in time; it goes on in its thread."""


class CallsExhausted(CallTimedOut):
    """A call that was not made, as too many earlier ones are still running."""


class BoundedCalls:
    """Calls of one function, counted: those whose time is over go on in their threads until they return."""

    def __init__(self, most_overdue: int = MAX_OVERDUE) -> None:
        """With as many as `most_overdue` still running, further calls are refused."""
        self._most_overdue = most_overdue
        self._overdue: set[Future[Any]] = set()
        self._guard = threading.Lock()

    def run(self, function: Callable[[], _Result], seconds: float) -> _Result:
        """Return what a function returns within so many seconds, and raise what it raises.

        Raises CallTimedOut when it takes longer, CallsExhausted when too many earlier calls are still running.
        """
        with self._guard:
            running = len(self._overdue)
        if running >= self._most_overdue:
            raise CallsExhausted(f"was not called, as {running} earlier calls are still running after their time")
        future: Future[_Result] = Future()
        context = contextvars.copy_context()
        call = partial(context.run, _run_into, future, function)
        threading.Thread(target=call, name="papra-index-hook", daemon=True).start()
        wait([future], seconds)
        if future.done():
            return future.result()
        with self._guard:
            self._overdue.add(future)
        future.add_done_callback(self._forget)
        raise CallTimedOut(f"took longer than {seconds:g} s")

    def _forget(self, future: Future[Any]) -> None:
        with self._guard:
            self._overdue.discard(future)


def _run_into(future: Future[_Result], function: Callable[[], _Result]) -> None:
    try:
        result = function()
    except Exception as error:
        future.set_exception(error)
    except BaseException as error:
        # SystemExit, or a panic of a native library: not to be raised in the thread that waits.
        future.set_exception(RuntimeError(f"{type(error).__name__}: {error}"))
    else:
        future.set_result(result)

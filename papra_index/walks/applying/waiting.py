"""What a write waits for: the one place where verbs get `wait_for`, and where it is waited.

A ticket is a change sequence. The index takes changes in their order, so a reader that has reached a ticket has
everything that was acknowledged before the ticket was drawn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Concatenate, Literal, ParamSpec, Protocol, TypedDict, TypeVar, cast

from papra_index.catalog.changes import last_sequence
from papra_index.catalog.database import Catalog
from papra_index.errors import InvalidInput, SearchIndexError, WaitTimedOut
from papra_index.index.base import IndexReader

DURABLE, SEARCHABLE = "durable", "searchable"
DEFAULT_SECONDS = 60.0

_FIRST_PAUSE_SECONDS = 0.002
_LONGEST_PAUSE_SECONDS = 0.02

_Verb = TypeVar("_Verb", bound="WaitingVerbs")
_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


class Waiting(TypedDict, total=False):
    """What every verb that writes takes beside its own parameters.

    `wait_for` "durable", the default, returns once the write is in the catalog and on disk; "searchable" once searches
    see it as well, though not the text of an original that is still to be read. `timeout` is how many seconds to wait
    for that, 60 by default; then WaitTimedOut is raised: the write is durable all the same, `WaitTimedOut.result` is
    what the verb would have returned, and `WaitTimedOut.ticket` what to wait on. A verb that yields waits at its end.
    """

    wait_for: Literal["durable", "searchable"]
    timeout: float


class WaitingVerbs(Protocol):
    """Verbs of an open archive."""

    def _list_waiting_parts(self) -> tuple[Catalog, IndexReader]: ...


def writes(
    verb: Callable[Concatenate[_Verb, _Parameters], _Result],
) -> Callable[Concatenate[_Verb, _Parameters], _Result]:
    """Have a verb keep to the `Waiting` that it is given, of which its own body knows nothing, and refused at once
    where the archive is only read.
    """

    code = verb.__code__
    own = frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])

    @wraps(verb)
    def write(self: _Verb, *args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
        wait_for, timeout = _take_waiting(kwargs)
        if not kwargs.keys() <= own:  # the verb's own `**_` would take them all
            unknown = min(kwargs.keys() - own)
            raise TypeError(f"{verb.__name__}() got an unexpected keyword argument {unknown!r}")
        self._list_waiting_parts()[0].check_writable()
        result = verb(self, *args, **kwargs)
        if wait_for == DURABLE:
            return result
        if isinstance(result, Iterator):
            return cast("_Result", _wait_at_end(self, result, timeout))
        _wait(self, result, timeout)
        return result

    return cast("Callable[Concatenate[_Verb, _Parameters], _Result]", write)


def draw_ticket(catalog: Catalog) -> int:
    """Return a ticket for everything acknowledged so far, by any process."""
    with catalog.read() as connection:
        return last_sequence(connection)


def wait_for_ticket(reader: IndexReader, ticket: int, timeout: float) -> None:
    """Wait until searches have reached a ticket. Raises WaitTimedOut after so many seconds."""
    deadline = time.monotonic() + timeout
    for pause in iterate_pauses():
        failure: SearchIndexError | None = None
        try:
            if reader.sequence >= ticket:
                return
        except SearchIndexError as error:
            failure = error  # an index of another version is being built anew, which takes as long as it does
        if time.monotonic() >= deadline:
            raise WaitTimedOut(
                f"written durably, but not searchable after {timeout:g} s: wait again with Archive.wait_for", ticket
            ) from failure
        time.sleep(pause)


def iterate_pauses() -> Iterator[float]:
    """Yield seconds to sleep between looks: short at first, then 20 ms, which costs a thousandth of a core."""
    pause = _FIRST_PAUSE_SECONDS
    while True:
        yield pause
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)


def _take_waiting(given: dict[str, object]) -> tuple[object, float]:
    wait_for, timeout = given.pop("wait_for", DURABLE), given.pop("timeout", DEFAULT_SECONDS)
    if wait_for not in {DURABLE, SEARCHABLE}:
        raise InvalidInput(f"wait_for is {wait_for!r}: give {DURABLE} or {SEARCHABLE}")
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not timeout >= 0:
        raise InvalidInput(f"timeout is {timeout!r}: give seconds, 0 or more")
    return wait_for, timeout


def _wait(verbs: WaitingVerbs, result: object, timeout: float) -> None:
    catalog, reader = verbs._list_waiting_parts()  # noqa: SLF001 - what this module asks of the verbs it is for
    try:
        wait_for_ticket(reader, draw_ticket(catalog), timeout)
    except WaitTimedOut as error:
        error.result = result
        raise


def _wait_at_end(verbs: WaitingVerbs, outcomes: Iterator[_Result], timeout: float) -> Iterator[_Result]:
    yield from outcomes
    _wait(verbs, None, timeout)

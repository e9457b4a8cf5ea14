"""The writes that wait for the catalog's writer thread, which takes all at once; should it end, none waits on."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import field
from typing import Any, TypeVar

from sqlalchemy import Connection

from papra_index.conventions.values import dataclass
from papra_index.errors import ArchiveClosed, ArchiveError

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

Operation = Callable[[Connection, Sequence[_Item]], Sequence[_Result]]
"""A write: gets every item that waits for this operation and returns a result for each, in order."""

_PATIENT_SECONDS = 0.1


@dataclass(slots=True)
class Submission:
    """An operation on items, and the future that ends with its results; `is_patient` as in `Catalog.submit`."""

    operation: Operation[Any, Any]
    items: Sequence[Any]
    is_patient: bool = False
    future: Future[Sequence[Any]] = field(default_factory=Future)


class WriteQueue:
    """Submissions in their order; shared between those who submit and the one thread that takes."""

    def __init__(self) -> None:
        self._waiting: deque[Submission] = deque()
        self._taken: list[Submission] = []
        self._wake = threading.Condition()
        self._patient_from = 0.0
        self._closed = False
        self._has_ended = False

    def put(self, submission: Submission) -> None:
        """Have a submission wait. Raises ArchiveClosed, and ArchiveError where nobody takes any more."""
        with self._wake:
            if self._closed:
                raise ArchiveClosed("the archive is closed: open it again")
            if self._has_ended:
                raise _describe_end()
            self._waiting.append(submission)
            self._wake.notify_all()

    def take_group(self) -> list[Submission]:
        """Wait for submissions and take all that were not cancelled; none means that the queue is closed."""
        with self._wake:
            while True:
                while not self._closed and all(submission.is_patient for submission in self._waiting):
                    left = self._patient_from - time.monotonic()
                    if self._waiting and left <= 0:
                        break
                    self._wake.wait(left if self._waiting else None)
                self._taken = sorted(self._waiting, key=lambda submission: submission.is_patient)
                self._waiting.clear()
                # From here on they cannot be cancelled.
                group = [submission for submission in self._taken if submission.future.set_running_or_notify_cancel()]
                if group and group[-1].is_patient:
                    self._patient_from = time.monotonic() + _PATIENT_SECONDS
                if group or self._closed:
                    return group

    def close(self) -> None:
        """Take no more; what waits is still to be taken."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()

    def end(self) -> None:
        """Fail all that has no result yet, and all that comes: nobody takes any more."""
        with self._wake:
            self._has_ended = True
            left = [*self._taken, *self._waiting]
        for submission in left:
            if submission.future.running() or (
                not submission.future.done() and submission.future.set_running_or_notify_cancel()
            ):
                submission.future.set_exception(_describe_end())


def merge_submissions(group: Sequence[Submission]) -> Iterator[tuple[Operation[Any, Any], list[Submission]]]:
    """Yield neighbours that wait for the same operation together, in order."""
    members: list[Submission] = []
    for submission in group:
        if members and submission.operation is not members[0].operation:
            yield members[0].operation, members
            members = []
        members.append(submission)
    yield members[0].operation, members


def _describe_end() -> ArchiveError:
    return ArchiveError("what writes to the catalog was ended from outside: close the archive and open it again")

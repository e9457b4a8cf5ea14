"""A callable of a backend that reads fields off the text of a document: what it is given, what it may give back, and
what became of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from papra_index.conventions.deadlines import BoundedCalls
from papra_index.conventions.values import dataclass
from papra_index.documents import Document
from papra_index.errors import InvalidInput

_MAX_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document whose text was just read, without its content, and the first characters of that, pages joined by line
    ends.
    """

    document: Document
    text: str


@dataclass(frozen=True, slots=True)
class DocumentFields:
    """What a callable found: each field is given to the document where nobody has said something else.

    `tags` are ids or names, of which new ones are made; `properties` are values by id, name or key of the property, as
    `Organization.set_properties` takes them.
    """

    document_date: datetime | None = None
    name: str | None = None
    tags: Sequence[str] = ()
    properties: Mapping[str, object] = field(default_factory=dict)


ContentReader = Callable[[ReadDocument], DocumentFields | None]
"""Takes a document with its text and returns its fields; None where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class ContentHook:
    """A callable for texts, which gets at most `characters` of each (to 10,000,000) and has `seconds` (to 3,600).

    It is called in a thread, for one document at a time, again where the process ended before its answer was written.
    """

    call: ContentReader
    seconds: float = 30.0
    characters: int = 200_000
    calls: BoundedCalls = field(default_factory=BoundedCalls, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not callable(self.call):
            raise InvalidInput(f"{self.call!r} cannot be called: give a function of a ReadDocument")
        if not isinstance(self.seconds, int | float) or not 0 < self.seconds <= _MAX_SECONDS:
            raise InvalidInput(f"seconds is {self.seconds!r}: give a number above 0, up to {_MAX_SECONDS}")
        if not isinstance(self.characters, int) or not 1 <= self.characters <= 10_000_000:
            raise InvalidInput(f"characters is {self.characters!r}: give a whole number from 1 to 10,000,000")


class ContentStatus(StrEnum):
    """How far a content hook is with a document."""

    DUE = "due"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ContentReport:
    """What became of the content hook for a document; `message` says what was wrong, `given` has the names of the
    fields that it has given so far: document_date, name, tags, properties.
    """

    status: ContentStatus
    message: str | None
    updated_at: datetime
    given: tuple[str, ...] = ()

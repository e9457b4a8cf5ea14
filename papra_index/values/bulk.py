"""What is asked of documents by the ids that their source knows them by, one or a million at once, and what became of
each.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from papra_index.conventions.sources import Source
from papra_index.conventions.values import dataclass
from papra_index.documents import UNCHANGED, Unchanged
from papra_index.errors import InvalidInput, PapraIndexError

MAX_EXTERNAL_ID_LENGTH = 512


@dataclass(frozen=True, slots=True)
class PutRequest:
    """All that a document is to be: it is created, or made so.

    With `source` (a path, bytes or a binary stream) it has an original, whose text is read unless `content` is given;
    without, it is index-only: name, content and what else is said here, and no file. `name` defaults to the file's,
    else to the external id; `mime_type` to what the bytes say, else to text/plain. What is left out is emptied, except
    for `notes`, `tags` and `principals`, which people add to: None leaves them as they are. `tags` are ids or names; a
    name that is new makes a new tag. `properties` are values of custom properties as `set_properties` takes them: those
    named here are set, None clears one, the others stay. With `in_place` True a file
    is left where it lies; None: as the archive does.
    """

    external_id: str
    source: Source | None = None
    name: str | None = None
    content: str | None = None
    mime_type: str | None = None
    document_date: datetime | None = None
    notes: str | None = None
    tags: Sequence[str] | None = None
    ocr_languages: Sequence[str] = ()
    in_place: bool | None = None
    principals: Sequence[str] | None = None
    properties: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """Some of what a document is to be; the rest stays, and so does its place in the trash."""

    external_id: str
    name: str | Unchanged = UNCHANGED
    content: str | Unchanged = UNCHANGED
    document_date: datetime | Unchanged | None = UNCHANGED
    notes: str | Unchanged = UNCHANGED
    tags: Sequence[str] | Unchanged = UNCHANGED
    principals: Sequence[str] | Unchanged = UNCHANGED
    properties: Mapping[str, object] | Unchanged = UNCHANGED


@dataclass(frozen=True, slots=True)
class DeleteRequest:
    """A document that its source has no longer: it goes to the trash, from where another put brings it back."""

    external_id: str


BulkRequest = PutRequest | UpdateRequest | DeleteRequest


class BulkStatus(StrEnum):
    """What became of a request."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"  # it was so already: nothing was written, in the index neither
    DELETED = "deleted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of a request: `error` says why it failed; `restored` that the document was in the trash before."""

    external_id: str
    status: BulkStatus
    document_id: str | None = None
    restored: bool = False
    error: PapraIndexError | None = None


def check_external_id(external_id: str) -> str:
    """Return the id; raises InvalidInput unless it is text of 1 to 512 characters without control characters.

    Letter case and blanks count; nothing is trimmed or folded.
    """
    if not isinstance(external_id, str):
        raise InvalidInput(f"an external id is text, not {external_id!r:.200}: pass it as a string")
    if not 1 <= len(external_id) <= MAX_EXTERNAL_ID_LENGTH:
        raise InvalidInput(
            f"an external id has 1 to {MAX_EXTERNAL_ID_LENGTH} characters, this has {len(external_id)}: "
            f"{'shorten or hash it' if external_id else 'give the one of its source'}"
        )
    if external_id.isprintable():
        return external_id
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in external_id):
        raise InvalidInput(f"the external id {external_id[:100]!r} has control characters: take them out")
    return external_id

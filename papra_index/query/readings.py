"""How the value of a filter becomes an expression: what every reader of one is given, and the readers of words.

Comparisons with numbers and times are in `comparisons`; `fields` has the table of who reads what.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from papra_index.conventions.values import dataclass
from papra_index.documents import ExtractionStatus
from papra_index.query.clock import Clock
from papra_index.query.expression import (
    Expression,
    Extracted,
    Has,
    HasValue,
    Identified,
    Keyword,
    Nothing,
    Or,
    Tagged,
    Text,
    TextField,
)
from papra_index.query.issues import IssueCode, shorten_value
from papra_index.query.kinds import KINDS
from papra_index.query.tokens import BLANKS, Comparator

_QUOTES_TO_BLANKS = str.maketrans(dict.fromkeys("\"'‘’“”", " "))
_MIME_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]*\*?)")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,8})?")
_ID = re.compile(r"(?:doc_)?([a-z0-9]{4,24})")
_SHA256 = re.compile(r"[0-9a-f]{8,64}")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a filter cannot be meant as typed, and what it means: nothing, so its negation is everything."""

    code: IssueCode
    message: str
    meaning: Expression = Nothing()


FilterReading = Callable[[Comparator, str, Clock], Expression | Fault]
"""From comparator, value (not empty) and the time of asking to what the filter means."""


def make_text(value: str, field: TextField = "any") -> Text:
    """Return the words of a value, its quotation marks and apostrophes turned to blanks (section 8.5)."""
    return Text(value.translate(_QUOTES_TO_BLANKS).strip(BLANKS), field)


def read_text(field: TextField, _comparator: Comparator, value: str, _clock: Clock) -> Expression:
    """Read words in one field."""
    return make_text(value, field)


def read_tag(_comparator: Comparator, value: str, _clock: Clock) -> Expression:
    """Read the id or the whole name of a tag."""
    return Tagged(value)


def read_kind(_comparator: Comparator, value: str, _clock: Clock) -> Expression | Fault:
    """Read a kind of file as people name it."""
    mime_types = KINDS.get(value.lower())
    if mime_types is None:
        return Fault("unknown-type", f"type: does not know {shorten_value(value)}; write one of {', '.join(KINDS)}")
    kinds = tuple(_match_mime_type(mime_type) for mime_type in mime_types)
    return kinds[0] if len(kinds) == 1 else Or(kinds)


def read_mime_type(_comparator: Comparator, value: str, _clock: Clock) -> Expression | Fault:
    """Read a whole mime type, or how one begins when it ends in an asterisk."""
    mime_type = value.lower()
    if _MIME_TYPE.fullmatch(mime_type) is None:
        message = f"{shorten_value(value)} is not a mime type; write one such as application/pdf or image/*"
        return Fault("invalid-mime-type", message)
    return _match_mime_type(mime_type)


def _match_mime_type(mime_type: str) -> Keyword:
    return Keyword("mime_type", mime_type.removesuffix("*"), is_beginning=mime_type.endswith("*"))


def read_extension(_comparator: Comparator, value: str, _clock: Clock) -> Expression | Fault:
    """Read the extension of a file name, with or without its dot."""
    extension = value.lower().removeprefix(".")
    if not extension or extension.startswith(".") or any(mark in extension for mark in "/*" + BLANKS):
        return Fault("invalid-extension", f"{shorten_value(value)} is not an extension; write one such as pdf")
    return Keyword("extension", extension)


def read_language(_comparator: Comparator, value: str, _clock: Clock) -> Expression | Fault:
    """Read the code of a language."""
    language = value.lower()
    if _LANGUAGE.fullmatch(language) is None:
        message = f"{shorten_value(value)} is not the code of a language; write an ISO 639-1 code such as en or de"
        return Fault("invalid-language", message)
    return Keyword("language", language)


def read_id(_comparator: Comparator, value: str, _clock: Clock) -> Expression | Fault:
    """Read a document's id or its first characters, with or without `doc_`."""
    found = _ID.fullmatch(value)
    if found is None:
        message = (
            f"{shorten_value(value)} is not the id of a document; write it, or at least the first 4 of its 24 signs"
        )
        return Fault("invalid-id", message)
    return Identified("id", f"doc_{found.group(1)}")


def read_external_id(_comparator: Comparator, value: str, _clock: Clock) -> Expression:
    """Read the whole id that its source knows a document by."""
    return Identified("external_id", value)


def read_sha256(_comparator: Comparator, value: str, _clock: Clock) -> Expression | Fault:
    """Read the SHA-256 of an original or its first digits."""
    if _SHA256.fullmatch(value.lower()) is None:
        message = f"{shorten_value(value)} is not a SHA-256; write its hexadecimal digits, at least the first 8 of 64"
        return Fault("invalid-sha256", message)
    return Identified("original_sha256", value.lower())


_HAS_VALUES: Final[Mapping[str, HasValue]] = {
    "tags": "tags",
    "date": "document_date",
    "content": "content",
    "notes": "notes",
    "lang": "language",
}

HAS_VALUES: Final = tuple(_HAS_VALUES)
"""What `has:` asks for."""


def read_has(_comparator: Comparator, value: str, _clock: Clock) -> Expression | Fault:
    """Read what a document may have or lack, properties apart."""
    if value in _HAS_VALUES:
        return Has(_HAS_VALUES[value])
    known = " or ".join(f"has:{name}" for name in _HAS_VALUES)
    return Fault("unknown-has-value", f"has: does not know {shorten_value(value)}; write {known}")


def read_state(_comparator: Comparator, value: str, _clock: Clock) -> Expression | Fault:
    """Refuse states: the only one is to be in the trash, whose documents no search sees."""
    if value == "trashed":
        message = "searches do not look into the trash; list it instead (list_trash, or papra-index trash --list)"
        return Fault("trash-not-searched", message)
    return Fault("unknown-state", f"is: does not know {shorten_value(value)}; take it out of the query")


_INCOMPLETE: Final = "incomplete"
_COMPLETE_SO_FAR: Final = frozenset({ExtractionStatus.PENDING, ExtractionStatus.DONE})

EXTRACTION_VALUES: Final = (*(status.value for status in ExtractionStatus), _INCOMPLETE)
"""What `extraction:` asks for."""


def read_extraction(_comparator: Comparator, value: str, _clock: Clock) -> Expression | Fault:
    """Read the status of an extraction, or `incomplete` for all that are neither pending nor done."""
    if value == _INCOMPLETE:
        return Or(tuple(Extracted(status) for status in ExtractionStatus if status not in _COMPLETE_SO_FAR))
    if value in set(ExtractionStatus):
        return Extracted(ExtractionStatus(value))
    known = ", ".join(f"extraction:{status}" for status in ExtractionStatus)
    message = f"extraction: does not know {shorten_value(value)}; write {known} or extraction:{_INCOMPLETE}"
    return Fault("unknown-extraction-status", message)

"""The fields of the search language (papra-api, section 8.4, and our own): a row each, with the function that reads it.

A new filter is a row here, an expression for it, and what each index makes of that expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from papra_index.query.clock import Clock
from papra_index.query.comparisons import read_confidence, read_page_count, read_size, read_time
from papra_index.query.expression import Everything, Expression, Nothing
from papra_index.query.issues import shorten_value
from papra_index.query.readings import (
    Fault,
    FilterReading,
    read_extension,
    read_extraction,
    read_has,
    read_id,
    read_kind,
    read_language,
    read_mime_type,
    read_sha256,
    read_state,
    read_tag,
    read_text,
)
from papra_index.query.tokens import COMPARATORS, Comparator


@dataclass(frozen=True, slots=True)
class Field:
    """A row of the table; `without_value` is what `name:` alone means, always reported as `missing-value`."""

    name: str
    comparators: tuple[Comparator, ...]
    read_value: FilterReading
    without_value: Expression = Nothing()  # noqa: RUF009 - frozen, without state


def read_filter(name: str, comparator: Comparator, value: str, clock: Clock) -> Expression | Fault:
    """Return what `name:` with this comparator and value means, or the first thing that is wrong with it.

    Names are case-sensitive, as in the contract.
    """
    field = FIELDS.get(name)
    if field is None:
        return _fault_unknown_field(name)
    if comparator not in field.comparators:
        message = f"{name}: does not compare with {comparator}; write {name}:value"
        return Fault("unsupported-comparator", message)
    if not value:
        message = f"{name}: has no value; write one behind it, in quotes if it has blanks or parentheses"
        return Fault("missing-value", message, field.without_value)
    return field.read_value(comparator, value, clock)


def _fault_unknown_field(name: str) -> Fault:
    known = ", ".join(FIELDS)
    advice = f"write {name.lower()}:" if name.lower() in FIELDS else f"the fields are {known}"
    missing = f"there is no field {shorten_value(name)}"
    return Fault("unknown-field", f"{missing}; {advice}, or put \\ before the colon to search for text")


_EQUAL: Final[tuple[Comparator, ...]] = ("=",)

_ROWS = (
    # An empty phrase matches everything, in one field too: a `name:` still being typed hides no document.
    Field("name", _EQUAL, partial(read_text, "name"), without_value=Everything()),
    Field("content", _EQUAL, partial(read_text, "content"), without_value=Everything()),
    Field("notes", _EQUAL, partial(read_text, "notes"), without_value=Everything()),
    Field("original", _EQUAL, partial(read_text, "original_name"), without_value=Everything()),
    Field("tag", COMPARATORS, read_tag),  # all comparators mean the same here (section 8.4)
    Field("type", _EQUAL, read_kind),
    Field("mime", _EQUAL, read_mime_type),
    Field("ext", _EQUAL, read_extension),
    Field("lang", _EQUAL, read_language),
    Field("size", COMPARATORS, read_size),
    Field("page_count", COMPARATORS, read_page_count),
    Field("created", COMPARATORS, partial(read_time, "created_at")),
    Field("updated", COMPARATORS, partial(read_time, "updated_at")),
    Field("date", COMPARATORS, partial(read_time, "document_date")),
    Field("has", _EQUAL, read_has),
    Field("is", _EQUAL, read_state),
    Field("extraction", _EQUAL, read_extraction),
    Field("confidence", COMPARATORS, read_confidence),
    Field("id", _EQUAL, read_id),
    Field("sha256", _EQUAL, read_sha256),
)

FIELDS: Final[Mapping[str, Field]] = {field.name: field for field in _ROWS}
"""The fields by name."""

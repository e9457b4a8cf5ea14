"""The fields of the search language (papra-api, section 8.4, and our own): a row each, with the function that reads it.

A new filter is a row here, an expression for it, and what each index makes of that expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from typing import Final

from papra_index.conventions.values import dataclass
from papra_index.query.clock import Clock
from papra_index.query.comparisons import read_confidence, read_page_count, read_size, read_time
from papra_index.query.expression import Everything, Expression, Has, Nothing, Or, TextField
from papra_index.query.issues import shorten_value
from papra_index.query.properties import PropertyLookup, PropertyTable, no_properties, read_property, refer_property
from papra_index.query.readings import (
    Fault,
    FilterReading,
    read_extension,
    read_external_id,
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
from papra_index.query.tokens import COMPARATORS, Comparator, Token


@dataclass(frozen=True, slots=True)
class Field:
    """A row of the table; `without_value` is what `name:` alone means, always reported as `missing-value`.

    With `takes_list`, a value without quotes may be several with commas between them, of which any will do.
    """

    name: str
    comparators: tuple[Comparator, ...]
    read_value: FilterReading
    without_value: Expression = Nothing()
    takes_list: bool = False


def read_filter(token: Token, clock: Clock, properties: PropertyLookup = no_properties) -> Expression | Fault:
    """Return what a FILTER means, or the first thing that is wrong with it.

    Names are case-sensitive, as in the contract; what is none of them may be that of a property.
    """
    field = FIELDS.get(token.field)
    if field is None:
        table = properties()
        definition = table.find(token.field)
        return (
            _fault_unknown_field(token.field, table)
            if definition is None
            else read_property(definition, token, clock, table)
        )
    if token.comparator not in field.comparators:
        message = f"{field.name}: does not compare with {token.comparator}; write {field.name}:value"
        return Fault("unsupported-comparator", message)
    if not token.value:
        message = f"{field.name}: has no value; write one behind it, in quotes if it has blanks or parentheses"
        return Fault("missing-value", message, field.without_value)
    if field.takes_list and "," in token.value and not token.is_quoted:
        return _read_list(field, token, clock)
    reading = field.read_value(token.comparator, token.value, clock)
    if field.name == "has" and isinstance(reading, Fault):
        definition = properties().find(token.value)
        return reading if definition is None else Has(refer_property(definition))
    return reading


def is_field(name: str, properties: PropertyLookup) -> bool:
    """Say whether a name before a colon is that of a field or a property."""
    return name in FIELDS or properties().find(name) is not None


def _read_list(field: Field, token: Token, clock: Clock) -> Expression | Fault:
    """Read values with commas between them; of those that are wrong the first is reported."""
    values = [value for value in token.value.split(",") if value]
    if field.name in {"tag", "external_id"} or not values:
        # A comma is an ordinary character in the name of a tag (section 8.1), and in an external id.
        values.insert(0, token.value)
    readings = [field.read_value(token.comparator, value, clock) for value in values]
    meaning = Or(tuple(reading for reading in readings if not isinstance(reading, Fault)))
    faults = [reading for reading in readings if isinstance(reading, Fault)]
    return replace(faults[0], meaning=meaning) if faults else meaning


_CALLED_ELSEWHERE: Final = {
    "title": "name",
    "subject": "name",
    "document_date": "date",
    "added": "created",
    "text": "content",
    "mimetype": "mime",
}
"""Names that other archives have for fields."""


def _fault_unknown_field(name: str, table: PropertyTable) -> Fault:
    called = _CALLED_ELSEWHERE.get(name.lower(), name.lower())
    known = (*FIELDS, *(definition.key for definition in table.properties))
    alike = get_close_matches(called, known, n=1, cutoff=0.65)
    advice = f"write {alike[0]}:" if alike else f"the fields are {', '.join(FIELDS)}"
    missing = f"there is no field {shorten_value(name)}"
    return Fault("unknown-field", f"{missing}; {advice}, or put \\ before the colon to search for text")


_EQUAL: Final[tuple[Comparator, ...]] = ("=",)

_ROWS = (
    # An empty phrase matches everything, in one field too: a `name:` still being typed hides no document.
    Field("name", _EQUAL, partial(read_text, "name"), without_value=Everything()),
    Field("content", _EQUAL, partial(read_text, "content"), without_value=Everything()),
    Field("notes", _EQUAL, partial(read_text, "notes"), without_value=Everything()),
    Field("original", _EQUAL, partial(read_text, "original_name"), without_value=Everything()),
    Field("tag", COMPARATORS, read_tag, takes_list=True),  # all comparators mean the same here (section 8.4)
    Field("type", _EQUAL, read_kind, takes_list=True),
    Field("mime", _EQUAL, read_mime_type, takes_list=True),
    Field("ext", _EQUAL, read_extension, takes_list=True),
    Field("lang", _EQUAL, read_language, takes_list=True),
    Field("size", COMPARATORS, read_size),
    Field("page_count", COMPARATORS, read_page_count),
    Field("created", COMPARATORS, partial(read_time, "created_at")),
    Field("updated", COMPARATORS, partial(read_time, "updated_at")),
    Field("date", COMPARATORS, partial(read_time, "document_date")),
    Field("has", _EQUAL, read_has),
    Field("is", _EQUAL, read_state),
    Field("extraction", _EQUAL, read_extraction, takes_list=True),
    Field("confidence", COMPARATORS, read_confidence),
    Field("id", _EQUAL, read_id, takes_list=True),
    Field("external_id", _EQUAL, read_external_id, takes_list=True),
    Field("sha256", _EQUAL, read_sha256, takes_list=True),
)

FIELDS: Final[Mapping[str, Field]] = {field.name: field for field in _ROWS}
"""The fields by name."""

TEXT_FIELDS: Final[Mapping[str, TextField]] = {
    "name": "name",
    "content": "content",
    "notes": "notes",
    "original": "original_name",
}
"""Those of them that look for words, with the field of the expression."""

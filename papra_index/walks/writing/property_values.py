"""The walk from a property's value as people give it to what the catalog keeps: checked by the property's type."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from papra_index.conventions.folding import replace_surrogates
from papra_index.conventions.times import to_datetime, to_milliseconds
from papra_index.errors import InvalidInput, InvalidPropertyValue, PropertyNotFound
from papra_index.query.dates import parse_document_date
from papra_index.query.properties import BOOLEANS, parse_number
from papra_index.values.properties import (
    MAX_REFERENCES,
    MAX_TEXT_LENGTH,
    Property,
    PropertyReference,
    PropertyType,
    StoredProperty,
    StoredValue,
    make_property_key,
)

_LAST_MILLISECOND: Final = 253_402_300_799_999  # of the year 9999
_FIRST_MILLISECOND: Final = -62_135_596_800_000  # of the year 1


def prepare_values(definitions: Iterable[Property], values: Mapping[str, object]) -> tuple[StoredProperty, ...]:
    """Return values by property (id, name or key) as the catalog keeps them; None, or no references, clears one.

    Raises PropertyNotFound, InvalidPropertyValue.
    """
    known = list(definitions)
    return tuple(prepare_value(find_definition(known, reference), value) for reference, value in values.items())


def find_definition(definitions: Sequence[Property], reference: str) -> Property:
    """Return the property of this id, name or key. Raises PropertyNotFound."""
    by: tuple[Callable[[Property], bool], ...] = (
        lambda item: reference in (item.id, item.name),
        lambda item: bool(item.key) and item.key == make_property_key(reference),
    )
    for matches in by:
        found = next(filter(matches, definitions), None)
        if found is not None:
            return found
    names = ", ".join(item.name for item in definitions[:20]) or "none"
    raise PropertyNotFound(f"there is no property {reference!r} in this organization; there are {names}")


def prepare_value(definition: Property, value: object) -> StoredProperty:
    """Return a value of a property as the catalog keeps it.

    Options, users and documents are not looked up here. Raises InvalidPropertyValue.
    """
    values = () if value is None else _READINGS[definition.type](definition, value)
    return StoredProperty(definition.id, definition.type, values)


def parse_value(definition: Property, text: str) -> object:
    """Return the value that a text means, references with commas between them. Raises InvalidPropertyValue."""
    match definition.type:
        case PropertyType.NUMBER:
            number = parse_number(text)
            if number is None:
                raise _refuse(definition, text, "a number such as 100 or -2.5")
            return number
        case PropertyType.BOOLEAN:
            if text.lower() not in BOOLEANS:
                raise _refuse(definition, text, "yes or no")
            return BOOLEANS[text.lower()] == "true"
        case PropertyType.MULTI_SELECT | PropertyType.USER_RELATION | PropertyType.DOCUMENT_RELATION:
            return [part.strip() for part in text.split(",") if part.strip()]
        case _:
            return text


def _read_text(definition: Property, value: object) -> tuple[StoredValue, ...]:
    if not isinstance(value, str):
        raise _refuse(definition, value, "text")
    if len(value.encode("utf-16-le", "surrogatepass")) // 2 > MAX_TEXT_LENGTH:
        raise InvalidPropertyValue(
            f"{definition.name!r} takes at most {MAX_TEXT_LENGTH:,} characters: shorten the text"
        )
    return (replace_surrogates(value),)


def _read_number(definition: Property, value: object) -> tuple[StoredValue, ...]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refuse(definition, value, "a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _refuse(definition, value, "a finite number")
    return (number + 0.0,)


def _read_date(definition: Property, value: object) -> tuple[StoredValue, ...]:
    try:
        if isinstance(value, datetime):
            return (to_milliseconds(value),)
        if isinstance(value, str):
            return (to_milliseconds(parse_document_date(value)),)
    except InvalidInput as error:
        raise InvalidPropertyValue(f"{definition.name!r}: {error.message}") from error
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and _FIRST_MILLISECOND <= value <= _LAST_MILLISECOND:  # type: ignore[operator]
        return (to_milliseconds(to_datetime(int(value))),)  # type: ignore[call-overload]
    raise _refuse(definition, value, "a date: a datetime, a text such as 2026-01-31, or milliseconds since 1970")


def _read_boolean(definition: Property, value: object) -> tuple[StoredValue, ...]:
    if not isinstance(value, bool):
        raise _refuse(definition, value, "True or False")
    return (int(value),)


def _read_option(definition: Property, value: object) -> tuple[StoredValue, ...]:
    if not isinstance(value, str | PropertyReference):
        raise _refuse(definition, value, "the id or name of an option")
    return (_name_reference(value),)


def _read_references(definition: Property, value: object) -> tuple[StoredValue, ...]:
    wanted = "a list of options" if definition.type.has_options else "a list of ids"
    if not isinstance(value, list | tuple) or not all(isinstance(item, str | PropertyReference) for item in value):
        raise _refuse(definition, value, wanted)
    if not definition.type.has_options and len(value) > MAX_REFERENCES:
        raise _refuse(definition, value, f"{wanted}, {MAX_REFERENCES} at most")
    return tuple(map(_name_reference, value))


def _name_reference(value: str | PropertyReference) -> str:
    return value.id if isinstance(value, PropertyReference) else value


def _refuse(definition: Property, value: object, wanted: str) -> InvalidPropertyValue:
    return InvalidPropertyValue(
        f"{str(value)[:80]!r} is no value of the {definition.type} property {definition.name!r}: give {wanted}"
    )


_READINGS: Final[Mapping[PropertyType, Callable[[Property, object], tuple[StoredValue, ...]]]] = {
    PropertyType.TEXT: _read_text,
    PropertyType.NUMBER: _read_number,
    PropertyType.DATE: _read_date,
    PropertyType.BOOLEAN: _read_boolean,
    PropertyType.SELECT: _read_option,
    PropertyType.MULTI_SELECT: _read_references,
    PropertyType.USER_RELATION: _read_references,
    PropertyType.DOCUMENT_RELATION: _read_references,
}

"""Filters on custom properties (papra-api, section 8.4): what their values mean depends on the property's type.

Definitions are asked for when a query has a field or `has:` value that is none of the language's own, and never else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import field
from difflib import get_close_matches
from functools import partial
from typing import Final

from papra_index.conventions.identifiers import has_id_form
from papra_index.conventions.values import dataclass
from papra_index.query.clock import Clock
from papra_index.query.comparisons import Stretch, measure_time, read_comparison
from papra_index.query.expression import Expression, Or, PropertyField, Valued
from papra_index.query.issues import shorten_value
from papra_index.query.readings import Fault
from papra_index.query.tokens import BLANKS, COMPARATORS, Token
from papra_index.values.properties import Property, PropertyOption, PropertyType, make_property_key, order_number

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,4})?", re.ASCII | re.IGNORECASE)
_HEXADECIMAL = re.compile(r"0x[0-9a-f]{1,200}", re.IGNORECASE)
BOOLEANS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("true", "yes", "y", "1", "on", "enabled"), "true"),
    **dict.fromkeys(("false", "no", "n", "0", "off", "disabled"), "false"),
}
"""The words for `true` and `false`, in lower case."""
_COMPARED = (PropertyType.NUMBER, PropertyType.DATE)


@dataclass(frozen=True, slots=True)
class PropertyTable:
    """The properties of an organization, and the ids of its members by name, where a property refers to users."""

    properties: tuple[Property, ...] = ()
    users: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, name: str) -> Property | None:
        """Return the property that a name in a query means: by its key, which is not empty, or its id."""
        key = make_property_key(name)
        return next((item for item in self.properties if (key and item.key == key) or item.id == name), None)


PropertyLookup = Callable[[], PropertyTable]
"""Reads the properties of the organization that is searched."""


def no_properties() -> PropertyTable:
    """Return a table of none."""
    return PropertyTable()


def refer_property(definition: Property) -> PropertyField:
    """Return a property as an expression names it."""
    return PropertyField(definition.id, definition.name, definition.type)


def read_property(definition: Property, token: Token, clock: Clock, table: PropertyTable) -> Expression | Fault:
    """Return what a FILTER on a property means, or the first thing that is wrong with it."""
    known = COMPARATORS if definition.type in _COMPARED else ("=",)
    if token.comparator not in known:
        return Fault("unsupported-comparator", f"{definition.name}: does not compare with {token.comparator}")
    if not token.value and not (definition.type is PropertyType.TEXT and token.is_quoted):
        return Fault("missing-value", f"{definition.name}: has no value; write one behind it, or has:{definition.key}")
    named = refer_property(definition)
    match definition.type:
        case PropertyType.TEXT:
            return Valued(named, f"={token.value}")
        case PropertyType.NUMBER:
            return read_comparison(named, token.comparator, token.value, _measure_number)
        case PropertyType.DATE:
            measure = partial(measure_time, clock=clock, is_calendar_date=True)
            return read_comparison(named, token.comparator, token.value, measure)
        case PropertyType.BOOLEAN:
            return _read_boolean(named, token.value)
        case PropertyType.SELECT | PropertyType.MULTI_SELECT:
            return _read_options(definition, token)
        case PropertyType.USER_RELATION:
            found = dict.fromkeys(table.users.get(token.value, ()), token.value)
            found |= {token.value: ""} if has_id_form("usr", token.value) else {}
            return _match_any(named, found) or Fault(
                "unknown-user", f"no member is called {shorten_value(token.value)}"
            )
        case PropertyType.DOCUMENT_RELATION:
            if has_id_form("doc", token.value):
                return Valued(named, token.value)
            return Fault("invalid-id", f"{shorten_value(token.value)} is not the id of a document; write it in full")


def parse_number(text: str) -> float | None:
    """Return the number of a text as JavaScript's `Number()` reads it, None for what is no finite one."""
    trimmed = text.strip(BLANKS)
    if _HEXADECIMAL.fullmatch(trimmed):
        return float(int(trimmed, 16))
    if not _NUMBER.fullmatch(trimmed) or len(trimmed) > 400:
        return None
    number = float(trimmed)
    return number if math.isfinite(number) else None


def _measure_number(value: str) -> Stretch | Fault:
    number = parse_number(value)
    if number is None:
        return Fault("invalid-number", f"{shorten_value(value)} is not a number; write one such as 100 or -2.5")
    order = order_number(number)
    return order, order + 1


def _read_boolean(named: PropertyField, value: str) -> Expression | Fault:
    meant = BOOLEANS.get(value.lower())
    if meant is None:
        return Fault("invalid-boolean", f"{shorten_value(value)} is neither yes nor no; write one of these")
    return Valued(named, meant)


def _read_options(definition: Property, token: Token) -> Expression | Fault:
    """Read the name of an option, or several with commas between them, of which any will do."""
    named = refer_property(definition)
    whole = _match_any(named, _find_options(definition, token.value))
    if whole is not None:
        return whole
    parts = token.value.split(",") if not token.is_quoted else [token.value]
    found = {id_: name for part in parts if part for id_, name in _find_options(definition, part).items()}
    unknown = next((part for part in parts if part and not _find_options(definition, part)), None)
    meaning = _match_any(named, found)
    if unknown is None and meaning is not None:
        return meaning
    return _fault_option(definition, unknown or token.value, meaning)


def _find_options(definition: Property, value: str) -> dict[str, str]:
    """Return the names, by id, of the options that a value means: by the whole name, else by key, or by id."""
    for matches in (_has_name, _has_key):
        found = {option.id: option.name for option in definition.options if matches(option, value)}
        if found:
            return found
    return {}


def _has_name(option: PropertyOption, value: str) -> bool:
    return value in (option.name, option.id)


def _has_key(option: PropertyOption, value: str) -> bool:
    return option.key == make_property_key(value)


def _fault_option(definition: Property, value: str, meaning: Expression | None) -> Fault:
    names = {option.name.lower(): option.name for option in definition.options}
    alike = get_close_matches(value.lower(), names, n=1)
    advice = f"did you mean {names[alike[0]]}?" if alike else f"it has {', '.join([*names.values()][:20])}"
    message = f"{definition.name}: has no option {shorten_value(value)}; {advice}"
    return Fault("unknown-option", message) if meaning is None else Fault("unknown-option", message, meaning)


def _match_any(named: PropertyField, labels: Mapping[str, str]) -> Expression | None:
    parts = tuple(Valued(named, value, label) for value, label in labels.items())
    return Or(parts) if len(parts) > 1 else parts[0] if parts else None

"""Custom properties as values: their definitions, what documents have of them, and the rules that all stages share.

A property is known to programs by its id, to people by its name, and in queries by its key: the name's letters and
digits in lower case (papra-api, sections 8.4 and 13).
"""

from __future__ import annotations

import struct
import unicodedata
from datetime import datetime
from enum import StrEnum

from papra_index.conventions.values import dataclass

MAX_NAME_LENGTH = 255
MAX_DESCRIPTION_LENGTH = 1_000
MAX_TEXT_LENGTH = 10_000
"""UTF-16 units of a text value."""

MAX_REFERENCES = 100
"""Users or documents that one value refers to."""

_FLIPPED = (1 << 63) - 1


class PropertyType(StrEnum):
    """What values of a property are; it never changes."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    SELECT = "select"
    MULTI_SELECT = "multi_select"
    USER_RELATION = "user_relation"
    DOCUMENT_RELATION = "document_relation"

    @property
    def has_options(self) -> bool:
        """Whether values are among the options of the property."""
        return self in (PropertyType.SELECT, PropertyType.MULTI_SELECT)


@dataclass(frozen=True, slots=True)
class PropertyOption:
    """A value that documents may have of a select property; `key` is what queries call it."""

    id: str
    name: str
    key: str
    display_order: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Property:
    """A custom property of an organization; `options`, in order, are those of the select types."""

    id: str
    organization_id: str
    name: str
    key: str
    type: PropertyType
    description: str | None
    display_order: int
    created_at: datetime
    updated_at: datetime
    options: tuple[PropertyOption, ...] = ()


@dataclass(frozen=True, slots=True)
class PropertyReference:
    """An option, user or document that is a value, or part of one, with its name as it is now."""

    id: str
    name: str


PropertyValue = str | int | float | bool | datetime | PropertyReference | tuple[PropertyReference, ...]
"""A value: one reference for a select property, a tuple of them for multi-select and relations."""


@dataclass(frozen=True, slots=True)
class DocumentProperty:
    """What a document has of a property."""

    property_id: str
    key: str
    name: str
    type: PropertyType
    value: PropertyValue


@dataclass(frozen=True, slots=True)
class PropertyStatistics:
    """What the documents that match have of a number or date property, together.

    `count` of them have a value; `total` is None for dates. The rest is None where there is no value.
    """

    property_id: str
    name: str
    count: int
    minimum: int | float | datetime | None
    maximum: int | float | datetime | None
    total: int | float | None = None

    @property
    def average(self) -> float | None:
        """The mean of a number property."""
        return self.total / self.count if self.total is not None and self.count else None


StoredValue = str | float | int
"""A text, a number, milliseconds since 1970 UTC, or the id of an option, user or document; a boolean is 1 or 0."""


@dataclass(frozen=True, slots=True)
class StoredProperty:
    """What catalog and index keep of a document's property: one value, or several of those types that have several."""

    property_id: str
    type: PropertyType
    values: tuple[StoredValue, ...]


def make_property_key(name: str) -> str:
    """Return the key of a name of a property or option; empty for one without letters and digits."""
    return "".join(character for character in name if unicodedata.category(character)[0] in "LN").lower()


def order_number(number: float) -> int:
    """Return a signed 64-bit integer that sorts as the number does: the bits of IEEE 754, below zero turned over."""
    (bits,) = struct.unpack(">q", struct.pack(">d", number + 0.0))  # -0.0 is 0.0
    return int(bits) if bits >= 0 else int(bits) ^ _FLIPPED


def read_number_order(order: int) -> float:
    """Return the number of an `order_number`."""
    (number,) = struct.unpack(">d", struct.pack(">q", order if order >= 0 else order ^ _FLIPPED))
    return float(number)


def tidy_number(number: float) -> int | float:
    """Return a whole number as an integer where floats are exact."""
    return int(number) if number.is_integer() and abs(number) <= 1 << 53 else number

"""Custom properties in the index: two JSON fields whose paths are property ids, so that definitions come and go without
another schema, and the engine makes a column for each path.

| field | holds below a property's id | for |
|---|---|---|
| properties | `=` and the text, a number, milliseconds, `true` or `false`, ids | equality, facets, sums |
| properties, below `has` | the ids of all properties that the document has | `has:` |
| property_orders | an integer of a number, date or boolean; the beginning of a text in several | ranges, sorting |

A range is given to the engine through its query parser, as it has no other way to one within JSON: nothing of it but a
property's id and two integers, which is why numbers are ordered by the integers that sort as they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from papra_index.index.tantivy.orders import text_heads
from papra_index.values.properties import PropertyType, StoredProperty, order_number

PROPERTIES_VERSION: Final = 1
"""Raised whenever the same values are encoded otherwise."""

TEXT_HEADS: Final = 4
"""Integers that the first 40 characters of a text are ordered by."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def encode_values(properties: Sequence[StoredProperty]) -> dict[str, object]:
    """Return what `properties` holds of a document."""
    encoded: dict[str, object] = {"has": [item.property_id for item in properties]}
    for item in properties:
        match item.type:
            case PropertyType.TEXT:
                # With the sign before it no text looks like a date to the engine.
                encoded[item.property_id] = [f"={value}" for value in item.values]
            case PropertyType.NUMBER:
                encoded[item.property_id] = [float(value) for value in item.values]
            case PropertyType.BOOLEAN:
                encoded[item.property_id] = ["true" if value else "false" for value in item.values]
            case PropertyType.DATE:
                encoded[item.property_id] = list(item.values)
                encoded[month_name(item.property_id)] = [find_month(int(value)) for value in item.values]
            case _:
                encoded[item.property_id] = list(item.values)
    return encoded


def encode_orders(properties: Sequence[StoredProperty]) -> dict[str, object]:
    """Return what `property_orders` holds of a document."""
    encoded: dict[str, object] = {}
    for item in properties:
        first = item.values[0]
        match item.type:
            case PropertyType.TEXT:
                for place, head in enumerate(text_heads(str(first), TEXT_HEADS)):
                    encoded[f"{item.property_id}_{place}"] = head
            case PropertyType.NUMBER:
                encoded[item.property_id] = order_number(float(first))
            case PropertyType.DATE | PropertyType.BOOLEAN:
                encoded[item.property_id] = int(first)
    return encoded


def month_name(property_id: str) -> str:
    """Return what holds the months of a date property."""
    return f"{property_id}_month"


def find_month(milliseconds: int) -> int:
    """Return yyyymm of a time within the calendar."""
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return moment.year * 100 + moment.month

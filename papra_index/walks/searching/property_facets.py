"""The part of `faceting` for custom properties: values in words with the filter of each, and what numbers amount to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from papra_index.conventions.times import to_datetime
from papra_index.index.base import Amounts, IndexMatches, IndexRequest
from papra_index.query.completion import quote_value
from papra_index.query.expression import PropertyField
from papra_index.query.fields import FIELDS
from papra_index.query.tokens import fits_query
from papra_index.results import FacetCount
from papra_index.values.properties import Property, PropertyStatistics, PropertyType, tidy_number


def label_property(definition: Property, counts: Sequence[tuple[str, int]]) -> tuple[FacetCount, ...]:
    """Return the values of a property in words: numbers smallest first, months newest first, others most first."""
    labelled = [_label(definition, value, count) for value, count in counts]
    found = [count for count in labelled if count is not None]
    if definition.type is PropertyType.DATE:
        found.sort(key=lambda count: count.value, reverse=True)
    return tuple(found)


def describe_amounts(field: PropertyField, amounts: Amounts) -> PropertyStatistics:
    """Return what the values of a number or date property amount to."""
    least, most = amounts.minimum, amounts.maximum
    if field.type is PropertyType.DATE:
        earliest, latest = (None if bound is None else to_datetime(int(bound)) for bound in (least, most))
        return PropertyStatistics(field.id, field.name, amounts.count, earliest, latest)
    lowest, highest = (None if bound is None else tidy_number(bound) for bound in (least, most))
    return PropertyStatistics(field.id, field.name, amounts.count, lowest, highest, tidy_number(amounts.total))


def describe_statistics(request: IndexRequest, matches: IndexMatches) -> dict[str, PropertyStatistics]:
    """Return what matches amount to, by the name of each facet by a number or date property."""
    return {name: describe_amounts(request.facet_fields[name], amounts) for name, amounts in matches.amounts.items()}


def _label(definition: Property, value: str, count: int) -> FacetCount | None:
    """Return a value in words; None for an option that was deleted meanwhile."""
    name = definition.key if definition.key and definition.key not in FIELDS else definition.id
    match definition.type:
        case PropertyType.NUMBER:
            return _label_bucket(name, value, count)
        case PropertyType.DATE:
            year, month = divmod(int(value), 100)
            label = f"{year:04}-{month:02}"
            return FacetCount(label, label, count, f"{name}:{label}")
        case PropertyType.BOOLEAN:
            label = "yes" if value == "true" else "no"
            return FacetCount(value, label, count, f"{name}:{label}")
        case PropertyType.TEXT:
            text = value[1:]
            wanted = f"{name}:{quote_value(text)}"
            return FacetCount(text, text, count, wanted if fits_query(wanted) and "\0" not in text else "")
        case _:
            option = next((option for option in definition.options if option.id == value), None)
            if option is None:
                return None
            return FacetCount(value, option.name, count, f"{name}:{quote_value(option.name)}")


def _label_bucket(name: str, value: str, count: int) -> FacetCount:
    low, high = (tidy_number(float(bound)) for bound in value.split(".."))
    bounds: Mapping[str, float] = {">=": low, "<": high}
    filters = [f"{name}:{sign}{bound}" for sign, bound in bounds.items() if abs(bound) != float("inf")]
    return FacetCount(str(low), f"{low} to {high}", count, " ".join(filters))

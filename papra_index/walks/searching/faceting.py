"""The part of the walk `search` that counts: what each facet counts, and its values in words with the filter of each.

A facet's counts ignore the query's own filter on it, so that beside the value that is chosen the others can be offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

from papra_index.catalog.database import CatalogConnection
from papra_index.catalog.properties import list_properties
from papra_index.catalog.tags import list_tags
from papra_index.conventions.folding import order_text
from papra_index.conventions.identifiers import has_id_form
from papra_index.documents import Tag
from papra_index.errors import InvalidInput
from papra_index.index.base import SIZE_BOUNDS
from papra_index.query.expression import (
    And,
    Boosted,
    Everything,
    Expression,
    Keyword,
    Or,
    PropertyField,
    Range,
    Tagged,
    Valued,
)
from papra_index.query.parser import parse_query
from papra_index.results import FACET_NAMES, PROPERTY_PREFIX, FacetCount
from papra_index.walks.searching.property_facets import label_property

Counts = Mapping[str, tuple[tuple[str, int], ...]]
"""Values of each facet as the index names them, with their counts."""

LabelledValue = tuple[str, str, str]
"""A value, its label and its filter, as in FacetCount."""

Amount = TypeVar("Amount")

_PLAIN_NAME = re.compile(r"[^\W_][\w-]*")

_SIZES: Final = {
    str(first): labelled
    for first, labelled in zip(
        SIZE_BOUNDS,
        (
            ("under 100 kB", "size:<100kB"),
            ("100 kB to 1 MB", "size:>=100kB size:<1MB"),
            ("1 to 10 MB", "size:>=1MB size:<10MB"),
            ("10 to 100 MB", "size:>=10MB size:<100MB"),
            ("over 100 MB", "size:>=100MB"),
        ),
        strict=True,
    )
}
_BY_COUNT = ("tag", "mime_type", "language")
_KEYWORDS: Mapping[str, str] = {"mime_type": "mime", "language": "lang"}
_TIMES: Mapping[str, str] = {"year": "created", "month": "created", "document_year": "date", "document_month": "date"}


def check_facets(names: Sequence[str]) -> tuple[str, ...]:
    """Return the facets of these names, each once. Raises InvalidInput for an unknown one, properties apart."""
    for name in names:
        if name not in FACET_NAMES and not name.startswith(PROPERTY_PREFIX):
            known = ", ".join(FACET_NAMES)
            raise InvalidInput(f"unknown facet {name!r}: choose among {known}, or {PROPERTY_PREFIX} and a name")
    return tuple(dict.fromkeys(names))


def plan_facets(
    expression: Expression, names: Iterable[str], fields: Mapping[str, PropertyField] | None = None
) -> dict[str, Expression]:
    """Return for each facet the expression whose matches it counts: that of the query without the facet's own filters.

    These are the parts that all matches have to fulfil and that look at nothing but the facet's field, alternatives of
    its values among them; what is negated stays. `fields` are the properties of facets that count by one.
    """
    return {name: _drop_filters(expression, (fields or {}).get(name, name)) for name in names}


def _drop_filters(expression: Expression, name: str | PropertyField) -> Expression:
    parts = expression.operands if isinstance(expression, And) else (expression,)
    kept = tuple(part for part in parts if not _is_own(part, name))
    if len(kept) == len(parts):
        return expression
    return And(kept) if len(kept) > 1 else kept[0] if kept else Everything()


def _is_own(part: Expression, name: str | PropertyField) -> bool:
    match part:
        case And(operands) | Or(operands):
            return all(_is_own(operand, name) for operand in operands)
        case Boosted(operand):
            return _is_own(operand, name)
        case Valued(PropertyField() as field) | Range(PropertyField() as field):
            return field == name
        case Tagged():
            return name == "tag"
        case Keyword(field):
            return name == field
        case Range("created_at"):
            return name in ("year", "month")
        case Range("document_date"):
            return name in ("document_year", "document_month")
        case Range("size"):
            return name == "size"
    return False


def label_facets(
    connection: CatalogConnection,
    organization_key: int,
    counts: Counts,
    fields: Mapping[str, PropertyField] | None = None,
) -> dict[str, tuple[FacetCount, ...]]:
    """Return the values in words: times newest first, sizes and numbers smallest first, others most frequent first.

    `fields` are the properties of facets that count by one.
    """
    definitions = {item.id: item for _, item in list_properties(connection, organization_key)} if fields else {}
    labelled: dict[str, tuple[FacetCount, ...]] = {}
    for name, values in counts.items():
        if fields and name in fields:
            definition = definitions.get(fields[name].id)
            labelled[name] = () if definition is None else label_property(definition, values)
            continue
        rows = label_values(connection, organization_key, name, dict(values))
        if name in _BY_COUNT:
            rows.sort(key=lambda row: -row[1])
        labelled[name] = tuple(FacetCount(value, label, count, chosen) for (value, label, chosen), count in rows)
    return labelled


def label_values(
    connection: CatalogConnection, organization_key: int, name: str, amounts: Mapping[str, Amount]
) -> list[tuple[LabelledValue, Amount]]:
    """Return value, label and filter beside what each value amounts to: times newest first, the others in order."""
    if name == "tag":
        tags = {str(key): tag for key, tag in list_tags(connection, organization_key)}
        known = sorted((value for value in amounts if value in tags), key=lambda value: order_text(tags[value].name))
        return [(_label_tag(tags[value]), amounts[value]) for value in known]
    if name == "size":
        return [((value, *_SIZES[value]), amounts[value]) for value in _SIZES if value in amounts]
    if name in _TIMES:
        return [(_label_time(name, value), amounts[value]) for value in sorted(amounts, key=int, reverse=True)]
    return [((value, value, _find_filter(name, value)), amounts[value]) for value in sorted(amounts)]


def _label_tag(tag: Tag) -> LabelledValue:
    if _PLAIN_NAME.fullmatch(tag.name) and not has_id_form("tag", tag.name):
        return tag.id, tag.name, f"tag:{tag.name}"
    quoted = '"' + tag.name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    is_clear = tag.name.isprintable() and not has_id_form("tag", tag.name)
    return tag.id, tag.name, f"tag:{quoted if is_clear else tag.id}"


def _label_time(name: str, value: str) -> LabelledValue:
    year, month = (int(value), 0) if name.endswith("year") else divmod(int(value), 100)
    label = f"{year:04}-{month:02}" if month else f"{year:04}"
    return label, label, f"{_TIMES[name]}:{label}"


def _find_filter(name: str, value: str) -> str:
    """Return the filter of a mime type or language, empty for one declared in a form that no filter takes."""
    wanted = f"{_KEYWORDS[name]}:{value}"
    is_meant = parse_query(wanted, now=0).expression in (Keyword("mime_type", value), Keyword("language", value))
    return wanted if is_meant else ""

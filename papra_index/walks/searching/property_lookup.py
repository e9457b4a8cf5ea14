"""The step of a search that finds out what a name that is no field of the language stands for: the organization's
properties are read anew for each search that has one, so that a renamed property is found by its new name at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from papra_index.catalog.properties import list_properties
from papra_index.catalog.users import list_members
from papra_index.catalog.visibility import CatalogView
from papra_index.errors import InvalidInput
from papra_index.index.base import PropertyOrder
from papra_index.query.expression import PropertyField
from papra_index.query.properties import PropertyLookup, PropertyTable, refer_property
from papra_index.results import PROPERTY_PREFIX, Sort
from papra_index.values.properties import Property, PropertyType

_UNORDERED = (PropertyType.MULTI_SELECT, PropertyType.USER_RELATION, PropertyType.DOCUMENT_RELATION)
_UNCOUNTED = (PropertyType.USER_RELATION, PropertyType.DOCUMENT_RELATION)
MEASURED = (PropertyType.NUMBER, PropertyType.DATE)
"""Types of properties that are added up."""


def load_properties(catalog: CatalogView, organization_key: int) -> PropertyTable:
    """Return the properties of an organization, with its members where a property refers to users."""
    with catalog.read() as connection:
        properties = tuple(item for _, item in list_properties(connection, organization_key))
        users: dict[str, tuple[str, ...]] = {}
        if any(item.type is PropertyType.USER_RELATION for item in properties):
            for id_, name in list_members(connection, organization_key):
                users[name] = (*users.get(name, ()), id_)
    return PropertyTable(properties, users)


def name_sort(sort: Sort | None, lookup: PropertyLookup) -> Sort | None:
    """Return an order with the property it names by its id, other orders as they are. Raises InvalidInput."""
    if sort is None or (definition := _find_sorted(sort, lookup)) is None:
        return sort
    return Sort(f"{PROPERTY_PREFIX}{definition.id}", sort.descending)


def find_order(sort: Sort, lookup: PropertyLookup) -> PropertyOrder | None:
    """Return the property that an order is by, None for another one. Raises InvalidInput."""
    definition = _find_sorted(sort, lookup)
    if definition is None:
        return None
    return PropertyOrder(refer_property(definition), tuple(option.id for option in definition.options))


def find_facet_fields(names: Iterable[str], lookup: PropertyLookup) -> dict[str, PropertyField]:
    """Return the properties of those facets that count by one. Raises InvalidInput."""
    fields: dict[str, PropertyField] = {}
    for name in names:
        if name.startswith(PROPERTY_PREFIX):
            definition = _find(name, lookup)
            if definition.type in _UNCOUNTED:
                raise InvalidInput(f"{definition.name!r} is a {definition.type} property, which no facet counts by")
            fields[name] = refer_property(definition)
    return fields


def _find_sorted(sort: Sort, lookup: PropertyLookup) -> Property | None:
    if not sort.field.startswith(PROPERTY_PREFIX):
        return None
    definition = _find(sort.field, lookup)
    if definition.type in _UNORDERED:
        raise InvalidInput(f"{definition.name!r} is a {definition.type} property, which has no order: choose another")
    return definition


def _find(name: str, lookup: PropertyLookup) -> Property:
    reference = name.removeprefix(PROPERTY_PREFIX)
    table = lookup()
    definition = table.find(reference)
    if definition is None:
        names = ", ".join(item.name for item in table.properties) or "none"
        raise InvalidInput(f"there is no property {reference!r}; the organization has {names}")
    return definition

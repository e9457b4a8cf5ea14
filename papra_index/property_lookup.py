"""The step of a search that finds out what a name that is no field of the language stands for: the organization's
properties are read anew for each search that has one, so that a renamed property is found by its new name at once.
"""

from __future__ import annotations

from papra_index.catalog.database import Catalog
from papra_index.catalog.properties import list_properties
from papra_index.catalog.users import list_members
from papra_index.properties import PropertyType
from papra_index.query.properties import PropertyTable


def load_properties(catalog: Catalog, organization_key: int) -> PropertyTable:
    """Return the properties of an organization, with its members where a property refers to users."""
    with catalog.read() as connection:
        properties = tuple(item for _, item in list_properties(connection, organization_key))
        users: dict[str, tuple[str, ...]] = {}
        if any(item.type is PropertyType.USER_RELATION for item in properties):
            for id_, name in list_members(connection, organization_key):
                users[name] = (*users.get(name, ()), id_)
    return PropertyTable(properties, users)

"""Definitions of custom properties and the options of select properties (papra-api, section 13).

Nothing of a definition but its id is in the index: only deleting one, or an option, marks documents as changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from papra_index.catalog.changes import allocate_keys, mark_changed
from papra_index.catalog.statements import Statement
from papra_index.catalog.tables import document_properties, organizations, property_definitions, property_options
from papra_index.conventions.folding import replace_surrogates, tidy_name
from papra_index.conventions.identifiers import generate_id
from papra_index.conventions.times import now_milliseconds, to_datetime
from papra_index.conventions.values import dataclass
from papra_index.documents import Unchanged
from papra_index.errors import (
    InvalidInput,
    InvalidPropertyUpdate,
    PropertyAlreadyExists,
    PropertyLimitReached,
    PropertyNotFound,
    UnknownPropertyOption,
)
from papra_index.values.properties import (
    MAX_DESCRIPTION_LENGTH,
    MAX_NAME_LENGTH,
    Property,
    PropertyOption,
    PropertyType,
    make_property_key,
)

_DEFINITIONS = property_definitions.c
_OPTIONS = property_options.c

_SELECT = select(property_definitions, organizations.c.id.label("organization_id")).join(
    organizations, organizations.c.key == _DEFINITIONS.organization_key
)

_ANY = Statement(
    select(_DEFINITIONS.key).where(_DEFINITIONS.organization_key == bindparam("organization_key")).limit(1)
)

OptionChange = tuple[str | None, str]
"""The id of an option that stays, None for a new one, and its name."""


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """A property to create (`property_id` None), or the new values of one: what is None or unchanged stays.

    `options` replace all there are.
    """

    organization_key: int
    name: str | None
    type: PropertyType | None
    description: str | Unchanged | None
    display_order: int | None
    options: tuple[OptionChange, ...] | None
    property_id: str | None = None
    max_properties: int = 0


def check_name(name: object, what: str = "property") -> str:
    """Return the name on one line, of a property or option; raises InvalidInput unless it has 1 to 255 UTF-16 units."""
    if not isinstance(name, str):
        raise InvalidInput(f"the name of a {what} is text, not {type(name).__name__}")
    trimmed = tidy_name(name)
    if not 1 <= _utf16_length(trimmed) <= MAX_NAME_LENGTH:
        raise InvalidInput(f"the name of a {what} has 1 to {MAX_NAME_LENGTH} characters, this has {len(trimmed)}")
    return trimmed


def check_description(description: str | None) -> str | None:
    """Return the description; raises InvalidInput when it is longer than 1,000 UTF-16 units."""
    if description is None:
        return None
    if _utf16_length(description) > MAX_DESCRIPTION_LENGTH:
        raise InvalidInput(f"a description has at most {MAX_DESCRIPTION_LENGTH:,} characters: shorten it")
    return replace_surrogates(description)


def check_options(options: Iterable[OptionChange]) -> tuple[OptionChange, ...]:
    """Return options with their names trimmed. Raises InvalidInput when there is none, or two of one name."""
    checked = tuple((option_id, check_name(name, "property option")) for option_id, name in options)
    names = [name for _, name in checked]
    if not names or len({*names}) < len(names):
        raise InvalidInput("a property of this type has options, each with a name of its own: give at least one")
    return checked


def save_properties(connection: Connection, items: Sequence[PropertyChange]) -> list[Property]:
    """Create or change properties and return them.

    Raises PropertyNotFound, PropertyAlreadyExists, PropertyLimitReached, UnknownPropertyOption, InvalidPropertyUpdate.
    """
    return [_insert(connection, item) if item.property_id is None else _update(connection, item) for item in items]


def list_properties(connection: Connection, organization_key: int) -> list[tuple[int, Property]]:
    """Return (key, property) of an organization with options, by display order, then age."""
    if not has_properties(connection, organization_key):
        return []
    rows = connection.execute(
        _SELECT.where(_DEFINITIONS.organization_key == organization_key).order_by(
            _DEFINITIONS.display_order, _DEFINITIONS.created_at, _DEFINITIONS.key
        )
    ).all()
    options = _fetch_options(connection, [row.key for row in rows if PropertyType(row.type).has_options])
    return [(row.key, _build(row, options)) for row in rows]


def has_properties(connection: Connection, organization_key: int) -> bool:
    """Say whether an organization has properties at all: most have none, and every page of documents asks."""
    return bool(_ANY.fetch(connection, {"organization_key": organization_key}))


def find_property(connection: Connection, organization_key: int, property_id: str) -> tuple[int, Property]:
    """Return key and property by id. Raises PropertyNotFound."""
    row = connection.execute(
        _SELECT.where(_DEFINITIONS.organization_key == organization_key, _DEFINITIONS.id == property_id)
    ).first()
    if row is None:
        raise PropertyNotFound(f"there is no property {property_id} in this organization: list the properties")
    return row.key, _build(row, _fetch_options(connection, [row.key]))


def delete_properties(connection: Connection, items: Sequence[tuple[int, str]]) -> list[None]:
    """Delete properties by (organization key, id) with all values. Raises PropertyNotFound."""
    for organization_key, property_id in items:
        key, _ = find_property(connection, organization_key, property_id)
        _mark_holders(connection, document_properties.c.definition_key == key)
        connection.execute(delete(property_definitions).where(_DEFINITIONS.key == key))
    return [None] * len(items)


def _insert(connection: Connection, item: PropertyChange) -> Property:
    mine = _DEFINITIONS.organization_key == item.organization_key
    count = connection.execute(select(func.count()).select_from(property_definitions).where(mine)).scalar_one()
    if item.max_properties and count >= item.max_properties:
        raise PropertyLimitReached(
            f"this organization has {count} properties, the limit: delete one, or raise the setting max_properties"
        )
    assert item.name is not None and item.type is not None  # noqa: S101, PT018 - whoever creates gives both
    _check_unique(connection, item.organization_key, item.name, None)
    now, property_id, key = now_milliseconds(), generate_id("cpd"), allocate_keys(connection, 1)[0]
    connection.execute(
        insert(property_definitions).values(
            key=key,
            id=property_id,
            organization_key=item.organization_key,
            name=item.name,
            property_key=make_property_key(item.name),
            type=item.type.value,
            description=None if isinstance(item.description, Unchanged) else item.description,
            display_order=item.display_order or 0,
            created_at=now,
            updated_at=now,
        )
    )
    if item.options is not None:
        _replace_options(connection, key, item.options)
    return find_property(connection, item.organization_key, property_id)[1]


def _update(connection: Connection, item: PropertyChange) -> Property:
    assert item.property_id is not None  # noqa: S101 - else it is created
    key, found = find_property(connection, item.organization_key, item.property_id)
    values: dict[str, object] = {"updated_at": now_milliseconds()}
    if item.name is not None:
        _check_unique(connection, item.organization_key, item.name, key)
        values |= {"name": item.name, "property_key": make_property_key(item.name)}
    if not isinstance(item.description, Unchanged):
        values["description"] = item.description
    if item.display_order is not None:
        values["display_order"] = item.display_order
    if item.options is not None:
        if not found.type.has_options:
            raise InvalidPropertyUpdate(
                f"{found.name!r} is a {found.type} property, which has no options: leave them out"
            )
        _replace_options(connection, key, item.options)
    connection.execute(update(property_definitions).where(_DEFINITIONS.key == key).values(values))
    return find_property(connection, item.organization_key, item.property_id)[1]


def _check_unique(connection: Connection, organization_key: int, name: str, key: int | None) -> None:
    other = connection.execute(
        select(_DEFINITIONS.key, _DEFINITIONS.name, _DEFINITIONS.id).where(
            _DEFINITIONS.organization_key == organization_key, _DEFINITIONS.property_key == make_property_key(name)
        )
    ).first()
    if other is not None and other.key != key:
        raise PropertyAlreadyExists(
            f"the property {other.name!r} ({other.id}) has the same letters and digits as {name!r}: choose another name"
        )


def _replace_options(connection: Connection, definition_key: int, options: Sequence[OptionChange]) -> None:
    """Rename the options that are given by id, create those without one, and delete the others with their values."""
    mine = _OPTIONS.definition_key == definition_key
    present = {row.id: row for row in connection.execute(select(property_options).where(mine))}
    kept = [option_id for option_id, _ in options if option_id is not None]
    unknown = [option_id for option_id in kept if option_id not in present]
    if unknown or len({*kept}) < len(kept):
        named = f"there is no option {unknown[0]} of this property" if unknown else "an option is given twice"
        raise UnknownPropertyOption(f"{named}: list the properties for the ids of their options")
    gone = [row.key for id_, row in present.items() if id_ not in kept]
    if gone:
        _mark_holders(connection, document_properties.c.option_key.in_(gone))
        connection.execute(delete(property_options).where(_OPTIONS.key.in_(gone)))
    now = now_milliseconds()
    for order, (option_id, name) in enumerate(options):
        values = {"name": name, "option_key": make_property_key(name), "display_order": order}
        if option_id is None:
            values |= {"key": allocate_keys(connection, 1)[0], "id": generate_id("cpso"), "created_at": now}
            connection.execute(insert(property_options).values(definition_key=definition_key, updated_at=now, **values))
        elif any(getattr(present[option_id], column) != value for column, value in values.items()):
            changed = update(property_options).where(_OPTIONS.id == option_id)
            connection.execute(changed.values(updated_at=now, **values))


def _mark_holders(connection: Connection, condition: Any) -> None:
    """Have the index learn anew of the documents that have certain values."""
    keys = connection.execute(select(document_properties.c.document_key).where(condition).distinct()).scalars()
    mark_changed(connection, list(keys))


def _fetch_options(connection: Connection, definition_keys: Sequence[int]) -> dict[int, list[PropertyOption]]:
    found: dict[int, list[PropertyOption]] = {}
    if not definition_keys:
        return found
    rows = connection.execute(
        select(property_options)
        .where(_OPTIONS.definition_key.in_(definition_keys))
        .order_by(_OPTIONS.display_order, _OPTIONS.key)
    )
    for row in rows:
        times = to_datetime(row.created_at), to_datetime(row.updated_at)
        option = PropertyOption(row.id, row.name, row.option_key, row.display_order, *times)
        found.setdefault(row.definition_key, []).append(option)
    return found


def _build(row: Row[*tuple[Any, ...]], options: Mapping[int, Sequence[PropertyOption]]) -> Property:
    return Property(
        id=row.id,
        organization_id=row.organization_id,
        name=row.name,
        key=row.property_key,
        type=PropertyType(row.type),
        description=row.description,
        display_order=row.display_order,
        created_at=to_datetime(row.created_at),
        updated_at=to_datetime(row.updated_at),
        options=tuple(options.get(row.key, ())),
    )


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2

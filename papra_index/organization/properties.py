"""The verbs for custom properties, and for giving documents values of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Unpack

from papra_index.catalog.properties import (
    OptionChange,
    PropertyChange,
    check_description,
    check_name,
    check_options,
    delete_properties,
    find_property,
    list_properties,
    save_properties,
)
from papra_index.catalog.property_edits import PropertyEdit, check_related, edit_properties
from papra_index.conventions.identifiers import check_id
from papra_index.documents import UNCHANGED, Unchanged
from papra_index.errors import InvalidInput
from papra_index.organization.base import OrganizationVerbs
from papra_index.query.fields import FIELDS
from papra_index.values.properties import Property, PropertyOption, PropertyType
from papra_index.walks.applying.waiting import Waiting, writes
from papra_index.walks.writing.property_values import find_definition, parse_value, prepare_values


def read_property_value(definition: Property, text: str) -> object:
    """Return the value that a text means for a property. Raises InvalidPropertyValue."""
    return parse_value(definition, text)


def name_in_queries(definition: Property) -> str:
    """Return what a query calls a property, behind the names of fields, which are in lower case and come first."""
    key = definition.key.capitalize() if definition.key in FIELDS else definition.key
    return key or definition.id


class PropertyVerbs(OrganizationVerbs):
    """Custom properties of an organization."""

    @writes
    def create_property(
        self,
        name: str,
        type: PropertyType | str,  # noqa: A002 - as the contract calls it
        *,
        options: Iterable[str] = (),
        description: str | None = None,
        display_order: int = 0,
        **_: Unpack[Waiting],
    ) -> Property:
        """Create a property; `options` are those of the types select and multi_select, which have at least one.

        Raises PropertyAlreadyExists for a name of the same letters and digits, PropertyLimitReached, InvalidInput.
        """
        kind = _check_type(type)
        given = [(None, option) for option in options]
        if given and not kind.has_options:
            raise InvalidInput(f"a {kind} property has no options: leave them out, or make it a select property")
        change = PropertyChange(
            self._key,
            check_name(name),
            kind,
            check_description(description),
            _check_order(display_order),
            check_options(given) if kind.has_options else None,
            max_properties=self._parts.settings.max_properties,
        )
        return self._catalog.write(save_properties, [change])[0]

    @writes
    def update_property(
        self,
        property_id: str,
        *,
        name: str | None = None,
        description: str | Unchanged | None = UNCHANGED,
        display_order: int | None = None,
        options: Iterable[PropertyOption | OptionChange | str] | None = None,
        **_: Unpack[Waiting],
    ) -> Property:
        """Change what is given of a property and return it; its type stays.

        `options` replace all there are: an option of the property, or (id, new name), stays, a name alone is a new one,
        and values of those left out are gone. Raises PropertyNotFound, PropertyAlreadyExists, UnknownPropertyOption,
        InvalidPropertyUpdate, InvalidInput.
        """
        change = PropertyChange(
            self._key,
            None if name is None else check_name(name),
            None,
            description if isinstance(description, Unchanged) else check_description(description),
            None if display_order is None else _check_order(display_order),
            None if options is None else check_options(map(_read_option, options)),
            check_id("cpd", property_id),
        )
        return self._catalog.write(save_properties, [change])[0]

    @writes
    def delete_property(self, property_id: str, **_: Unpack[Waiting]) -> None:
        """Delete a property and what documents have of it. Raises PropertyNotFound."""
        self._catalog.write(delete_properties, [(self._key, check_id("cpd", property_id))])

    def list_properties(self) -> tuple[Property, ...]:
        """Return the properties with their options, by display order, then the oldest first."""
        with self._catalog.read() as connection:
            return tuple(item for _, item in list_properties(connection, self._key))

    def get_property(self, property_id: str) -> Property:
        """Return a property with its options. Raises PropertyNotFound."""
        check_id("cpd", property_id)
        with self._catalog.read() as connection:
            return find_property(connection, self._key, property_id)[1]

    def find_property(self, reference: str) -> Property:
        """Return the property of this id, name or key. Raises PropertyNotFound."""
        return find_definition(self.list_properties(), reference)

    @writes
    def set_property(self, document_id: str, property_reference: str, value: object, **_: Unpack[Waiting]) -> None:
        """Give a document a value of a property, named by id, name or key; None takes it away.

        Raises DocumentNotFound, and as `set_properties`.
        """
        self.set_properties([document_id], {property_reference: value})

    @writes
    def set_properties(self, document_ids: Iterable[str], values: Mapping[str, object], **_: Unpack[Waiting]) -> None:
        """Give each of several documents these values by property (id, name or key), in one write, all or nothing.

        A text is a str of 10,000 characters at most; a number an int or float; a date a datetime, a text as in the
        search language or milliseconds; a boolean a bool; an option its id or name, multi_select a list of these; users
        and documents lists of ids. None or an empty list takes the value away. Raises DocumentNotFound,
        PropertyNotFound, InvalidPropertyValue and those below it.
        """
        ids = self._check_documents(document_ids)
        stored = prepare_values(self.list_properties(), values)
        related = [value for item in stored if item.type is PropertyType.DOCUMENT_RELATION for value in item.values]
        if self.principals is not None:
            with self._catalog.read() as connection:
                check_related(connection, self._key, map(str, related))
        self._catalog.write(edit_properties, [PropertyEdit(self._key, ids, stored)])


def _check_type(name: PropertyType | str) -> PropertyType:
    try:
        return PropertyType(name)
    except ValueError as error:
        raise InvalidInput(f"{name!r} is no type of property: choose among {', '.join(PropertyType)}") from error


def _check_order(order: int) -> int:
    if isinstance(order, bool) or not isinstance(order, int) or not 0 <= order < 1 << 53:
        raise InvalidInput(f"display_order is {order!r}: give a whole number from 0")
    return order


def _read_option(option: PropertyOption | OptionChange | str) -> OptionChange:
    if isinstance(option, PropertyOption):
        return option.id, option.name
    if isinstance(option, str):
        return None, option
    option_id, name = option
    return None if option_id is None else check_id("cpso", option_id), name

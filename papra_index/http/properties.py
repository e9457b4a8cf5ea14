"""The routes of custom properties (papra-api, section 13): definitions, and what a document has of them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from typing_extensions import TypedDict

from papra_index.documents import UNCHANGED, Permission
from papra_index.errors import (
    DocumentNotFound,
    InvalidPropertyUpdate,
    InvalidPropertyValue,
    PropertyAlreadyExists,
    PropertyLimitReached,
    PropertyNotFound,
    PropertyOptionNotFound,
    PropertyUserNotFound,
    RelatedDocumentNotFound,
    UnknownPropertyOption,
)
from papra_index.http.failures import refuse, refuse_value
from papra_index.http.property_payloads import (
    HeldProperty,
    ListedProperty,
    PropertyPayload,
    write_held,
    write_listed_property,
    write_property,
)
from papra_index.http.routing import Call, operation
from papra_index.http.validation import IdForm, Utf16Length, WireModel
from papra_index.values.properties import MAX_DESCRIPTION_LENGTH, MAX_NAME_LENGTH, PropertyType

_MAX_ORDER = (1 << 53) - 1

Name = Annotated[str, AfterValidator(str.strip), Utf16Length(1, MAX_NAME_LENGTH)]
Description = Annotated[str, Utf16Length(0, MAX_DESCRIPTION_LENGTH)]
DisplayOrder = Annotated[int, Field(ge=0, le=_MAX_ORDER)]


class DefinitionModel(WireModel):
    """A body about a definition; unlike in others, unknown keys are ignored."""

    model_config = ConfigDict(extra="ignore", strict=True, alias_generator=to_camel, frozen=True)


class NewOption(DefinitionModel):
    """An option to create."""

    name: Name


class OptionChange(DefinitionModel):
    """An option that is to be: with the id of one that stays, or a new one."""

    id: Annotated[str, IdForm("cpso")] = ""
    name: Name


class PropertyCreation(DefinitionModel):
    """A property to create; `options` are those of the types select and multi_select, at least one."""

    name: Name
    type: Annotated[PropertyType, Field(strict=False)]
    description: Description | None = None
    display_order: DisplayOrder = 0
    options: list[NewOption] = Field(default=[])


class PropertyUpdate(DefinitionModel):
    """What to change of a property; `options` replace all there are, and values of those left out are gone."""

    name: Name = ""
    description: Description | None = None
    display_order: DisplayOrder = 0
    options: list[OptionChange] = Field(default=[])


class PropertyAssignment(WireModel):
    """The value to give: a text, a number, a date (ISO 8601 or milliseconds since 1970), true or false, the id of an
    option, or a list of ids of options, users or documents.
    """

    value: Any


class WrittenPropertyReply(TypedDict):
    """A property as it was written, without its options."""

    propertyDefinition: PropertyPayload


class PropertiesReply(TypedDict):
    """The properties of an organization with their options, in order."""

    propertyDefinitions: list[ListedProperty]


class PropertyReply(TypedDict):
    """A property with its options."""

    definition: ListedProperty


class HeldPropertiesReply(TypedDict):
    """The properties that a document has a value of."""

    customProperties: list[HeldProperty]


_ALL = "/organizations/{organizationId}/custom-properties"
_ONE = f"{_ALL}/{{propertyDefinitionId}}"
_HELD = "/organizations/{organizationId}/documents/{documentId}/custom-properties"
_VALUE = f"{_HELD}/{{propertyDefinitionId}}"


@operation(
    "POST",
    _ALL,
    Permission.CUSTOM_PROPERTIES_CREATE,
    errors=(refuse(PropertyAlreadyExists), refuse(PropertyLimitReached)),
)
def create_property(call: Call, body: PropertyCreation) -> WrittenPropertyReply:
    """Create a custom property."""
    _check_options(body.options if body.type.has_options else None)
    created = call.home.create_property(
        body.name,
        body.type,
        options=[option.name for option in body.options] if body.type.has_options else (),
        description=body.description,
        display_order=body.display_order,
    )
    return {"propertyDefinition": write_property(created)}


@operation("GET", _ALL, Permission.CUSTOM_PROPERTIES_READ)
def list_properties(call: Call) -> PropertiesReply:
    """The custom properties with their options, by `displayOrder`, then the oldest first."""
    return {"propertyDefinitions": list(map(write_listed_property, call.home.list_properties()))}


@operation("GET", _ONE, Permission.CUSTOM_PROPERTIES_READ, errors=(refuse(PropertyNotFound),))
def get_property(call: Call) -> PropertyReply:
    """A custom property with its options."""
    return {"definition": write_listed_property(call.home.get_property(call.property_id))}


@operation(
    "PUT",
    _ONE,
    Permission.CUSTOM_PROPERTIES_UPDATE,
    errors=(
        refuse(PropertyNotFound),
        refuse(PropertyAlreadyExists),
        refuse(InvalidPropertyUpdate),
        refuse(UnknownPropertyOption),
    ),
)
def update_property(call: Call, body: PropertyUpdate) -> WrittenPropertyReply:
    """Change a custom property; what is not given stays, and so does its type."""
    given = body.model_fields_set
    options = body.options if "options" in given else None
    _check_options(options)
    changed = call.home.update_property(
        call.property_id,
        name=body.name if "name" in given else None,
        description=body.description if "description" in given else UNCHANGED,
        display_order=body.display_order if "display_order" in given else None,
        options=None if options is None else [(option.id or None, option.name) for option in options],
    )
    return {"propertyDefinition": write_property(changed)}


@operation("DELETE", _ONE, Permission.CUSTOM_PROPERTIES_DELETE, errors=(refuse(PropertyNotFound),))
def delete_property(call: Call) -> None:
    """Delete a custom property and what documents have of it."""
    call.home.delete_property(call.property_id)


@operation(
    "GET",
    _HELD,
    Permission.CUSTOM_PROPERTIES_READ,
    Permission.DOCUMENTS_READ,
    errors=(refuse(DocumentNotFound),),
)
def list_held(call: Call) -> HeldPropertiesReply:
    """The custom properties that a document has a value of."""
    document = call.home.get(call.document_id, content=False)
    return {"customProperties": list(map(write_held, document.properties))}


@operation(
    "PUT",
    _VALUE,
    Permission.CUSTOM_PROPERTIES_READ,
    Permission.DOCUMENTS_UPDATE,
    errors=tuple(
        map(
            refuse,
            (
                DocumentNotFound,
                PropertyNotFound,
                InvalidPropertyValue,
                PropertyOptionNotFound,
                PropertyUserNotFound,
                RelatedDocumentNotFound,
            ),
        )
    ),
)
def set_value(call: Call, body: PropertyAssignment) -> None:
    """Give a document a value of a custom property; an empty list takes it away."""
    if body.value is None:
        raise refuse(InvalidPropertyValue)
    call.home.set_property(call.document_id, call.property_id, body.value)


@operation(
    "DELETE",
    _VALUE,
    Permission.CUSTOM_PROPERTIES_READ,
    Permission.DOCUMENTS_UPDATE,
    errors=(refuse(DocumentNotFound), refuse(PropertyNotFound)),
)
def clear_value(call: Call) -> None:
    """Take a document's value of a custom property away; one that is not there is no error."""
    call.home.set_property(call.document_id, call.property_id, None)


def _check_options(options: list[NewOption] | list[OptionChange] | None) -> None:
    """Raise Failure where there is no option, or two of one name."""
    names = None if options is None else [option.name for option in options]
    if names is not None and (not names or len({*names}) < len(names)):
        raise refuse_value("body", "options", "Invalid value: Expected at least one option, each of another name")

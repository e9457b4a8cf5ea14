"""Custom properties as they are on the wire (papra-api, sections 5.1 and 13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from typing_extensions import TypedDict

from papra_index.conventions.times import write_time
from papra_index.documents import Document
from papra_index.values.properties import DocumentProperty, Property, PropertyReference, PropertyType


class OptionPayload(TypedDict):
    """An option of a select property."""

    id: str
    createdAt: str
    updatedAt: str
    propertyDefinitionId: str
    name: str
    key: str
    displayOrder: int


class PropertyPayload(TypedDict):
    """A custom property; `config` is of no meaning in this archive, and there for its clients."""

    id: str
    createdAt: str
    updatedAt: str
    organizationId: str
    name: str
    key: str
    description: str | None
    type: str
    config: dict[str, Any] | None
    displayOrder: int


class ListedProperty(PropertyPayload):
    """A custom property with its options."""

    options: list[OptionPayload]


class HeldProperty(TypedDict):
    """What a document has of a custom property."""

    propertyDefinitionId: str
    key: str
    name: str
    type: str
    value: Any


class DocumentPropertyPayload(TypedDict):
    """A custom property of a document: every one of the organization, with a value of null where it has none."""

    key: str
    name: str
    type: str
    displayOrder: int
    value: Any


def write_property(item: Property) -> PropertyPayload:
    """Return a property without its options."""
    return {
        "id": item.id,
        "createdAt": write_time(item.created_at),
        "updatedAt": write_time(item.updated_at),
        "organizationId": item.organization_id,
        "name": item.name,
        "key": item.key,
        "description": item.description,
        "type": item.type.value,
        "config": None,
        "displayOrder": item.display_order,
    }


def write_listed_property(item: Property) -> ListedProperty:
    """Return a property with its options."""
    options: list[OptionPayload] = [
        {
            "id": option.id,
            "createdAt": write_time(option.created_at),
            "updatedAt": write_time(option.updated_at),
            "propertyDefinitionId": item.id,
            "name": option.name,
            "key": option.key,
            "displayOrder": option.display_order,
        }
        for option in item.options
    ]
    return {**write_property(item), "options": options}


def write_held(item: DocumentProperty) -> HeldProperty:
    """Return what a document has of a property."""
    return {
        "propertyDefinitionId": item.property_id,
        "key": item.key,
        "name": item.name,
        "type": item.type.value,
        "value": _write_value(item),
    }


def write_document_properties(document: Document, definitions: Sequence[Property]) -> list[DocumentPropertyPayload]:
    """Return all properties of the organization with what the document has of them."""
    held = {item.property_id: item for item in document.properties}
    return [
        {
            "key": item.key,
            "name": item.name,
            "type": item.type.value,
            "displayOrder": item.display_order,
            "value": _write_value(held[item.id]) if item.id in held else None,
        }
        for item in definitions
    ]


def _write_value(item: DocumentProperty) -> object:
    match item.value:
        case datetime():
            return write_time(item.value)
        case PropertyReference():
            return _write_reference(item.type, item.value)
        case tuple():
            return [_write_reference(item.type, part) for part in item.value]
        case _:
            return item.value


def _write_reference(kind: PropertyType, reference: PropertyReference) -> dict[str, str | None]:
    match kind:
        case PropertyType.USER_RELATION:
            return {"userId": reference.id, "name": reference.name, "email": None}
        case PropertyType.DOCUMENT_RELATION:
            return {"documentId": reference.id, "name": reference.name}
        case _:
            return {"optionId": reference.id, "name": reference.name}

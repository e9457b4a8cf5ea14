"""The six routes of tags (papra-api, sections 6.11 and 10)."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from papra_index.documents import Permission
from papra_index.errors import AlreadyTagged, TagAlreadyExists, TagLimitReached, TagNotFound
from papra_index.http.failures import refuse
from papra_index.http.payloads import TagPayload, write_tag
from papra_index.http.routing import DOCUMENT, HOME, Call, operation
from papra_index.http.validation import IdForm, Utf16Length, WireModel

_COLOR = re.compile("#[0-9A-F]{6}")


def _check_color(value: str) -> str:
    color = value.upper()
    if not _COLOR.fullmatch(color):
        raise PydanticCustomError("color", "Invalid format: Expected # and six hexadecimal digits")
    return color


TagName = Annotated[str, AfterValidator(str.strip), Utf16Length(1, 64)]
TagColor = Annotated[
    str, AfterValidator(_check_color), WithJsonSchema({"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"})
]
TagDescription = Annotated[str, AfterValidator(str.strip), Utf16Length(0, 256)]


class TagCreation(WireModel):
    """A tag to create. Names are unique, letter case apart."""

    name: TagName
    color: TagColor
    description: TagDescription = ""


class TagUpdate(WireModel):
    """What to change of a tag."""

    name: TagName = ""
    color: TagColor = ""
    description: TagDescription = ""


class TagReference(WireModel):
    """Which tag to put on a document."""

    tag_id: Annotated[str, IdForm("tag")]


class TagReply(TypedDict):
    """A tag."""

    tag: TagPayload


class TagsReply(TypedDict):
    """All tags of an organization, newest first."""

    tags: list[TagPayload]


@operation(
    "POST",
    HOME + "/tags",
    Permission.TAGS_CREATE,
    errors=(refuse(TagAlreadyExists), refuse(TagLimitReached)),
    forms=True,
)
def create_tag(call: Call, body: TagCreation) -> TagReply:
    """Create a tag."""
    description = body.description if "description" in body.model_fields_set else None
    return {"tag": write_tag(call.home.create_tag(body.name, color=body.color, description=description))}


@operation("GET", HOME + "/tags", Permission.TAGS_READ)
def list_tags(call: Call) -> TagsReply:
    """The tags with their counts of live documents, newest first."""
    return {"tags": list(map(write_tag, call.home.list_tags()))}


@operation("PUT", HOME + "/tags/{tagId}", Permission.TAGS_UPDATE, errors=(refuse(TagAlreadyExists),), forms=True)
def update_tag(call: Call, body: TagUpdate) -> TagReply:
    """Change a tag; what is not given stays."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    return {"tag": write_tag(call.home.update_tag(call.tag_id, **given))}


@operation("DELETE", HOME + "/tags/{tagId}", Permission.TAGS_DELETE)
def delete_tag(call: Call) -> None:
    """Delete a tag; its documents stay."""
    call.home.delete_tag(call.tag_id)


@operation(
    "POST",
    DOCUMENT + "/tags",
    Permission.DOCUMENTS_UPDATE,
    Permission.TAGS_READ,
    errors=(refuse(TagNotFound), refuse(AlreadyTagged)),
)
def tag_document(call: Call, body: TagReference) -> None:
    """Put a tag on a document."""
    call.home.tag(call.document_id, body.tag_id)


@operation("DELETE", DOCUMENT + "/tags/{tagId}", Permission.DOCUMENTS_UPDATE, Permission.TAGS_READ)
def untag_document(call: Call) -> None:
    """Take a tag off a document; one that is not on it is no error."""
    call.home.untag(call.document_id, call.tag_id)

"""Documents: one, the statistics of all, changes, history (papra-api, sections 6.5 to 6.10)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from papra_index.documents import UNCHANGED, Permission
from papra_index.errors import ExternalIdTaken, InvalidInput
from papra_index.http.failures import refuse
from papra_index.http.payloads import (
    ActivityPayload,
    FullDocument,
    StatisticsPayload,
    WrittenDocument,
    write_activity,
    write_full,
    write_statistics,
    write_written,
)
from papra_index.http.routing import DOCUMENT, DOCUMENTS, Call, operation
from papra_index.http.validation import PageQuery, Utf16Length, WireModel
from papra_index.organization.documents import read_document_date

MAX_CONTENT_BODY = 16 * 1024 * 1024


def _read_date(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return read_document_date(value)
    except InvalidInput as error:
        raise PydanticCustomError("date", "Invalid date: {reason}", {"reason": error.message}) from error


_DATE_SCHEMA = {"anyOf": [{"type": "string", "examples": ["2024-05-06"]}, {"type": "null"}]}
DocumentDate = Annotated[datetime | None, BeforeValidator(_read_date), WithJsonSchema(_DATE_SCHEMA)]


class DocumentChange(WireModel):
    """What to change of a document: at least one of these; null clears a date or external id."""

    name: Annotated[str, Utf16Length(1, 255)] = ""
    content: str = ""
    document_date: DocumentDate = None
    notes: Annotated[str, Utf16Length(0, 2048)] = Field(default="")
    external_id: str | None = None

    @model_validator(mode="after")
    def _check_any(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("empty", "At least one field must be provided")
        return self


class FullDocumentReply(TypedDict):
    """A document with everything."""

    document: FullDocument


class WrittenDocumentReply(TypedDict):
    """A document as it was written."""

    document: WrittenDocument


class StatisticsReply(TypedDict):
    """The statistics of an organization."""

    organizationStats: StatisticsPayload


class ActivityReply(TypedDict):
    """A page of a document's history."""

    activities: list[ActivityPayload]


@operation("GET", DOCUMENTS + "/statistics", Permission.DOCUMENTS_READ)
def get_statistics(call: Call) -> StatisticsReply:
    """Counts and bytes of the documents."""
    return {"organizationStats": write_statistics(call.home.statistics())}


@operation("GET", DOCUMENT, Permission.DOCUMENTS_READ)
def get_document(call: Call) -> FullDocumentReply:
    """A document with its content, in the trash or not."""
    return {"document": write_full(call.home.get(call.document_id), call.home.list_properties())}


@operation(
    "PATCH",
    DOCUMENT,
    Permission.DOCUMENTS_UPDATE,
    errors=(refuse(ExternalIdTaken),),
    forms=True,
    max_body=MAX_CONTENT_BODY,
)
def update_document(call: Call, body: DocumentChange) -> WrittenDocumentReply:
    """Change the name, content, date, notes or external id of a document."""
    given: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    document = call.home.update(
        call.document_id,
        name=given.get("name", UNCHANGED),
        content=given.get("content", UNCHANGED),
        document_date=given.get("document_date", UNCHANGED),
        notes=given.get("notes", UNCHANGED),
        external_id=given.get("external_id", UNCHANGED),
    )
    return {"document": write_written(document)}


@operation("POST", DOCUMENT + "/extract", Permission.DOCUMENTS_UPDATE)
def extract_document(call: Call) -> None:
    """Have the original read again; `extraction` of the document tells how far that is. Edited content stays."""
    call.home.extract_again(call.document_id)


@operation("GET", DOCUMENT + "/activity", Permission.DOCUMENTS_READ, lenient=True)
def list_activity(call: Call, query: PageQuery) -> ActivityReply:
    """The history of a document, newest first; empty for an unknown one."""
    entries = call.home.activity(call.document_id, page_index=query.page_index, page_size=query.page_size)
    return {"activities": list(map(write_activity, entries))}

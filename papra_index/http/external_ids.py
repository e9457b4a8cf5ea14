"""Documents by the ids that their source knows them by, one at a time: routes of our own.

An id may hold any text. All that follows in the path is the id, slashes too; what clients and proxies make of a path
(`..` and `//` above all) does not happen to the same routes with `?externalId=`.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from papra_index.documents import Permission
from papra_index.errors import (
    DocumentNotFound,
    InvalidInput,
    InvalidPropertyValue,
    PropertyNotFound,
    PropertyOptionNotFound,
    PropertyUserNotFound,
    RelatedDocumentNotFound,
    TagLimitReached,
    TagNotFound,
)
from papra_index.http.batch import MAX_TAGS
from papra_index.http.bodies import read_body
from papra_index.http.description import describe_model
from papra_index.http.documents import MAX_CONTENT_BODY, DocumentDate, FullDocumentReply
from papra_index.http.failures import INVALID_MESSAGES, Failure, refuse, refuse_malformed_json, refuse_value
from papra_index.http.payloads import WrittenDocument, write_full, write_written
from papra_index.http.routing import DOCUMENTS, Call, build_reply, operation, wait_for_index
from papra_index.http.uploads import FORM_ERRORS, SpooledUpload, take_form
from papra_index.http.validation import Utf16Length, WireModel, check_body, parse_json
from papra_index.http.visibility import Principals
from papra_index.values.bulk import BulkOutcome, check_external_id

_ASKED = DOCUMENTS + "/by-external-id"
_PATH = _ASKED + "/{externalId}"
_NAME_LENGTH, _NOTES_LENGTH = 255, 2048
PUT_ERRORS = tuple(
    map(
        refuse,
        (
            TagNotFound, TagLimitReached, PropertyNotFound, InvalidPropertyValue, PropertyOptionNotFound,
            PropertyUserNotFound, RelatedDocumentNotFound,
        ),
    )
)  # fmt: skip


class DocumentPut(WireModel):
    """What a document is to be. What is not given is emptied, but for notes, tags, principals and properties.

    `tags` are ids or names, of which new ones are made where the key may create tags; `properties` values by id, name
    or key, of which null takes one away.
    """

    name: Annotated[str, Utf16Length(1, _NAME_LENGTH)] | None = None
    content: str | None = None
    mime_type: str | None = None
    document_date: DocumentDate = None
    notes: Annotated[str, Utf16Length(0, _NOTES_LENGTH)] | None = None
    tags: Annotated[list[str], Field(max_length=MAX_TAGS)] | None = None
    principals: Principals | None = None
    properties: dict[str, Any] | None = None


class ExternalIdQuery(WireModel):
    """Which document."""

    external_id: Annotated[str, Field(description="Id that the source of the document knows it by.")]


class PutReply(TypedDict):
    """The document, and what became of it: created, updated or unchanged; `restored` if it was in the trash."""

    status: str
    restored: bool
    document: WrittenDocument


def _describe_put() -> dict[str, Any]:
    fields = {
        "file": {"type": "string", "format": "binary"},
        "document": {"type": "string", "description": "The rest of it, as the body in JSON has it."},
        "ocrLanguages": {"type": "string", "description": "Tesseract codes with commas between them."},
    }
    form = {"type": "object", "required": ["file"], "properties": fields}
    kinds = {"application/json": {"schema": describe_model(DocumentPut)}, "multipart/form-data": {"schema": form}}
    return {"required": True, "content": kinds}


@operation("GET", _PATH, Permission.DOCUMENTS_READ, errors=(refuse(DocumentNotFound),))
def get_external(call: Call) -> FullDocumentReply:
    """A document with its content, in the trash or not."""
    document = call.home.get(external_id=_read_id(call))
    return {"document": write_full(document, call.home.list_properties())}


@operation("GET", _ASKED, Permission.DOCUMENTS_READ, errors=(refuse(DocumentNotFound),))
def get_by_external_id(call: Call, query: ExternalIdQuery) -> FullDocumentReply:  # noqa: ARG001
    """As with the id in the path, for ids that do not get through one as they are, such as `..`."""
    return get_external(call)


@operation("DELETE", _PATH, Permission.DOCUMENTS_DELETE, errors=(refuse(DocumentNotFound),))
def trash_external(call: Call) -> None:
    """Move a document to the trash, from where putting it again brings it back; one that is there stays there."""
    document = call.home.get(external_id=_read_id(call), content=False)
    if not document.is_trashed:
        call.home.trash(document.id)


@operation("DELETE", _ASKED, Permission.DOCUMENTS_DELETE, errors=(refuse(DocumentNotFound),))
def trash_by_external_id(call: Call, query: ExternalIdQuery) -> None:  # noqa: ARG001
    """As with the id in the path, for ids that do not get through one as they are."""
    trash_external(call)


_put = partial(
    operation,
    "PUT",
    errors=(
        *PUT_ERRORS,
        *FORM_ERRORS,
        Failure(400, "server.invalid_request.body", INVALID_MESSAGES["body"]),
        refuse_malformed_json(),
    ),
    patient=True,
    reply=PutReply,
    request_body=_describe_put(),
)


@_put(_PATH, Permission.DOCUMENTS_CREATE, Permission.DOCUMENTS_UPDATE)
async def put_external(call: Call) -> Response:
    """Create a document, or make it what is said here: with a file as a form, without one in JSON.

    What is so already is left alone. A key with principals, which does not see every document, cannot put any.
    """
    _read_id(call)
    if call.request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data":
        return await take_form(call, _Put)
    value = await read_body(call.request, forms=False, max_size=MAX_CONTENT_BODY)
    body = check_body(DocumentPut, value)
    return await call.gate.run(
        lambda: _answer(call, call.home.put(_read_id(call), **read_facts(call, body))), writes=True
    )


@_put(_ASKED, Permission.DOCUMENTS_CREATE, Permission.DOCUMENTS_UPDATE)
async def put_by_external_id(call: Call, query: ExternalIdQuery) -> Response:  # noqa: ARG001
    """As with the id in the path, for ids that do not get through one as they are."""
    return await put_external(call)


class _Put(SpooledUpload):
    """A document with a file; what else is said of it is the JSON of the field `document`."""

    texts = ("document", "ocrLanguages")

    def answer(self) -> Response:
        told = self.read_texts("document")
        body = check_body(DocumentPut, parse_json(told[0].encode()) if told else {})
        facts = read_facts(self.call, body)
        facts["mime_type"] = facts["mime_type"] or self.content_type
        languages = self.read_languages()
        outcome = self.call.home.put(_read_id(self.call), self.open_file(), ocr_languages=languages, **facts)
        return _answer(self.call, outcome)


def read_facts(call: Call, body: DocumentPut) -> dict[str, Any]:
    """Return what is said of a document as `Organization.put` takes it."""
    facts = {name: getattr(body, name) for name in DocumentPut.model_fields}
    return {**facts, "new_tags": Permission.TAGS_CREATE in call.caller.permissions}


def check_id(external_id: str, part: str) -> str:
    """Return an external id. Raises Failure."""
    try:
        return check_external_id(external_id)
    except InvalidInput as error:
        raise refuse_value(part, "externalId", error.message) from error


def _read_id(call: Call) -> str:
    if "externalId" in call.ids:
        return check_id(call.ids["externalId"], "params")
    return check_id(call.request.query_params["externalId"], "query")


def _answer(call: Call, outcome: BulkOutcome) -> Response:
    document = call.home.get(outcome.document_id)
    reply: PutReply = {
        "status": outcome.status.value,
        "restored": outcome.restored,
        "document": write_written(document),
    }
    return build_reply(reply, wait_for_index(call.archive, call.request))

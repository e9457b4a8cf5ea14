"""The trash: moving there, listing, restoring, purging (papra-api, sections 6.4, 6.7, 6.13 and 11)."""

from __future__ import annotations

from typing_extensions import TypedDict

from papra_index.documents import Permission
from papra_index.errors import DocumentNotTrashed
from papra_index.http.failures import Failure, refuse
from papra_index.http.payloads import WrittenDocument, write_written
from papra_index.http.routing import DOCUMENT, DOCUMENTS, Call, operation
from papra_index.http.validation import PageQuery

_NOT_DELETED = Failure(400, "document.not_deleted", "Document is not deleted, cannot delete.")


class TrashReply(TypedDict):
    """A page of the trash; `documentsCount` counts all of it."""

    documents: list[WrittenDocument]
    documentsCount: int


class PurgeReply(TypedDict):
    """That it is done."""

    success: bool


@operation("GET", DOCUMENTS + "/deleted", Permission.DOCUMENTS_READ)
def list_trash(call: Call, query: PageQuery) -> TrashReply:
    """The documents in the trash, last trashed first."""
    page = call.home.list_trash(page_index=query.page_index, page_size=query.page_size, content=True)
    return {"documents": list(map(write_written, page.documents)), "documentsCount": page.documents_count}


@operation("DELETE", DOCUMENT, Permission.DOCUMENTS_DELETE)
def trash_document(call: Call) -> None:
    """Move a document to the trash; one that is there already gets a new time."""
    call.home.trash(call.document_id)


@operation("POST", DOCUMENT + "/restore", Permission.DOCUMENTS_UPDATE, errors=(refuse(DocumentNotTrashed),))
def restore_document(call: Call) -> None:
    """Bring a document back from the trash with its tags."""
    call.home.restore(call.document_id)


@operation("DELETE", DOCUMENTS + "/trash/{documentId}", Permission.DOCUMENTS_DELETE, errors=(_NOT_DELETED,))
def purge_document(call: Call) -> PurgeReply:
    """Delete a trashed document and its file for good."""
    try:
        call.home.purge(call.document_id)
    except DocumentNotTrashed as error:
        raise _NOT_DELETED.renew() from error
    return {"success": True}


@operation("DELETE", DOCUMENTS + "/trash", Permission.DOCUMENTS_DELETE, patient=True)
def empty_trash(call: Call) -> None:
    """Delete everything in the trash for good."""
    call.home.empty_trash()

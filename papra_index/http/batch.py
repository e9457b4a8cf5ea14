"""Many documents at once: to the trash, or with other tags (papra-api, section 6.12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from papra_index.documents import Permission
from papra_index.errors import DocumentNotFound, TagNotFound
from papra_index.http.failures import Failure, refuse
from papra_index.http.routing import DOCUMENTS, Call, operation
from papra_index.http.validation import IdForm, Utf16Length, WireModel

MAX_DOCUMENTS = 1000
MAX_TAGS = 50
_PIECE = 200
"""Documents of one write where a query chose them: others get their turn in between."""

_FOREIGN = Failure(
    400,
    "documents.batch.documents_not_from_organization",
    "Some documents do not exist or do not belong to the organization.",
)

TagIds = Annotated[list[Annotated[str, IdForm("tag")]], Field(max_length=MAX_TAGS)]


class BatchFilter(WireModel):
    """Which documents: exactly one of these. An empty query means every live document."""

    document_ids: Annotated[
        list[Annotated[str, IdForm("doc")]], Field(default=[], min_length=1, max_length=MAX_DOCUMENTS)
    ]
    query: Annotated[str, Utf16Length(0, 1024)] = ""

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError("one", "Exactly one of documentIds and query must be provided")
        return self


class BatchTrash(WireModel):
    """Documents to move to the trash."""

    filter: BatchFilter


class BatchTags(WireModel):
    """Tags to put on documents, and others to take off."""

    filter: BatchFilter
    add_tag_ids: TagIds = Field(default=[])
    remove_tag_ids: TagIds = Field(default=[])

    @model_validator(mode="after")
    def _check_tags(self) -> Self:
        if not self.add_tag_ids and not self.remove_tag_ids:
            raise PydanticCustomError("empty", "At least one tag must be added or removed")
        if set(self.add_tag_ids) & set(self.remove_tag_ids):
            raise PydanticCustomError("overlap", "A tag cannot be both added and removed")
        return self


@operation("POST", DOCUMENTS + "/batch/trash", Permission.DOCUMENTS_DELETE, errors=(_FOREIGN,), patient=True)
def trash_batch(call: Call, body: BatchTrash) -> None:
    """Move documents to the trash; those that are there stay as they are."""
    _apply(call, body.filter, call.home.trash_many)


@operation(
    "POST",
    DOCUMENTS + "/batch/tags",
    Permission.DOCUMENTS_UPDATE,
    Permission.TAGS_READ,
    errors=(_FOREIGN, refuse(TagNotFound)),
    patient=True,
)
def tag_batch(call: Call, body: BatchTags) -> None:
    """Put tags on documents and take others off; what is so already stays so."""

    def retag(document_ids: Sequence[str]) -> None:
        call.home.retag(document_ids, add=body.add_tag_ids, remove=body.remove_tag_ids)

    _apply(call, body.filter, retag)


def _apply(call: Call, chosen: BatchFilter, change: Callable[[Sequence[str]], object]) -> None:
    """Change the documents that a filter chooses: those of ids all or none, those of a query piece by piece."""
    if "document_ids" in chosen.model_fields_set:
        try:
            change(tuple(dict.fromkeys(chosen.document_ids)))
        except DocumentNotFound as error:
            raise _FOREIGN.renew() from error
        return
    for piece in _cut(call.home.select(chosen.query)):
        try:
            change(piece)
        except DocumentNotFound:
            _change_each(piece, change)  # some were purged meanwhile: the others are changed all the same


def _change_each(document_ids: Sequence[str], change: Callable[[Sequence[str]], object]) -> None:
    for document_id in document_ids:
        try:
            change((document_id,))
        except DocumentNotFound:
            continue


def _cut(document_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(document_ids), _PIECE):
        yield document_ids[start : start + _PIECE]

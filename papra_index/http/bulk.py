"""Many documents by the ids of their source, as lines of JSON: a route of our own.

Lines are taken as they come, a group at a time, so that a client is read no faster than its documents are written. The
outcomes are kept aside until the last line has come, as most clients read nothing before they have sent everything.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from typing import IO, Any, Literal

from pydantic_core import to_json
from starlette.responses import Response, StreamingResponse

from papra_index.documents import Permission
from papra_index.errors import DocumentTooLarge, InvalidToken
from papra_index.http.documents import MAX_CONTENT_BODY
from papra_index.http.external_ids import DocumentPut, check_id
from papra_index.http.failures import SECURITY_HEADERS, Failure, refuse, refuse_value, translate_error
from papra_index.http.routing import DOCUMENTS, Call, Gate, operation, wait_for_index
from papra_index.http.validation import check_body, parse_json
from papra_index.values.bulk import BulkOutcome, BulkRequest, DeleteRequest, PutRequest, UpdateRequest

_GROUP_LINES = 500
_GROUP_BYTES = 4 * 1024 * 1024
_KEPT_BYTES = 1024 * 1024
"""Outcomes up to this size wait in memory, more of them in a file."""
_CHUNK = 256 * 1024
_KIND = "application/x-ndjson"


class BulkLine(DocumentPut):
    """A line: a document to put, to update, of which what is not given stays, or to delete, with the id alone."""

    external_id: str
    operation: Literal["put", "update", "delete"] = "put"


_Entry = tuple[str, BulkRequest | Failure]
"""The external id as far as it is known, and what is asked or why nothing is."""


@operation(
    "POST",
    DOCUMENTS + "/bulk",
    Permission.DOCUMENTS_CREATE,
    Permission.DOCUMENTS_UPDATE,
    errors=(refuse(DocumentTooLarge), refuse_value("body", None, "")),
    patient=True,
    lines=True,
    request_body={
        "required": True,
        "content": {
            _KIND: {"schema": {"type": "string", "examples": ['{"externalId": "crm:1017", "content": "a call"}']}}
        },
    },
)
async def write_bulk(call: Call) -> Response:
    """Put, update (`"operation": "update"`) and delete (`"delete"`) documents, one for each line of JSON.

    Answers a line for each: `externalId`, `status`, `documentId`, `restored`, `error`. One that fails leaves the others
    as they are. A line has what the body of a put has, and `externalId`. Deleting needs documents:delete, too.
    """
    kept = tempfile.SpooledTemporaryFile(max_size=_KEPT_BYTES)  # noqa: SIM115 - the answer closes it
    try:
        async for lines in _group_lines(call.request.stream()):
            await call.gate.run(partial(_apply, call, lines, kept), writes=True, abandon=False)
        headers = await call.gate.run(partial(wait_for_index, call.archive, call.request))
        size = kept.tell()
        kept.seek(0)
    except BaseException:
        kept.close()
        raise
    headers = {**SECURITY_HEADERS, **headers, "content-length": str(size)}
    return StreamingResponse(_send(call.gate, kept), 200, headers, _KIND)


async def _group_lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    """Yield the lines of a body in groups. Raises Failure for a line longer than the longest text."""
    lines: list[bytes] = []
    rest = bytearray()
    size = 0
    async for chunk in chunks:
        first, *others = chunk.split(b"\n")
        rest += first
        if len(rest) > MAX_CONTENT_BODY:
            raise refuse(DocumentTooLarge)
        for other in others:
            lines.append(bytes(rest))
            size += len(rest)
            rest = bytearray(other)
            if len(lines) >= _GROUP_LINES or size >= _GROUP_BYTES:
                yield lines
                lines, size = [], 0
    yield [*lines, bytes(rest)]


def _apply(call: Call, lines: Sequence[bytes], kept: IO[bytes]) -> None:
    """Carry a group out and write down what became of each line."""
    entries = [_read_line(call, line) for line in lines if line.strip()]
    asked = [request for _, request in entries if not isinstance(request, Failure)]
    new_tags = Permission.TAGS_CREATE in call.caller.permissions
    outcomes: Iterator[BulkOutcome] = call.home.bulk(asked, new_tags=new_tags)
    for external_id, request in entries:
        told = _describe_failure(external_id, request) if isinstance(request, Failure) else _describe(next(outcomes))
        kept.write(to_json(told) + b"\n")
    for _ in outcomes:  # so that it comes to its end
        pass


def _read_line(call: Call, line: bytes) -> _Entry:
    external_id = ""
    try:
        value = parse_json(line)
        if isinstance(value, dict) and isinstance(value.get("externalId"), str):
            external_id = value["externalId"]
        body = check_body(BulkLine, value)
        return external_id, _read_request(call, body)
    except Failure as failure:
        return external_id, failure


def _read_request(call: Call, body: BulkLine) -> BulkRequest:
    external_id = check_id(body.external_id, "body")
    facts = {name: getattr(body, name) for name in DocumentPut.model_fields}
    if body.operation == "put":
        return PutRequest(external_id, **facts)
    given = {name: value for name, value in facts.items() if name in body.model_fields_set}
    if body.operation == "delete":
        if Permission.DOCUMENTS_DELETE not in call.caller.permissions:
            raise refuse(InvalidToken)
        if given:
            raise refuse_value("body", None, "Invalid value: Expected nothing but externalId to delete a document")
        return DeleteRequest(external_id)
    if "mime_type" in given:
        raise refuse_value("body", "mimeType", "Invalid key: The type is told when a document is put")
    empty = next((name for name, value in given.items() if value is None and name != "document_date"), None)
    if empty is not None:
        raise refuse_value("body", empty, "Invalid type: Expected a value; leave out what is to stay")
    return UpdateRequest(external_id, **given)


def _describe(outcome: BulkOutcome) -> dict[str, Any]:
    if outcome.error is not None:
        return _describe_failure(outcome.external_id, translate_error(outcome.error))
    return {
        "externalId": outcome.external_id,
        "status": outcome.status.value,
        "documentId": outcome.document_id,
        "restored": outcome.restored,
        "error": None,
    }


def _describe_failure(external_id: str, failure: Failure) -> dict[str, Any]:
    error: dict[str, Any] = {"message": failure.message, "code": failure.code}
    if failure.details is not None:
        error["details"] = list(failure.details)
    return {"externalId": external_id, "status": "failed", "documentId": None, "restored": False, "error": error}


async def _send(gate: Gate, kept: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while chunk := await gate.run(partial(kept.read, _CHUNK), abandon=False):
            yield chunk
    finally:
        kept.close()

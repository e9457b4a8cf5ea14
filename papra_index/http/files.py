"""Downloading originals: streamed, in whole or a range of it (RFC 9110, section 14), with the hash as entity tag."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import BinaryIO
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from papra_index.documents import Permission
from papra_index.errors import OriginalNotFound
from papra_index.http.failures import SECURITY_HEADERS, Failure, refuse
from papra_index.http.routing import DOCUMENT, Call, Gate, operation

_CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.ASCII | re.IGNORECASE)
_UNESCAPED = "-_.!~*'()"
"""What JavaScript's `encodeURIComponent` leaves besides letters and digits."""

NO_RANGE = Failure(416, "documents.range_not_satisfiable", "Range not satisfiable")


@operation("GET", DOCUMENT + "/file", Permission.DOCUMENTS_READ, errors=(refuse(OriginalNotFound), NO_RANGE))
def download_file(call: Call) -> Response:
    """The bytes of the original, as they were uploaded."""
    document = call.home.get(call.document_id, content=False)
    return send_file(call, document.name, document.original_sha256, lambda: call.home.open_original(document.id))


def send_file(call: Call, name: str, sha256: str | None, open_file: Callable[[], BinaryIO]) -> Response:
    """Return the answer with the bytes of a file, or the range that is asked for."""
    etag = f'"{sha256}"'
    headers = {**SECURITY_HEADERS, "etag": etag, "accept-ranges": "bytes", "cache-control": "private, no-cache"}
    given = call.request.headers
    if _names_tag(given.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    stream = open_file()
    try:
        size = os.fstat(stream.fileno()).st_size
        first, last = 0, size - 1
        wanted = given.get("range")
        partial = wanted is not None and given.get("if-range", etag) == etag and _read_range(wanted, size)
        if partial:
            first, last = partial
        length = last - first + 1
        headers |= _describe_file(name, length)
        if partial:
            headers["content-range"] = f"bytes {first}-{last}/{size}"
        stream.seek(first)
        status = 206 if partial else 200
        if call.request.method == "HEAD" or length <= _CHUNK:
            content = b"" if call.request.method == "HEAD" else stream.read(length)
            stream.close()
            return Response(content, status, headers)
    except BaseException:
        stream.close()
        raise
    return StreamingResponse(_stream(call.gate, stream, length), status, headers)


async def _stream(gate: Gate, stream: BinaryIO, length: int) -> AsyncIterator[bytes]:
    try:
        while length > 0 and (chunk := await gate.run(partial(stream.read, min(_CHUNK, length)), abandon=False)):
            length -= len(chunk)
            yield chunk
    finally:
        stream.close()


def _describe_file(name: str, length: int) -> dict[str, str]:
    # Never as what it is, nor shown in place: an uploaded page would run in the origin of the application.
    return {
        "content-type": "application/octet-stream",
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe=_UNESCAPED)}",
        "content-length": str(length),
    }


def _names_tag(header: str | None, etag: str) -> bool:
    """Whether an If-None-Match header names the entity tag; it is compared weakly (RFC 9110, section 13.1.2)."""
    if header is None:
        return False
    tags = [item.strip().removeprefix("W/") for item in header.split(",")]
    return "*" in tags or etag in tags


def _read_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte of a single range, None for what is to be ignored.

    Raises Failure (416) for a range that is not there.
    """
    found = _RANGE.fullmatch(header)
    if found is None or not (found.group(1) or found.group(2)):
        return None
    if not found.group(1):
        first, last = max(0, size - int(found.group(2))), size - 1
    else:
        first = int(found.group(1))
        last = min(int(found.group(2)), size - 1) if found.group(2) else size - 1
        if found.group(2) and int(found.group(2)) < first:
            return None
    if first >= size:
        raise NO_RANGE.renew({"content-range": f"bytes */{size}"})
    return first, last

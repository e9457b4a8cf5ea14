"""Bodies of requests that are values: JSON, or the fields of a form where the published page says so."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

from papra_index.errors import DocumentTooLarge
from papra_index.http.failures import refuse, refuse_value
from papra_index.http.multipart import FormReader, PartData, PartHead
from papra_index.http.validation import parse_json

_MAX_FIELDS = 64


async def read_body(request: Request, *, forms: bool, max_size: int) -> object:
    """Return the value of a body. One of any other content type counts as empty, and is not read.

    Raises Failure: 400 for what is no JSON or no form, 413 for more than `max_size` bytes.
    """
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json")):
        return parse_json(await _read_all(request, max_size))
    if forms and kind == "multipart/form-data":
        return _read_form(FormReader(content_type), await _read_all(request, max_size))
    if forms and kind == "application/x-www-form-urlencoded":
        return _read_fields(await _read_all(request, max_size))
    return {}


async def _read_all(request: Request, max_size: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > max_size:
            raise refuse(DocumentTooLarge)
        chunks.append(chunk)
    return b"".join(chunks)


def _read_form(reader: FormReader, raw: bytes) -> dict[str, str]:
    fields: dict[str, str] = {}
    name: str | None = None
    chunks: list[bytes] = []
    for event in reader.push(raw):
        if isinstance(event, PartHead):
            name, chunks = event.name, []
        elif isinstance(event, PartData):
            chunks.append(event.chunk)
        elif name is not None:
            _set_field(fields, name, b"".join(chunks).decode("utf-8", "replace"))
    if not reader.is_complete:
        raise refuse_value("form_data", None, "The form ends before its last boundary")
    return fields


def _read_fields(raw: bytes) -> dict[str, str]:
    fields: dict[str, str] = {}
    try:
        pairs = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise refuse_value("form_data", None, f"The form has more than {_MAX_FIELDS} fields") from error
    for name, value in pairs:
        _set_field(fields, name, value)
    return fields


def _set_field(fields: dict[str, str], name: str, value: str) -> None:
    if name in fields:
        raise refuse_value("form_data", name, "The field is given more than once")
    if len(fields) == _MAX_FIELDS:
        raise refuse_value("form_data", None, f"The form has more than {_MAX_FIELDS} fields")
    fields[name] = value

"""multipart/form-data (RFC 7578) as it comes over the network: chunks go in, parts come out, nothing is kept."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import TypeAlias
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from papra_index.conventions.values import dataclass
from papra_index.http.failures import Failure

MAX_HEADER_SIZE = 16 * 1024
_MAX_HEADERS = 16
_PARAMETER = re.compile(r""";\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"\s]*))""", re.DOTALL)
_EXTENDED = re.compile(r"([\w-]+)'[\w-]*'(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PartHead:
    """The beginning of a part: its field's name; `filename` is None for a text, and without folders for a file."""

    name: str
    filename: str | None
    content_type: str | None


@dataclass(frozen=True, slots=True)
class PartData:
    """Bytes of the part that began last."""

    chunk: bytes


@dataclass(frozen=True, slots=True)
class PartEnd:
    """The end of the part that began last."""


PartEvent: TypeAlias = PartHead | PartData | PartEnd


def refuse_form() -> Failure:
    """Return the answer to a form that cannot be taken apart."""
    return Failure(400, "document.parse_error", "Error parsing multipart form")


def find_boundary(content_type: str) -> str | None:
    """Return the boundary that a content type declares, None when it is no multipart/form-data or has none."""
    kind, separator, rest = content_type.partition(";")
    if kind.strip().lower() != "multipart/form-data":
        return None
    boundary = read_parameters(separator + rest).get("boundary", "")
    return boundary if 1 <= len(boundary) <= 200 and boundary.isascii() else None


def read_parameters(text: str) -> dict[str, str]:
    r"""Return the parameters of a header behind its first `;`, by lower-case name; of a quoted one, `\"` and `\\` are
    unescaped. Of a name that occurs twice, the first counts.
    """
    found: dict[str, str] = {}
    for name, quoted, token in _PARAMETER.findall(text):
        value = re.sub(r'\\(["\\])', r"\1", quoted) if quoted else token
        found.setdefault(name.lower(), value)
    return found


class FormReader:
    """Takes a form apart. Raises Failure for what is no form."""

    def __init__(self, content_type: str) -> None:
        boundary = find_boundary(content_type)
        if boundary is None:
            raise refuse_form()
        self._events: list[PartEvent] = []
        self._names: list[bytes] = []
        self._values: list[bytes] = []
        self._headers: dict[str, str] = {}
        self.is_complete = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": self._take_name,
                "on_header_value": self._take_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._begin_part,
                "on_part_data": self._take_data,
                "on_part_end": self._end_part,
                "on_end": self._complete,
            },
            max_header_count=_MAX_HEADERS,
            max_header_size=MAX_HEADER_SIZE,
        )

    def push(self, chunk: bytes) -> Iterator[PartEvent]:
        """Yield what a chunk of the body brings."""
        if self.is_complete or not chunk:
            return
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise refuse_form() from error
        events, self._events = self._events, []
        yield from events

    def _take_name(self, data: bytes, start: int, end: int) -> None:
        self._names.append(data[start:end])

    def _take_value(self, data: bytes, start: int, end: int) -> None:
        self._values.append(data[start:end])

    def _end_header(self) -> None:
        name = b"".join(self._names).decode("latin-1").strip().lower()
        # File names come in UTF-8, whatever HTTP says of headers (WHATWG, RFC 7578 section 4.2).
        self._headers[name] = b"".join(self._values).decode("utf-8", "replace").strip()
        self._names.clear()
        self._values.clear()

    def _begin_part(self) -> None:
        kind, separator, rest = self._headers.get("content-disposition", "").partition(";")
        parameters = read_parameters(separator + rest)
        if kind.strip().lower() != "form-data" or "name" not in parameters:
            raise refuse_form()
        filename = _read_filename(parameters)
        self._events.append(PartHead(parameters["name"], filename, self._headers.get("content-type") or None))

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(PartData(data[start:end]))

    def _end_part(self) -> None:
        self._events.append(PartEnd())

    def _complete(self) -> None:
        self.is_complete = True


def _read_filename(parameters: dict[str, str]) -> str | None:
    """Return the file name without folders; `filename*` (RFC 8187) goes before `filename`."""
    name = parameters.get("filename")
    extended = _EXTENDED.fullmatch(parameters.get("filename*", ""))
    if extended is not None:
        # Of a charset nobody knows there is the plain name, if any.
        with contextlib.suppress(LookupError):
            name = unquote_to_bytes(extended.group(2)).decode(extended.group(1), "replace")
    if name is None:
        return None
    base = re.split(r"[/\\]", name)[-1].replace("\0", "")
    return "" if base in {".", ".."} else base

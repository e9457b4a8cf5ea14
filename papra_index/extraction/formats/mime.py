"""The parts of an e-mail, found in its bytes without a tree of them: no nesting, however deep, needs recursion.

Headers are the standard library's; bodies stay where they are until somebody wants them.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32
from email.utils import collapse_rfc2231_value

from papra_index.conventions.values import dataclass
from papra_index.extraction.encodings import decode_declared, decode_text

_MAX_HEADER_BYTES = 256 * 1024
_MAX_FIELD = 20_000
_END_OF_HEADERS = re.compile(rb"\n\r?\n")
_ENCODED_WORD = re.compile(r"=\?[^?\s]+\?[bBqQ]\?")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message: its headers, and where in `data` its body is."""

    headers: Message
    data: bytes
    start: int
    end: int

    @property
    def content_type(self) -> str:
        return self.headers.get_content_type()

    @property
    def is_attachment(self) -> bool:
        """Whether the part is a file of its own rather than text of the message."""
        return self.headers.get_content_disposition() == "attachment" or bool(self.file_name)

    @property
    def file_name(self) -> str:
        """The name the sender gave the part as a file, empty if none."""
        for parameter, header in (("filename", "content-disposition"), ("name", "content-type")):
            value = self.headers.get_param(parameter, None, header)
            if value:
                try:
                    return decode_words(collapse_rfc2231_value(value))
                except (LookupError, ValueError, TypeError):
                    return ""
        return ""

    def get_field(self, name: str) -> str:
        """Return a header field decoded and on one line, empty if there is none."""
        value = self.headers.get(name)
        return "" if value is None else decode_words(str(value)[:_MAX_FIELD])

    def decode_body(self) -> bytes:
        """Return the bytes of the body as they were before they were made fit for mail."""
        body = self.data[self.start : self.end]
        encoding = str(self.headers.get("content-transfer-encoding", "")).strip().lower()
        if encoding == "quoted-printable":
            return binascii.a2b_qp(body)
        if encoding == "base64":
            return _decode_base64(body)
        return body

    def decode_text(self) -> str:
        """Return the body as text, by the declared charset or, where that is wrong, by what it looks like."""
        return decode_declared(self.decode_body(), self.charset)[0]

    @property
    def charset(self) -> str | None:
        """The declared charset."""
        value = self.headers.get_param("charset")
        return None if value is None else collapse_rfc2231_value(value)


def parse_part(data: bytes, start: int, end: int) -> Part:
    """Return the part whose headers begin at `start`."""
    if data[start : start + 1] == b"\n" or data[start : start + 2] == b"\r\n":
        head_end = start
        body = min(end, start + (1 if data[start : start + 1] == b"\n" else 2))
    elif (match := _END_OF_HEADERS.search(data, start, end)) is not None:
        head_end, body = match.start() + 1, match.end()
    else:
        head_end = body = end
    head = decode_text(data[start : min(head_end, start + _MAX_HEADER_BYTES)])[0]
    headers = HeaderParser(policy=compat32).parsestr(head)
    left = headers.get_payload()
    if isinstance(left, str) and left.strip():
        # A line that is no header, without an empty one before it, begins the body.
        body = _skip_lines(data, start, head.count("\n") - left.count("\n"))
    return Part(headers, data, body, end)


def split_multipart(part: Part) -> Iterator[Part]:
    """Yield the parts of a multipart body one by one; none where it has no boundary or that does not occur."""
    boundary = part.headers.get_boundary()
    if not boundary:
        return
    line = re.compile(rb"^--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(--)?[ \t]*\r?$", re.MULTILINE)
    begin: int | None = None
    for match in line.finditer(part.data, part.start, part.end):
        if begin is not None:
            yield parse_part(part.data, begin, _strip_line_end(part.data, begin, match.start()))
        if match.group(1):
            return
        begin = min(match.end() + 1, part.end)
    if begin is not None:
        yield parse_part(part.data, begin, part.end)


def decode_words(value: str) -> str:
    """Return a header's text on one line, its encoded words (RFC 2047) decoded."""
    value = " ".join(value.split())
    if _ENCODED_WORD.search(value) is None:
        return value
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    found = []
    for piece, charset in pieces:
        if isinstance(piece, str):
            found.append(piece)
        elif charset is None:
            found.append(piece.decode("raw-unicode-escape", "replace"))
        else:
            found.append(decode_declared(piece, charset)[0])
    return " ".join("".join(found).split())


def _skip_lines(data: bytes, start: int, count: int) -> int:
    for _ in range(count):
        line_end = data.find(b"\n", start)
        if line_end < 0:
            break
        start = line_end + 1
    return start


def _strip_line_end(data: bytes, start: int, end: int) -> int:
    """Return `end` without the line end before it, which belongs to the boundary."""
    if end > start and data[end - 1 : end] == b"\n":
        end -= 1
        if end > start and data[end - 1 : end] == b"\r":
            end -= 1
    return end


def _decode_base64(body: bytes) -> bytes:
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        pass
    # Cut short, or with its padding lost; a single letter of four says nothing.
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))

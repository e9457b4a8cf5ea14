"""The lines of calendars and address cards (RFC 5545, RFC 6350, vCard 2.1): unfolded, decoded, taken apart."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from papra_index.conventions.values import dataclass
from papra_index.extraction.encodings import decode_declared, decode_text, find_mark

_MAX_VALUE = 100_000
_FOLD = re.compile(rb"\r?\n[ \t]")
_QUOTED_PRINTABLE = re.compile(rb"^[^:\n]*;(?:ENCODING=)?QUOTED-PRINTABLE[^:\n]*:", re.IGNORECASE)
_NAME = re.compile(r"(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)((?:;(?:\"[^\"]*\"|[^\":;])*)*):")
_PARAMETER = re.compile(r";([A-Za-z0-9-]+)(?:=((?:\"[^\"]*\"|[^\";])*))?")
_ESCAPE = re.compile(r"\\([nN\\;,:])")


@dataclass(frozen=True, slots=True)
class ContentLine:
    """A property: its name in capitals, its parameters and its value as it is written."""

    name: str
    parameters: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        """The value with its escapes resolved."""
        return unescape_text(self.value)

    def split_fields(self) -> list[str]:
        """Return the parts of a value that semicolons separate, escapes resolved, empty ones left out."""
        fields = re.split(r"(?<!\\);", self.value)
        return [text for text in (" ".join(unescape_text(field).split()) for field in fields) if text]


def unescape_text(value: str) -> str:
    """Return a value without its backslashes."""
    return _ESCAPE.sub(lambda match: "\n" if match.group(1) in "nN" else match.group(1), value).strip()


def parse_lines(data: bytes) -> Iterator[ContentLine]:
    """Yield the properties of a file; lines that are none are passed by, as are pictures and keys."""
    if find_mark(data) is not None or b"\0" in data[:4096]:
        data = decode_text(data)[0].encode("utf-8", "replace")
    # Lines are folded without regard to letters of several bytes.
    data = _FOLD.sub(b"", data)
    encoding = decode_text(data)[1]
    for line in _join_lines(data):
        text = line.decode(encoding, "replace")
        match = _NAME.match(text[:_MAX_VALUE])
        if match is None:
            continue
        parameters = {name.upper(): value.strip('"') for name, value in _PARAMETER.findall(match.group(2))}
        coding = parameters.get("ENCODING", "").upper()
        if coding in {"B", "BASE64"} or "BASE64" in parameters:
            continue
        value = text[match.end() : match.end() + _MAX_VALUE]
        if coding == "QUOTED-PRINTABLE" or "QUOTED-PRINTABLE" in parameters:
            body = line.partition(b":")[2][:_MAX_VALUE]
            value = decode_declared(binascii.a2b_qp(body), parameters.get("CHARSET", "utf-8"))[0]
        yield ContentLine(match.group(1).upper(), parameters, value.strip())


def _join_lines(data: bytes) -> Iterator[bytes]:
    waiting = b""
    for line in data.splitlines():
        line = waiting + line
        # The older cards go on in the next line after an equals sign instead.
        if line.endswith(b"=") and len(line) < _MAX_VALUE and _QUOTED_PRINTABLE.match(line):
            waiting = line[:-1]
            continue
        waiting = b""
        yield line
    if waiting:
        yield waiting

"""Plain text, Markdown, CSV, JSON: their characters are the text, whatever the encoding; form feeds end pages.

The escapes of JSON are resolved: of `M\\u00fcller\\nHarbour` neither word would be found.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace

from papra_index.conventions.sources import find_charset
from papra_index.documents import Page, PageSource, Provenance
from papra_index.errors import ContentTooLarge
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.encodings import decode_declared

_ESCAPE = re.compile(r"""\\(u[0-9A-Fa-f]{4}|["\\/bfnrt])""")
_ESCAPED = {"b": " ", "f": "\n", "n": "\n", "r": "\n", "t": "\t"}


def read_text(job: ExtractionJob, limits: ExtractionLimits, _begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the pages of a text; line ends become newlines.

    Raises ContentTooLarge, after what was read, for a text beyond `max_text_bytes` or `max_pages`.
    """
    data, complete = read_bytes(job, limits.max_text_bytes)
    text, encoding = decode_declared(data, find_charset(job.declared_type))
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x85" in text:
        # The line end of EBCDIC.
        text = text.replace("\x85", "\n")
    provenance = Provenance(PageSource.TEXT, encoding)
    if "\f" in text:
        # A form feed at the very end closes the last page and opens none.
        for index, part in enumerate(text.removesuffix("\f").split("\f")):
            if index == limits.max_pages:
                raise ContentTooLarge(f"the text has more than {limits.max_pages} pages; those after were left out")
            yield Page(index + 1, part, provenance)
    elif text:
        yield Page(1, text, provenance)
    if not complete:
        size = limits.max_text_bytes >> 20
        raise ContentTooLarge(f"the text is larger than {size} MB; what comes after was left out")


def read_json(job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the pages of a JSON text (RFC 8259), the escapes in its strings resolved.

    Raises ContentTooLarge, after what was read, for a text beyond `max_text_bytes` or `max_pages`.
    """
    for page in read_text(job, limits, begin_ocr):
        yield replace(page, text=_ESCAPE.sub(_resolve_escape, page.text)) if "\\" in page.text else page


def _resolve_escape(match: re.Match[str]) -> str:
    code = match.group(1)
    if code[0] != "u":
        return _ESCAPED.get(code, code)
    # Halves of a pair are joined where all texts are cleaned.
    character = chr(int(code[1:], 16))
    return character if character >= " " else " "


def read_bytes(job: ExtractionJob, limit: int) -> tuple[bytes, bool]:
    """Return at most `limit` first bytes of a file and whether they are all of it."""
    with job.path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        if size <= limit:
            return file.read(), True
        return file.read(limit), False

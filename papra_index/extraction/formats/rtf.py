"""RTF: the text that striprtf finds, in the code pages that the file switches between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version

from striprtf.striprtf import rtf_to_text

from papra_index.documents import Page
from papra_index.errors import ContentDamaged, ContentTooLarge
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.formats.flowing import tidy_text
from papra_index.extraction.formats.packages import number_pages
from papra_index.extraction.formats.text import read_bytes

_ENGINE = f"striprtf {version('striprtf')}"
_MAX_BYTES = 32 * 1024 * 1024
_PICTURE = re.compile(r"(?<!\\)\{(?:\\\*)?\\pict(?![a-z])")
_GROUPING = re.compile(r"\\[\\{}]|\\bin(\d{1,9}) ?|[{}]")
_ESCAPED_BRACE = re.compile(rb"\\[\\{}]")
# What striprtf leaves out or shows in its own way: notes and headers become text, cells are set apart by tabs, pictures
# and deleted revisions go.
_REWRITTEN = (
    # It takes the word, written about, for a picture.
    (re.compile(r"(\\\\)(?=pict)"), r"\1{}"),
    (re.compile(r"[0-9A-Fa-f\s]{4096,}"), ""),
    (re.compile(r"(?<!\\)\{[^{}]*\\deleted(?![a-z0-9])[^{}]*(?<!\\)\}"), ""),
    (re.compile(r"(?<!\\)\\footnote(?![a-z]) ?"), " "),
    (re.compile(r"(?<!\\)\\(?:header|footer)[lrf]?(?![a-z]) ?"), ""),
    (re.compile(r"(?<!\\)\\(?:nest)?cell(?![a-z])"), r"\\tab"),
)


def read_rtf(job: ExtractionJob, limits: ExtractionLimits, _begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the text of an RTF document as one page.

    Raises ContentDamaged after what was read of a file that was cut short, ContentTooLarge likewise for one beyond
    the limit.
    """
    data, complete = read_bytes(job, min(_MAX_BYTES, limits.max_text_bytes))
    # RTF is ASCII; what is not is meant in the code page of the place, which Latin-1 carries through unharmed.
    source = _drop_pictures(data.decode("latin-1"))
    for pattern, replacement in _REWRITTEN:
        source = pattern.sub(replacement, source)
    text = tidy_text(rtf_to_text(source, encoding="cp1252", errors="replace"))  # type: ignore[no-untyped-call]
    if text:
        yield from number_pages([text], limits, _ENGINE)
    if not complete:
        raise ContentTooLarge(f"the file is larger than {len(data) >> 20} MB; what comes after was left out")
    if _is_cut(data):
        raise ContentDamaged("the RTF was cut short: get an intact copy and add it again")


def _drop_pictures(source: str) -> str:
    """Return RTF without its pictures: striprtf ends one at its first brace, and at a group within it all the text."""
    pieces = []
    position = 0
    while (found := _PICTURE.search(source, position)) is not None:
        pieces.append(source[position : found.start()])
        position = _find_group_end(source, found.start())
    return "".join((*pieces, source[position:]))


def _find_group_end(source: str, start: int) -> int:
    """Return the place behind the group that begins at `start`, or the end of a source that breaks off within it."""
    depth, position = 0, start
    while (found := _GROUPING.search(source, position)) is not None:
        position = found.end() + int(found[1] or 0)
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return position
    return len(source)


def _is_cut(data: bytes) -> bool:
    """Whether groups are open at the end; binary pictures may hold any braces."""
    if b"\\bin" in data:
        return False
    plain = _ESCAPED_BRACE.sub(b"", data)
    return plain.count(b"{") > plain.count(b"}")

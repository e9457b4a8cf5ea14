"""HTML and XML: the text that a reader would see, with line ends where blocks begin, read by lxml's push parser.

The parser feeds a collector and builds no tree, so deep nesting and huge attributes cost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree  # type: ignore[import-untyped]

from papra_index.conventions.sources import find_charset
from papra_index.documents import Page, PageSource, Provenance
from papra_index.errors import ContentDamaged, ContentTooLarge
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.encodings import decode_charset, decode_declared, find_mark
from papra_index.extraction.formats.text import read_bytes

_FEED_CHARACTERS = 1 << 16

_DROPPED = frozenset({"script", "style", "noscript", "template", "object", "iframe"})
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time",
    "tspan", "tt", "u", "var", "wbr",
})  # fmt: skip
# Tags of these are known by their names alone; other vocabularies use the same names for other things.
_KNOWN_NAMESPACES = re.compile(r"\{http://www\.w3\.org/(?:2000/svg|1999/xhtml)\}")
_CELLS = frozenset({"td", "th"})

# Browsers read these as others, and so do the people who write them.
_AS_BROWSERS_READ = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "utf-8"}
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_XML = re.compile(r"^\s*<\?xml[^>]*\?>(?!.{0,2000}<html)", re.DOTALL)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-z0-9_:.-]{2,40})""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_:.-]{2,40})""")


def read_markup(job: ExtractionJob, limits: ExtractionLimits, _begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the text of an HTML, XHTML, XML or SVG file as one page: its title first, then its body.

    Raises ContentDamaged for XML that yields nothing, ContentTooLarge after what was read of a file beyond the limit.
    """
    data, complete = read_bytes(job, limits.max_text_bytes)
    source, encoding = decode_markup(data, find_charset(job.declared_type))
    text = collect_text(source, _is_xml(source, job.name))
    if text:
        yield Page(1, text, Provenance(PageSource.TEXT, f"lxml {etree.__version__} ({encoding})"))
    if not complete:
        size = limits.max_text_bytes >> 20
        raise ContentTooLarge(f"the file is larger than {size} MB; what comes after was left out")


def collect_text(source: str, is_xml: bool = False) -> str:
    """Return the visible text of markup; raises ContentDamaged for XML that yields nothing."""
    collector = _TextCollector()
    if is_xml:
        parser = etree.XMLParser(
            target=collector, recover=True, resolve_entities=False, no_network=True, huge_tree=False
        )
    else:
        parser = etree.HTMLParser(target=collector, no_network=True, huge_tree=False)
    # An encoding declared within no longer holds for text that is decoded already.
    source = _DECLARATION.sub("", source, count=1).replace("\0", " ")
    try:
        for start in range(0, len(source), _FEED_CHARACTERS):
            parser.feed(source[start : start + _FEED_CHARACTERS])
        parser.close()
    except etree.LxmlError as error:
        # HTML of nothing but comments is empty, not broken.
        if is_xml and not collector.pieces:
            raise ContentDamaged(f"the markup cannot be parsed: {error}") from error
    return tidy_lines("".join(collector.pieces))


def _is_xml(source: str, name: str) -> bool:
    return _XML.match(source) is not None or name.lower().endswith((".xml", ".svg"))


def tidy_lines(text: str) -> str:
    """Return text with blanks squeezed, lines stripped and at most one empty line in a row."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


class _TextCollector:
    """Takes the parser's events and keeps the text that shows."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._hidden = 0
        self._preformatted = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        tag = _KNOWN_NAMESPACES.sub("", tag)
        if tag in _DROPPED:
            self._hidden += 1
        elif tag == "pre":
            self._preformatted += 1
        if tag == "img" and attributes.get("alt"):
            self.pieces.append(f" {attributes['alt']} ")
        self._break_line(tag)

    def end(self, tag: str) -> None:
        tag = _KNOWN_NAMESPACES.sub("", tag)
        if tag in _DROPPED:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "pre":
            self._preformatted = max(0, self._preformatted - 1)
        if tag != "br":
            self._break_line(tag)

    def data(self, text: str) -> None:
        if not self._hidden:
            self.pieces.append(text if self._preformatted else re.sub(r"[\r\n\t\f]+", " ", text))

    def close(self) -> None:
        """Called by the parser at the end."""

    def _break_line(self, tag: str) -> None:
        if tag in _CELLS:
            self.pieces.append(" ")
        elif tag not in _INLINE:
            self.pieces.append("\n")


def decode_markup(data: bytes, charset: str | None = None) -> tuple[str, str]:
    """Return the characters of markup and their encoding.

    A byte order mark decides, then the encoding declared within if the bytes are in it, then a `charset` declared
    beside the file, then what plain text goes by.
    """
    declared = _CHARSET.search(data[:4096]) or _XML_ENCODING.search(data[:1024])
    if declared is not None and find_mark(data) is None and b"\0" not in data[:4096]:
        encoding = declared.group(1).decode("ascii").lower()
        encoding = _AS_BROWSERS_READ.get(encoding, encoding)
        try:
            return decode_charset(data, encoding), encoding
        except (LookupError, UnicodeDecodeError):
            pass
    return decode_declared(data, charset)

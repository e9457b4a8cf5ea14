"""ODT, ODP and ODS: content in document order; a slide or sheet is a page, a text document is one page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from papra_index.documents import Page
from papra_index.errors import ContentEncrypted, ContentTooLarge
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.formats.flowing import flatten_cell, tidy_text
from papra_index.extraction.formats.packages import Package, get_local_name, number_pages, open_package

_CONTENT = "content.xml"
_STYLES = "styles.xml"
_MANIFEST = "META-INF/manifest.xml"

_SKIPPED = frozenset({
    "tracked-changes", "ruby-text", "scripts", "forms", "binary-data", "font-face-decls", "automatic-styles", "styles",
    "page-number", "date-string",
})  # fmt: skip
# Who wrote a comment and when, and descriptions of pictures: not the fields of the same names, which show.
_SKIPPED_NAMESPACES = ("{http://purl.org/dc/", "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible")
_PARAGRAPHS = frozenset({"p", "h"})
_ASIDES = frozenset({"note", "annotation", "text-box", "custom-shape"})
_CELLS = frozenset({"table-cell", "covered-table-cell"})
_HEADERS = frozenset({"header", "header-first", "header-left"})
_FOOTERS = frozenset({"footer", "footer-first", "footer-left"})

MAX_REPEATS = 100
"""How often a cell or row is written out that says of itself that it is there many times."""


def read_opendocument(job: ExtractionJob, limits: ExtractionLimits, _begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the pages of an OpenDocument file.

    Raises ContentEncrypted, ContentTooLarge, and ContentDamaged behind what could be read.
    """
    with open_package(job.path, limits) as package:
        _refuse_encrypted(package)
        content = _ContentTarget(limits.max_text_bytes)
        with package.survive_damage():
            package.feed_member(_CONTENT, content)
        content.end_page()
        texts = content.pages
        if _STYLES in package and len(texts) == 1 and not content.has_sheets:
            frame = _FrameTarget()
            with package.survive_damage():
                package.feed_member(_STYLES, frame)
            texts = ["\n".join(filter(None, [frame.header, texts[0], frame.footer]))]
        if any(texts):
            yield from number_pages(texts, limits)
        if content.is_full:
            size = limits.max_text_bytes >> 20
            raise ContentTooLarge(f"the file holds more than {size} MB of text; what comes after was left out")


def _refuse_encrypted(package: Package) -> None:
    if _MANIFEST not in package:
        return
    for entry in package.iterate_elements(_MANIFEST, "file-entry"):
        if entry.find("{*}encryption-data") is not None:
            raise ContentEncrypted("the file needs a password: save it without one and add it again")


class _ContentTarget:
    """Takes the parser's events and keeps the text that shows, page by page."""

    def __init__(self, max_characters: int) -> None:
        self.pages: list[str] = []
        self._room = max_characters
        self._buffers: list[list[str]] = [[]]
        self._asides: list[str] = []
        self._repeats: list[int] = []
        self._skipping = 0
        self._paragraphs = 0
        self._tables = 0
        self._label = ""
        self.has_sheets = False

    @property
    def is_full(self) -> bool:
        """Whether there was more text than there is room for."""
        return self._room <= 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = get_local_name(tag)
        if self._skipping or name in _SKIPPED or tag.startswith(_SKIPPED_NAMESPACES):
            self._skipping += 1
        elif name in _PARAGRAPHS:
            self._paragraphs += 1
        elif (name in _ASIDES and self._paragraphs) or name in _CELLS or name == "table-row":
            self._buffers.append([])
            self._repeats.append(_get_repeats(attributes))
        elif name == "s":
            self._add(" " * min(_get_number(attributes, "c"), 100))
        elif name == "tab":
            self._add("\t")
        elif name == "line-break":
            self._add("\n")
        elif name == "spreadsheet":
            self.has_sheets = True
        else:
            self._start_part(name, attributes)

    def end(self, tag: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        name = get_local_name(tag)
        if name in _PARAGRAPHS:
            self._paragraphs -= 1
            self._end_paragraph()
        elif name in _CELLS:
            self._end_cell()
        elif name == "table-row":
            self._end_row()
        elif name in _ASIDES and len(self._buffers) > 1 and self._paragraphs:
            self._repeats.pop()
            self._asides.append("".join(self._buffers.pop()))
        elif name == "page" or (name == "table" and self.has_sheets):
            self._end_part(name)
        elif name == "note-citation":
            self._add(" ")

    def data(self, text: str) -> None:
        if self._paragraphs and not self._skipping:
            # Line ends and runs of blanks in the file do not show.
            text = re.sub(r"[ \t\r\n]+", " ", text)
            buffer = self._buffers[-1]
            at_start = not buffer or buffer[-1].endswith(("\n", " ", "\t"))
            self._add(text.lstrip(" ") if at_start else text)

    def close(self) -> None:
        """Called by the parser at the end."""

    def end_page(self) -> None:
        """Close the last page, or what there is of it where the file breaks off."""
        rest = tidy_text("".join(piece for buffer in self._buffers for piece in buffer) + "".join(self._asides))
        if rest or not self.pages:
            self.pages.append(rest)
        self._buffers, self._asides = [[]], []

    def _add(self, text: str) -> None:
        if text and self._room > 0:
            self._buffers[-1].append(text)
            self._room -= len(text)

    def _start_part(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "table" and self.has_sheets:
            self._tables += 1
            if self._tables == 1 and len(self._buffers) == 1:
                label = next((value for key, value in attributes.items() if get_local_name(key) == "name"), "")
                self._label = label.strip()
                self._buffers = [[f"{label}\n"]]

    def _end_part(self, name: str) -> None:
        if name == "table":
            self._tables -= 1
        if not self._tables and len(self._buffers) == 1:
            text = tidy_text("".join(piece for buffer in self._buffers for piece in buffer))
            heading_only = name == "table" and text == self._label
            self.pages.append("" if heading_only else text)
            self._buffers = [[]]

    def _end_paragraph(self) -> None:
        self._add("\n")
        if not self._paragraphs:
            asides, self._asides = self._asides, []
            for aside in asides:
                self._buffers[-1].append(aside if aside.endswith("\n") else aside + "\n")

    def _end_cell(self) -> None:
        repeats = self._repeats.pop() if self._repeats else 1
        text = flatten_cell("".join(self._buffers.pop()))
        if text:
            self._repeat(text + "\t", repeats)

    def _end_row(self) -> None:
        repeats = self._repeats.pop() if self._repeats else 1
        line = "".join(self._buffers.pop()).rstrip()
        if line:
            self._repeat(line + "\n", repeats)

    def _repeat(self, text: str, times: int) -> None:
        self._buffers[-1].append(text)
        extra = min(times - 1, max(0, self._room) // len(text))
        self._buffers[-1].append(text * extra)
        self._room -= len(text) * extra


class _FrameTarget:
    """Takes the parser's events of the styles and keeps the texts of headers and footers, each once."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._inner: _ContentTarget | None = None

    @property
    def header(self) -> str:
        """What stands above the pages."""
        return self._join(_HEADERS)

    @property
    def footer(self) -> str:
        """What stands below the pages."""
        return self._join(_FOOTERS)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._inner is not None:
            self._inner.start(tag, attributes)
        elif get_local_name(tag) in _HEADERS | _FOOTERS:
            self._inner = _ContentTarget(1 << 20)

    def end(self, tag: str) -> None:
        name = get_local_name(tag)
        if self._inner is not None and name in _HEADERS | _FOOTERS:
            self._inner.end_page()
            self._texts.setdefault("\n".join(self._inner.pages), name)
            self._inner = None
        elif self._inner is not None:
            self._inner.end(tag)

    def data(self, text: str) -> None:
        if self._inner is not None:
            self._inner.data(text)

    def close(self) -> None:
        """Called by the parser at the end."""

    def _join(self, kinds: frozenset[str]) -> str:
        return "\n".join(text for text, kind in self._texts.items() if kind in kinds and text)


def _get_repeats(attributes: Mapping[str, str]) -> int:
    for name in ("number-columns-repeated", "number-rows-repeated"):
        repeats = _get_number(attributes, name)
        if repeats > 1:
            return min(repeats, MAX_REPEATS)
    return 1


def _get_number(attributes: Mapping[str, str], name: str) -> int:
    for key, value in attributes.items():
        if get_local_name(key) == name and value.isdigit():
            return int(value[:9])
    return 1

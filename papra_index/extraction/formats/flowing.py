"""Text of OOXML parts in the order it is shown in: runs joined, table rows as lines, text boxes after their anchor.

Word, PowerPoint and drawings name their elements alike (`t`, `p`, `br`, `tc`, `tr`), whatever the namespace, which
differs between the transitional and the strict form of the format.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from papra_index.extraction.formats.packages import Package, get_local_name

_SKIPPED = frozenset({
    "Fallback", "del", "moveFrom", "pPr", "rPr", "sectPr", "tblPr", "trPr", "tcPr", "rt", "rPh", "bodyPr", "lstStyle",
})  # fmt: skip
_TEXTS = frozenset({"t", "v", "text"})
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_LINES = frozenset({"p", "comment", "threadedComment", "cm", "pt", "ser"})
_ASIDE = "txbxContent"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

_SHORT_CELL = 400


def read_flow(package: Package, *parts: str) -> str:
    """Return the text of parts, one after the other; one that says the same as another before it only once.

    Of a damaged part, what stands before the damage.
    """
    texts: list[str] = []
    for part in parts:
        flow = TextFlow()
        with package.survive_damage():
            package.feed_member(part, flow)
        text = flow.get_text()
        if text and text not in texts:
            texts.append(text)
    return "\n".join(texts)


def tidy_text(text: str) -> str:
    """Return text without blanks at line ends and with at most one empty line in a row."""
    text = re.sub(r"[ \t\u00a0]+(?=\n|$)", "", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def flatten_cell(text: str) -> str:
    """Return the text of a table cell in one line, so that rows are lines.

    Not that of a table which is there for the layout and whose cells hold the document.
    """
    text = text.strip()
    return re.sub(r"\s*\n\s*", " ", text) if len(text) <= _SHORT_CELL else text


class TextFlow:
    """Takes the parser's events and keeps the text that shows."""

    def __init__(self) -> None:
        self._buffers: list[list[str]] = [[]]
        self._asides: list[str] = []
        self._skipping = 0
        self._paragraphs = 0
        self._taking = False
        # Where the text of an element begins whose outer blanks do not show.
        self._trimmed_from: int | None = None

    def get_text(self) -> str:
        """Return what was collected until now."""
        return tidy_text("".join(piece for buffer in self._buffers for piece in buffer) + "".join(self._asides))

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = get_local_name(tag)
        if self._skipping or name in _SKIPPED or (name == "fld" and attributes.get("type") == "slidenum"):
            self._skipping += 1
            return
        self._taking = name in _TEXTS
        if name == "t":
            self._trimmed_from = None
            if "wordprocessingml" in tag and attributes.get(_SPACE) != "preserve":
                self._trimmed_from = len(self._buffers[-1])
        elif name in _SIGNS:
            self._buffers[-1].append(_SIGNS[name])
        elif name == "p":
            self._paragraphs += 1
        elif name in ("tc", _ASIDE):
            self._buffers.append([])

    def end(self, tag: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        name = get_local_name(tag)
        self._taking = False
        if name == "t":
            self._trim_text()
        elif name == "v":
            self._buffers[-1].append(" ")
        elif name == "tc":
            self._end_cell()
        elif name == "tr":
            self._buffers[-1].append("\n")
        elif name == _ASIDE:
            self._asides.append("".join(self._buffers.pop()))
        elif name in _LINES:
            self._end_line(name)

    def data(self, text: str) -> None:
        if self._taking and not self._skipping:
            self._buffers[-1].append(text)

    def close(self) -> None:
        """Called by the parser at the end."""

    def _trim_text(self) -> None:
        if self._trimmed_from is not None:
            buffer = self._buffers[-1]
            text = "".join(buffer[self._trimmed_from :]).strip(" \t\r\n")
            buffer[self._trimmed_from :] = [text]
            self._trimmed_from = None

    def _end_cell(self) -> None:
        text = flatten_cell("".join(self._buffers.pop()))
        self._buffers[-1].append(text + "\t")

    def _end_line(self, name: str) -> None:
        self._buffers[-1].append("\n")
        if name == "p":
            self._paragraphs -= 1
        if not self._paragraphs and self._asides:
            # A text box hangs on a place within a paragraph, which goes on behind it.
            self._buffers[-1] += [aside if aside.endswith("\n") else aside + "\n" for aside in self._asides]
            self._asides.clear()

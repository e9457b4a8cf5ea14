"""DOCX: the text as the document shows it, with its headers, notes, comments, diagrams and footers."""

from __future__ import annotations

from collections.abc import Iterator

from papra_index.documents import Page
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.formats.flowing import read_flow
from papra_index.extraction.formats.packages import Package, number_pages, open_package, read_relations

_BEFORE = ("header",)
_AFTER = ("footnotes", "endnotes", "comments", "diagramData", "chart", "footer")


def read_word(job: ExtractionJob, limits: ExtractionLimits, _begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the text of a DOCX as one page: the file itself does not say where its pages end.

    Raises ContentEncrypted, ContentTooLarge, and ContentDamaged behind what could be read.
    """
    with open_package(job.path, limits) as package:
        main = find_main_part(package, "word/document.xml")
        parts: list[tuple[str, str]] = []
        with package.survive_damage():
            parts += read_relations(package, main).values()
        texts = [_read_parts(package, parts, _BEFORE), read_flow(package, main), _read_parts(package, parts, _AFTER)]
        text = "\n".join(filter(None, texts))
        if text:
            yield from number_pages([text], limits)


def find_main_part(package: Package, usual: str) -> str:
    """Return the part that an OOXML package begins with."""
    for kind, target in read_relations(package, "").values():
        if kind == "officeDocument" and target in package:
            return target
    return usual


def _read_parts(package: Package, parts: list[tuple[str, str]], kinds: tuple[str, ...]) -> str:
    return read_flow(package, *(part for kind in kinds for found, part in parts if found == kind and part in package))

"""PPTX: every slide is a page, with its tables, grouped shapes, charts, diagrams, notes and comments."""

from __future__ import annotations

from collections.abc import Iterator

from papra_index.documents import Page
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.formats.flowing import read_flow
from papra_index.extraction.formats.packages import Package, number_pages, open_package, read_relations
from papra_index.extraction.formats.word import find_main_part

_BESIDE = ("diagramData", "chart", "notesSlide", "comments")
_RELATION_ID = "}id"


def read_slides(job: ExtractionJob, limits: ExtractionLimits, _begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the slides of a PPTX in the order that they are shown in.

    Raises ContentEncrypted, ContentTooLarge, and ContentDamaged behind what could be read.
    """
    with open_package(job.path, limits) as package:
        texts = (_read_slide(package, slide) for slide in _list_slides(package))
        yield from number_pages(texts, limits)


def _list_slides(package: Package) -> list[str]:
    main = find_main_part(package, "ppt/presentation.xml")
    relations = read_relations(package, main)
    slides = []
    for element in package.iterate_elements(main, "sldId"):
        for name, value in element.attrib.items():
            if name.endswith(_RELATION_ID) and relations.get(value, ("",))[0] == "slide":
                slides.append(relations[value][1])
    return slides or package.list_names("ppt/slides")


def _read_slide(package: Package, slide: str) -> str:
    parts = [slide]
    with package.survive_damage():
        relations = read_relations(package, slide).values()
        parts += [part for kind in _BESIDE for found, part in relations if found == kind and part in package]
    return read_flow(package, *parts)

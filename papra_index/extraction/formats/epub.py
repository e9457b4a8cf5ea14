"""EPUB: the chapters in reading order, each a page, read as the markup that they are."""

from __future__ import annotations

from collections.abc import Iterator

from papra_index.documents import Page
from papra_index.errors import ContentDamaged, ContentEncrypted
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.formats.markup import collect_text, decode_markup
from papra_index.extraction.formats.packages import (
    Package,
    get_local_name,
    number_pages,
    open_package,
    resolve_name,
)

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_READABLE = frozenset({"application/xhtml+xml", "text/html", "image/svg+xml", "application/xml", "text/xml"})


def read_epub(job: ExtractionJob, limits: ExtractionLimits, _begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the chapters of an e-book.

    Raises ContentEncrypted for one whose chapters are locked, ContentDamaged for one whose table of parts cannot be
    found, and for a chapter that cannot be read, after the others; ContentTooLarge after the pages within the limits.
    """
    with open_package(job.path, limits) as package:
        chapters = _list_chapters(package)
        locked = _list_locked(package)
        if any(chapter in locked for chapter in chapters):
            raise ContentEncrypted("the e-book is locked by its seller (DRM): add a copy without")
        yield from number_pages((_read_chapter(package, chapter) for chapter in chapters), limits)


def _read_chapter(package: Package, chapter: str) -> str:
    # The page of a damaged chapter stays empty, so that the numbers of the others hold.
    texts: list[str] = []
    with package.survive_damage():
        texts.append(collect_text(decode_markup(package.read_member(chapter))[0]))
    return "".join(texts)


def _list_chapters(package: Package) -> list[str]:
    main = next(
        (path for root in package.iterate_elements(_CONTAINER, "rootfile") if (path := root.get("full-path"))), None
    )
    if main is None:
        raise ContentDamaged("the e-book is damaged: it does not say where its content is")
    parts: dict[str, str] = {}
    chapters: list[str] = []
    for element in package.iterate_elements(main, "item", "itemref"):
        if get_local_name(element.tag) == "itemref":
            chapters += [parts[key] for key in [element.get("idref") or ""] if key in parts]
        elif (element.get("media-type") or "").lower() in _READABLE and element.get("href"):
            parts[element.get("id") or ""] = resolve_name(main, element.get("href"))
    # A spine may name a chapter a million times.
    return list(dict.fromkeys(chapters))


def _list_locked(package: Package) -> set[str]:
    if _ENCRYPTION not in package:
        return set()
    references = package.iterate_elements(_ENCRYPTION, "CipherReference")
    return {resolve_name("", element.get("URI") or "") for element in references}

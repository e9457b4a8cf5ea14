"""Pages of text, a row each: a note costs no rewrite of a long document, and a snippet reads one page and knows
its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, delete, func, select

from papra_index.catalog.keys import LISTED_KEYS, list_keys
from papra_index.catalog.statements import Statement, insert_rows
from papra_index.catalog.tables import documents, pages
from papra_index.conventions.language import detect_language
from papra_index.documents import PAGE_SEPARATOR, Page, PageSource, Provenance

PageText = tuple[int, str, str | None]
"""Number, text and label of a page."""

_TEXTS = (
    select(pages.c.document_key, pages.c.page_number, pages.c.text, pages.c.label)
    .where(pages.c.document_key.in_(LISTED_KEYS))
    .order_by(pages.c.document_key, pages.c.page_number)
)
_ALL_TEXTS = Statement(_TEXTS)
_BEGINNINGS = (
    select(func.substr(pages.c.text, 1, bindparam("characters")))
    .join(documents, documents.c.key == pages.c.document_key)
    .where(
        pages.c.document_key.in_(bindparam("keys", expanding=True)),
        pages.c.page_number == 1,
        # SQLite reads all of a text to give its beginning.
        documents.c.content_length < documents.c.page_count * 50_000,
    )
    .order_by(pages.c.document_key.desc())
)
_PAGES = select(pages).where(pages.c.document_key == bindparam("key")).order_by(pages.c.page_number)


def content_length(document_pages: Sequence[Page]) -> int:
    """Return the number of characters the joined content has."""
    return sum(len(page.text) + len(PAGE_SEPARATOR) for page in document_pages)


def tell_languages(document_pages: Iterable[Page]) -> tuple[Page, ...]:
    """Return pages with the language of each, told from its text."""
    return tuple(
        replace(page, provenance=replace(page.provenance, language=detect_language(page.text)))
        for page in document_pages
    )


def find_language(document_pages: Iterable[Page]) -> str | None:
    """Return the language that most of the text is in, None where no page's is known."""
    lengths: dict[str, int] = {}
    for page in document_pages:
        if (language := page.provenance.language) is not None:
            lengths[language] = lengths.get(language, 0) + len(page.text)
    return max(lengths, key=lambda language: lengths[language], default=None)


def replace_pages(connection: Connection, items: Sequence[tuple[int, Sequence[Page]]], *, fresh: bool) -> None:
    """Write the pages of documents, by key; with `fresh` True they had none before, so nothing is removed."""
    if items and not fresh:
        connection.execute(delete(pages).where(pages.c.document_key.in_([document_key for document_key, _ in items])))
    rows = [describe_page(document_key, page) for document_key, document_pages in items for page in document_pages]
    insert_rows(connection, pages, rows)


def describe_page(document_key: int, page: Page) -> dict[str, object]:
    """Return a page as a row."""
    origin = page.provenance
    return {
        "document_key": document_key,
        "page_number": page.number,
        "text": page.text,
        "source": origin.source.value,
        "engine": origin.engine,
        "confidence": origin.confidence,
        "seconds": origin.seconds,
        "quality": origin.quality,
        "language": origin.language,
        "label": page.label,
        "awaits_ocr": int(page.awaits_ocr),
    }


def read_pages(connection: Connection, document_key: int) -> Iterator[Page]:
    """Yield a document's pages in order; the connection must stay open meanwhile."""
    for row in connection.execute(_PAGES, {"key": document_key}):
        origin = Provenance(PageSource(row.source), row.engine, row.confidence, row.seconds, row.quality, row.language)
        yield Page(row.page_number, row.text, origin, row.label, bool(row.awaits_ocr))


def read_texts(connection: Connection, document_keys: Sequence[int]) -> dict[int, list[PageText]]:
    """Return the texts of several documents' pages in order: for documents of bounded length."""
    found: dict[int, list[PageText]] = {}
    for key, number, text, label in _ALL_TEXTS.fetch(connection, list_keys(document_keys)):
        found.setdefault(key, []).append((number, text, label))
    return found


def iterate_texts(connection: Connection, document_key: int) -> Iterator[PageText]:
    """Yield the texts of one document, a page in memory at a time."""
    result = connection.execute(_TEXTS.execution_options(yield_per=8), list_keys([document_key]))
    for _, number, text, label in result:
        yield number, text, label


def read_beginnings(
    connection: Connection, document_keys: Sequence[int], characters: int, characters_in_all: int
) -> list[str]:
    """Return how the first pages of documents begin, until so many characters are read; very long pages are left
    out.
    """
    texts: list[str] = []
    for text in connection.execute(_BEGINNINGS, {"keys": document_keys, "characters": characters}).scalars():
        texts.append(text)
        characters_in_all -= len(text)
        if characters_in_all <= 0:
            break
    return texts


def read_beginning(connection: Connection, document_key: int, characters: int) -> str:
    """Return the first characters of a document's text, pages joined by line ends."""
    texts, length = [], 0
    for _, text, _ in iterate_texts(connection, document_key):
        texts.append(text[: characters - length])
        length += len(texts[-1])
        if length >= characters:
            break
    return "\n".join(texts)


def read_content(connection: Connection, document_key: int) -> str:
    """Return the joined content of a document."""
    return PAGE_SEPARATOR.join([text for _, _, text, _ in _ALL_TEXTS.fetch(connection, list_keys([document_key]))])

"""The step `passages` of the walk `search`: pages of the documents found -> snippets around the words of the search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from papra_index.catalog.database import CatalogConnection
from papra_index.catalog.pages import PageText, iterate_texts, read_texts
from papra_index.documents import Document
from papra_index.index.highlighting import Highlighter
from papra_index.index.snippets import find_snippets
from papra_index.query.expression import Expression, positive_patterns, positive_texts
from papra_index.results import Snippet

_SHORT_CONTENT = 100_000
"""Contents up to this many characters are fetched together for snippets, longer ones page by page."""


def find_passages(
    connection: CatalogConnection,
    keys: Sequence[int],
    found: dict[int, tuple[Document, int]],
    expression: Expression,
    count: int,
) -> dict[int, tuple[Snippet, ...]]:
    """Return up to `count` snippets of each document, by key; `found` has documents and lengths of their texts."""
    if not count:
        return {}
    highlighter = Highlighter(tuple(positive_texts(expression)), tuple(positive_patterns(expression)))
    short = [key for key in keys if key in found and 0 < found[key][1] <= _SHORT_CONTENT]
    texts = read_texts(connection, short) if short else {}
    return {
        key: _cut_snippets(
            highlighter,
            texts[key] if key in texts else iterate_texts(connection, key),
            count,
            found[key][0].language,
        )
        for key in keys
        if key in found and found[key][1]
    }


def _cut_snippets(
    highlighter: Highlighter, pages: Iterable[PageText], count: int, language: str | None
) -> tuple[Snippet, ...]:
    labels: dict[int, str] = {}

    def iterate_pages() -> Iterator[tuple[int, str]]:
        for number, text, label in pages:
            if label is not None:
                labels[number] = label
            yield number, text

    snippets = find_snippets(highlighter, iterate_pages(), count=count, language=language)
    if labels:
        return tuple([replace(snippet, page_label=labels.get(snippet.page_number)) for snippet in snippets])
    return snippets

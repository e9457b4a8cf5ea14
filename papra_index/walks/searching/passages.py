"""The step `passages` of the walk `search`: names and pages of the documents found -> highlights and snippets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from papra_index.catalog.database import CatalogConnection
from papra_index.catalog.pages import iterate_texts, read_texts
from papra_index.documents import Document
from papra_index.index.highlighting import Highlighter, merge_spans
from papra_index.index.snippets import find_snippets
from papra_index.query.expression import Expression, positive_patterns, positive_texts
from papra_index.results import Snippet, Span

_SHORT_CONTENT = 100_000
"""Contents up to this many characters are fetched together for snippets, longer ones page by page."""

FoundDocuments = Mapping[int, tuple[Document, int]]
"""The live documents of a page of hits and the lengths of their texts, by key."""


def find_passages(
    connection: CatalogConnection, keys: Sequence[int], found: FoundDocuments, expression: Expression, count: int
) -> dict[int, tuple[tuple[Snippet, ...], tuple[Span, ...]]]:
    """Return up to `count` snippets of each document and what to highlight in its name, by key; nothing for count 0."""
    if not count:
        return {}
    texts, patterns = tuple(positive_texts(expression)), tuple(positive_patterns(expression))
    contents, names = Highlighter(texts, patterns), Highlighter(texts, patterns, "name")
    lengths = [(key, found[key][1]) for key in keys if key in found]
    pages = read_texts(connection, [key for key, length in lengths if 0 < length <= _SHORT_CONTENT])
    passages = {}
    for key, length in lengths:
        document = found[key][0]
        snippets: tuple[Snippet, ...] = ()
        if length:
            texts_of_pages = pages[key] if key in pages else iterate_texts(connection, key)
            snippets = find_snippets(contents, texts_of_pages, count=count, language=document.language)
        spans = names.find_spans(document.name, document.language)
        passages[key] = snippets, tuple(merge_spans(spans)) if spans else ()
    return passages

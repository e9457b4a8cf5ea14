"""The step `evidence` of the walk `search`: what of a query each hit of a page holds, and what its score consists of.

The index is asked with the documents of the page alone, part by part; no text is read for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from papra_index.documents import Document
from papra_index.index.base import IndexReader, IndexRequest, restart_request
from papra_index.index.highlighting import Highlighter
from papra_index.query.expression import Expression, Near, Pattern, Text, Words, positive_leaves
from papra_index.values.explanations import Explanation, ScorePart

_MAX_LEAVES = 40
"""Words, phrases and patterns of a query that hits are asked for, each by three small searches at most."""

_WIDE_PHRASE = re.compile(r"[^\W_][\W_]+[^\W_]{1,2}[\W_]*\Z")
_WIDE_LEAVES = 20

_TOLERANCE = 1e-4
"""Share of a score that its parts may miss: the engine counts in single precision."""

Matched = dict[str, tuple[str, ...]]
"""Words and phrases of a query by the field they were found in."""


def find_matched(reader: IndexReader, request: IndexRequest, documents: Mapping[int, Document]) -> dict[int, Matched]:
    """Return what of a request's expression each document holds and where, by key.

    A word that a document holds in another form (by its stem) is told of the name where that has it, else of the
    content. Of a query with more than 40 words, phrases and patterns the first 40 are looked for; a phrase that ends in
    a beginning of one or two letters counts as twenty.
    """
    found: dict[int, dict[str, list[str]]] = {key: {} for key in documents}
    left = _MAX_LEAVES
    for leaf in dict.fromkeys(positive_leaves(request.expression)):
        left -= _WIDE_LEAVES if isinstance(leaf, Text) and _WIDE_PHRASE.search(leaf.value) else 1
        if left < 0:
            break
        for field, keys in _find_holders(reader, request, leaf, documents):
            for key in keys:
                found[key].setdefault(field, []).append(write_leaf(leaf))
    # `*schule` is two leaves, the pattern and the word as it stands.
    return {
        key: {field: tuple(dict.fromkeys(words)) for field, words in fields.items()} for key, fields in found.items()
    }


def explain_hits(
    reader: IndexReader, request: IndexRequest, keys: Sequence[int], scores: Sequence[float]
) -> dict[int, Explanation]:
    """Return what the score of each document consists of, by key."""
    explained = reader.explain(request, keys)
    return {key: _explain(score, explained.get(key, ())) for key, score in zip(keys, scores, strict=True)}


def search_among(reader: IndexReader, request: IndexRequest, expression: Expression, keys: Iterable[int]) -> set[int]:
    """Return which documents match an expression, with all else as in the request."""
    wanted = tuple(keys)
    if not wanted:
        return set()
    asked = replace(restart_request(request, expression, len(wanted)), feedback=(), keys=wanted)
    return {*reader.search(asked).keys}


def write_leaf(leaf: Text | Near | Pattern | Words) -> str:
    """Return the words of a leaf as they were typed."""
    return " ".join(leaf.values) if isinstance(leaf, Words) else leaf.value


def _explain(score: float, parts: tuple[ScorePart, ...]) -> Explanation:
    merged: dict[tuple[str, str, str], ScorePart] = {}
    for part in parts:
        reason = (part.kind, part.field, part.text)
        known = merged.get(reason)
        merged[reason] = part if known is None else replace(known, score=known.score + part.score)
    parts = tuple(sorted(merged.values(), key=lambda part: -part.score))
    rest = score - sum(part.score for part in parts)
    if score and abs(rest) > _TOLERANCE * abs(score):
        # A commit came between, or something scores that is no part.
        parts = (*parts, ScorePart("other", "any", "", rest))
    return Explanation(score, parts)


def _find_holders(
    reader: IndexReader, request: IndexRequest, leaf: Text | Near | Pattern | Words, documents: Mapping[int, Document]
) -> Iterator[tuple[str, set[int]]]:
    """Yield the fields that hold a leaf and the documents where they do."""
    if not isinstance(leaf, Words) and leaf.field != "any":
        yield leaf.field, search_among(reader, request, leaf, documents)
        return
    everywhere = search_among(reader, request, leaf, documents)
    text = Text(write_leaf(leaf)) if isinstance(leaf, Words) else leaf
    names = search_among(reader, request, replace(text, field="name"), everywhere)
    contents = search_among(reader, request, replace(text, field="content"), everywhere)
    if forms := everywhere - names - contents:
        highlighter = Highlighter((text,) if isinstance(text, Text) else (), field="name")
        in_names = {key for key in forms if highlighter.find_spans(documents[key].name, documents[key].language)}
        names |= in_names
        contents |= forms - in_names
    yield "name", names
    yield "content", contents

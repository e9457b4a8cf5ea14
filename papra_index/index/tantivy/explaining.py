"""Scores taken apart: each part of a query that scores is searched for in the documents asked for, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import tantivy

from papra_index.index.base import IndexRequest
from papra_index.index.stemming import UNSTEMMED, choose_stemmer, stem_folded
from papra_index.index.tantivy.analysis import tokenize
from papra_index.index.tantivy.compiler import compile_request
from papra_index.index.tantivy.filters import match_keys
from papra_index.index.tantivy.stems import strip_term
from papra_index.values.explanations import AnalyzedWord, ScorePart


def explain_scores(
    searcher: tantivy.Searcher, request: IndexRequest, keys: Sequence[int]
) -> dict[int, tuple[ScorePart, ...]]:
    """Return what the scores of documents consist of, by key, highest first; empty where the request does not rank."""
    compiled = compile_request(request, searcher)
    if not compiled.ranked or not keys:
        return {}
    found: dict[int, list[ScorePart]] = {key: [] for key in keys}
    wanted = match_keys(keys)
    for part in compiled.parts.build():
        result = searcher.search(part.restrict(wanted), len(keys))
        addresses = [address for _, address in result.hits]
        matched = cast("list[int]", searcher.fast_field_values("key", addresses))
        text = strip_term(part.text) if part.kind == "feedback" else part.text
        for key, (score, _) in zip(matched, result.hits, strict=True):
            if score:
                found[key].append(ScorePart(part.kind, part.field, text, score))
    return {key: tuple(sorted(parts, key=lambda part: -part.score)) for key, parts in found.items()}


def analyze_text(text: str, language: str | None) -> tuple[AnalyzedWord, ...]:
    """Return the words of a text as they are looked for, with their stems in documents of a language."""
    stemmer = choose_stemmer(language)
    return tuple(
        AnalyzedWord(word, None if stemmer == UNSTEMMED else stem_folded(stemmer, word)) for word in tokenize(text)
    )

"""Documents that speak of the same things as one, and those that may be the same: found by the words few others have.

The engine's own more-like-this panics where documents were deleted, and knows neither stems nor organizations.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import cast

import tantivy
from tantivy import Occur, Query

from papra_index.conventions.folding import replace_surrogates
from papra_index.conventions.values import dataclass
from papra_index.index.base import MAX_SIMILAR, SimilarityRequest, SimilarMatch
from papra_index.index.stemming import choose_stemmer, stem_folded
from papra_index.index.tantivy.analysis import split_words, tokenize
from papra_index.index.tantivy.census import Census
from papra_index.index.tantivy.compiler import compile_request
from papra_index.index.tantivy.feedback import TERM_CHARACTERS
from papra_index.index.tantivy.filters import match_keys
from papra_index.index.tantivy.fragments import name_telling_pairs
from papra_index.index.tantivy.schema import build_schema
from papra_index.index.tantivy.stems import (
    find_stems,
    list_stemmers,
    match_term,
    strip_term,
    weigh_rarity,
)

_MAX_WORDS = 30
_MAX_PAIRS = 90  # a word of two or three characters is in as many pairs, and half of all are in no word
_MAX_CANDIDATES = 400
_MAX_DOCUMENT_SHARE = 0.1
_MIN_DOCUMENTS = 12  # in small archives a tenth of all would be two or three
_MIN_SHARED = 0.1
_MIN_WORDS = 2
_MIN_SCORE = 0.15
_MIN_DIGITS = 3  # days, months and small numbers are everywhere
_REASONS = 5
_SATURATION = 1.2  # k1 of the engine's BM25

_MAX_COPIES = 10
"""Documents that may be copies of one; more of a group are found by its other members."""

_COPY_WORDS = 60
_COPY_LEVEL = 12
_COPY_CANDIDATES = 160  # looking up a word in a large index costs some 10 microseconds
_COPY_DOCUMENTS = 500
_COPY_CHARACTERS = range(4, 21)
_DENSE = "\u0e00"  # from here on two characters, as of Thai and Chinese, say as much as a word
_COPY_SHARED = 4


@dataclass(frozen=True, slots=True)
class _Telling:
    """A word that few documents have, as it is written: the query for its stem, and its score in a usual document."""

    word: str
    query: Query
    score: float


def find_similar(searcher: tantivy.Searcher, request: SimilarityRequest) -> tuple[SimilarMatch, ...]:
    """Return documents that share the distinctive words of one, best first; words are told of the wanted page only.

    A score is BM25 of those words by what the document itself scores, at most 1.
    """
    tellings = _choose_tellings(searcher, request)
    least = max(_MIN_WORDS, math.ceil(_MIN_SHARED * len(tellings)))
    if len(tellings) < least:
        return ()
    queries = [(Occur.Should, telling.query) for telling in tellings]
    sharing = Query.boolean_query(queries, minimum_number_should_match=least)
    itself = match_keys([request.document_key])
    allowed = compile_request(request.filter, searcher).query
    others = [
        (Occur.Must, Query.const_score_query(allowed, 0.0)),
        (Occur.MustNot, itself),
        (Occur.Must, sharing),
    ]
    whole = _score_itself(searcher, sharing, itself) or sum(telling.score for telling in tellings)
    rows = [(score, key) for score, key in _search(searcher, others, MAX_SIMILAR) if score >= _MIN_SCORE * whole]
    rows.sort(reverse=True)
    first = request.filter.first
    page = [key for _, key in rows[first : first + request.filter.limit]]
    words = _tell_words(searcher, tellings, page) if page else {}
    return tuple([SimilarMatch(key, min(score / whole, 1.0), tuple(words.get(key, ()))) for score, key in rows])


def find_copies(searcher: tantivy.Searcher, request: SimilarityRequest) -> tuple[int, ...]:
    """Return the documents of the organization that share the rarest words of a text: what may be a copy is among
    them.
    """
    itself = match_keys([request.document_key])
    # A word of its own is in one document of the index, unless that does not have it yet.
    least = 2 if _search(searcher, [(Occur.Must, itself)], 1) else 1
    census = Census(searcher, request.filter.reach)
    rarest = _choose_rarest(census, request.text, least)
    if not rarest:
        return ()
    words = [(Occur.Should, Query.term_query(build_schema(), field, term)) for field, term in rarest]
    if census.is_restricted:
        words = [(occur, Query.const_score_query(query, 1.0)) for occur, query in words]
    shared = min(len(rarest), _COPY_SHARED)
    allowed = compile_request(request.filter, searcher).query
    found = _search(
        searcher,
        [
            (Occur.Must, Query.const_score_query(allowed, 0.0)),
            (Occur.MustNot, itself),
            (Occur.Must, Query.boolean_query(words, minimum_number_should_match=shared)),
        ],
        _MAX_COPIES,
    )
    return tuple(key for _, key in found)


def _choose_rarest(census: Census, text: str, least: int) -> list[tuple[str, str]]:
    """Return rare words and pairs of characters of a text that at least so many documents have, each behind its field;
    some for each number of documents.

    Replaced documents count until the engine has merged them away, so that misread words of a document that was changed
    are as rare as those that it shares with one other, or rarer: the rarest alone could all be its own.
    """
    candidates = [("content", word) for word in dict.fromkeys(tokenize(text)) if _is_long(word)]
    candidates += [("pairs", term) for term in dict.fromkeys(name_telling_pairs(text))]
    # Of a long text words from everywhere, as two copies may begin differently.
    spread = candidates[:: math.ceil(len(candidates) / _COPY_CANDIDATES) or 1]
    levels: dict[int, list[tuple[str, str]]] = {}
    for field, term in spread:
        if (count := census.count_term(field, term)) >= least:
            levels.setdefault(count, []).append((field, term))
    chosen: list[tuple[str, str]] = []
    for count in sorted(levels):
        if count > _COPY_DOCUMENTS and len(chosen) >= _COPY_SHARED:
            break  # what so many documents have is looked for only where there is nothing else
        chosen += levels[count][: min(_COPY_LEVEL, _COPY_WORDS - len(chosen))]
    return chosen


def _choose_tellings(searcher: tantivy.Searcher, request: SimilarityRequest) -> list[_Telling]:
    """Return the words that a document has more often than others do, by the best form of each stem, and the pairs."""
    stemmer = choose_stemmer(request.language)
    tokens = tokenize(request.text)
    written = dict(zip(tokens, _list_written(request.text, tokens), strict=True))
    counts: Counter[str] = Counter()
    forms: dict[str, str] = {}
    for word, count in Counter(tokens).most_common():
        if _tells(word) and word not in request.ignored_words:
            term = stemmer + stem_folded(stemmer, word)
            counts[term] += count
            forms.setdefault(term, word)
    pairs = Counter(name_telling_pairs(request.text))
    census = Census(searcher, request.filter.reach)
    documents_count = census.documents_count
    limit = max(_MAX_DOCUMENT_SHARE * documents_count, _MIN_DOCUMENTS)
    weighed = []
    for term, count in (*counts.most_common(_MAX_CANDIDATES), *pairs.most_common(_MAX_CANDIDATES)):
        # Of a word that one document has, that document is this one, unless the index does not have it yet.
        if 0 < (holders := census.count_holders(term, limit)) <= limit:
            weight = count * (_SATURATION + 1) / (count + _SATURATION)
            weighed.append((weight * weigh_rarity(documents_count, holders), weight, term))
    stemmers = sorted({*list_stemmers(searcher, request.filter.reach), stemmer})
    tellings = []
    wanted = _MAX_PAIRS if len(pairs) > len(counts) else _MAX_WORDS
    for score, weight, term in heapq.nlargest(wanted, weighed):
        query: Query | None
        if term in pairs:
            word, query = strip_term(term), match_term(build_schema(), term)
        else:
            word, query = written[forms[term]], find_stems(build_schema(), searcher, stemmers, forms[term])
        if query is not None:
            # The engine scores by how rare a word is among all documents.
            scored = Query.const_score_query(query, score * weight) if census.is_restricted else None
            tellings.append(_Telling(word, scored or Query.boost_query(query, weight), score * weight))
    return tellings


def _list_written(text: str, tokens: list[str]) -> list[str]:
    """Return the tokens as they are written, in small letters; as they are where the text is split otherwise."""
    written = split_words(replace_surrogates(text).lower())
    return written if len(written) == len(tokens) else tokens


def _is_long(word: str) -> bool:
    return len(word) in _COPY_CHARACTERS or (len(word) in TERM_CHARACTERS and word[0] >= _DENSE)


def _tells(word: str) -> bool:
    return len(word) in TERM_CHARACTERS and not (len(word) < _MIN_DIGITS and word.isdigit())


def _score_itself(searcher: tantivy.Searcher, sharing: Query, itself: Query) -> float:
    """Return what a document scores by its own words, 0.0 where the index does not have it yet."""
    clauses = [(Occur.Must, sharing), (Occur.Must, itself)]
    return next((score for score, _ in _search(searcher, clauses, 1)), 0.0)


def _tell_words(searcher: tantivy.Searcher, tellings: Iterable[_Telling], keys: Sequence[int]) -> dict[int, list[str]]:
    """Return the words that each of these documents shares, those that add most to its score first."""
    among = match_keys(keys)
    shares: dict[int, list[tuple[float, str]]] = {}
    for telling in tellings:
        for score, key in _search(searcher, [(Occur.Must, among), (Occur.Must, telling.query)], len(keys)):
            shares.setdefault(key, []).append((score, telling.word))
    return {key: [word for _, word in heapq.nlargest(_REASONS, found)] for key, found in shares.items()}


def _search(searcher: tantivy.Searcher, clauses: list[tuple[Occur, Query]], limit: int) -> list[tuple[float, int]]:
    result = searcher.search(Query.boolean_query(clauses), limit)
    keys = cast("list[int]", searcher.fast_field_values("key", [address for _, address in result.hits]))
    return [(float(cast("float", score)), key) for (score, _), key in zip(result.hits, keys, strict=True)]

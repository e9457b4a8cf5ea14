"""Words to engine queries: exact words score by BM25, the last word is a prefix too, and no prefix is ever cut short.

The engine's own phrase with a prefix silently stops at 50 words of the dictionary: it serves only where that is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise

import tantivy
from tantivy import Occur, Query

from papra_index.index.tantivy.analysis import tokenize
from papra_index.index.tantivy.beginnings import LONGEST_BEGINNING, name_beginning
from papra_index.index.tantivy.costs import limit_cost, measure_neighbours
from papra_index.index.tantivy.lexicon import Lexicon
from papra_index.index.tantivy.parts import PartList
from papra_index.index.tantivy.prefixes import LONG_PREFIX
from papra_index.index.tantivy.schema import build_schema
from papra_index.index.tantivy.stems import find_stems, list_stems, match_term
from papra_index.index.tantivy.widening import find_compounds
from papra_index.query.expression import Expression, Text
from papra_index.settings import RankingSettings

_RANKED_BEGUN = ("name", "content")
_MAX_BEGUN_WORDS = 64

_MAX_NEIGHBOURS = 8

_MAX_PHRASE_PREFIX_WORDS = 50  # what the engine's phrase prefix looks at
_MAX_PHRASES = 100  # so many single phrases are faster than a regular expression over the dictionary
_MAX_HOLDERS = 1_000  # more documents hold too many words for that

_MAX_WORDS = 50_000
_MAX_FURTHER_WORDS = 12_000
"""Words of the dictionary that the first wide phrase of a search may look at, and all further ones; a quarter of a
second."""

_MAX_WORDS_ASIDE = 2_000
"""Words that a phrase stands for at most which a pattern also is, as `ab*c` is `ab c…`; 20 ms."""

_KEPT_REWARDS = 4
_MAX_COST_OF_REWARDS = 5_000_000

_TOO_MANY_WORDS = 15_000  # what finding a prefix to stand for very many words costs against looking at them


class WordMatcher:
    """Queries for runs of words in one field, for one searcher and organization.

    A phrase is matched exactly, its last word as a prefix, unless that prefix stands for so many words of the archive
    that a search would take seconds: of prefixes of more than 50 words, a search looks at 50,000 words for the first
    and at 12,000 for all others. Where that does not do (and no hundred words in a thousand documents settle it), a
    phrase matches the documents that hold its words anywhere in the field, and its negation the others; after five such
    phrases of a search, further ones may match without their last word. So a phrase never misses a document, and one
    more character makes it exact again.
    """

    def __init__(
        self,
        searcher: tantivy.Searcher,
        organization: Query,
        stemmers: Sequence[str] = (),
        lexicon: Lexicon | None = None,
        passes: int = 1,
        ranking: RankingSettings = RankingSettings(),  # noqa: B008 - a frozen value
    ) -> None:
        self._schema = build_schema()
        self._searcher = searcher
        self._organization = organization
        self._stemmers = tuple(stemmers)
        self.ranking = ranking
        self.is_strict = False
        self.is_aside = False
        """Whether what is matched is only what a pattern also is to the contract: a phrase that nobody typed."""
        self.parts = PartList()
        self._lexicon = Lexicon(searcher) if lexicon is None else lexicon
        self._budget, self._further = (int(most / max(1.0, passes / 2)) for most in (_MAX_WORDS, _MAX_FURTHER_WORDS))
        self.loosened: dict[str, None] = {}
        self._rewards, self._rewards_cost = 0, 0.0
        self._phrases: dict[tuple[object, ...], tuple[list[Query], Query | None]] = {}

    def match_word(self, field: str, token: str) -> tuple[Query | None, Query | None]:
        """Return queries for a word as it is and for all it is the beginning of; None where that finds nothing more."""
        exact, widened = self._match_run(field, [token])
        return exact[0] if exact else None, widened

    def match_stem(self, token: str) -> Query | None:
        """Return the query for documents with a word of this stem in name or content, None for no such or if strict."""
        if self.is_strict:
            return None
        find = partial(find_stems, self._schema, self._searcher, self._stemmers, token)
        return self._lexicon.recall(("stems", self._stemmers, token), find)

    def match_stems(self, tokens: Sequence[str]) -> list[Query]:
        """Return alternatives that together match the stems of any of these words."""
        return [query for token in tokens if (query := self.match_stem(token)) is not None]

    def rank_stem(self, token: str) -> list[Query]:
        """Return alternatives that match the stem of a word, with scores: terms beside each other, which the engine
        goes through in half the time that it takes for terms within an alternative."""
        if self.is_strict:
            return []
        find = partial(list_stems, self._schema, self._searcher, self._stemmers, token)
        listed = self._lexicon.recall(("stems apart", self._stemmers, token), find)
        weight = self.ranking.stem_weight
        return [
            self.parts.note("stem", "any", [token], Query.boost_query(query, weight * factor))
            for query, factor in listed
        ]

    def match_compounds(self, token: str, weight: float, ranked: bool) -> list[Query]:
        """Return alternatives that match compounds with a word as a part, none if strict; ranked, scores are noted."""
        asked = ("compounds", self._stemmers, token)
        find = partial(find_compounds, self._searcher, self._stemmers, token)
        found = None if self.is_strict else self._lexicon.recall(asked, find)
        if found is None:
            return []
        compounds, rarity = found
        query = Query.const_score_query(compounds, weight * rarity)
        return [self.parts.note("compound", "content", [token], query) if ranked else query]

    def match_term(self, term: str) -> Query:
        """Return the query for a term of feedback."""
        return match_term(self._schema, term)

    def match_phrase(self, tokens: Sequence[str], slop: int = 0) -> Query:
        """Return the query for two or more words in order in the content, with up to `slop` others between them."""
        return Query.phrase_query(self._schema, "content", [*tokens], slop=slop)

    def admit_reward(self, tokens: Sequence[str]) -> bool:
        """Say whether words in order may lift documents: the first of a query always, others if they are rare."""
        self._rewards += 1
        self._rewards_cost += measure_neighbours(self._searcher, "content", tokens)
        allowed = limit_cost(self._searcher, _MAX_COST_OF_REWARDS)
        return self._rewards <= _KEPT_REWARDS or self._rewards_cost <= allowed

    def match_field(self, field: str, tokens: Sequence[str]) -> list[Query]:
        """Return alternatives that together match the tokens, adjacent and in order, the last as a prefix."""
        exact, widened = self._match_run(field, tokens)
        return exact if widened is None else [widened]

    def rank_field(self, field: str, tokens: Sequence[str]) -> list[Query]:
        """Return the same alternatives with scores: whole words above prefixes."""
        exact, widened = self._match_run(field, tokens)
        if field == "name":
            exact = [Query.boost_query(query, self.ranking.name_weight) for query in exact]
        exact = [self.parts.note("word" if len(tokens) == 1 else "phrase", field, tokens, query) for query in exact]
        if widened is None:
            return exact
        beginning = Query.const_score_query(widened, score_beginning(self.ranking, field))
        prefixes = [beginning, *self._rank_begun(field, tokens)]
        return [*exact, *(self.parts.note("prefix", field, tokens, query) for query in prefixes)]

    def reward_neighbours(self, operands: Sequence[Expression]) -> Iterator[Query]:
        """Yield optional clauses that lift documents where neighbouring words of the query stand next to each other."""
        words = [_single_word(operand) for operand in operands]
        pairs = [(one, two) for one, two in pairwise(words) if one and two and one != two]
        for one, two in pairs[:_MAX_NEIGHBOURS]:
            phrase = Query.phrase_query(self._schema, "content", [one, two])
            yield self.parts.note(
                "neighbours", "content", [one, two], Query.boost_query(phrase, self.ranking.neighbour_weight)
            )

    def _rank_begun(self, field: str, tokens: Sequence[str]) -> Iterator[Query]:
        """Yield a score for the words that a beginning stands for, where no document has it as a word."""
        token = tokens[0]
        if len(tokens) > 1 or len(token) < LONG_PREFIX or field not in _RANKED_BEGUN:
            return
        if any(self._searcher.doc_freq(name, token) for name in _RANKED_BEGUN):
            return
        words = self._searcher.terms_with_prefix(field, token, limit=_MAX_BEGUN_WORDS + 1)
        if 0 < len(words) <= _MAX_BEGUN_WORDS:
            terms = [(Occur.Should, Query.term_query(self._schema, field, word)) for word, _ in words]
            weight = self.ranking.begun_weight * (self.ranking.name_weight if field == "name" else 1.0)
            yield Query.boost_query(Query.boolean_query(terms), weight)

    def _match_run(self, field: str, tokens: Sequence[str]) -> tuple[list[Query], Query | None]:
        """Return queries for the exact tokens, and one for all matches where those are not all."""
        if len(tokens) > 1:
            return self._match_phrase(field, list(tokens))
        exact, widened = self._lexicon.recall(("word", field, tokens[0]), partial(self._find_word, field, tokens[0]))
        return list(exact), widened

    def _find_word(self, field: str, token: str) -> tuple[list[Query], Query | None]:
        exact = [Query.term_query(self._schema, field, token)]
        if len(token) >= LONG_PREFIX:
            words = self._searcher.terms_with_prefix(field, token, limit=2)
            if not words:
                return [], None
            if len(words) == 1 and words[0][0] == token:
                return exact, None
        return exact, self._match_beginning(field, token)

    def _match_beginning(self, field: str, token: str) -> Query:
        if field == "content" and len(token) <= LONGEST_BEGINNING:
            return Query.term_query(self._schema, "fragments", name_beginning(token), index_option="basic")
        return Query.fuzzy_term_query(self._schema, field, token, distance=0, prefix=True)

    def _match_phrase(self, field: str, tokens: list[str]) -> tuple[list[Query], Query | None]:
        asked = (self.is_aside, field, *tokens)
        if asked not in self._phrases:
            # Kept, so that a phrase and its negation exclude each other whatever was spent between them.
            self._phrases[asked] = self._find_phrase(field, tokens)
        return self._phrases[asked]

    def _find_phrase(self, field: str, tokens: list[str]) -> tuple[list[Query], Query | None]:
        if not all(self._searcher.doc_freq(field, token) for token in tokens[:-1]):
            return [], None  # no document holds them, and what the last one stands for need not be found out
        exact = [Query.phrase_query(self._schema, field, [*tokens])]
        if self._budget <= 0 and len(tokens[-1]) < LONG_PREFIX:
            return exact, self._match_loosely(field, tokens)
        count = self._lexicon.prefixes.count(field, tokens[-1])
        if count is not None and count <= _MAX_PHRASE_PREFIX_WORDS:
            if count == 0:
                return [], None
            if count == 1 and self._searcher.doc_freq(field, tokens[-1]):
                return exact, None
            return exact, Query.phrase_prefix_query(self._schema, field, [*tokens])
        is_too_wide = self.is_aside and (count is None or count > _MAX_WORDS_ASIDE)
        if not is_too_wide:
            self._budget -= _TOO_MANY_WORDS if count is None else count
        phrases = self._list_held_phrases(field, tokens) if self._budget > 0 else None
        if phrases is None and not is_too_wide:
            phrases = self._list_pattern_phrases(field, tokens)
        self._budget = min(self._budget, self._further)
        if phrases is None:
            return exact, self._match_loosely(field, tokens)
        return exact, Query.boolean_query([(Occur.Should, phrase) for phrase in phrases])

    def _list_held_phrases(self, field: str, tokens: list[str]) -> list[Query] | None:
        """Return a phrase for each word that stands for the last one in few documents; None where there is more."""
        head = [Query.term_query(self._schema, field, token) for token in set(tokens[:-1])]
        holders = Query.boolean_query([(Occur.Must, query) for query in (self._organization, *head)])
        if self._searcher.search(holders, 1).count > _MAX_HOLDERS:  # type: ignore[attr-defined]
            return None
        found = self._searcher.terms_with_prefix(field, tokens[-1], filter_query=holders, limit=_MAX_PHRASES + 1)
        if len(found) > _MAX_PHRASES:
            return None
        return [Query.phrase_query(self._schema, field, [*tokens[:-1], word]) for word, _ in found]

    def _list_pattern_phrases(self, field: str, tokens: list[str]) -> list[Query] | None:
        """Return phrases for all words the last one stands for, None where that is more than is left to spend."""
        phrases = []
        for pattern, count in self._lexicon.prefixes.iterate_patterns(field, tokens[-1]):
            self._budget -= count
            if self._budget <= 0:
                return None
            phrases.append(Query.regex_phrase_query(self._schema, field, [*tokens[:-1], pattern]))
        return phrases

    def _match_loosely(self, field: str, tokens: list[str]) -> Query:
        """Match the documents that hold the words of a phrase anywhere in the field."""
        self.loosened[" ".join(tokens)] = None
        words = [Query.term_query(self._schema, field, token) for token in set(tokens[:-1])]
        self._budget -= _TOO_MANY_WORDS
        if self._budget > -_MAX_WORDS or (field == "content" and len(tokens[-1]) <= LONGEST_BEGINNING):
            words.append(self._match_beginning(field, tokens[-1]))
        return Query.boolean_query([(Occur.Must, query) for query in words])


def score_beginning(ranking: RankingSettings, field: str) -> float:
    """Return what a match by the beginning of a word in a field adds."""
    return ranking.content_prefix_score if field == "content" else ranking.name_prefix_score


def _single_word(expression: Expression) -> str | None:
    if not isinstance(expression, Text) or expression.field not in ("any", "content"):
        return None
    tokens = tokenize(expression.value)
    return tokens[0] if len(tokens) == 1 else None

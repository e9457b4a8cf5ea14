"""Expression to engine query: the clause of what is within reach is added here, negation follows three-valued logic.

A text matches the same documents wherever it stands; only where scores count does it also say which match is better.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import tantivy
from tantivy import Occur, Query

from papra_index.index.base import IndexRequest
from papra_index.index.bigrams import has_unspaced
from papra_index.index.sequences import find_sequences
from papra_index.index.tantivy.analysis import tokenize
from papra_index.index.tantivy.choices import match_choice, rank_choice
from papra_index.index.tantivy.costs import bound_expression
from papra_index.index.tantivy.filters import FilterMatcher, match_keys
from papra_index.index.tantivy.lexicon import Lexicon
from papra_index.index.tantivy.parts import PartList
from papra_index.index.tantivy.phrases import match_near, match_pattern, match_whole
from papra_index.index.tantivy.schema import list_fields
from papra_index.index.tantivy.stems import list_stemmers
from papra_index.index.tantivy.widening import Wider, list_pairs_apart, list_wider
from papra_index.index.tantivy.words import WordMatcher
from papra_index.query.expression import (
    OPTIONAL_FIELDS,
    And,
    AtLeast,
    Boosted,
    Everything,
    Expression,
    Extracted,
    Has,
    Identified,
    Keyword,
    Near,
    Not,
    Nothing,
    Or,
    Owned,
    Pattern,
    Range,
    Tagged,
    Text,
    TextField,
    Valued,
    Words,
    positive_texts,
    walk_expression,
)
from papra_index.results import SortField
from papra_index.values.explanations import PartKind

Clause = tuple[Occur, Query]

_PATTERN_SIGN = re.compile(r"[^\W_][*?]+[^\W_]")


class CompiledQuery(NamedTuple):
    """The engine's query for a request, whether its scores rank the matches, the parts whose scores add up to those of
    the query, the phrases it loosened, and what it left out.
    """

    query: Query
    ranked: bool
    parts: PartList
    loosened: tuple[str, ...]
    dropped: tuple[str, ...]


def compile_request(
    request: IndexRequest,
    searcher: tantivy.Searcher,
    lexicon: Lexicon | None = None,
) -> CompiledQuery:
    """Return what a request means to the engine.

    `searcher` must be the one that runs the query: it knows the words that prefixes stand for, and whose documents
    there are, of which its `lexicon` may have found out some.
    """
    passes = 1 + bool(request.feedback) + len(set(request.facets.values()))
    expression, dropped = bound_expression(request.expression, searcher, passes)
    ranked = request.sort.field is SortField.RELEVANCE and any(
        tokenize(text.value) for text in positive_texts(request.expression)
    )
    compiler = _Compiler(request, searcher, lexicon or Lexicon(searcher), passes)
    clauses = compiler.list_clauses(expression, ranked)
    if request.keys is not None or lexicon is None or not lexicon.tenancy.holds_all(request.reach):
        clauses = [(Occur.Must, compiler.documents), *clauses]
    return CompiledQuery(_join_clauses(clauses), ranked, compiler.parts, compiler.loosened, dropped)


class _Compiler:
    """Compiles the expression of one request against one searcher."""

    def __init__(self, request: IndexRequest, searcher: tantivy.Searcher, lexicon: Lexicon, passes: int) -> None:
        self._filters = FilterMatcher(request)
        self.documents = self._filters.reach
        if request.keys is not None:
            both = (self.documents, match_keys(request.keys))
            self.documents = Query.boolean_query([(Occur.Must, query) for query in both])
        asked = ("stemmers", *(part.organization_key for part in request.reach))
        stemmers = lexicon.recall(asked, lambda: list_stemmers(searcher, request.reach)) if request.widening else ()
        self._words = WordMatcher(searcher, self.documents, stemmers, lexicon, passes, request.ranking)
        self._feedback = request.feedback
        self._ranking = request.ranking
        self._searcher = searcher
        self._lexicon = lexicon
        self._widens = request.widening

    @property
    def _may_widen(self) -> bool:
        return self._widens and not self._words.is_strict

    def _note_wider(self, field: str, value: str, wider: Sequence[Wider], ranked: bool) -> Iterator[Query]:
        """Yield queries for what a value is also looked for as, noted where their scores count."""
        for kind, query in wider:
            yield self.parts.note(kind, field, [value], query) if ranked else query

    def _widen_value(self, searched: TextField, value: str, tokens: Sequence[str], ranked: bool) -> Iterator[Query]:
        for field in list_fields(searched):
            asked = (field, value, tuple(tokens), self._ranking)
            wider = self._lexicon.recall(("wider", *asked), partial(list_wider, self._searcher, *asked))
            yield from self._note_wider(field, value, wider, ranked)

    @property
    def loosened(self) -> tuple[str, ...]:
        """The phrases that are matched by their words anywhere."""
        return tuple(self._words.loosened)

    @property
    def parts(self) -> PartList:
        """What was compiled so far that scores."""
        return self._words.parts

    def list_clauses(self, expression: Expression, ranked: bool) -> list[Clause]:
        """Return clauses of one boolean query that hold together; possibly none, possibly only negative ones."""
        if isinstance(expression, Everything):
            return []
        if isinstance(expression, And):
            clauses = self._list_all(expression.operands, ranked)
            if ranked:
                clauses += [(Occur.Should, query) for query in self._words.reward_neighbours(expression.operands)]
            return clauses
        if isinstance(expression, Not) and not _may_be_unknown(expression.operand):
            return [(Occur.MustNot, self._match_negated(expression.operand))]
        return [(Occur.Must, self._match(expression, ranked))]

    def _list_all(self, operands: Sequence[Expression], ranked: bool) -> list[Clause]:
        """Return the clauses of the operands; words that together are a day, an amount or a code are one of these."""
        clauses: list[Clause] = []
        values = [part.value if isinstance(part, Text) and _is_plain(part) else None for part in operands]
        position = 0
        for start, end in find_sequences(values) if self._may_widen else ():
            clauses += [clause for part in operands[position:start] for clause in self.list_clauses(part, ranked)]
            before = len(self.parts)
            typed = _join_clauses([one for part in operands[start:end] for one in self.list_clauses(part, ranked)])
            self.parts.require(before, typed)
            wider = self._widen_value("any", " ".join(filter(None, values[start:end])), (), ranked)
            found = _match_any([typed, *wider])
            clauses.append((Occur.Must, found if ranked else Query.const_score_query(found, 0.0)))
            position = end
        return clauses + [clause for part in operands[position:] for clause in self.list_clauses(part, ranked)]

    def _match(self, expression: Expression, ranked: bool) -> Query:
        """Return the query for the documents where the expression is true."""
        match expression:
            case Everything():
                return _match_all()
            case Nothing():
                return Query.empty_query()
            case Text():
                return self._match_text(expression, ranked)
            case Words():
                return self._match_words(expression, ranked)
            case Near(value, slop, field):
                near = partial(match_near, tokens=tokenize(value), slop=slop)
                return self._match_fields(field, near, ("near", value) if ranked else None)
            case Pattern(value, field):
                like = partial(match_pattern, pattern=value, ranking=self._ranking if ranked else None)
                return self._match_fields(field, like, ("pattern", value) if ranked else None)
            case Owned() | Tagged() | Has() | Extracted() | Keyword() | Identified() | Valued() | Range():
                return self._filters.match(expression)
            case Boosted():
                before = len(self.parts)
                found = self._match(expression.operand, ranked)
                self.parts.scale(before, expression.factor)
                return Query.boost_query(found, expression.factor) if ranked else found
            case Not():
                return self._match_negation(expression.operand, ranked)
            case And():
                return _join_clauses(self.list_clauses(expression, ranked))
            case Or():
                return _match_any([self._match_alternative(part, ranked) for part in expression.operands])
            case AtLeast(operands, minimum):
                alternatives = [(Occur.Should, self._match_alternative(part, ranked)) for part in operands]
                return Query.boolean_query(alternatives, minimum_number_should_match=minimum)

    def _match_alternative(self, expression: Expression, ranked: bool) -> Query:
        """Return the query for one of several alternatives; what it consists of scores where all of it matches."""
        before = len(self.parts)
        query = self._match(expression, ranked)
        if ranked and not isinstance(expression, Text | Words):
            self.parts.require(before, query)
        return query

    def _match_negated(self, expression: Expression) -> Query:
        """Return the query for what is to be excluded: words there do not widen, so that nothing is lost by it."""
        self._words.is_strict = not self._words.is_strict
        query = self._match(expression, ranked=False)
        self._words.is_strict = not self._words.is_strict
        return query

    def _match_negation(self, expression: Expression, ranked: bool) -> Query:
        """Return the query for the documents where the expression is false, which is not where it is unknown."""
        if isinstance(expression, Not):
            return self._match(expression.operand, ranked)
        if isinstance(expression, Boosted):
            return self._match_negation(expression.operand, ranked)
        if not _may_be_unknown(expression):
            return _join_clauses([(Occur.MustNot, self._match_negated(expression))])
        if isinstance(expression, And):
            return _match_any([self._match_negation(part, ranked) for part in expression.operands])
        if isinstance(expression, Or):
            return _join_clauses([(Occur.Must, self._match_negation(part, ranked)) for part in expression.operands])
        assert isinstance(expression, Range | Keyword)  # noqa: S101 - nothing else can be unknown
        return self._filters.match_opposite(expression)

    def _match_fields(
        self, field: TextField, match: Callable[[str], Query], scored: tuple[PartKind, str] | None
    ) -> Query:
        """Return the query for what matches in any of the fields; `scored` says what for, where it adds to scores."""
        names = list_fields(field)
        if scored is None:
            return Query.const_score_query(_match_any([match(name) for name in names]), 0.0)
        kind, text = scored
        return _match_any([self.parts.note(kind, name, [text], match(name)) for name in names])

    def _match_text(self, text: Text, ranked: bool) -> Query:
        tokens = tokenize(text.value)
        if not tokens:
            return _match_all()
        fields = list_fields(text.field)
        if text.is_exact:
            kind: PartKind = "word" if len(tokens) == 1 else "phrase"
            whole = partial(match_whole, tokens=tokens, ranking=self._ranking if ranked else None)
            return self._match_fields(text.field, whole, (kind, " ".join(tokens)) if ranked else None)
        find: Callable[[str, Sequence[str]], list[Query]]
        find = self._words.rank_field if ranked else self._words.match_field
        self._words.is_aside = _PATTERN_SIGN.search(text.value) is not None
        queries = [query for field in fields for query in find(field, tokens)]
        if len(tokens) == 1 and text.field == "any":
            queries += self._words.rank_stem(tokens[0]) if ranked else self._words.match_stems(tokens)
        if self._may_widen:
            queries += self._widen_value(text.field, text.value, tokens, ranked)
            if len(tokens) == 1 and text.field == "any":
                queries += self._words.match_compounds(tokens[0], self._ranking.compound_weight, ranked)
        found = _match_any(queries)
        return found if ranked else Query.const_score_query(found, 0.0)

    def _match_words(self, words: Words, ranked: bool) -> Query:
        runs = [tokenize(value) for value in words.values if " " in value]
        tokens = [token for value in words.values if " " not in value for token in tokenize(value)]
        phrases = [run for run in runs if len(run) > 1]
        if not tokens and not phrases:
            return _match_all()
        wider = list(self._widen_words(words, ranked))
        if not ranked:
            matched = match_choice(self._words, tokens, phrases, self._feedback)
            return Query.const_score_query(_match_any([*matched, *wider]), 0.0)
        return _match_any([*rank_choice(self._words, tokens, phrases, self._feedback), *wider])

    def _widen_words(self, words: Words, ranked: bool) -> Iterator[Query]:
        """Yield what codes, amounts and unspaced scripts among the words are also looked for as."""
        if not self._may_widen:
            return
        for value in dict.fromkeys(words.values):
            is_unspaced = has_unspaced(value)
            if is_unspaced or any(character.isdigit() for character in value):
                yield from self._widen_value("any", value, tokenize(value), ranked)
            for field in list_fields("any") if is_unspaced else ():
                yield from self._note_wider(field, value, list_pairs_apart(field, value, self._ranking), ranked)


def _is_plain(text: Text) -> bool:
    return text.field == "any" and not text.is_exact


def _may_be_unknown(expression: Expression) -> bool:
    return any(
        isinstance(part, Range | Keyword) and part.field in OPTIONAL_FIELDS for part in walk_expression(expression)
    )


def _match_all() -> Query:
    return Query.const_score_query(Query.all_query(), 0.0)


def _match_any(queries: list[Query]) -> Query:
    if not queries:
        return Query.empty_query()
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def _join_clauses(clauses: list[Clause]) -> Query:
    if not any(occur == Occur.Must for occur, _ in clauses):
        # The engine finds nothing where all clauses are negative.
        clauses = [(Occur.Must, _match_all()), *clauses]
    return Query.boolean_query(clauses)

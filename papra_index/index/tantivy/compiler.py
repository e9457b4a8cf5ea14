"""Expression to engine query: the organization clause is added here, and negation follows three-valued logic.

A text matches the same documents wherever it stands; only where scores count does it also say which match is better.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tantivy
from tantivy import Occur, Query

from papra_index.index.base import IndexRequest
from papra_index.index.tantivy.analysis import tokenize
from papra_index.index.tantivy.choices import match_choice, rank_choice
from papra_index.index.tantivy.filters import FilterMatcher
from papra_index.index.tantivy.phrases import match_near, match_pattern, match_whole
from papra_index.index.tantivy.stems import list_stemmers
from papra_index.index.tantivy.words import WordMatcher
from papra_index.query.expression import (
    OPTIONAL_FIELDS,
    And,
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
    Pattern,
    Range,
    Tagged,
    Text,
    TextField,
    Words,
    positive_texts,
    walk_expression,
)
from papra_index.results import SortField

Clause = tuple[Occur, Query]


def compile_request(request: IndexRequest, searcher: tantivy.Searcher) -> tuple[Query, bool, tuple[str, ...]]:
    """Return the engine's query for a request, whether its scores rank the matches, and the phrases it loosened.

    `searcher` must be the one that runs the query: it knows the words that prefixes stand for.
    """
    ranked = request.sort.field is SortField.RELEVANCE and any(
        tokenize(text.value) for text in positive_texts(request.expression)
    )
    compiler = _Compiler(request, searcher)
    clauses = [(Occur.Must, compiler.organization), *compiler.list_clauses(request.expression, ranked)]
    return Query.boolean_query(clauses), ranked, compiler.loosened


class _Compiler:
    """Compiles the expression of one request against one searcher."""

    def __init__(self, request: IndexRequest, searcher: tantivy.Searcher) -> None:
        self._filters = FilterMatcher(request)
        self.organization = self._filters.organization
        stemmers = list_stemmers(searcher, request.organization_key) if request.stems else ()
        self._words = WordMatcher(searcher, self.organization, stemmers)
        self._feedback = request.feedback

    @property
    def loosened(self) -> tuple[str, ...]:
        """The phrases that are matched by their words anywhere."""
        return tuple(self._words.loosened)

    def list_clauses(self, expression: Expression, ranked: bool) -> list[Clause]:
        """Return clauses of one boolean query that hold together; possibly none, possibly only negative ones."""
        if isinstance(expression, Everything):
            return []
        if isinstance(expression, And):
            clauses = [clause for part in expression.operands for clause in self.list_clauses(part, ranked)]
            if ranked:
                clauses += [(Occur.Should, query) for query in self._words.reward_neighbours(expression.operands)]
            return clauses
        if isinstance(expression, Not) and not _may_be_unknown(expression.operand):
            return [(Occur.MustNot, self._match_negated(expression.operand))]
        return [(Occur.Must, self._match(expression, ranked))]

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
                return self._match_fields(field, lambda name: match_near(name, tokenize(value), slop), ranked)
            case Pattern(value, field):
                return self._match_fields(field, lambda name: match_pattern(name, value, ranked), ranked)
            case Tagged() | Has() | Extracted() | Keyword() | Identified() | Range():
                return self._filters.match(expression)
            case Boosted():
                found = self._match(expression.operand, ranked)
                return Query.boost_query(found, expression.factor) if ranked else found
            case Not():
                return self._match_negation(expression.operand, ranked)
            case And():
                return _join_clauses(self.list_clauses(expression, ranked))
            case Or():
                return _match_any([self._match(part, ranked) for part in expression.operands])

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

    def _match_fields(self, field: TextField, match: Callable[[str], Query], ranked: bool) -> Query:
        found = _match_any([match(name) for name in _list_fields(field)])
        return found if ranked else Query.const_score_query(found, 0.0)

    def _match_text(self, text: Text, ranked: bool) -> Query:
        tokens = tokenize(text.value)
        if not tokens:
            return _match_all()
        fields = _list_fields(text.field)
        if text.is_exact:
            return self._match_fields(text.field, lambda name: match_whole(name, tokens, ranked), ranked)
        find: Callable[[str, Sequence[str]], list[Query]]
        find = self._words.rank_field if ranked else self._words.match_field
        queries = [query for field in fields for query in find(field, tokens)]
        if len(tokens) == 1 and text.field == "any":
            queries += self._words.rank_stem(tokens[0]) if ranked else self._words.match_stems(tokens)
        found = _match_any(queries)
        return found if ranked else Query.const_score_query(found, 0.0)

    def _match_words(self, words: Words, ranked: bool) -> Query:
        runs = [tokenize(value) for value in words.values if " " in value]
        tokens = [token for value in words.values if " " not in value for token in tokenize(value)]
        phrases = [run for run in runs if len(run) > 1]
        if not tokens and not phrases:
            return _match_all()
        if not ranked:
            return Query.const_score_query(_match_any(match_choice(self._words, tokens, phrases, self._feedback)), 0.0)
        return _match_any(rank_choice(self._words, tokens, phrases, self._feedback))


def _list_fields(field: TextField) -> tuple[str, ...]:
    return ("content", "name") if field == "any" else (field,)


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

"""From a typed query to an expression: recursive descent that repairs and reports faults, and never fails.

    query   := orExpr ( ')' orExpr )*         a stray ')' ends a group that began with the query
    orExpr  := andExpr ( OR andExpr )*
    andExpr := ( AND | unary )*               juxtaposition is AND; the word itself adds nothing
    unary   := NOT unary | primary
    primary := field? '(' orExpr ')' | filter | words       within a field's parentheses, text is its value
    words   := text ( NEAR text )*

Parts without content (`()`, a lone OR) are None here and vanish, unlike a text without words, which matches
everything: `NOT ()` is everything, `NOT ""` is nothing (papra-api, sections 8.2, 8.3 and 8.5).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Final

from papra_index.conventions.times import to_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidQuery
from papra_index.query.clock import Clock
from papra_index.query.comparisons import join_unit
from papra_index.query.expression import And, Boosted, Everything, Expression, Not, Or, Text
from papra_index.query.fields import TEXT_FIELDS, is_field, read_filter
from papra_index.query.issues import IssueCode, describe_issue, make_issue, shorten_value
from papra_index.query.looseness import drop_prose_operators, join_loose, loosen_text
from papra_index.query.properties import PropertyLookup, no_properties
from papra_index.query.readings import Fault, make_text
from papra_index.query.simplification import simplify_expression
from papra_index.query.tokens import BLANKS, COMPARATORS, Token, TokenKind, scan_tokens
from papra_index.query.words import WordReader, has_words
from papra_index.results import Matching, QueryIssue

MAX_DEPTH: Final = 10
"""Parentheses and negations that may stand inside each other."""

_SCHEMES: Final = frozenset(("http", "https", "ftp", "file"))
"""What an address that was typed or pasted begins with, a colon and two slashes behind it."""


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """What a query means, simplified, and what was repaired or could not be meant, in order of position."""

    expression: Expression
    issues: tuple[QueryIssue, ...] = ()


def parse_query(
    query: str,
    *,
    now: datetime | int,
    time_zone: tzinfo = UTC,
    strict: bool = False,
    matching: Matching = "all",
    properties: PropertyLookup = no_properties,
) -> ParsedQuery:
    """Return the meaning of any string as the search language reads it (papra-api, section 8).

    With `matching="any"` one of the plain words that stand next to each other suffices, and stop words are left out.
    Filters and operators in capitals mean what they do otherwise; what has an unknown field or an unclosed quote is
    plain words, and a phrase among words is one alternative more.
    `now` is what the date `now` stands for: a datetime (UTC when naive) or milliseconds since 1970 UTC; dates in words,
    such as `today`, are days in `time_zone`. `properties` is asked where a field is none of the language's own.
    Raises InvalidQuery only when `strict`, with the first issue shown under the query.
    """
    scanned = scan_tokens(query)
    clock = Clock(now if isinstance(now, int) else to_milliseconds(now), time_zone)
    if matching == "any":
        reader = _Reader(drop_prose_operators(scanned.tokens, query), clock, query)
    else:
        reader = _Reader(scanned.tokens, clock)
    reader.properties = cache(properties)
    expression = reader.read_query()
    found = (*scanned.issues, *reader.issues, *reader.words.issues, *_find_wordless(scanned.tokens))
    issues = sorted(found, key=lambda issue: (issue.start, issue.end))
    if strict and issues:
        raise InvalidQuery(describe_issue(query, issues[0]))
    return ParsedQuery(simplify_expression(expression or Everything()), tuple(issues))


def _find_wordless(tokens: Sequence[Token]) -> Iterator[QueryIssue]:
    """Yield an issue where no text of a query holds a word: signs match everything (papra-api, section 8.5).

    An asterisk and an empty text say just that.
    """
    texts = [token for token in tokens if token.kind is TokenKind.TEXT or token.field in TEXT_FIELDS]
    texts = [token for token in texts if token.value.strip(BLANKS + "*")]
    if texts and not any(has_words(token.value) for token in texts):
        message = (
            f"{shorten_value(texts[0].value)} has neither letters nor digits; as signs are not searched for, "
            "it matches every document: write a word"
        )
        yield make_issue("no-words", message, texts[0].start, texts[0].end)


@dataclass(slots=True)
class _Reader:
    """A position among the tokens; each method reads one rule of the grammar from there on."""

    tokens: tuple[Token, ...]
    clock: Clock
    loose_query: str | None = None  # as typed, where any of the plain words suffices
    position: int = 0
    negations: int = 0
    scope: Token | None = None  # the field whose group is being read
    issues: list[QueryIssue] = field(default_factory=list)
    words: WordReader = field(default_factory=WordReader)
    properties: PropertyLookup = no_properties

    def read_query(self) -> Expression | None:
        expression = self._read_or(0)
        while (stray := self._take(TokenKind.CLOSE)) is not None:
            message = "this ) closes nothing, so all before it was read as one group; add ( or remove it"
            self._report("unmatched-closing-parenthesis", message, stray)
            expression = self._read_or(0, before=expression)
        return expression

    def _read_or(self, depth: int, before: Expression | None = None) -> Expression | None:
        """Read alternatives; `before` is a finished part that the first of them goes on from."""
        operands = [self._read_and(depth, before)]
        operators: list[Token] = []
        while (operator := self._take(TokenKind.OR)) is not None:
            operators.append(operator)
            operands.append(self._read_and(depth))
        for index, operator in enumerate(operators):
            lacks_left = index == 0 and operands[0] is None
            if lacks_left or operands[index + 1] is None:
                message = 'OR lacks a side and was ignored; add it, or write "or" to search for the word'
                self._report("missing-operand-for-or", message, operator)
        present = tuple(operand for operand in operands if operand is not None)
        return Or(present) if len(present) > 1 else present[0] if present else None

    def _read_and(self, depth: int, before: Expression | None = None) -> Expression | None:
        operands, sides = [before], []
        while (kind := self._peek()) is not None and kind not in (TokenKind.OR, TokenKind.CLOSE):
            if self._take(TokenKind.AND) is None:
                operands.append(self._read_unary(depth))
            else:
                sides.append(operands)
                operands = []
        present = tuple(operand for side in (*sides, operands) for operand in join_loose(side))
        return And(present) if len(present) > 1 else present[0] if present else None

    def _read_unary(self, depth: int) -> Expression | None:
        """Read stacked negations and their operand; takes at least one token.

        Beyond the deepest level a negation still counts, while a parenthesis is passed over.
        """
        negations: list[Token] = []
        while True:
            if (negation := self._take(TokenKind.NOT)) is not None:
                negations.append(negation)
                depth += 1
                if depth == MAX_DEPTH + 1:
                    self._report_depth(negation, "remove pairs of NOT or parentheses")
            elif depth >= MAX_DEPTH and (named := self._take(TokenKind.FIELD)) is not None:
                self._report_depth(named, "this field was ignored, remove some parentheses")
            elif depth >= MAX_DEPTH and (opening := self._take(TokenKind.OPEN)) is not None:
                self._report_depth(opening, "this ( was ignored, remove some")
            else:
                break
        is_required = self.position < len(self.tokens) and self.tokens[self.position].is_required
        self.negations += len(negations)
        operand = self._read_primary(depth)
        self.negations -= len(negations)
        if operand is not None and is_required:
            operand = And((operand,))  # a side of its own, whatever else may suffice beside it
        if operand is None and negations:
            message = 'NOT has no operand and was dropped; add it, or write "not" to search for the word'
            self._report("missing-operand-for-not", message, negations[0], negations[-1])
        return operand if operand is None or len(negations) % 2 == 0 else Not(operand)

    def _read_primary(self, depth: int) -> Expression | None:
        if (opening := self._take(TokenKind.OPEN)) is not None:
            content = self._read_or(depth + 1)
            if (closing := self._take(TokenKind.CLOSE)) is not None:
                return content if content is None or closing.boost == 1 else Boosted(content, closing.boost)
            message = "this ( is not closed, so its group ends with the query; add ) where it should end"
            self._report("unmatched-opening-parenthesis", message, opening)
            return content
        if (named := self._take(TokenKind.FIELD)) is not None:
            return self._read_field_group(named, depth)
        if (text := self._take(TokenKind.TEXT)) is not None:
            return self._read_words(text)
        if (near := self._take(TokenKind.NEAR)) is not None:
            message = f"{near.value} stands between two words or phrases, alone or in one field's parentheses"
            self._report("misplaced-near", f"{message}; it was read as text", near)
            return self._read_text(replace(near, kind=TokenKind.TEXT, distance=None))
        if (token := self._take(TokenKind.FILTER)) is not None:
            return self._read_filter(self._take_unit(token))
        return None

    def _take_unit(self, token: Token) -> Token:
        """Return a filter by size with the unit that stands behind a blank."""
        while token.field == "size" and not token.is_quoted and self._peek() is TokenKind.TEXT:
            text = self.tokens[self.position]
            value = None if text.is_quoted else join_unit(token.value, text.value)
            if value is None:
                break
            self.position += 1
            token = replace(token, value=value, run=value, end=text.end)
        return token

    def _read_field_group(self, named: Token, depth: int) -> Expression:
        """Read a group whose texts are values of a field; without any, the field has no value."""
        outer = self.scope
        is_known = is_field(named.field, self.properties)
        self.scope = named if is_known else None
        content = self._read_primary(depth)
        self.scope = outer
        return content if content is not None and is_known else self._read_filter(named)

    def _read_words(self, first: Token) -> Expression:
        """Read a text, and with what follows by NEAR each two that it stands between."""
        searched = "any" if self.scope is None else TEXT_FIELDS.get(self.scope.field)
        pairs = []
        while searched is not None and self._peek() is TokenKind.NEAR and self._peek(1) is TokenKind.TEXT:
            near, second = self.tokens[self.position : self.position + 2]
            self.position += 2
            pairs.append(self.words.read_near(first, near, second, searched))
            first = second
        return And(tuple(pairs)) if pairs else self._read_text(first)

    def _read_text(self, text: Token) -> Expression:
        if self.scope is not None:
            return self._read_filter(_scope_text(text, self.scope))
        return self._loosen(self.words.read_words(text, "any"), text)

    def _read_filter(self, token: Token) -> Expression:
        reading = read_filter(token, self.clock, self.properties)
        if isinstance(reading, Text):
            return self.words.read_words(token, reading.field)
        if isinstance(reading, Fault):
            if token.field.lower() in _SCHEMES and token.value.startswith("//") and not self.negations:
                # The contract looks for nothing here, so that only what excludes an address still means that.
                address = make_text(f"{token.field}:{token.value}")
                return self._loosen(address, token, address)
            self._report(reading.code, reading.message, token)
            if reading.code == "unknown-field":
                return self._loosen(reading.meaning, token, Text(f"{token.field} {token.value}"))
            return reading.meaning
        return reading

    def _loosen(self, meaning: Expression, token: Token, text: Text | None = None) -> Expression:
        """Return what a token means where one of several words suffices; in quotes and under NOT, what it does."""
        if self.loose_query is None or self.negations:
            return meaning
        if (
            self.loose_query[token.start] == '"'
            and self.loose_query[token.end - 1] == '"'
            and token.end - token.start > 1
        ):
            return meaning
        words = text or meaning
        if isinstance(words, Or) and isinstance(words.operands[-1], Text) and "*" not in token.value:
            words = words.operands[
                -1
            ]  # a pattern, or the text that it is: a question mark is prose, an asterisk is not
        is_plain = isinstance(words, Text) and words.field == "any" and not words.is_exact
        return loosen_text(words) if isinstance(words, Text) and is_plain else meaning

    def _peek(self, ahead: int = 0) -> TokenKind | None:
        position = self.position + ahead
        return self.tokens[position].kind if position < len(self.tokens) else None

    def _take(self, kind: TokenKind) -> Token | None:
        """Move past the next token if it is of this kind."""
        if self._peek() is not kind:
            return None
        self.position += 1
        return self.tokens[self.position - 1]

    def _report_depth(self, token: Token, advice: str) -> None:
        message = f"the query is nested deeper than {MAX_DEPTH} levels; {advice}"
        self._report("max-nesting-depth-exceeded", message, token)

    def _report(self, code: IssueCode, message: str, first: Token, last: Token | None = None) -> None:
        self.issues.append(make_issue(code, message, first.start, (last or first).end))


def _scope_text(text: Token, scope: Token) -> Token:
    """Return a text within a field's group as a filter of that field; it may begin with a comparator of its own."""
    found = None
    if scope.field not in TEXT_FIELDS and not text.is_quoted:
        found = next((known for known in COMPARATORS if text.value.startswith(known)), None)
    value = text.value.removeprefix(found or "")
    return replace(text, kind=TokenKind.FILTER, field=scope.field, comparator=found or scope.comparator, value=value)

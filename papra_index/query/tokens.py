"""The tokens of the search language (papra-api, section 8.1): they know their place but no grammar.

Scanning takes any string: what cannot be read as typed is repaired and reported.
"""

from __future__ import annotations

import re
from dataclasses import field, replace
from enum import Enum
from typing import Final, Literal, get_args

from papra_index.conventions.values import dataclass
from papra_index.query.issues import IssueCode, make_issue
from papra_index.results import QueryIssue

MAX_QUERY_LENGTH: Final = 1024
"""Longest query in UTF-16 units, as clients written in JavaScript count them."""

MAX_TOKENS: Final = 200
"""Tokens after which the rest of a query is dropped; a negation prefix counts as one."""

MIN_BOOST: Final = 0.01
MAX_BOOST: Final = 100.0
"""Smallest and largest number that a score may be multiplied by."""

WEIGHT_ADVICE: Final = f"a weight is from {MIN_BOOST} to {MAX_BOOST:.0f}; write one such as ^2 or ^0.5"

MAX_DISTANCE: Final = 100
"""Largest distance of words that are looked for near each other."""

BLANKS: Final = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""White space as JavaScript's `\\s` has it; Python's own differs (it has U+001C and lacks U+FEFF)."""

Comparator = Literal[">=", "<=", ">", "<", "="]

COMPARATORS: Final[tuple[Comparator, ...]] = get_args(Comparator)
"""Longest first, as they are looked for."""

_BLANK_RUN = re.compile(f"[{BLANKS}]*")
_BARE_RUN = re.compile(f'[^{BLANKS}()"]*')
_BARE_VALUE = re.compile(f"[^{BLANKS}()]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)(?:(")|\\?\Z)', re.DOTALL)
_FILTER_COLON = re.compile(r"(?<!\\):")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_BOOST = re.compile(r"(?<!\\)\^([0-9]+(?:\.[0-9]+)?)\Z")
_BEHIND = re.compile(rf'(?:~([0-9]+))?(?:\^([0-9]+(?:\.[0-9]+)?))?(?=[{BLANKS}()"]|\Z)')
_NEAR = re.compile(r"NEAR/([0-9]+)")
_UNREADABLE = re.compile("[\ud800-\udfff]")


class TokenKind(Enum):
    """What a token is to the grammar."""

    OPEN = "("
    CLOSE = ")"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    TEXT = "text"
    FILTER = "filter"
    FIELD = "field"  # a field's name before a parenthesis: its group follows
    NEAR = "NEAR"


_KEYWORDS = {kind.value: kind for kind in (TokenKind.AND, TokenKind.OR, TokenKind.NOT)}


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `start` and `end` (exclusive) are character positions in the query as typed.

    `value` is that of a TEXT or a FILTER, unescaped; `field` and `comparator` belong to a FILTER or FIELD. `is_quoted`
    tells that the value stood in quotes, `is_exact` that an equals sign was before these, `boost` what its score, or
    that of the group which a CLOSE ends, is multiplied by. `is_required` tells of a plus sign before it, `distance` is
    that of a NEAR or behind quotes, `run` the value without quotes as typed.
    """

    kind: TokenKind
    start: int
    end: int
    value: str = ""
    field: str = ""
    comparator: Comparator = "="
    is_quoted: bool = False
    is_exact: bool = False
    boost: float = 1.0
    is_required: bool = False
    distance: int | None = None
    run: str = ""


@dataclass(frozen=True, slots=True)
class ScannedQuery:
    """The tokens of a query and what was wrong with it so far."""

    tokens: tuple[Token, ...]
    issues: tuple[QueryIssue, ...]


def scan_tokens(query: str) -> ScannedQuery:
    """Return the tokens of any string; raises nothing.

    A query of more than 1024 UTF-16 units is cut there and dropped after the 200th token; both are reported.
    NUL is read as a blank and a lone surrogate as U+FFFD: no index or catalog can hold either.
    """
    length = _measure_query(query)
    scanner = _Scanner(_UNREADABLE.sub("\ufffd", query[:length]).replace("\0", " "))
    if length < len(query):
        message = f"the query is longer than {MAX_QUERY_LENGTH} characters and was cut here; shorten it"
        scanner.issues.append(make_issue("query-too-long", message, length, len(query)))
    scanner.scan_query()
    return ScannedQuery(tuple(scanner.tokens), tuple(scanner.issues))


def fits_query(query: str) -> bool:
    """Say whether a query is read in full, as far as its length goes."""
    return _measure_query(query) == len(query)


def _measure_query(query: str) -> int:
    """Return how many characters fit into the limit; one beyond U+FFFF takes two units and is not halved."""
    if len(query) * 2 <= MAX_QUERY_LENGTH:
        return len(query)
    units = 0
    for position, character in enumerate(query):
        units += 2 if character > "\uffff" else 1
        if units > MAX_QUERY_LENGTH:
            return position
    return len(query)


@dataclass(slots=True)
class _Scanner:
    """A position in the query that only moves forward."""

    text: str
    position: int = 0
    tokens: list[Token] = field(default_factory=list)
    issues: list[QueryIssue] = field(default_factory=list)

    def scan_query(self) -> None:
        self._skip_blanks()
        while self.position < len(self.text):
            if len(self.tokens) >= MAX_TOKENS:
                message = f"the query has more than {MAX_TOKENS} parts; what follows was dropped, remove some"
                self._report("max-tokens-exceeded", message, self.position, len(self.text))
                return
            self._scan_next()
            self._skip_blanks()

    def _scan_next(self) -> None:
        start = self.position
        character = self.text[start]
        if character in "()":
            self.position += 1
            self.tokens.append(self._read_behind(Token(TokenKind(character), start, self.position)))
        elif character == "+" and start + 1 < len(self.text) and self.text[start + 1] not in BLANKS:
            self._scan_required()
        elif character == "-" and start + 1 < len(self.text) and self.text[start + 1] not in BLANKS:
            self._scan_negation()
        else:
            self._scan_item(keywords=_KEYWORDS)

    def _scan_required(self) -> None:
        """Read `+` and the item or parenthesis behind it."""
        count = len(self.tokens)
        self.position += 1
        if self.text[self.position] in "()":
            self._scan_next()
        else:
            self._scan_item(keywords={})
        self.tokens[count] = replace(self.tokens[count], is_required=True)

    def _scan_negation(self) -> None:
        """Read `-` and the item it negates; before a parenthesis the operator stands alone."""
        start = self.position
        self.position += 1
        self._add(TokenKind.NOT, start)
        follower = self.text[self.position]
        if follower == "(":
            message = "this minus negates the whole group; write NOT ( … ) to say so plainly"
            self._report("negated-group", message, start, self.position + 1)
        elif follower != ")":
            self._scan_item(keywords={})

    def _scan_item(self, keywords: dict[str, TokenKind]) -> None:
        """Read a quoted string or a bare run: a filter, one of the keywords, or text."""
        start = self.position
        is_exact = self.text.startswith('="', start)
        if is_exact or self.text[start] == '"':
            self.position += is_exact
            value = self._read_quoted()
            if self.text.startswith(":", self.position) and not is_exact:
                self._scan_filter(start, field_name=value, colon=self.position)
            else:
                text = Token(TokenKind.TEXT, start, self.position, value, is_quoted=True, is_exact=is_exact)
                self.tokens.append(self._read_behind(text))
            return
        run = self._read(_BARE_RUN)
        colon = _FILTER_COLON.search(run)
        if colon is not None:
            self._scan_filter(start, run[: colon.start()].replace("\\:", ":"), start + colon.start())
        elif run.upper() in keywords:
            self._add(keywords[run.upper()], start)
        elif keywords and (near := _NEAR.fullmatch(run)) is not None:
            distance = self._check_distance(int(near.group(1)), 1, start)
            self.tokens.append(Token(TokenKind.NEAR, start, self.position, run, distance=distance))
        else:
            value, boost = split_boost(run)
            boost = self._check_boost(boost, start + len(value))
            self.tokens.append(Token(TokenKind.TEXT, start, self.position, _unescape(value), boost=boost, run=value))

    def _scan_filter(self, start: int, field_name: str, colon: int) -> None:
        """Read comparator and value behind the colon; an empty value is sought past blanks and quotes.

        A parenthesis there begins the field's group.
        """
        self.position = colon + 1
        comparator = next((known for known in COMPARATORS if self.text.startswith(known, colon + 1)), None)
        self.position += len(comparator or "")
        filtered = Token(TokenKind.FILTER, start, self.position, "", field_name, comparator or "=")
        if self.text.startswith('="', self.position):
            self.tokens.append(self._read_quoted_value(filtered, is_exact=True))
            return
        value = self._read(_BARE_RUN).replace("\\:", ":")
        if value:
            self.tokens.append(replace(filtered, value=value, end=self.position, run=value))
            return
        self._skip_blanks()
        begin = self.position
        if self.text.startswith("(", begin):
            self.tokens.append(replace(filtered, kind=TokenKind.FIELD))
        elif self.text.startswith('"', begin):
            self.tokens.append(self._read_quoted_value(filtered))
        else:
            value = _unescape(self._read(_BARE_VALUE))
            self.tokens.append(replace(filtered, value=value, end=self.position) if value else filtered)

    def _read_quoted_value(self, filtered: Token, *, is_exact: bool = False) -> Token:
        self.position += is_exact
        value = self._read_quoted()
        return self._read_behind(replace(filtered, value=value, end=self.position, is_quoted=True, is_exact=is_exact))

    def _read_behind(self, token: Token) -> Token:
        """Return a token that ends in a quote or parenthesis with the `~5` and `^2` that stand behind it."""
        start = self.position
        match = _BEHIND.match(self.text, start)
        is_group = token.kind is TokenKind.CLOSE
        if match is None or not match.group() or token.kind is TokenKind.OPEN or (is_group and match.group(1)):
            return token
        self.position = match.end()
        distance = None if match.group(1) is None else self._check_distance(int(match.group(1)), 0, start)
        boost = 1.0 if match.group(2) is None else self._check_boost(float(match.group(2)), start)
        return replace(token, end=self.position, distance=distance, boost=boost)

    def _check_distance(self, distance: int, least: int, start: int) -> int:
        if not least <= distance <= MAX_DISTANCE:
            message = f"words are looked for at most {MAX_DISTANCE} places apart; write a number from {least} to that"
            self._report("distance-out-of-range", message, start, self.position)
        return min(max(distance, least), MAX_DISTANCE)

    def _check_boost(self, boost: float, start: int) -> float:
        allowed = limit_boost(boost)
        if allowed != boost:
            self._report("boost-out-of-range", WEIGHT_ADVICE, start, self.position)
        return allowed

    def _read_quoted(self) -> str:
        """Read from the opening quote to the closing one, or to the end of the query."""
        start = self.position
        match = _QUOTED.match(self.text, start)
        assert match is not None  # noqa: S101 - the pattern takes every text that begins with a quote
        self.position = match.end()
        if match.group(2) is None:
            message = 'this quote is not closed, so all that follows belongs to it; add a " where it ends'
            self._report("unclosed-quoted-string", message, start, len(self.text))
        return _unescape(match.group(1))

    def _read(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.position)
        if match is None:
            return ""
        self.position = match.end()
        return match.group()

    def _skip_blanks(self) -> None:
        self._read(_BLANK_RUN)

    def _add(self, kind: TokenKind, start: int) -> None:
        self.tokens.append(Token(kind, start, self.position))

    def _report(self, code: IssueCode, message: str, start: int, end: int) -> None:
        self.issues.append(make_issue(code, message, start, end))


def limit_boost(boost: float) -> float:
    """Return the weight that one is taken for."""
    return min(max(boost, MIN_BOOST), MAX_BOOST)


def split_boost(text: str) -> tuple[str, float]:
    """Return a bare text without the `^2` at its end, and that number; 1 where there is none."""
    match = _BOOST.search(text)
    if match is None or not match.start():
        return text, 1.0
    return text[: match.start()], float(match.group(1))


def _unescape(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)

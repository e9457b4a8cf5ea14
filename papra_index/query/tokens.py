"""The tokens of the search language (papra-api, section 8.1): they know their place but no grammar.

Scanning takes any string: what cannot be read as typed is repaired and reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal, get_args

from papra_index.query.issues import IssueCode, make_issue
from papra_index.results import QueryIssue

MAX_QUERY_LENGTH: Final = 1024
"""Longest query in UTF-16 units, as clients written in JavaScript count them."""

MAX_TOKENS: Final = 200
"""Tokens after which the rest of a query is dropped; a negation prefix counts as one."""

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


_KEYWORDS = {kind.value: kind for kind in (TokenKind.AND, TokenKind.OR, TokenKind.NOT)}


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `start` and `end` (exclusive) are character positions in the query as typed.

    `value` is that of a TEXT or a FILTER, unescaped; `field` and `comparator` belong to a FILTER.
    """

    kind: TokenKind
    start: int
    end: int
    value: str = ""
    field: str = ""
    comparator: Comparator = "="


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
            self._add(TokenKind(character), start)
        elif character == "-" and start + 1 < len(self.text) and self.text[start + 1] not in BLANKS:
            self._scan_negation()
        else:
            self._scan_item(keywords=_KEYWORDS)

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
        if self.text[start] == '"':
            value = self._read_quoted()
            if self.text.startswith(":", self.position):
                self._scan_filter(start, field_name=value, colon=self.position)
            else:
                self._add(TokenKind.TEXT, start, value)
            return
        run = self._read(_BARE_RUN)
        colon = _FILTER_COLON.search(run)
        if colon is not None:
            self._scan_filter(start, run[: colon.start()].replace("\\:", ":"), start + colon.start())
        elif run.upper() in keywords:
            self._add(keywords[run.upper()], start)
        else:
            self._add(TokenKind.TEXT, start, _unescape(run))

    def _scan_filter(self, start: int, field_name: str, colon: int) -> None:
        """Read comparator and value behind the colon; an empty value is sought past blanks and quotes."""
        self.position = colon + 1
        comparator = next((known for known in COMPARATORS if self.text.startswith(known, colon + 1)), None)
        self.position += len(comparator or "")
        value = self._read(_BARE_RUN).replace("\\:", ":")
        end = self.position
        if not value:
            self._skip_blanks()
            begin = self.position
            quoted = self.text.startswith('"', begin)
            value = self._read_quoted() if quoted else _unescape(self._read(_BARE_VALUE))
            end = self.position if self.position > begin else end
        self.tokens.append(Token(TokenKind.FILTER, start, end, value, field_name, comparator or "="))

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

    def _add(self, kind: TokenKind, start: int, value: str = "") -> None:
        self.tokens.append(Token(kind, start, self.position, value))

    def _report(self, code: IssueCode, message: str, start: int, end: int) -> None:
        self.issues.append(make_issue(code, message, start, end))


def _unescape(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)

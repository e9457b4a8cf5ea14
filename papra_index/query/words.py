"""Words and phrases of a query to expressions: whole or with a beginning at the end, near each other, with wildcards.

What is new beside the contract (wildcards, distances) is read beside what the contract reads in it, so that it finds
at least the same documents.
"""

from __future__ import annotations

import re
from dataclasses import field, replace
from typing import Final

from papra_index.conventions.folding import fold_text
from papra_index.conventions.values import dataclass
from papra_index.query.expression import And, Boosted, Expression, Near, Or, Pattern, TextField
from papra_index.query.issues import IssueCode, make_issue
from papra_index.query.readings import make_text
from papra_index.query.tokens import WEIGHT_ADVICE, Token, limit_boost, split_boost
from papra_index.query.wildcards import MAX_OPEN_PATTERNS, MAX_PATTERNS, MAX_WILDCARDS, find_pattern, is_bounded
from papra_index.results import QueryIssue

MAX_NEAR_WORDS: Final = 40
"""Words that a query may look for near each other: each pair is sought in all documents that hold both."""

_WORDS = re.compile(r"[^\W_]+")


def has_words(text: str) -> bool:
    """Say whether a text has letters or digits, which alone are searched for."""
    return _WORDS.search(fold_text(text)) is not None


@dataclass(slots=True)
class WordReader:
    """Reads the words of one query and counts what is limited in all of it."""

    issues: list[QueryIssue] = field(default_factory=list)
    near_words_count: int = 0
    patterns_count: int = 0
    open_patterns_count: int = 0

    def read_words(self, token: Token, searched: TextField) -> Expression:
        """Return what a TEXT, or a FILTER of a text field, means in a field."""
        if token.field and token.run == token.value:
            # The scanner knows no fields: in a tag's name, ^2 is part of it. In a group it was read before.
            value, boost = split_boost(token.value)
            allowed = limit_boost(boost)
            if allowed != boost:
                self._report("boost-out-of-range", WEIGHT_ADVICE, token)
            token = replace(token, value=value, run=split_boost(token.run)[0], boost=allowed * token.boost)
        text = replace(make_text(token.value, searched), is_exact=token.is_exact)
        found: Expression = text
        if token.distance is not None and self._admit_near(text.value, token):
            near = Near(text.value, token.distance, searched)
            found = near if token.is_exact else Or((text, near))
        elif token.run and (pattern := find_pattern(token.run)) is not None and self._admit_pattern(pattern, token):
            found = Or((Pattern(pattern, searched), text))
        return found if token.boost == 1 else Boosted(found, token.boost)

    def read_near(self, first: Token, near: Token, second: Token, searched: TextField) -> Expression:
        """Return what `first NEAR/5 second` means: within so many words of each other, whichever comes first."""
        for token in (first, second):
            if token.run and find_pattern(token.run) is not None:
                self._report(
                    "unsupported-wildcard", "words near each other are whole: * and ? were ignored here", token
                )
        texts = [make_text(token.value, searched) for token in (first, second)]
        one, other = (text.value for text in texts)
        if not self._admit_near(f"{one} {other} {other} {one}", near):
            return And(tuple(texts))
        slop = (near.distance or 1) - 1
        either = Or((Near(f"{one} {other}", slop, searched), Near(f"{other} {one}", slop, searched)))
        phrases = [
            replace(text, is_exact=True) if token.distance is None else Near(text.value, token.distance, searched)
            for text, token in zip(texts, (first, second), strict=True)
            if len(_WORDS.findall(fold_text(text.value))) > 1
        ]
        found = And((either, *phrases)) if phrases else either
        boost = first.boost * second.boost
        return found if boost == 1 else Boosted(found, boost)

    def _admit_near(self, value: str, token: Token) -> bool:
        """Count the words of a value; report when they are too many for the query."""
        count = len(_WORDS.findall(fold_text(value)))
        self.near_words_count += count
        if self.near_words_count <= MAX_NEAR_WORDS:
            return True
        message = f"more than {MAX_NEAR_WORDS} words are to be near others; this distance was ignored, remove some"
        self._report("too-many-near", message, token)
        return False

    def _admit_pattern(self, pattern: str, token: Token) -> bool:
        """Count a pattern; report when it is too wide or they are too many, and it is read as the words it holds."""
        is_open = pattern[0] in "*?"
        self.patterns_count += 1
        self.open_patterns_count += is_open
        if not is_bounded(pattern):
            message = (
                f"a word has at most {MAX_WILDCARDS} of * and ?, and 2 to 60 letters beside them; they were ignored"
            )
        elif self.patterns_count > MAX_PATTERNS or (is_open and self.open_patterns_count > MAX_OPEN_PATTERNS):
            message = (
                f"at most {MAX_PATTERNS} words have * or ?, and {MAX_OPEN_PATTERNS} of these begin with it; "
                "in this one they were ignored"
            )
        else:
            return True
        self._report("too-many-wildcards", message, token)
        return False

    def _report(self, code: IssueCode, message: str, token: Token) -> None:
        issue = make_issue(code, message, token.start, token.end)
        if issue not in self.issues:  # a word may stand between two of NEAR
            self.issues.append(issue)

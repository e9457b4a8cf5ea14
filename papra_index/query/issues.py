"""Issues of a search query: their codes in one list, and how one is shown with a marker under its place."""

from __future__ import annotations

import unicodedata
from typing import Literal

from papra_index.results import QueryIssue

IssueCode = Literal[
    "query-too-long",
    "max-tokens-exceeded",
    "unclosed-quoted-string",
    "negated-group",
    "missing-operand-for-not",
    "missing-operand-for-or",
    "unmatched-opening-parenthesis",
    "unmatched-closing-parenthesis",
    "max-nesting-depth-exceeded",
    "unknown-field",
    "unsupported-comparator",
    "missing-value",
    "invalid-date",
    "unknown-has-value",
    "unknown-extraction-status",
    "invalid-number",
    "empty-range",
    "boost-out-of-range",
    "distance-out-of-range",
    "misplaced-near",
    "too-many-near",
    "too-many-wildcards",
    "unsupported-wildcard",
    "invalid-size",
    "unknown-type",
    "invalid-mime-type",
    "invalid-extension",
    "invalid-language",
    "invalid-id",
    "invalid-sha256",
    "unknown-state",
    "trash-not-searched",
    "no-words",
    "invalid-boolean",
    "unknown-option",
    "unknown-user",
]
"""Every code a `QueryIssue` of the search language carries."""

_BEFORE = 60  # characters of the query shown before and after the start of the fault: a line of a terminal
_AFTER = 40


def make_issue(code: IssueCode, message: str, start: int, end: int) -> QueryIssue:
    """Return an issue about the characters `start` to `end` (exclusive) of the query as typed."""
    return QueryIssue(code=code, message=message, start=start, end=end)


def describe_issue(query: str, issue: QueryIssue) -> str:
    """Return three lines: the message, the query around the fault, and `~~~^` under the fault.

    A long query is shown in part, with an ellipsis where it was cut. A line end, control or lone surrogate is
    shown as one other character, so that the marker stays in place.
    """
    first = max(0, issue.start - _BEFORE)
    last = min(len(query), issue.start + _AFTER)
    prefix = "…" if first else ""
    suffix = "…" if last < len(query) else ""
    before = prefix + _show(query[first : issue.start])
    fault = _show(query[issue.start : min(issue.end, last)])
    after = _show(query[min(issue.end, last) : last]) + suffix
    marker = " " * _count_columns(before) + "~" * (_count_columns(fault) - 1) + "^"
    return f"{issue.message}\n{before}{fault}{after}\n{marker}"


def shorten_value(value: str) -> str:
    """Return a value in quotation marks for a message, cut after 40 characters."""
    return f'"{value}"' if len(value) <= 40 else f'"{value[:40]}…"'


def _show(text: str) -> str:
    return "".join(_show_character(character) for character in text)


def _show_character(character: str) -> str:
    if unicodedata.category(character) == "Cs":
        return "\ufffd"
    return character if character.isprintable() else " "


def _count_columns(text: str) -> int:
    """Count terminal columns: wide characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )

"""Changed queries as rows of text, compact enough for a terminal: what moved, and the first documents side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from papra_index.evaluation.comparison import Change, RankedDocument, Side

SHOWN_DOCUMENTS = 3
_SHOWN_REASONS = 3
_LONGEST_NAME = 60
_EMPHASIS = re.compile(r"\*([^*]+)\*")


def describe_change(change: Change) -> str:
    """Return the query, and by how much its measure changed."""
    values = f"{change.before.value:.4f} -> {change.after.value:.4f}, {change.delta:+.4f}"
    return f"{change.query_id}: {change.text} ({values})" if change.text else f"{change.query_id} ({values})"


def describe_moved(change: Change) -> str:
    """Return where relevant documents went, possibly nothing."""
    moved = "; ".join(
        f"{shorten_name(document)} {write_rank(before)} -> {write_rank(after)}"
        for document, before, after in change.moved
    )
    return f"Relevant documents that moved: {moved}" if moved else ""


def list_sides(change: Change) -> list[list[str]]:
    """Return a row of rank, the first system's document and the other's, with grades and what they score by: first what
    the other system does not count, else what scores most. The last row tells how many documents were found.
    """
    before, after = change.before.documents, change.after.documents
    rows = [
        [str(rank), _describe_document(one, after), _describe_document(other, before)]
        for rank, (one, other) in enumerate(zip_longest(before, after), 1)
        if rank <= SHOWN_DOCUMENTS
    ]
    rows.append(["", *(_describe_whole(side) for side in (change.before, change.after))])
    return rows


def shorten_name(document: RankedDocument) -> str:
    """Return a name that is short enough to stand among others."""
    return document.name if len(document.name) <= _LONGEST_NAME else f"{document.name[: _LONGEST_NAME - 1]}…"


def write_rank(rank: int | None) -> str:
    """Return a rank, a dash for none."""
    return "–" if rank is None else f"{rank:,}"


def _describe_document(document: RankedDocument | None, others: Sequence[RankedDocument]) -> str:
    if document is None:
        return ""
    grade = "not judged" if document.grade is None else f"grade {document.grade}"
    known = next((other.reasons for other in others if other.document_id == document.document_id), ())
    ordered = sorted(document.reasons, key=lambda reason: reason in known)
    named = f"{shorten_name(document)} [{grade}]"
    reasons = ", ".join(map(_shorten_reason, ordered[:_SHOWN_REASONS]))
    return f"{named}: {reasons}" if reasons else named


def _shorten_reason(reason: str) -> str:
    """Return the words that a reason is about, and what they score."""
    words = " ".join(_EMPHASIS.findall(reason))
    return f"{words} {reason.rpartition(': ')[2]}" if words else reason


def _describe_whole(side: Side) -> str:
    return "; ".join([f"{side.documents_count:,} found", *side.issues])

"""What a search did not do as asked because it would have taken too long, as issues of the query."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from papra_index.errors import IndexRebuilding, InvalidQuery
from papra_index.index.base import IndexMatches, IndexSummary, StandIn
from papra_index.query.issues import describe_issue, shorten_value
from papra_index.results import QueryIssue


def list_shortfalls(search_query: str, found: IndexMatches | IndexSummary, *, strict: bool) -> tuple[QueryIssue, ...]:
    """Return an issue for each phrase that was loosened, one for all that was left out, one where the catalog answered
    in place of the index, and one for changes that this will not get.

    Raises InvalidQuery in strict mode where there is one, IndexRebuilding for the last.
    """
    if found.stand_in is not None:
        if strict:
            raise IndexRebuilding("the search index is being rebuilt, and this needs it: try again when it is ready")
        return (QueryIssue("index-rebuilding", _describe_stand_in(found.stand_in), 0, len(search_query)),)
    issues = (*_describe_loosened(search_query, found.loosened), *_describe_dropped(search_query, found.dropped))
    if strict and issues:
        raise InvalidQuery(describe_issue(search_query, issues[0]))
    return (*issues, *_describe_missing(search_query, found.behind))


def _describe_missing(search_query: str, behind: int) -> Iterator[QueryIssue]:
    if behind:
        changes = "change is" if behind == 1 else f"{behind:,} changes are"
        message = (
            f"the newest {changes} not in the search index, and nobody adds them, as the archive is only read here: "
            "what was added or changed last is not found until it is opened where it may be written"
        )
        yield QueryIssue("index-behind", message, 0, len(search_query))


def _describe_stand_in(stand_in: StandIn) -> str:
    looked_at = f"all {stand_in.documents_count:,} documents"
    if stand_in.looked_at < stand_in.documents_count:
        looked_at = f"the newest {stand_in.looked_at:,} of {looked_at.removeprefix('all ')}"
    left_out = f"; left out: {', '.join(stand_in.left_out)}" if stand_in.left_out else ""
    state = "the search index is being built anew; until then"
    if stand_in.is_lasting:
        state = "no search index can be used, and none is built as the archive is only read here:"
    return (
        f"{state} {looked_at} are looked through for words and beginnings as "
        f"they are written, without other forms, corrections and feedback{left_out}"
    )


def _describe_loosened(search_query: str, phrases: Sequence[str]) -> Iterator[QueryIssue]:
    for phrase in phrases:
        message = (
            f'"{phrase}" ends in a beginning of very many words: documents that hold its words anywhere are meant; '
            "type one character more"
        )
        yield QueryIssue("phrase-loosened", message, *_find_place(search_query, phrase))


def _describe_dropped(search_query: str, dropped: Sequence[str]) -> Iterator[QueryIssue]:
    if not dropped:
        return
    others = f" and {len(dropped) - 1} more were" if len(dropped) > 1 else " was"
    message = (
        f"looking for all of this would take too long: {shorten_value(dropped[0])}{others} left out; "
        "ask for fewer words and phrases, or rarer ones"
    )
    start = min(_find_place(search_query, text)[0] for text in dropped)
    yield QueryIssue("query-too-costly", message, start, len(search_query))


def _find_place(search_query: str, text: str) -> tuple[int, int]:
    """Return where the words of a text stand in a query, all of it where they are spelled otherwise there."""
    words = r"[\W_]+".join(map(re.escape, re.findall(r"[^\W_]+", text)))
    found = re.search(rf"(?<![^\W_]){words}(?![^\W_])", search_query, re.IGNORECASE)
    return (0, len(search_query)) if found is None else found.span()

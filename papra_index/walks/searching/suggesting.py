"""The walk `suggest`: what is being typed -> words of the index, names, tags or values -> suggestions that find."""

from __future__ import annotations

from papra_index.catalog.documents import fetch_names, find_names
from papra_index.catalog.tags import list_tags
from papra_index.conventions.folding import fold_text
from papra_index.conventions.times import find_time_zone, now_milliseconds
from papra_index.errors import InvalidInput
from papra_index.index.base import WordField
from papra_index.query.completion import (
    LISTED_VALUES,
    TypedName,
    TypedTag,
    TypedValue,
    find_typed_name,
    find_typed_value,
    find_typed_word,
)
from papra_index.query.expression import Everything
from papra_index.query.tokens import fits_query
from papra_index.values.suggestions import Suggestion, SuggestionKind, TermCount, TermField, TermOrder
from papra_index.walks.searching.candidates import Inquiry, find_candidates
from papra_index.walks.searching.search import SearchScope

MAX_SUGGESTIONS = 25
MAX_TERMS = 10_000

_NAMED_DOCUMENTS = 100
"""Newest documents with such a name, and documents whose names begin so, of which the best are suggested."""

_CANDIDATES = 3  # tags and values looked at for each that is wanted: some find nothing in the context
_VALUE_FIELDS: dict[str, WordField] = {"mime": "mime_type", "ext": "extension", "lang": "language"}
_TERM_FIELDS: dict[str, TermField] = {name: name for name in ("name", "content", "notes", "original_name")}


def suggest(scope: SearchScope, text: str, limit: int, time_zone: str) -> tuple[Suggestion, ...]:
    """Return ways to go on from the beginning of a query, best first: words, then names; or only tags, or values.

    Raises InvalidInput for a limit outside 1 to 25 and for an unknown time zone.
    """
    _check_limit(limit, MAX_SUGGESTIONS)
    inquiry = Inquiry(scope, now_milliseconds(), find_time_zone(time_zone))
    if not fits_query(text):
        return ()
    if (value := find_typed_value(text)) is not None:
        return tuple(_complete_value(inquiry, value, limit))
    typed = find_typed_word(text, inquiry.read)
    if isinstance(typed, TypedTag):
        return tuple(_complete_tag(inquiry, typed, limit))
    named = find_typed_name(text, inquiry.read)
    names = _complete_name(inquiry, named, limit) if named is not None else []
    words: list[Suggestion] = []
    if typed is not None and not inquiry.is_late:
        for found in find_candidates(inquiry, typed, limit - min(len(names), limit // 2)):
            query = typed.before + found.text
            words.append(Suggestion(SuggestionKind.WORD, found.text, query, found.documents_count))
    return (*words, *names[: limit - len(words)])


def list_terms(
    scope: SearchScope, prefix: str, field: TermField, limit: int, order: TermOrder
) -> tuple[TermCount, ...]:
    """Return words of a field that begin so, with the organization's documents that hold each.

    Raises InvalidInput for a limit outside 1 to 10,000, an unknown field or order.
    """
    _check_limit(limit, MAX_TERMS)
    if field not in _TERM_FIELDS:
        raise InvalidInput(f"field is {field!r}: choose {', '.join(_TERM_FIELDS)}")
    if order not in ("count", "word"):
        raise InvalidInput(f"order is {order!r}: choose count or word")
    request = Inquiry(scope, now_milliseconds(), find_time_zone("UTC")).build_request(Everything())
    most = limit if order == "count" else None
    found = scope.reader.list_words(request, _TERM_FIELDS[field], fold_text(prefix), limit=most) or ()
    return tuple(TermCount(word, count) for word, count in (found if order == "count" else sorted(found)[:limit]))


def _check_limit(limit: int, most: int) -> None:
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= most:
        raise InvalidInput(f"limit is {limit!r}: give a whole number from 1 to {most}")


def _complete_name(inquiry: Inquiry, named: TypedName, limit: int) -> list[Suggestion]:
    """Return names with the typed words, those that begin so first, newest first."""
    scope = inquiry.scope
    keys = scope.reader.search(inquiry.build_request(named.searched, _NAMED_DOCUMENTS)).keys
    beginning = fold_text(named.typed)
    with scope.catalog.read() as connection:
        found = fetch_names(connection, scope.organization_key, keys)
        first = {key for key, (_, name) in found.items() if fold_text(name).startswith(beginning)}
        if len(keys) == _NAMED_DOCUMENTS and named.is_beginning and len(first) < limit:
            # There are more, of which older ones may begin so.
            others = find_names(connection, scope.organization_key, named.typed, _NAMED_DOCUMENTS)
            older = {key: item for key, item in others.items() if fold_text(item[1]).startswith(beginning)}
            found |= older
            first |= older.keys()
    ranked = sorted(found.items(), key=lambda item: (item[0] not in first, -item[0]))
    suggestions = []
    for _, (document_id, name) in ranked[:limit]:
        query = named.complete(name)
        if not fits_query(query):
            query = f"{named.before}id:{document_id}"
        suggestions.append(Suggestion(SuggestionKind.NAME, name, query, 1, document_id))
    return suggestions


def _complete_tag(inquiry: Inquiry, typed: TypedTag, limit: int) -> list[Suggestion]:
    """Return tags whose name, or a word in it, begins so."""
    beginning = fold_text(typed.beginning)
    with inquiry.scope.catalog.read() as connection:
        tags = [tag for _, tag in list_tags(connection, inquiry.scope.organization_key) if tag.documents_count]
    found = []
    for tag in tags:
        folded = fold_text(tag.name)
        if folded.startswith(beginning) or f" {beginning}" in folded:
            found.append((not folded.startswith(beginning), -(tag.documents_count or 0), tag.name))
    suggestions: list[Suggestion] = []
    for _, _, name in sorted(found)[: limit * _CANDIDATES]:
        if suggestions and inquiry.is_late:
            break
        query = typed.complete(name)
        if query is not None and (count := _count_found(inquiry, query)):
            suggestions.append(Suggestion(SuggestionKind.TAG, name, query, count))
    return suggestions[:limit]


def _complete_value(inquiry: Inquiry, typed: TypedValue, limit: int) -> list[Suggestion]:
    """Return values of a filter that begin so, those that find most first."""
    if typed.field in LISTED_VALUES:
        values = [value for value in LISTED_VALUES[typed.field] if value.startswith(typed.beginning)]
    else:
        request = inquiry.build_request(Everything())
        field = _VALUE_FIELDS[typed.field]
        listed = inquiry.scope.reader.list_words(request, field, typed.beginning, limit=limit * _CANDIDATES)
        values = [value for value, _ in listed or ()]
    suggestions: list[Suggestion] = []
    for value in values:
        if suggestions and inquiry.is_late:
            break
        query = typed.before + value
        if count := _count_found(inquiry, query):
            suggestions.append(Suggestion(SuggestionKind.VALUE, value, query, count))
    return sorted(suggestions, key=lambda suggestion: -suggestion.documents_count)[:limit]


def _count_found(inquiry: Inquiry, query: str) -> int:
    return inquiry.count(inquiry.read(query)) if fits_query(query) else 0

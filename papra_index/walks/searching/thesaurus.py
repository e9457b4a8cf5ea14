"""The walk from synonyms and stop words as people give them to the thesaurus that searches apply.

A thesaurus is kept until any organization's changes, which one counter of the catalog tells for some microseconds.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from papra_index.catalog.changes import THESAURUS_COUNTER
from papra_index.catalog.database import Catalog
from papra_index.catalog.thesaurus import NewSynonyms, StopWordsChange, list_stop_words, list_synonyms
from papra_index.conventions.folding import replace_surrogates
from papra_index.errors import InvalidInput
from papra_index.query.thesaurus import Thesaurus, build_thesaurus, split_term

MAX_TERMS = 20
"""Terms of a group of synonyms."""

MAX_TERM_CHARACTERS = 64
MAX_TERM_WORDS = 5

_MAX_KEPT = 1_000


class Thesauri:
    """The thesaurus of each organization, as of the newest commit of any process; shared between threads."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._lock = threading.Lock()
        self._revision = -1
        self._kept: dict[int, Thesaurus] = {}

    def find(self, organization_key: int) -> Thesaurus:
        """Return the thesaurus of an organization."""
        revision = self._catalog.read_counter(THESAURUS_COUNTER)
        with self._lock:
            if revision != self._revision or len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
                self._revision = revision
            thesaurus = self._kept.get(organization_key)
        if thesaurus is not None:
            return thesaurus
        # Read after the counter, so that what is kept is at least as new as that.
        with self._catalog.read() as connection:
            groups = [(group.terms, group.is_one_way) for group in list_synonyms(connection, organization_key)]
            thesaurus = build_thesaurus(groups, list_stop_words(connection, organization_key))
        with self._lock:
            if revision == self._revision:
                self._kept[organization_key] = thesaurus
        return thesaurus


def check_synonyms(organization_key: int, terms: Iterable[str], *, one_way: bool) -> NewSynonyms:
    """Return a group to save, its terms trimmed and each once.

    Raises InvalidInput unless there are 2 to 20 of up to 64 characters and 5 words.
    """
    distinct: dict[tuple[str, ...], str] = {}
    for term in terms:
        trimmed = " ".join(replace_surrogates(term).split())
        words = split_term(trimmed)
        if not 1 <= len(words) <= MAX_TERM_WORDS or len(trimmed) > MAX_TERM_CHARACTERS:
            raise InvalidInput(
                f"{term[:40]!r} cannot be a synonym: give 1 to {MAX_TERM_WORDS} words of at most "
                f"{MAX_TERM_CHARACTERS} characters together"
            )
        distinct.setdefault(words, trimmed)
        if len(distinct) > MAX_TERMS:
            break
    if not 2 <= len(distinct) <= MAX_TERMS:
        raise InvalidInput(f"synonyms are 2 to {MAX_TERMS} different words or phrases: give so many")
    normalized = [" ".join(words) for words in distinct]
    head = normalized[:1] if one_way else []
    ordered = (*head, *sorted(normalized[len(head) :]))
    return NewSynonyms(organization_key, tuple(distinct.values()), ordered, one_way)


def check_stop_words(organization_key: int, words: Iterable[str]) -> StopWordsChange:
    """Return stop words to add or remove, folded. Raises InvalidInput for what is not one word of 64 characters."""
    folded = []
    for word in words:
        parts = split_term(replace_surrogates(word))
        if len(parts) != 1 or len(parts[0]) > MAX_TERM_CHARACTERS:
            raise InvalidInput(f"{word[:40]!r} is not one word of at most {MAX_TERM_CHARACTERS} characters")
        folded.append(parts[0])
    if not folded:
        raise InvalidInput("no stop words were given: give at least one")
    return StopWordsChange(organization_key, tuple(dict.fromkeys(folded)))

"""The verbs for synonyms and stop words; searches of every process follow from the next one on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from papra_index.catalog.thesaurus import (
    add_stop_words,
    delete_synonyms,
    list_stop_words,
    list_synonyms,
    remove_stop_words,
    save_synonyms,
)
from papra_index.conventions.identifiers import check_id
from papra_index.documents import Synonyms
from papra_index.organization.base import OrganizationVerbs
from papra_index.walks.applying.waiting import Waiting, writes
from papra_index.walks.searching.thesaurus import check_stop_words, check_synonyms


class ThesaurusVerbs(OrganizationVerbs):
    """Synonyms and stop words of an organization."""

    @writes
    def save_synonyms(self, terms: Iterable[str], *, one_way: bool = False, **_: Unpack[Waiting]) -> Synonyms:
        """Have a search for one of these words or phrases find the others, too; with `one_way`, only for the first.

        There are 2 to 20 terms of up to 64 characters and 5 words. The same group again is returned as it is. Raises
        InvalidInput, SynonymLimitReached.
        """
        return self._catalog.write(save_synonyms, [check_synonyms(self._key, terms, one_way=one_way)])[0]

    @writes
    def delete_synonyms(self, synonyms_id: str, **_: Unpack[Waiting]) -> None:
        """Delete a group of synonyms. Raises SynonymsNotFound."""
        self._catalog.write(delete_synonyms, [(self._key, check_id("syn", synonyms_id))])

    def list_synonyms(self) -> tuple[Synonyms, ...]:
        """Return the groups of synonyms, oldest first."""
        with self._catalog.read() as connection:
            return tuple(list_synonyms(connection, self._key))

    @writes
    def add_stop_words(self, words: Iterable[str], **_: Unpack[Waiting]) -> None:
        """Have searches for several words leave these out. Raises InvalidInput, StopWordLimitReached."""
        self._catalog.write(add_stop_words, [check_stop_words(self._key, words)])

    @writes
    def remove_stop_words(self, words: Iterable[str], **_: Unpack[Waiting]) -> None:
        """Have these words searched for again; those that were are no error. Raises InvalidInput."""
        self._catalog.write(remove_stop_words, [check_stop_words(self._key, words)])

    def list_stop_words(self) -> tuple[str, ...]:
        """Return the stop words, folded, in order."""
        with self._catalog.read() as connection:
            return tuple(list_stop_words(connection, self._key))

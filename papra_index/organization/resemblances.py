"""The verbs that compare documents with one another: similar ones, and near-duplicates."""

from __future__ import annotations

from collections.abc import Callable

from papra_index.conventions.identifiers import check_id
from papra_index.organization.base import OrganizationVerbs
from papra_index.results import PageRequest
from papra_index.values.resemblances import (
    DEFAULT_SIMILARITY,
    DuplicatePage,
    NearDuplicate,
    SimilarPage,
    check_similarity,
)
from papra_index.walks.searching.duplicates import find_duplicates, find_near_duplicates
from papra_index.walks.searching.similarity import find_similar


class ResemblanceVerbs(OrganizationVerbs):
    """Documents like others."""

    def similar(
        self,
        document_id: str,
        *,
        search_query: str | None = None,
        page_index: int = 0,
        page_size: int = 25,
        time_zone: str | None = None,
    ) -> SimilarPage:
        """Return the documents that speak of the same things as one, best first, with the words they share.

        They are 100 at most, and with `search_query` match it, too. Words are taken from the name and the first 20,000
        characters. Raises DocumentNotFound, InvalidPageRequest, InvalidInput for an unknown time zone.
        """
        check_id("doc", document_id)
        zone = self._parts.settings.time_zone if time_zone is None else time_zone
        return find_similar(self._scope, document_id, PageRequest(page_index, page_size), search_query, zone)

    def near_duplicates(
        self, document_id: str, *, least_similarity: float = DEFAULT_SIMILARITY
    ) -> tuple[NearDuplicate, ...]:
        """Return the documents with nearly the same text as one, most alike first, ten at most.

        `least_similarity` is 0.5 to 1; a copy with faults in 5 % of its characters has some 0.9. Texts of less than 60
        letters and digits have none. Raises DocumentNotFound, InvalidInput.
        """
        check_id("doc", document_id)
        return find_near_duplicates(self._scope, document_id, check_similarity(least_similarity))

    def find_duplicates(
        self,
        *,
        page_index: int = 0,
        page_size: int = 25,
        least_similarity: float = DEFAULT_SIMILARITY,
        progress: Callable[[int, int], None] | None = None,
    ) -> DuplicatePage:
        """Return a page of the groups of documents with nearly the same text, most alike first.

        Compares the documents that were not yet compared as they are now, some milliseconds each, and keeps the
        outcome; a handle that does not see all documents compares those it sees each time. `progress` is called with
        documents compared and in all. What searches do not see yet counts as pending. Raises InvalidPageRequest,
        InvalidInput.
        """
        page = PageRequest(page_index, page_size)
        return find_duplicates(self._scope, page, check_similarity(least_similarity), progress)

"""The verbs for saved searches: a query and its options under a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from papra_index.catalog.saved_searches import (
    SearchSaving,
    delete_saved_searches,
    find_saved_search,
    list_saved_searches,
    save_searches,
)
from papra_index.organization.base import OrganizationVerbs
from papra_index.results import Matching, PageRequest, ResultPage, Sort
from papra_index.values.saved_searches import SavedSearch
from papra_index.walks.applying.waiting import Waiting, writes
from papra_index.walks.searching.search import SearchOptions, search_documents


class SavedSearchVerbs(OrganizationVerbs):
    """Saved searches of an organization, found by name without regard to case and accents."""

    @writes
    def save_search(
        self,
        name: str,
        search_query: str,
        *,
        sort: Sort | None = None,
        matching: Matching = "all",
        feedback: bool = False,
        replaces: str | None = None,
        **_: Unpack[Waiting],
    ) -> SavedSearch:
        """Save a search under a name; `replaces` names one whose place it takes, also to rename it.

        A query with mistakes is saved as it is: running it tells of them. Raises InvalidInput,
        SavedSearchAlreadyExists, SavedSearchLimitReached, SavedSearchNotFound for `replaces`.
        """
        search = SavedSearch(name, search_query, sort, matching, feedback)
        return self._catalog.write(save_searches, [SearchSaving(self._key, search, replaces)])[0]

    def list_saved_searches(self) -> tuple[SavedSearch, ...]:
        """Return the saved searches by name."""
        with self._catalog.read() as connection:
            return tuple(list_saved_searches(connection, self._key))

    def get_saved_search(self, name: str) -> SavedSearch:
        """Return a saved search. Raises SavedSearchNotFound."""
        with self._catalog.read() as connection:
            return find_saved_search(connection, self._key, name)

    @writes
    def delete_saved_search(self, name: str, **_: Unpack[Waiting]) -> None:
        """Delete a saved search. Raises SavedSearchNotFound."""
        self._catalog.write(delete_saved_searches, [(self._key, name)])

    def run_saved_search(
        self,
        name: str,
        *,
        page_index: int = 0,
        page_size: int = 25,
        snippets: int = 0,
        facets: Sequence[str] = (),
        time_zone: str | None = None,
        cursor: str | None = None,
    ) -> ResultPage:
        """Return a page of what a saved search finds now. Raises SavedSearchNotFound, and as `search` does."""
        saved = self.get_saved_search(name)
        zone = self._parts.settings.time_zone if time_zone is None else time_zone
        options = SearchOptions(
            PageRequest(page_index, page_size),
            sort=saved.sort,
            snippets=snippets,
            facets=facets,
            time_zone=zone,
            matching=saved.matching,
            feedback=saved.feedback,
            cursor=cursor,
            relax=False,  # what is asked for again and again may well be nothing
        )
        return search_documents(self._scope, saved.search_query, options)

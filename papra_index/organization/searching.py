"""The verbs that ask the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from papra_index.conventions.identifiers import check_id
from papra_index.errors import InvalidInput, PapraIndexError
from papra_index.organization.base import OrganizationVerbs
from papra_index.results import Matching, PageRequest, ResultPage, SearchOutcome, SearchRequest, Sort, Summary
from papra_index.settings import RankingSettings
from papra_index.values.explanations import Why
from papra_index.values.reranks import Rerank
from papra_index.walks.searching.search import SearchOptions, search_documents
from papra_index.walks.searching.selecting import select_documents
from papra_index.walks.searching.summarizing import summarize_matches
from papra_index.walks.searching.verdicts import explain_document

MAX_SEARCHES = 100
"""Searches that one call answers."""


class SearchVerbs(OrganizationVerbs):
    """Searching documents."""

    def search(
        self,
        search_query: str,
        *,
        page_index: int = 0,
        page_size: int = 25,
        sort: Sort | None = None,
        snippets: int = 0,
        facets: Sequence[str] = (),
        strict: bool = False,
        time_zone: str | None = None,
        matching: Matching = "all",
        feedback: bool = False,
        matched: bool = False,
        explain: bool = False,
        cursor: str | None = None,
        relax: bool = True,
        tags: Sequence[str] = (),
        principals: Sequence[str] | None = None,
        rerank: Rerank | None = None,
        ranking: RankingSettings | None = None,
    ) -> ResultPage:
        """Return a page of the documents that match a query (its language is described in the README).

        By relevance where the query has words, else newest first. With `matching="any"`, for whole questions, one of
        its plain words suffices; filters, AND and NOT mean what they do otherwise; with `feedback`, too, documents are
        found and lifted that speak of what the ten best do, for several times the cost. `snippets` is the number of
        passages wanted per hit, `time_zone` where `today` is meant (by default the settings').

        `facets` are counted among tag, mime_type, language, year, month, document_year, document_month and size; each
        ignores the query's own filter on it, so that of `invoice tag:paid` all tags of invoices are counted.
        `FacetCount.filter` selects a value, joined with the query by a blank (and parentheses around an OR).

        `cursor` is the `next_cursor` of the page before, in place of `page_index`: any page costs what the first does,
        and no document that is there throughout is passed over or repeated, whatever comes or goes between. There is
        one for every order but by relevance; without `sort`, the order is the cursor's.

        Where no document matches, mistyped words are corrected, then documents with most of the words found, unless
        `relax` is False; `ResultPage.relaxed` tells, and `suggestion` of a better spelling where few match.

        `matched` tells which words each hit has in which field, `explain` what its score consists of, both by small
        searches of the page's documents alone. Matches have all of `tags` (ids or names). `principals`
        are whom to answer, as `visible_to` does: as if there were no documents but those they may see. `rerank` has the
        best hits by relevance put in another order by a callable, in bounded time; `ResultPage.reranked` tells.
        `ranking` is in place of the archive's `[ranking]` settings.

        Raises InvalidPageRequest, InvalidCursor, InvalidInput, and InvalidQuery in strict mode; otherwise what is wrong
        with a query is in `ResultPage.issues`.
        """
        zone = self._parts.settings.time_zone if time_zone is None else time_zone
        page = PageRequest(page_index, page_size)
        options = SearchOptions(
            page,
            sort,
            snippets,
            facets,
            strict,
            zone,
            matching,
            feedback,
            matched,
            explain,
            cursor,
            relax,
            tags,
            rerank,
        )
        return search_documents(self._narrow(principals, ranking), search_query, options)

    def why(
        self,
        document_id: str,
        search_query: str,
        *,
        sort: Sort | None = None,
        time_zone: str | None = None,
        matching: Matching = "all",
    ) -> Why:
        """Return whether a search finds a document and at which rank, or why not: each part of the query is judged.

        `Why.described` says it in words. Options are those of `search`. Raises DocumentNotFound and InvalidInput.
        """
        zone = self._parts.settings.time_zone if time_zone is None else time_zone
        options = SearchOptions(PageRequest(), sort, time_zone=zone, matching=matching)
        return explain_document(self._scope, check_id("doc", document_id), search_query, options)

    def summarize(
        self,
        search_query: str = "",
        *,
        strict: bool = False,
        time_zone: str | None = None,
        matching: Matching = "all",
        relax: bool = True,
    ) -> Summary:
        """Return what all documents that match a query amount to: count, bytes, pages, and the first two by tag and
        month. The options are as for `search`; what nothing matches is relaxed alike, and `Summary.relaxed` tells so.

        Raises InvalidInput, and InvalidQuery in strict mode.
        """
        zone = self._parts.settings.time_zone if time_zone is None else time_zone
        options = SearchOptions(PageRequest(), strict=strict, time_zone=zone, matching=matching, relax=relax)
        return summarize_matches(self._scope, search_query, options)

    def select(self, search_query: str) -> tuple[str, ...]:
        """Return the ids of all documents that match a query, newest first: what `trash_many` and `retag` may be given.

        What is wrong with a query is not told: see what `search` says of it first.
        """
        return tuple(select_documents(self._scope, search_query, self._parts.settings.time_zone))

    def search_many(self, requests: Sequence[str | SearchRequest]) -> tuple[SearchOutcome, ...]:
        """Answer up to 100 searches, queries or requests; return an outcome for each, in order.

        One that fails does not lose the others. Each sees the newest commit when its turn comes. Raises InvalidInput
        for more than 100.
        """
        if len(requests) > MAX_SEARCHES:
            raise InvalidInput(f"{len(requests)} searches are more than {MAX_SEARCHES}: ask in several calls")
        asked = [SearchRequest(item) if isinstance(item, str) else item for item in requests]
        return tuple(map(self._answer, asked))

    def _answer(self, request: SearchRequest) -> SearchOutcome:
        values = {item.name: getattr(request, item.name) for item in fields(request)}
        try:
            return SearchOutcome(request, self.search(**values))
        except PapraIndexError as error:
            return SearchOutcome(request, None, error)

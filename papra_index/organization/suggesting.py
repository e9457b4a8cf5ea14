"""The verbs that help to ask: what is being typed is completed, and the words there are listed."""

from __future__ import annotations

from papra_index.organization.base import OrganizationVerbs
from papra_index.values.suggestions import Suggestion, TermCount, TermField, TermOrder
from papra_index.walks.searching.suggesting import list_terms, suggest


class SuggestingVerbs(OrganizationVerbs):
    """Suggestions while somebody types, and the words of the organization."""

    def suggest(self, text: str, *, limit: int = 10, time_zone: str | None = None) -> tuple[Suggestion, ...]:
        """Return ways to go on from the beginning of a query, best first, each of which finds something.

        Words that begin so, those of documents' names first, then names with the words that were typed; behind `tag:`,
        `type:` and other filters with known values, these. What stands before restricts what is offered, but for what
        is under NOT, which is not completed. What takes long is left out. `limit` is 1 to 25. Raises InvalidInput,
        SearchIndexError.
        """
        return suggest(self._scope, text, limit, self._parts.settings.time_zone if time_zone is None else time_zone)

    def terms(
        self, prefix: str, *, field: TermField = "content", limit: int = 100, order: TermOrder = "count"
    ) -> tuple[TermCount, ...]:
        """Return the words of a field that begin so, folded as the index has them, with the documents of each.

        `limit` is 1 to 10,000. All words of the prefix are looked at, and with `order="word"` held in memory. Raises
        InvalidInput, SearchIndexError.
        """
        return list_terms(self._scope, prefix, field, limit, order)

"""Whether all documents of an index are one organization's: their clause, which reads the list of all its documents,
need then not be run with each search.

It is decided by the documents themselves, for one searcher, whose documents never change.
"""

from __future__ import annotations

from collections.abc import Sequence

import tantivy
from tantivy import Occur, Query

from papra_index.conventions.principals import Reach
from papra_index.index.tantivy.filters import match_reach


class Tenancy:
    """Whose documents one searcher holds, found out once; threads that share it may find out twice."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self._alone: dict[int, bool] = {}

    def holds_all(self, reach: Sequence[Reach]) -> bool:
        """Say whether every document is within reach, where that is one organization's without principals."""
        if len(reach) != 1 or reach[0].principals is not None:
            return False
        key = reach[0].organization_key
        if key not in self._alone:
            # Where others have documents, this alone tells as a rule, at no cost; it counts replaced documents too.
            count = self._searcher.doc_freq("organization", key)
            self._alone[key] = count >= self._searcher.num_docs and not self._has_others(reach)
        return self._alone[key]

    def _has_others(self, reach: Sequence[Reach]) -> bool:
        others = Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, match_reach(reach))])
        return bool(self._searcher.search(others, 1).hits)

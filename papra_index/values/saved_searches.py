"""A search under a name, as a frozen value, and the rules of its name and query."""

from __future__ import annotations

import re
from datetime import datetime
from typing import get_args

from papra_index.conventions.folding import fold_text, replace_surrogates
from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidInput
from papra_index.results import Matching, Sort

MAX_SAVED_SEARCHES = 500
"""Of one organization."""

MAX_NAME_LENGTH = 64
MAX_QUERY_LENGTH = 1024
"""Characters; what is beyond them no search reads."""


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search query with the options it is run with, as `Organization.search` takes them.

    `sort` None means by relevance where the query has words. Raises InvalidInput when made with an empty or too long
    name, too long a query, or options that do not go together.
    """

    name: str
    search_query: str
    sort: Sort | None = None
    matching: Matching = "all"
    feedback: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", _check_name(self.name))
        if not isinstance(self.search_query, str) or len(self.search_query) > MAX_QUERY_LENGTH:
            raise InvalidInput(f"a search query is a text of at most {MAX_QUERY_LENGTH} characters: shorten it")
        object.__setattr__(self, "search_query", replace_surrogates(self.search_query))
        if self.matching not in get_args(Matching):
            raise InvalidInput(f"matching is {self.matching!r}: choose {' or '.join(get_args(Matching))}")
        if self.feedback and self.matching != "any":
            raise InvalidInput('feedback adds words of which any suffices: give matching="any" with it')

    @property
    def folded_name(self) -> str:
        """The name as it is unique: without regard to case, accents and blanks."""
        return fold_search_name(self.name)


def fold_search_name(name: str) -> str:
    """Return the form in which two names of saved searches are the same."""
    return " ".join(fold_text(name).split())


def _check_name(name: str) -> str:
    trimmed = replace_surrogates(re.sub(r"\s+", " ", name).strip()) if isinstance(name, str) else ""
    if not 1 <= len(trimmed) <= MAX_NAME_LENGTH or not fold_search_name(trimmed):
        raise InvalidInput(f"the name of a saved search has 1 to {MAX_NAME_LENGTH} characters: choose another")
    return trimmed

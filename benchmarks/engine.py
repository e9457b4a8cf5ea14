"""The engine under the library: the reader with a request, and Tantivy's own calls with the finished query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import cast

import tantivy

from benchmarks.peers import PAGE_SIZE
from benchmarks.questions import Order, Question
from papra_index.archive import CATALOG_NAME
from papra_index.catalog.database import Catalog
from papra_index.catalog.organizations import find_organization
from papra_index.catalog.tags import resolve_tags
from papra_index.conventions.principals import Reach
from papra_index.index.base import IndexMatches, IndexRequest
from papra_index.index.current import CurrentReader
from papra_index.index.generations import Generations
from papra_index.index.tantivy.analysis import register_analyzers
from papra_index.index.tantivy.compiler import compile_request
from papra_index.query.parser import parse_query
from papra_index.results import FacetName, Sort, SortField
from papra_index.walks.searching.faceting import plan_facets

ORDERS: dict[Order, Sort] = {
    "relevance": Sort(SortField.RELEVANCE),
    "created": Sort(SortField.CREATED_AT),
    "name": Sort(SortField.NAME),
}
"""What the orders of questions are in the library."""

FACETS: tuple[FacetName, ...] = ("tag", "mime_type", "month")

_COLUMNS: dict[Order, str] = {"created": "created_order", "name": "name_order"}
_FACETS = {
    name: {"terms": {"field": name, "size": 60_000, "segment_size": 60_000}}
    for name in ("tags", "mime_type", "created_month")
}


@dataclass(frozen=True, slots=True)
class BareQuery:
    """A query in the engine's terms, and the question and the request that it was compiled from."""

    question: Question
    request: IndexRequest
    query: tantivy.Query
    is_ranked: bool


class EngineRoom:
    """The newest index of an archive folder, opened beside the archive; its index must not change meanwhile."""

    def __init__(self, folder: Path, organization_ids: Sequence[str]) -> None:
        generations = Generations(folder / "index")
        current = generations.find_current()
        if current is None:
            raise RuntimeError(f"there is no index in {folder}")
        self.directory = current
        self._catalog = Catalog(folder / CATALOG_NAME, folder / "locks" / "catalog.lock")
        with self._catalog.read() as connection:
            self._keys = [find_organization(connection, name)[0] for name in organization_ids]
        self._reader = CurrentReader(generations)
        index = tantivy.Index.open(str(current))
        register_analyzers(index)
        self._searcher = index.searcher()

    def __enter__(self) -> EngineRoom:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._catalog.close()

    def prepare(self, question: Question) -> BareQuery:
        """Parse and compile a question."""
        key = self._keys[question.organization]
        with self._catalog.read() as connection:
            tag_keys = resolve_tags(connection, key, () if question.tag is None else (question.tag,))
        expression = parse_query(question.text, now=0).expression
        request = IndexRequest(
            reach=(Reach(key),),
            expression=expression,
            sort=ORDERS[question.order],
            first=question.page_index * PAGE_SIZE,
            tag_keys=tag_keys,
            facets=plan_facets(expression, FACETS) if question.facets else {},
        )
        compiled, is_ranked, *_ = compile_request(request, self._searcher)
        return BareQuery(question, request, compiled, is_ranked)

    def search_engine(self, query: BareQuery) -> IndexMatches:
        """Search as the library does: compile the request, run it, read the keys."""
        return self._reader.search(query.request)

    def search_bare(self, query: BareQuery) -> tuple[list[int], int]:
        """Run the finished query and read the keys, nothing else; return them and the count."""
        if query.question.facets:
            self._searcher.aggregate(query.query, _FACETS)
        first = query.request.first
        if query.is_ranked:
            result = self._searcher.search(query.query, PAGE_SIZE, offset=first)
        else:
            column = _COLUMNS.get(query.question.order, "created_order")
            result = self._searcher.search(query.query, PAGE_SIZE, offset=first, order_by_field=column)
        keys = self._searcher.fast_field_values("key", [address for _, address in result.hits])
        return cast("list[int]", keys), int(result.count)  # type: ignore[attr-defined]

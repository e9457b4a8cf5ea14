"""The engine under the library: the reader with a request, and Tantivy's own calls with the finished query."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import cast

import tantivy

from benchmarks.queries import TAG, BenchmarkQuery
from papra_index.archive import CATALOG_NAME
from papra_index.catalog.database import Catalog
from papra_index.catalog.organizations import find_organization
from papra_index.catalog.tags import resolve_tags
from papra_index.index.base import IndexMatches, IndexRequest
from papra_index.index.current import CurrentReader
from papra_index.index.generations import Generations
from papra_index.index.tantivy.analysis import register_analyzers
from papra_index.index.tantivy.compiler import compile_request
from papra_index.query.parser import parse_query
from papra_index.results import Sort, SortField


@dataclass(frozen=True, slots=True)
class BareQuery:
    """A query in the engine's terms, and the request that it was compiled from."""

    request: IndexRequest
    query: tantivy.Query
    is_ranked: bool


class EngineRoom:
    """The newest index of an archive folder, opened beside the archive; its index must not change meanwhile."""

    def __init__(self, folder: Path, organization_id: str) -> None:
        generations = Generations(folder / "index")
        current = generations.find_current()
        if current is None:
            raise RuntimeError(f"there is no index in {folder}")
        self._catalog = Catalog(folder / CATALOG_NAME, folder / "locks" / "catalog.lock")
        with self._catalog.read() as connection:
            self._organization_key, _ = find_organization(connection, organization_id)
            self._tag_keys = resolve_tags(connection, self._organization_key, {TAG})
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

    def prepare(self, query: BenchmarkQuery) -> BareQuery:
        """Parse and compile a query."""
        request = IndexRequest(
            organization_key=self._organization_key,
            expression=parse_query(query.text, now=0).expression,
            sort=query.sort or Sort(SortField.RELEVANCE),
            tag_keys=self._tag_keys,
        )
        compiled, is_ranked, *_ = compile_request(request, self._searcher)
        return BareQuery(request, compiled, is_ranked)

    def search_engine(self, query: BareQuery) -> IndexMatches:
        """Search as the library does: compile the request, run it, read the keys."""
        return self._reader.search(query.request)

    def search_bare(self, query: BareQuery) -> tuple[list[int], int]:
        """Run the finished query and read the keys, nothing else; return them and the count."""
        limit = query.request.limit
        if query.is_ranked:
            result = self._searcher.search(query.query, limit)
        else:
            result = self._searcher.search(query.query, limit, order_by_field="created_order")
        keys = self._searcher.fast_field_values("key", [address for _, address in result.hits])
        return cast("list[int]", keys), int(result.count)  # type: ignore[attr-defined]

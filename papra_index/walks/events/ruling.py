"""The walk from tagging rules over the documents there are: live documents -> what rules would add -> tags.

A hundred documents at a time, so that memory is bounded and nobody waits long for the catalog; begun anew after a
crash, it finds what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from papra_index.catalog.database import Catalog
from papra_index.catalog.organizations import read_statistics
from papra_index.catalog.tagging_rules import RuledTags, list_live_keys, match_rules, tag_by_rules
from papra_index.values.tagging_rules import TaggingRule

_CHUNK: Final = 100

Progress = Callable[[int, int], None]
"""Called with documents looked at and in all."""


def iterate_matches(
    catalog: Catalog, organization_key: int, rules: Sequence[TaggingRule], progress: Progress | None = None
) -> Iterator[list[RuledTags]]:
    """Yield what rules would add to live documents, some documents at a time."""
    with catalog.read() as connection:
        total = read_statistics(connection, organization_key).documents_count
    after = done = 0
    while True:
        with catalog.read() as connection:
            keys = list_live_keys(connection, organization_key, after, _CHUNK)
            found = match_rules(connection, organization_key, rules, keys) if keys else []
        if not keys:
            return
        yield found
        after, done = keys[-1], done + len(keys)
        if progress is not None:
            progress(done, max(total, done))


def apply_rules(
    catalog: Catalog, organization_key: int, rules: Sequence[TaggingRule], progress: Progress | None = None
) -> int:
    """Put tags on live documents by rules; return how many documents got any."""
    tagged = 0
    for found in iterate_matches(catalog, organization_key, rules, progress):
        if found:
            tagged += sum(catalog.write(tag_by_rules, found))
    return tagged

"""The catalog: SQLite's checks of its file, then references and kept counts; counts and indexes can be made anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from papra_index.catalog.database import Catalog
from papra_index.catalog.integrity import (
    Discrepancy,
    check_database,
    correct_discrepancies,
    is_reindexable,
    list_broken_references,
    list_counter_discrepancies,
    list_document_discrepancies,
    reindex_database,
)
from papra_index.catalog.read_only import locate_readable
from papra_index.values.integrity import Finding
from papra_index.walks.verification.progress import Tally

_PORTION = 500
_RESTORE = "restore it from a backup: papra-index restore-backup SOURCE FOLDER"


def verify_database(
    file: Path, lock_file: Path, *, deep: bool, repair: bool, read_only: bool = False
) -> Iterator[Finding]:
    """Yield what SQLite finds wrong with the catalog's file, which need not be one that can be opened as a catalog."""
    address = locate_readable(file) if read_only and file.is_file() else None
    messages = check_database(file, deep=deep, address=address)
    repaired = False
    if is_reindexable(messages) and repair:
        failure = reindex_database(file, lock_file)
        repaired = failure is None and not check_database(file, deep=deep)
        messages += [] if failure is None else [failure]
    for message in messages:
        yield Finding(
            "catalog.index_damaged" if is_reindexable([message]) else "catalog.damaged",
            file.name,
            f"the catalog is damaged: {message}",
            "build its indexes anew: papra-index verify --repair" if is_reindexable(messages) else _RESTORE,
            repairable=is_reindexable(messages),
            repaired=repaired,
        )


def verify_catalog(catalog: Catalog, tally: Tally, *, deep: bool, repair: bool) -> Iterator[Finding]:
    """Yield rows that refer to nothing, and kept values that are not what they are derived from says."""
    with catalog.read() as connection:
        broken = list_broken_references(connection)
        discrepancies = list_counter_discrepancies(connection)
    for table, parent, count in broken:
        yield Finding(
            "catalog.reference_broken", table, f"{count} rows of {table} refer to {parent} that are not there", _RESTORE
        )
    yield from _settle(catalog, discrepancies, repair=repair)
    after: int | None = 0
    done = 0
    while after is not None:
        with catalog.read() as connection:
            after, discrepancies = list_document_discrepancies(connection, after, _PORTION, deep=deep)
        yield from _settle(catalog, discrepancies, repair=repair)
        done += _PORTION
        tally.progress("catalog", done, 0)


def _settle(catalog: Catalog, discrepancies: list[Discrepancy], *, repair: bool) -> Iterator[Finding]:
    if discrepancies and repair:
        catalog.write(correct_discrepancies, discrepancies)
    for item in discrepancies:
        yield Finding(
            f"catalog.{item.table}_wrong",
            item.id,
            f"{item.column} of {item.id} is {item.kept!r}, by what it is derived from {item.counted!r}",
            "derive it anew: papra-index verify --repair",
            repairable=True,
            repaired=repair,
        )

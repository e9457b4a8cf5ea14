"""The index: its files against their checksums, then its documents against the catalog, by key and last change.

Files come first, and an index with a damaged one is not opened. What is wrong costs nothing but work, as an index can
always be built anew; the one that answers goes on until the new one takes its place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from papra_index.catalog.changes import find_checkpoint, keep_generations, last_sequence, reindex_documents
from papra_index.catalog.database import Catalog
from papra_index.conventions.durability import FileLock
from papra_index.errors import SearchIndexError
from papra_index.index.engine import IndexInspection, check_files, list_stray_files
from papra_index.index.generations import Generations
from papra_index.values.integrity import Finding
from papra_index.walks.verification.documents import list_wrong_counts, list_wrong_documents
from papra_index.walks.verification.progress import Tally

_MAX_NAMED = 100
_SECOND_LOOK_SECONDS = 0.5
_REBUILD = "build the index anew: papra-index verify --repair, or papra-index reindex"

Rebuild = Callable[[], object]
"""Builds a new generation and has it answer."""


def verify_index(
    catalog: Catalog,
    generations: Generations,
    rebuild_lock: FileLock | None,
    rebuild: Rebuild,
    tally: Tally,
    *,
    repair: bool,
) -> Iterator[Finding]:
    """Yield what is wrong with the generation that answers, and what lies beside it and belongs to nothing.

    Without `rebuild_lock`, where no lock may be taken, nothing tells what is left over from what is being built.
    """
    current = generations.find_current()
    found: list[Finding] = []
    if current is None:
        if _stays_missing(generations, rebuild_lock):
            found = [_describe("index.missing", "index", "no index answers")]
    else:
        found = list(_verify_files(current, tally))
        if not found:
            yield from _verify_strays(current, repair=repair)
            found = list(_compare(catalog, current, tally))
        if found and generations.find_current() != current:
            # Others noticed it, too, or built another for their own reasons.
            yield from verify_index(catalog, generations, rebuild_lock, rebuild, tally, repair=repair)
            return
    yield from _repair_index(catalog, found, rebuild) if repair else found
    yield from _verify_generations(catalog, generations, rebuild_lock, replaced=current, repair=repair)


def _stays_missing(generations: Generations, rebuild_lock: FileLock | None) -> bool:
    """Return whether no index answers and none is being built; an archive that was just made gets one soon."""
    time.sleep(_SECOND_LOOK_SECONDS)
    if rebuild_lock is not None:
        if not rebuild_lock.try_acquire():
            return False
        rebuild_lock.release()
    return generations.find_current() is None


def _repair_index(catalog: Catalog, found: list[Finding], rebuild: Rebuild) -> Iterator[Finding]:
    """Have single documents indexed again; for everything else build the index anew."""
    keys = [int(finding.subject.rpartition(" ")[2]) for finding in found if finding.code == "index.document_wrong"]
    if len(keys) == len(found) and keys:
        catalog.write(reindex_documents, keys)
    elif found:
        rebuild()
    for finding in found:
        yield replace(finding, repaired=True)


def _verify_files(current: Path, tally: Tally) -> Iterator[Finding]:
    for name, fault in check_files(current):
        tally.index_files_count += 1
        tally.progress("index", tally.index_files_count, 0)
        if fault is not None:
            subject = f"index/{current.name}/{name}"
            code = "index.file_missing" if fault.fault == "is missing" else "index.file_damaged"
            yield _describe(code, subject, f"{subject} {fault.fault}")


def _verify_strays(current: Path, *, repair: bool) -> Iterator[Finding]:
    for name in list_stray_files(current, remove=repair):
        subject = f"index/{current.name}/{name}"
        yield replace(
            _describe("index.stray", subject, f"{subject} belongs to no segment of the index"),
            next_step="remove it: papra-index verify --repair",
            repaired=repair,
        )


def _compare(catalog: Catalog, current: Path, tally: Tally) -> Iterator[Finding]:
    """Yield what the index has otherwise than the catalog, changes apart that it is to learn still."""
    try:
        if (fault := _find_misfit(catalog, current)) is not None:
            yield _describe("index.foreign", f"index/{current.name}", fault)
            return

        def tell(done: int, count: int) -> None:
            tally.progress("index", done, count)

        wrong = list_wrong_documents(catalog, IndexInspection(current), tell)
        if wrong:
            time.sleep(_SECOND_LOOK_SECONDS)  # for what was pruned from the changes between two looks
            again = list_wrong_documents(catalog, IndexInspection(current), tell)
            wrong = {key: fault for key, fault in wrong.items() if key in again}
        counts = [] if wrong else list_wrong_counts(catalog, IndexInspection(current))
    except SearchIndexError as error:
        yield _describe("index.unusable", f"index/{current.name}", f"the index cannot be read: {error.message}")
        return
    for key, fault in list(wrong.items())[:_MAX_NAMED]:
        yield _describe("index.document_wrong", f"document {key}", f"the index {fault} document {key} of the catalog")
    if len(wrong) > _MAX_NAMED:
        message = f"the index differs from the catalog in {len(wrong)} documents"
        yield _describe("index.documents_wrong", f"index/{current.name}", message)
    for id_, indexed, live in counts:
        yield _describe("index.counts_wrong", id_, f"the index has {indexed} documents of {id_}, the catalog {live}")


def _find_misfit(catalog: Catalog, current: Path) -> str | None:
    """Return why an index is not that of this catalog; opening an archive judges by the same."""
    with catalog.read() as connection:
        registered = find_checkpoint(connection, current.name)
    sequence = IndexInspection(current).sequence
    with catalog.read() as connection:
        newest = last_sequence(connection)
    if registered is not None and registered <= sequence <= newest:
        return None
    return f"the index has changes up to {sequence}, the catalog up to {newest}: they do not belong together"


def _verify_generations(
    catalog: Catalog, generations: Generations, rebuild_lock: FileLock | None, *, replaced: Path | None, repair: bool
) -> Iterator[Finding]:
    """Yield generations that are left over, all but the one that a repair just now replaced; it goes with them."""
    if rebuild_lock is None or not rebuild_lock.try_acquire():
        return  # one of them is being built
    try:
        current = generations.find_current()
        strays = generations.list_strays(current)
        for path in strays:
            if path == replaced:
                continue
            subject = f"index/{path.name}"
            yield replace(
                _describe("index.stray", subject, f"{subject} is left from an index that answers no more"),
                next_step="remove it: papra-index verify --repair",
                repaired=repair,
            )
        if strays and repair:
            generations.remove_strays(current)
            catalog.write(keep_generations, generations.list_kept(current))
    finally:
        rebuild_lock.release()


def _describe(code: str, subject: str, message: str) -> Finding:
    return Finding(code, subject, message, _REBUILD, repairable=True)

"""The walk `put`: what a source says of its documents -> originals, where there are files -> catalog rows.

Requests go in groups, each one catalog transaction: while one is being written the next is prepared, so memory holds
two groups, and a process that is killed leaves whole groups.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from functools import cache, partial
from typing import Any

from papra_index.catalog.bulk import DocumentDeletion, apply_bulk
from papra_index.catalog.external_ids import find_known_originals
from papra_index.catalog.properties import list_properties
from papra_index.catalog.versions import KeptOriginal
from papra_index.catalog.writes import DocumentOutcome, DocumentWrite, write_documents
from papra_index.conventions.folding import replace_surrogates
from papra_index.conventions.identifiers import generate_id
from papra_index.conventions.sources import describe_failure, find_name, open_source
from papra_index.conventions.times import now_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidInput, PapraIndexError
from papra_index.extraction.detection import detect_mime_type
from papra_index.originals.base import OriginalPlace, StagedOriginal, bound_group
from papra_index.values.bulk import (
    BulkOutcome,
    BulkRequest,
    BulkStatus,
    DeleteRequest,
    PutRequest,
    UpdateRequest,
    check_external_id,
)
from papra_index.values.properties import Property
from papra_index.walks.writing.property_values import prepare_values
from papra_index.walks.writing.purge import remove_leftovers, remove_unknown, remove_unneeded
from papra_index.walks.writing.requests import read_put, read_update
from papra_index.walks.writing.uploads import IngestTarget, stays_in_place

_GROUP_COUNT = 500
_GROUP_FILES = 200
_GROUP_CHARACTERS = 4_000_000
_GROUP_BYTES = 64 * 1024 * 1024
_GROUP_SECONDS = 0.25
_UNKNOWN_TYPES = {"", "application/octet-stream"}

_Definitions = Callable[[], list[Property]]
"""Lists the organization's custom properties; read once for a group, and only where a request names one."""


@dataclass(frozen=True, slots=True)
class PutRules:
    """Whether earlier originals are kept, and how many tags there may be (0: no limit; None: none is made)."""

    keep_versions: bool = True
    max_tags: int | None = None


@dataclass(slots=True)
class _Prepared:
    """A request, checked: what is to be written, the staged file, or what is wrong."""

    external_id: str
    write: DocumentWrite | DocumentDeletion | None = None
    staged: StagedOriginal | None = None
    error: PapraIndexError | None = None


def put_document(target: IngestTarget, request: PutRequest, rules: PutRules) -> BulkOutcome:
    """Put one document. Raises what is wrong with it."""
    outcome = _commit_group(target, [_prepare(target, request, rules, partial(_list_definitions, target))])[0]
    if outcome.error is not None:
        raise outcome.error
    return outcome


def apply_requests(target: IngestTarget, requests: Iterable[BulkRequest], rules: PutRules) -> Iterator[BulkOutcome]:
    """Carry requests out in order and yield an outcome for each when it is durable."""
    with ThreadPoolExecutor(1, thread_name_prefix="papra-index-put") as committer:
        committing: Future[list[BulkOutcome]] | None = None
        for group in _prepare_groups(target, requests, rules):
            try:
                if committing is not None:
                    yield from committing.result()
            except BaseException:
                _discard(target, group)
                raise
            committing = committer.submit(_commit_group, target, group)
        if committing is not None:
            yield from committing.result()


def replace_original(target: IngestTarget, document_id: str, request: PutRequest, rules: PutRules) -> None:
    """Give a document another original, whose text is to be read; of the request its source and what is said of that
    count, its name where the source has none.

    Raises DocumentNotFound, DuplicateDocument, SourceUnreadable, DocumentTooLarge, InvalidInput.
    """
    values = {name: value for name, value in read_put(request).items() if name not in {"name", "document_date"}}
    staged, values["original"] = _stage(target, request, request.name or document_id, values["mime_type"])
    write = DocumentWrite(
        target.organization_key,
        "",
        document_id,
        values,
        user_id=target.user_id,
        keep_versions=rules.keep_versions,
        held_principals=target.catalog.principals,
    )
    outcome = _commit_group(target, [_Prepared("", write, staged)])[0]
    if outcome.error is not None:
        raise outcome.error


def _prepare_groups(
    target: IngestTarget, requests: Iterable[BulkRequest], rules: PutRules
) -> Iterator[list[_Prepared]]:
    group: list[_Prepared] = []
    definitions: _Definitions = cache(partial(_list_definitions, target))
    files = size = characters = 0
    most_files = bound_group(_GROUP_FILES)
    late = time.monotonic() + _GROUP_SECONDS
    try:
        for request in requests:
            prepared = _prepare(target, request, rules, definitions)
            group.append(prepared)
            if prepared.staged is not None:
                files, size = files + 1, size + prepared.staged.size
            content = getattr(request, "content", None)
            characters += len(content) if isinstance(content, str) else 0
            full = len(group) >= _GROUP_COUNT or files >= most_files
            if full or size >= _GROUP_BYTES or characters >= _GROUP_CHARACTERS or time.monotonic() >= late:
                ready, group = group, []
                yield ready
                files = size = characters = 0
                definitions = cache(partial(_list_definitions, target))
                late = time.monotonic() + _GROUP_SECONDS
        if group:
            ready, group = group, []
            yield ready
    finally:
        _discard(target, group)


def _discard(target: IngestTarget, group: Sequence[_Prepared]) -> None:
    for prepared in group:
        if prepared.staged is not None:
            target.originals.discard(prepared.staged)


def _list_definitions(target: IngestTarget) -> list[Property]:
    with target.catalog.read() as connection:
        return [item for _, item in list_properties(connection, target.organization_key)]


def _prepare(target: IngestTarget, request: BulkRequest, rules: PutRules, definitions: _Definitions) -> _Prepared:
    given = getattr(request, "external_id", None)
    external_id = given if isinstance(given, str) else repr(given)
    try:
        if not isinstance(request, PutRequest | UpdateRequest | DeleteRequest):
            raise InvalidInput(f"a {type(request).__name__} asks for nothing: give a PutRequest")
        check_external_id(request.external_id)
        if isinstance(request, PutRequest):
            return _prepare_put(target, request, rules, definitions)
        if isinstance(request, UpdateRequest):
            values = _prepare_properties(read_update(request), definitions)
            return _Prepared(external_id, _describe_write(target, external_id, values, rules))
        return _Prepared(external_id, DocumentDeletion(target.organization_key, external_id, target.user_id))
    except PapraIndexError as error:
        return _Prepared(external_id, error=error)


def _prepare_put(target: IngestTarget, request: PutRequest, rules: PutRules, definitions: _Definitions) -> _Prepared:
    # All that can be wrong with the rest of it is found before the first byte is copied.
    values = _prepare_properties(read_put(request), definitions)
    staged = None
    if request.source is not None:
        staged, values["original"] = _stage(target, request, values["name"], values["mime_type"])
    write = _describe_write(target, request.external_id, values, rules)
    return _Prepared(request.external_id, replace(write, is_put=True), staged)


def _prepare_properties(values: dict[str, Any], definitions: _Definitions) -> dict[str, Any]:
    if values.get("properties"):
        values["properties"] = prepare_values(definitions(), values["properties"])
    return values


def _describe_write(target: IngestTarget, external_id: str, values: dict[str, Any], rules: PutRules) -> DocumentWrite:
    original: KeptOriginal | None = values.get("original")
    return DocumentWrite(
        target.organization_key,
        external_id,
        generate_id("doc") if original is None else original.id,
        values,
        arrived_at=now_milliseconds() if original is None else original.arrived_at,
        user_id=target.user_id,
        max_tags=rules.max_tags,
        keep_versions=rules.keep_versions,
    )


def _stage(
    target: IngestTarget, request: PutRequest, name: str, mime_type: str | None
) -> tuple[StagedOriginal, KeptOriginal]:
    """Copy a source to the staging folder, or reference it; `name` is for one without a name.

    Raises SourceUnreadable, DocumentTooLarge, OriginalChanged, InvalidInput.
    """
    source = b"" if request.source is None else request.source
    in_place = stays_in_place(target, source, request.in_place)
    staged: StagedOriginal | None = None
    try:
        with open_source(source) as stream:
            staged = target.originals.stage(stream, in_place=in_place)
        found = replace_surrogates(find_name(source) or name)
        if mime_type is None or mime_type in _UNKNOWN_TYPES:
            mime_type = detect_mime_type(staged.head, found, None, staged.path)
        known = staged.size, staged.sha256, mime_type, staged.reference
        return staged, KeptOriginal(generate_id("doc"), now_milliseconds(), found, *known)
    except BaseException as error:
        if staged is not None:
            target.originals.discard(staged)
        if isinstance(error, OSError | ValueError):
            raise describe_failure(source, error) from error
        raise


def _commit_group(target: IngestTarget, group: Sequence[_Prepared]) -> list[BulkOutcome]:
    """Keep a group's new originals, write it in one transaction, and return an outcome for each of it."""
    ready = [prepared for prepared in group if prepared.write is not None]
    files = [prepared for prepared in ready if prepared.staged is not None]
    with target.originals.placing() if files else nullcontext():
        staged: Sequence[_Prepared] = files
        try:
            if any(isinstance(prepared.write, DocumentWrite) for prepared in ready):
                target.originals.check_space()
            _mark_known(target, files)
            # Those that cannot be kept are discarded already.
            staged = [prepared for prepared in files if not _write_of(prepared).is_kept]
            _keep(target, [prepared for prepared in files if _write_of(prepared).is_kept])
        except BaseException:
            _discard(target, staged)
            raise
        settled = _write(target, ready, files) if ready else []
        for place, (prepared, outcome) in enumerate(zip(ready, settled, strict=True)):
            if prepared.staged is not None:
                try:
                    settled[place] = _settle_file(target, prepared, outcome)
                except PapraIndexError as error:
                    settled[place] = DocumentOutcome(BulkStatus.FAILED, outcome.document_id, error=error)
    left = [original for outcome in settled for original in outcome.left]
    remove_leftovers(target.catalog.catalog, target.originals, left)
    outcomes = iter(settled)
    return [_build_outcome(prepared, None if prepared.write is None else next(outcomes)) for prepared in group]


def _write(target: IngestTarget, ready: Sequence[_Prepared], files: Sequence[_Prepared]) -> list[DocumentOutcome]:
    try:
        return list(target.catalog.write(apply_bulk, [each.write for each in ready if each.write is not None]))
    except BaseException:
        kept = [_place(target, prepared) for prepared in files if _write_of(prepared).is_kept]
        remove_unknown(target.catalog.catalog, target.originals, kept)
        _discard(target, [prepared for prepared in files if not _write_of(prepared).is_kept])
        raise


def _build_outcome(prepared: _Prepared, outcome: DocumentOutcome | None) -> BulkOutcome:
    if outcome is None:
        return BulkOutcome(prepared.external_id, BulkStatus.FAILED, error=prepared.error)
    return BulkOutcome(prepared.external_id, outcome.status, outcome.document_id, outcome.restored, outcome.error)


def _write_of(prepared: _Prepared) -> DocumentWrite:
    assert isinstance(prepared.write, DocumentWrite)  # noqa: S101 - only writes come with files
    return prepared.write


def _mark_known(target: IngestTarget, files: Sequence[_Prepared]) -> None:
    """Mark the files that their documents have already: they are not kept a second time."""
    ids = [prepared.external_id for prepared in files if prepared.external_id]
    if not ids:
        return
    with target.catalog.read() as connection:
        known = find_known_originals(connection, target.organization_key, ids)
    for prepared in files:
        assert prepared.staged is not None  # noqa: S101 - that is what makes it one of `files`
        if known.get(prepared.external_id) == prepared.staged.sha256:
            prepared.write = replace(_write_of(prepared), is_kept=False)


def _keep(target: IngestTarget, files: Sequence[_Prepared]) -> None:
    kept = [(prepared.staged, _place(target, prepared)) for prepared in files if prepared.staged is not None]
    if kept:
        target.originals.keep(kept)


def _place(target: IngestTarget, prepared: _Prepared) -> OriginalPlace:
    original: KeptOriginal = _write_of(prepared).values["original"]
    return OriginalPlace(target.organization_id, original.id, original.arrived_at, original.reference)


def _settle_file(target: IngestTarget, prepared: _Prepared, outcome: DocumentOutcome) -> DocumentOutcome:
    """See to the file of a write: it is kept after all where its document got another one meanwhile, and removed where
    it is not needed.
    """
    if outcome.is_stale:
        prepared.write = replace(_write_of(prepared), is_kept=True)
        _keep(target, [prepared])
        try:
            outcome = target.catalog.write(write_documents, [_write_of(prepared)])[0]
        except BaseException:
            remove_unknown(target.catalog.catalog, target.originals, [_place(target, prepared)])
            raise
    elif not _write_of(prepared).is_kept and prepared.staged is not None:
        target.originals.discard(prepared.staged)
        return outcome
    if not outcome.needs_original:
        remove_unneeded(target.catalog.catalog, target.originals, [_place(target, prepared)])
    return outcome

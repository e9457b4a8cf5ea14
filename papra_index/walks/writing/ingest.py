"""The walk `add`: uploaded file -> original -> catalog row; what it yields is durable.

Uploads go in groups: while one group is being synced to disk and written to the catalog, the next is staged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from papra_index.catalog.additions import AddedDocument, NewDocument, find_originals, insert_documents
from papra_index.catalog.references import forget_references
from papra_index.conventions.sources import describe_failure, open_source
from papra_index.conventions.values import dataclass
from papra_index.documents import Document
from papra_index.errors import DuplicateDocument, InvalidInput, PapraIndexError
from papra_index.originals.base import OriginalPlace, StagedOriginal, bound_group
from papra_index.walks.writing.purge import remove_unknown, remove_unneeded
from papra_index.walks.writing.uploads import (
    AddOutcome,
    IngestTarget,
    Upload,
    build_document,
    check_upload,
    place_original,
    stays_in_place,
)

_GROUP_COUNT = 256
_GROUP_BYTES = 64 * 1024 * 1024
_GROUP_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class _Staged:
    upload: Upload
    original: StagedOriginal | None
    document: NewDocument | None
    error: PapraIndexError | None = None


_Fresh = tuple[int, StagedOriginal, NewDocument]


def add_upload(target: IngestTarget, upload: Upload) -> str:
    """Archive one upload and return the id of its document, new or restored. Raises the outcome's error."""
    return _commit_upload(target, _stage_upload(target, upload))


class Reception:
    """An upload whose bytes come in chunks, as they do over a network; ends by `add` or `discard`."""

    def __init__(self, target: IngestTarget, take_added: Callable[[str], Document]) -> None:
        """Use `Organization.receive`; `take_added` returns the document of an id that was just written."""
        self._target = target
        self._take_added = take_added
        self._staging = target.originals.begin_staging()

    def write(self, chunk: bytes) -> None:
        """Take the next bytes. Raises DocumentTooLarge, and ArchiveError when the disk refuses; then `discard` it."""
        self._staging.write(chunk)

    def add(
        self,
        name: str,
        *,
        mime_type: str | None = None,
        ocr_languages: Sequence[str] = (),
        principals: Iterable[str] | None = None,
    ) -> Document:
        """Archive what has come and return its document, new or restored, when it is durable.

        Raises DuplicateDocument, InvalidInput; nothing of it is left then.
        """
        upload = Upload(b"", name, mime_type, ocr_languages=ocr_languages, principals=principals)
        try:
            known = check_upload(self._target, upload)
            original = self._staging.finish()
            staged = _Staged(upload, original, build_document(self._target, known, original))
        except BaseException:
            self.discard()
            raise
        return self._take_added(_commit_upload(self._target, staged))

    def discard(self) -> None:
        """Remove what has come."""
        self._staging.discard()


def _commit_upload(target: IngestTarget, staged: _Staged) -> str:
    outcome = _commit_group(target, [staged])[0]
    if outcome.error is not None or outcome.document_id is None:
        raise outcome.error or InvalidInput("nothing was uploaded")
    return outcome.document_id


def add_uploads(target: IngestTarget, uploads: Iterable[Upload]) -> Iterator[AddOutcome]:
    """Archive uploads and yield an outcome for each, in order; memory holds two groups of names, never a file."""
    with ThreadPoolExecutor(1, thread_name_prefix="papra-index-add") as committer:
        committing: Future[list[AddOutcome]] | None = None
        for group in _stage_groups(target, uploads):
            try:
                if committing is not None:
                    yield from committing.result()
            except BaseException:
                _discard_group(target, group)
                raise
            committing = committer.submit(_commit_group, target, group)
        if committing is not None:
            yield from committing.result()


def _stage_groups(target: IngestTarget, uploads: Iterable[Upload]) -> Iterator[list[_Staged]]:
    group: list[_Staged] = []
    size, started = 0, time.monotonic()
    count = bound_group(_GROUP_COUNT)
    try:
        for upload in uploads:
            staged = _stage_upload(target, upload)
            group.append(staged)
            size += staged.original.size if staged.original else 0
            full = len(group) >= count or size >= _GROUP_BYTES
            if full or time.monotonic() - started >= _GROUP_SECONDS:
                ready, group = group, []
                yield ready
                size, started = 0, time.monotonic()
        if group:
            ready, group = group, []
            yield ready
    finally:
        _discard_group(target, group)


def _discard_group(target: IngestTarget, group: list[_Staged]) -> None:
    for staged in group:
        if staged.original is not None:
            target.originals.discard(staged.original)


def _stage_upload(target: IngestTarget, upload: Upload) -> _Staged:
    original: StagedOriginal | None = None
    try:
        # All that can be wrong with the rest of it is found before the first byte is copied.
        known, in_place = check_upload(target, upload), stays_in_place(target, upload.source, upload.in_place)
        with open_source(upload.source) as stream:
            original = target.originals.stage(stream, in_place=in_place)
        return _Staged(upload, original, build_document(target, known, original))
    except BaseException as error:
        if original is not None:
            target.originals.discard(original)
        if isinstance(error, OSError | ValueError):
            error = describe_failure(upload.source, error)
        if isinstance(error, PapraIndexError):
            return _Staged(upload, None, None, error)
        raise


def _commit_group(target: IngestTarget, group: list[_Staged]) -> list[AddOutcome]:
    """Sync a group's new originals, write its rows, and return an outcome for each of the group."""
    outcomes: dict[int, AddOutcome] = {}
    fresh: list[_Fresh] = []
    try:
        known = _find_known(target, group)
    except BaseException:
        _discard_group(target, group)
        raise
    for place, staged in enumerate(group):
        if staged.original is None or staged.document is None:
            outcomes[place] = AddOutcome(staged.upload, None, error=staged.error)
            continue
        found = known.get(staged.document.original_sha256)
        if found is not None and not found[2]:
            target.originals.discard(staged.original)
            outcomes[place] = AddOutcome(staged.upload, found[0], error=DuplicateDocument(found[0], found[1]))
        else:
            fresh.append((place, staged.original, staged.document))
    if fresh:
        with target.originals.placing():
            results = _write_documents(target, fresh)
            for (place, _, document), result in zip(fresh, results, strict=True):
                try:
                    outcomes[place] = _settle_outcome(target, group[place].upload, document, result)
                except PapraIndexError as error:
                    remove_unknown(target.catalog.catalog, target.originals, [place_original(target, document)])
                    outcomes[place] = AddOutcome(group[place].upload, None, error=error)
    return [outcomes[place] for place in range(len(group))]


def _write_documents(target: IngestTarget, fresh: list[_Fresh]) -> Sequence[AddedDocument | DuplicateDocument]:
    """Make originals durable, then their documents; where either fails, nothing of them is left."""
    kept = [(original, place_original(target, document)) for _, original, document in fresh]
    try:
        target.originals.keep(kept)
        return target.catalog.write(insert_documents, [document for _, _, document in fresh])
    except BaseException:
        remove_unknown(target.catalog.catalog, target.originals, [place for _, place in kept])
        raise


def _find_known(target: IngestTarget, group: list[_Staged]) -> dict[str, tuple[str, str, bool]]:
    hashes = [staged.document.original_sha256 for staged in group if staged.document is not None]
    with target.catalog.read() as connection:
        return find_originals(connection, target.organization_key, hashes)


def _settle_outcome(
    target: IngestTarget, upload: Upload, document: NewDocument, result: AddedDocument | DuplicateDocument
) -> AddOutcome:
    if isinstance(result, AddedDocument) and not result.restored:
        return AddOutcome(upload, result.id)
    if isinstance(result, AddedDocument) and result.takes_copy is not None:
        key, original_id, arrived_at = result.takes_copy
        new = OriginalPlace(target.organization_id, original_id, arrived_at)
        target.originals.copies.move(place_original(target, document), new)
        target.catalog.write(forget_references, [key])
        return AddOutcome(upload, result.id, restored=True)
    # The bytes are archived under another id already: the copy just written is not needed.
    remove_unneeded(target.catalog.catalog, target.originals, [place_original(target, document)])
    if isinstance(result, AddedDocument):
        return AddOutcome(upload, result.id, restored=True)
    return AddOutcome(upload, result.document_id, error=result)

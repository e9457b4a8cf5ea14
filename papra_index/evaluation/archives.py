"""A collection as an archive: an index-only document for each of its documents, under the collection's ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from papra_index.archive import Archive
from papra_index.errors import InvalidEvaluationFile, PapraIndexError
from papra_index.evaluation.collections import Collection
from papra_index.organization import Organization
from papra_index.settings import ExtractionSettings, Settings
from papra_index.values.bulk import BulkStatus, PutRequest

_MAX_NAME_LENGTH = 255
_PATIENCE_SECONDS = 3600.0
_NO_READING = Settings(extraction=ExtractionSettings(background=False))


@contextmanager
def open_collection(
    collection: Collection, folder: Path | None = None, note_added: Callable[[int], None] = lambda _: None
) -> Iterator[Organization]:
    """Put the documents into an archive and give its organization.

    With `folder` the archive is kept there, and put again it costs no indexing; without, it is temporary. `note_added`
    is told how many documents were put, every thousand. Raises what a document is refused for, and
    InvalidEvaluationFile for a collection without documents.
    """
    opened = Archive.in_memory(settings=_NO_READING) if folder is None else Archive.open(folder, settings=_NO_READING)
    with opened as archive:
        homes = {home.name: home for home in archive.organizations()}
        name = collection.name[:50]
        home = homes.get(name) or archive.create_organization(name)
        requests = (
            PutRequest(
                document.id,
                name=(document.title or document.id)[:_MAX_NAME_LENGTH],
                content=document.text,
                mime_type="text/plain",
            )
            for document in collection.documents
        )
        count = 0
        for count, outcome in enumerate(home.bulk(requests), 1):
            if outcome.status is BulkStatus.FAILED:
                raise outcome.error or PapraIndexError(f"{outcome.external_id} was not put")
            if count % 1_000 == 0:
                note_added(count)
        if not count:
            raise InvalidEvaluationFile(
                f"there is no document in the collection {collection.name}: give one that has some"
            )
        kept = home.statistics().documents_count
        if kept > count:
            raise InvalidEvaluationFile(
                f"{folder} holds {kept - count:,} documents more than the collection has now: remove it, or keep the "
                "archive in another folder"
            )
        archive.wait_until_searchable(_PATIENCE_SECONDS)
        yield home

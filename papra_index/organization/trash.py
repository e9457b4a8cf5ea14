"""The verbs of the trash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Unpack

from papra_index.catalog.documents import (
    list_trash,
)
from papra_index.catalog.organizations import read_statistics
from papra_index.catalog.trash import (
    TrashMove,
    TrashPurge,
    list_trashed_ids,
    purge_documents,
    purge_trash,
    restore_documents,
    trash_documents,
)
from papra_index.catalog.versions import Leftover
from papra_index.documents import Document
from papra_index.organization.base import OrganizationVerbs
from papra_index.results import DocumentPage, PageRequest
from papra_index.walks.applying.waiting import Waiting, writes
from papra_index.walks.writing.purge import remove_leftovers


class TrashVerbs(OrganizationVerbs):
    """The trash of an organization."""

    @writes
    def trash(self, document_id: str, **_: Unpack[Waiting]) -> None:
        """Move a document to the trash, out of listings and searches. Raises DocumentNotFound."""
        self._catalog.write(trash_documents, [self._move(document_id)])

    @writes
    def trash_many(self, document_ids: Iterable[str], **_: Unpack[Waiting]) -> int:
        """Move documents to the trash in one write, all or none; return how many were not there yet.

        Raises DocumentNotFound.
        """
        moves = [TrashMove(self._key, id_, self._user_id, again=False) for id_ in self._check_documents(document_ids)]
        return sum(self._catalog.write(trash_documents, moves))

    def list_trash(self, *, page_index: int = 0, page_size: int = 25, content: bool = False) -> DocumentPage:
        """Return a page of the trash, last trashed first; with `content`, what `get` would return of each."""
        page = PageRequest(page_index, page_size)
        with self._catalog.read() as connection:
            listed = list_trash(connection, self._key, self.id, page, content=content)
            count = read_statistics(connection, self._key).deleted_documents_count
        return DocumentPage(listed, count, page_index, page_size)

    @writes
    def restore(self, document_id: str, **_: Unpack[Waiting]) -> Document:
        """Bring a document back from the trash, tags and all. Raises DocumentNotFound, DocumentNotTrashed."""
        self._catalog.write(restore_documents, [self._move(document_id)])
        return self._read(document_id, content=False)

    @writes
    def purge(self, document_id: str, **_: Unpack[Waiting]) -> None:
        """Delete a trashed document and its original for good. Raises DocumentNotFound, DocumentNotTrashed."""
        self._remove_originals(self._catalog.write(purge_documents, [self._move(document_id)])[0])

    @writes
    def empty_trash(self, **_: Unpack[Waiting]) -> int:
        """Purge everything in the trash; return how many documents that were."""
        count = 0
        while ids := self._list_trashed_ids():
            purged = self._catalog.write(purge_trash, [TrashPurge(self._key, ids)])[0]
            self._remove_originals([left for each in purged for left in each])
            count += len(purged)
        return count

    def _list_trashed_ids(self) -> tuple[str, ...]:
        with self._catalog.read() as connection:
            return tuple(list_trashed_ids(connection, self._key, 100))

    def _remove_originals(self, purged: Sequence[Leftover]) -> None:
        remove_leftovers(self._parts.catalog, self._parts.originals, purged)

    def _move(self, document_id: str) -> TrashMove:
        return TrashMove(self._key, self._check_document(document_id), self._user_id)

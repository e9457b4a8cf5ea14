"""The verbs for documents as the catalog has them: read, list, change, have read again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Unpack

from papra_index.catalog.activity import list_activity
from papra_index.catalog.documents import (
    find_id,
    find_key,
    list_documents,
    list_incomplete,
    read_document,
)
from papra_index.catalog.edits import DocumentEdit, collect_values, edit_documents
from papra_index.catalog.external_ids import find_external
from papra_index.catalog.organizations import read_statistics
from papra_index.catalog.pages import read_pages
from papra_index.catalog.rereading import ReadingRequest, request_extraction
from papra_index.catalog.selection import list_all_ids
from papra_index.catalog.versions import list_versions, locate_original
from papra_index.conventions.cursors import end_page, start_page
from papra_index.conventions.identifiers import check_id
from papra_index.documents import UNCHANGED, Activity, Document, Page, Unchanged, Version
from papra_index.errors import InvalidInput, NoOriginal
from papra_index.organization.base import OrganizationVerbs
from papra_index.originals.base import OriginalPlace
from papra_index.query.dates import parse_document_date
from papra_index.results import DocumentPage, PageRequest, Sort, SortField, Statistics
from papra_index.walks.applying.waiting import Waiting, writes
from papra_index.walks.searching.selecting import select_documents


def read_document_date(text: str) -> datetime:
    """Return the date that a text means, as in the search language, in UTC. Raises InvalidInput."""
    return parse_document_date(text)


_EXTERNAL = "external_id:"
_STATES = {"failed", "outdated"}
_NEWEST_FIRST = Sort(SortField.CREATED_AT)


class DocumentVerbs(OrganizationVerbs):
    """Reading and changing documents."""

    def get(self, document_id: str | None = None, *, external_id: str | None = None, content: bool = True) -> Document:
        """Return a document by its id or its external id, trashed or not, with its content unless told otherwise.

        Raises DocumentNotFound, and InvalidInput unless exactly one of the ids is given.
        """
        if (document_id is None) == (external_id is None):
            raise InvalidInput("get takes a document id or external_id=: give one of them")
        with self._catalog.read() as connection:
            if document_id is None:
                document_id = find_external(connection, self._key, external_id or "")
            return read_document(connection, self._key, self.id, check_id("doc", document_id), content=content)

    def pages(self, document_id: str) -> tuple[Page, ...]:
        """Return the pages of a document's text with their provenance. Raises DocumentNotFound."""
        check_id("doc", document_id)
        with self._catalog.read() as connection:
            return tuple(read_pages(connection, find_key(connection, self._key, document_id)))

    def open_original(self, document_id: str, version: int | None = None) -> BinaryIO:
        """Return the bytes of the original, or of an earlier version of it, as a stream; close it.

        Raises DocumentNotFound, OriginalNotFound, NoOriginal for an index-only document, VersionNotFound, and for a
        file in place OriginalChanged, also while it is read.
        """
        check_id("doc", document_id)
        with self._catalog.read() as connection:
            place = locate_original(connection, self._key, document_id, version)
        return self._parts.originals.open(OriginalPlace(self.id, *place))

    def versions(self, document_id: str) -> tuple[Version, ...]:
        """Return the originals that there are of a document, the present one first; `open_original` opens them.

        An index-only document has none, or only earlier ones. Raises DocumentNotFound.
        """
        check_id("doc", document_id)
        with self._catalog.read() as connection:
            return list_versions(connection, self._key, document_id)

    def find_original(self, document_id: str) -> Path | None:
        """Return where an original in place was when it was read, None for a copy and for none.

        Raises DocumentNotFound.
        """
        check_id("doc", document_id)
        with self._catalog.read() as connection:
            try:
                reference = locate_original(connection, self._key, document_id)[2]
            except NoOriginal:
                return None
        return None if reference is None else Path(reference.path)

    def list(
        self, *, page_index: int = 0, page_size: int = 25, sort: Sort | None = None, cursor: str | None = None
    ) -> DocumentPage:
        """Return a page of the live documents, without their contents; newest first, or in the order of the cursor.

        `cursor` is the `next_cursor` of the page before, in place of `page_index`: any page costs what the first does.
        Raises InvalidPageRequest, InvalidCursor, and InvalidInput where both are given.
        """
        if sort is not None and not isinstance(sort.field, SortField):
            raise InvalidInput('listings have no order by property: search for "" in that order')
        if sort is not None and sort.field is SortField.RELEVANCE:
            sort = _NEWEST_FIRST
        order, page, after = start_page(cursor, sort, PageRequest(page_index, page_size), _NEWEST_FIRST)
        with self._catalog.read() as connection:
            listed, last = list_documents(connection, self._key, self.id, order, page, after)
            count = read_statistics(connection, self._key).documents_count
        return DocumentPage(listed, count, page.page_index, page_size, end_page(order, page, last))

    def list_incomplete(self, *, page_index: int = 0, page_size: int = 25) -> DocumentPage:
        """Return a page of the live documents whose text could not be read, or not in full, newest first."""
        page = PageRequest(page_index, page_size)
        with self._catalog.read() as connection:
            listed, count = list_incomplete(connection, self._key, self.id, page)
        return DocumentPage(listed, count, page_index, page_size)

    def find_id(self, beginning: str) -> str:
        """Return the only document id that begins so, or that of the document `external_id:…` names.

        Raises DocumentNotFound, and InvalidInput when several do.
        """
        with self._catalog.read() as connection:
            if beginning.startswith(_EXTERNAL):
                return find_external(connection, self._key, beginning.removeprefix(_EXTERNAL))
            return find_id(connection, self._key, beginning)

    def activity(self, document_id: str, *, page_index: int = 0, page_size: int = 100) -> tuple[Activity, ...]:
        """Return a page of a document's history, newest first; empty for an unknown document."""
        check_id("doc", document_id)
        with self._catalog.read() as connection:
            return tuple(list_activity(connection, self._key, document_id, PageRequest(page_index, page_size)))

    def statistics(self) -> Statistics:
        """Return counts and bytes of live and trashed documents: one row is read."""
        with self._catalog.read() as connection:
            return read_statistics(connection, self._key)

    @writes
    def update(
        self,
        document_id: str,
        *,
        name: str | Unchanged = UNCHANGED,
        content: str | Unchanged = UNCHANGED,
        document_date: datetime | Unchanged | None = UNCHANGED,
        notes: str | Unchanged = UNCHANGED,
        external_id: str | Unchanged | None = UNCHANGED,
        **_: Unpack[Waiting],
    ) -> Document:
        """Change what is given and return the document; None clears `document_date` and `external_id`, new content
        becomes one page.

        Raises DocumentNotFound, InvalidInput when nothing is given or a value is too long, ExternalIdTaken when another
        document has the external id, PrincipalsRestricted for one on a handle that does not see all documents, and
        DiskFull.
        """
        values = collect_values(name, content, document_date, notes, external_id)
        if external_id is not UNCHANGED:
            self._check_sees_all()  # or the refusal would tell of a document out of sight
        self._check_document(document_id)
        if content is not UNCHANGED or notes is not UNCHANGED:
            self._parts.originals.check_space()
        self._catalog.write(edit_documents, [DocumentEdit(self._key, document_id, values, self._user_id)])
        return self._read(document_id, content=True)

    @writes
    def extract_again(self, document_id: str | None = None, *, only: str | None = None, **_: Unpack[Waiting]) -> int:
        """Have the original of a document, or all of them, read again in the background; return how many.

        `only` narrows all of them to "failed", which could not be read in full, "outdated", which earlier versions of
        this library read, or what a search query finds, as in `mime:pdf`. Documents whose content was given or
        edited by hand are left as they are. Raises DocumentNotFound, NoOriginal, InvalidQuery.
        """
        chosen: Sequence[str] | None = None
        if document_id is not None:
            if self.get(document_id, content=False).is_index_only:
                raise NoOriginal(document_id)
            chosen = [document_id]
        elif only is not None and only not in _STATES:
            chosen = select_documents(self._scope, only, self._parts.settings.time_zone)
        elif self.principals is not None:
            with self._catalog.read() as connection:
                chosen = list_all_ids(connection, self._key)
        ids = None if chosen is None else tuple(chosen)
        request = ReadingRequest(self._key, ids, failed=only == "failed", outdated=only == "outdated")
        [count] = self._catalog.write(request_extraction, [request])
        self._parts.wake_extraction()
        return count

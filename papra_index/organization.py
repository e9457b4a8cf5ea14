"""An organization of an open archive: documents, tags, trash and search, which never reach beyond it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from papra_index.catalog.activity import list_activity
from papra_index.catalog.database import Catalog
from papra_index.catalog.documents import (
    find_id,
    find_key,
    list_documents,
    list_incomplete,
    list_trash,
    read_arrival,
    read_document,
)
from papra_index.catalog.edits import DocumentEdit, collect_values, edit_documents
from papra_index.catalog.extractions import request_extraction
from papra_index.catalog.organizations import check_organization_name, read_statistics, rename_organizations
from papra_index.catalog.pages import read_pages
from papra_index.catalog.tagging import Tagging, tag_documents, untag_documents
from papra_index.catalog.tags import (
    check_tag,
    delete_tags,
    find_tag,
    list_tags,
    save_tags,
)
from papra_index.catalog.trash import (
    TrashMove,
    TrashPurge,
    purge_documents,
    purge_trash,
    restore_documents,
    trash_documents,
)
from papra_index.documents import UNCHANGED, Activity, Document, OrganizationDetails, Page, Tag, Unchanged
from papra_index.identifiers import check_id
from papra_index.index.base import IndexReader
from papra_index.ingest import AddOutcome, IngestTarget, Upload, add_upload, add_uploads
from papra_index.originals.local import LocalOriginals, OriginalPlace
from papra_index.purge import remove_leftovers
from papra_index.results import DocumentPage, Matching, PageRequest, ResultPage, Sort, SortField, Statistics
from papra_index.search import SearchOptions, SearchScope, search_documents
from papra_index.settings import Settings
from papra_index.sources import Source

_NEWEST_FIRST = Sort(SortField.CREATED_AT)


@dataclass(frozen=True, slots=True)
class ArchiveParts:
    """What an open archive lends to its organizations."""

    catalog: Catalog
    originals: LocalOriginals
    reader: IndexReader
    settings: Settings
    wake_extraction: Callable[[], None]


class Organization:
    """One organization. Every verb reaches its documents only; an id of another organization is not found.

    Every verb that takes an id raises InvalidIdentifier for one of the wrong form.
    """

    def __init__(self, parts: ArchiveParts, key: int, details: OrganizationDetails, user_id: str | None = None) -> None:
        """Use `Archive.create_organization` or `Archive.organization`."""
        self._parts = parts
        self._catalog = parts.catalog
        self._key = key
        self._user_id = user_id
        self.details = details

    def __repr__(self) -> str:
        return f"<Organization {self.name!r} {self.id}>"

    @property
    def id(self) -> str:
        """The public id, `org_…`."""
        return self.details.id

    @property
    def name(self) -> str:
        """The name when this handle was made."""
        return self.details.name

    def acting_as(self, user_id: str) -> Organization:
        """Return a handle whose writes are noted in the activity as this user's."""
        return Organization(self._parts, self._key, self.details, check_id("usr", user_id))

    def rename(self, name: str) -> None:
        """Give the organization another name. Raises InvalidInput for one that is empty or too long."""
        self._catalog.write(rename_organizations, [(self._key, check_organization_name(name))])

    # Adding

    def add(
        self,
        source: Source,
        *,
        name: str | None = None,
        mime_type: str | None = None,
        content: str | None = None,
        document_date: datetime | None = None,
        ocr_languages: Sequence[str] = (),
    ) -> Document:
        """Archive a path, bytes or a binary stream; return the document when it is durable, before its text is read.

        With `content` given nothing is extracted. Bytes that are in the trash restore their document. Raises
        DuplicateDocument for bytes of a live document, SourceUnreadable, DocumentTooLarge, InvalidInput.
        """
        upload = Upload(source, name, mime_type, content, document_date, ocr_languages)
        document_id = add_upload(self._target(), upload)
        self._parts.wake_extraction()
        return self._read(document_id, content=False)

    def add_many(self, uploads: Iterable[Upload | Source]) -> tuple[AddOutcome, ...]:
        """Archive many in groups, far faster than one by one; return an outcome for each, in order.

        A failure or duplicate does not stop the others. For very many, `add_stream` yields outcomes as they come.
        """
        return tuple(self.add_stream(uploads))

    def add_stream(self, uploads: Iterable[Upload | Source]) -> Iterator[AddOutcome]:
        """As `add_many`, in bounded memory: uploads are taken as outcomes are; what was yielded is durable."""
        items = (item if isinstance(item, Upload) else Upload(item) for item in uploads)
        for count, outcome in enumerate(add_uploads(self._target(), items)):
            if count % 256 == 0:
                self._parts.wake_extraction()
            yield outcome
        self._parts.wake_extraction()

    # Reading

    def get(self, document_id: str) -> Document:
        """Return a document with its content, trashed or not. Raises DocumentNotFound."""
        return self._read(check_id("doc", document_id), content=True)

    def pages(self, document_id: str) -> tuple[Page, ...]:
        """Return the pages of a document's text with their provenance. Raises DocumentNotFound."""
        check_id("doc", document_id)
        with self._catalog.read() as connection:
            return tuple(read_pages(connection, find_key(connection, self._key, document_id)))

    def open_original(self, document_id: str) -> BinaryIO:
        """Return the original's bytes as a stream; close it. Raises DocumentNotFound, OriginalNotFound."""
        check_id("doc", document_id)
        return self._parts.originals.open(self._place_original(document_id))

    def list(self, *, page_index: int = 0, page_size: int = 25, sort: Sort = _NEWEST_FIRST) -> DocumentPage:
        """Return a page of the live documents, without their contents. Raises InvalidPageRequest."""
        page = PageRequest(page_index, page_size)
        with self._catalog.read() as connection:
            listed = list_documents(connection, self._key, self.id, sort, page)
            count = read_statistics(connection, self._key).documents_count
        return DocumentPage(listed, count, page_index, page_size)

    def list_incomplete(self, *, page_index: int = 0, page_size: int = 25) -> DocumentPage:
        """Return a page of the live documents whose text could not be read, or not in full, newest first."""
        page = PageRequest(page_index, page_size)
        with self._catalog.read() as connection:
            listed, count = list_incomplete(connection, self._key, self.id, page)
        return DocumentPage(listed, count, page_index, page_size)

    def find_id(self, beginning: str) -> str:
        """Return the only document id that begins so. Raises DocumentNotFound, and InvalidInput when several do."""
        with self._catalog.read() as connection:
            return find_id(connection, self._key, beginning)

    def search(
        self,
        search_query: str,
        *,
        page_index: int = 0,
        page_size: int = 25,
        sort: Sort | None = None,
        snippets: int = 0,
        facets: Sequence[str] = (),
        strict: bool = False,
        time_zone: str | None = None,
        matching: Matching = "all",
        feedback: bool = False,
    ) -> ResultPage:
        """Return a page of the documents that match a query (its language is described in the README).

        By relevance where the query has words, else newest first. With `matching="any"`, for whole questions, one of
        its plain words suffices; filters, AND and NOT mean what they do otherwise; with `feedback`, too, documents are
        found and lifted that speak of what the ten best do, for several times the cost. `snippets` is the number of
        passages wanted per hit, `facets` among tag, mime_type, month; `time_zone` is where `today` is meant (by default
        the settings'). Raises InvalidPageRequest, InvalidInput, and InvalidQuery in strict mode; otherwise what is
        wrong with a query is in `ResultPage.issues`.
        """
        scope = SearchScope(self._catalog, self._parts.reader, self._key, self.id)
        zone = self._parts.settings.time_zone if time_zone is None else time_zone
        page = PageRequest(page_index, page_size)
        options = SearchOptions(page, sort, snippets, facets, strict, zone, matching, feedback)
        return search_documents(scope, search_query, options)

    def activity(self, document_id: str, *, page_index: int = 0, page_size: int = 100) -> tuple[Activity, ...]:
        """Return a page of a document's history, newest first; empty for an unknown document."""
        check_id("doc", document_id)
        with self._catalog.read() as connection:
            return tuple(list_activity(connection, self._key, document_id, PageRequest(page_index, page_size)))

    def statistics(self) -> Statistics:
        """Return counts and bytes of live and trashed documents: one row is read."""
        with self._catalog.read() as connection:
            return read_statistics(connection, self._key)

    # Changing

    def update(
        self,
        document_id: str,
        *,
        name: str | Unchanged = UNCHANGED,
        content: str | Unchanged = UNCHANGED,
        document_date: datetime | Unchanged | None = UNCHANGED,
        notes: str | Unchanged = UNCHANGED,
    ) -> Document:
        """Change what is given and return the document; `document_date=None` clears it, new content becomes one page.

        Raises DocumentNotFound, and InvalidInput when nothing is given or a value is too long.
        """
        values = collect_values(name, content, document_date, notes)
        check_id("doc", document_id)
        self._catalog.write(edit_documents, [DocumentEdit(self._key, document_id, values, self._user_id)])
        return self._read(document_id, content=True)

    def extract_again(self) -> int:
        """Have all originals read again in the background; return how many.

        Documents whose content was given or edited by hand are left as they are.
        """
        count = self._catalog.write(request_extraction, [self._key])[0]
        self._parts.wake_extraction()
        return count

    # Tags

    def create_tag(self, name: str, *, color: str = "#808080", description: str | None = None) -> Tag:
        """Create a tag. Raises TagAlreadyExists (letter case apart), TagLimitReached, InvalidInput."""
        change = check_tag(self._key, name, color, description)
        change = replace(change, max_tags=self._parts.settings.max_tags)
        return self._catalog.write(save_tags, [change])[0]

    def update_tag(
        self, tag_id: str, *, name: str | None = None, color: str | None = None, description: str | None = None
    ) -> Tag:
        """Change what is given of a tag and return it. Raises TagNotFound, TagAlreadyExists, InvalidInput."""
        key, tag = self._find_tag(tag_id)
        change = replace(check_tag(self._key, name, color, description), key=key)
        unchanged = name is None and color is None and description is None
        return tag if unchanged else self._catalog.write(save_tags, [change])[0]

    def delete_tag(self, tag_id: str) -> None:
        """Delete a tag; its documents stay. Raises TagNotFound."""
        key, _ = self._find_tag(tag_id)
        self._catalog.write(delete_tags, [key])

    def list_tags(self) -> tuple[Tag, ...]:
        """Return the tags with their counts of live documents, newest first."""
        with self._catalog.read() as connection:
            return tuple(tag for _, tag in list_tags(connection, self._key))

    def tag(self, document_id: str, tag_id: str) -> None:
        """Put a tag on a document. Raises DocumentNotFound, TagNotFound, AlreadyTagged."""
        self._catalog.write(tag_documents, [self._tagging(document_id, tag_id)])

    def tag_many(self, document_ids: Iterable[str], tag_id: str) -> None:
        """Put a tag on all of these in one write; those that have it keep it. Raises as `tag` does otherwise."""
        items = [replace(self._tagging(document_id, tag_id), again=True) for document_id in document_ids]
        self._catalog.write(tag_documents, items)

    def untag(self, document_id: str, tag_id: str) -> None:
        """Take a tag off a document; one that is not on it is no error. Raises DocumentNotFound, TagNotFound."""
        self._catalog.write(untag_documents, [self._tagging(document_id, tag_id)])

    # Trash

    def trash(self, document_id: str) -> None:
        """Move a document to the trash, out of listings and searches. Raises DocumentNotFound."""
        self._catalog.write(trash_documents, [self._move(document_id)])

    def list_trash(self, *, page_index: int = 0, page_size: int = 25) -> DocumentPage:
        """Return a page of the trash, last trashed first."""
        page = PageRequest(page_index, page_size)
        with self._catalog.read() as connection:
            listed = list_trash(connection, self._key, self.id, page)
            count = read_statistics(connection, self._key).deleted_documents_count
        return DocumentPage(listed, count, page_index, page_size)

    def restore(self, document_id: str) -> Document:
        """Bring a document back from the trash, tags and all. Raises DocumentNotFound, DocumentNotTrashed."""
        self._catalog.write(restore_documents, [self._move(document_id)])
        return self._read(document_id, content=False)

    def purge(self, document_id: str) -> None:
        """Delete a trashed document and its original for good. Raises DocumentNotFound, DocumentNotTrashed."""
        remove_leftovers(
            self._catalog, self._parts.originals, self._catalog.write(purge_documents, [self._move(document_id)])
        )

    def empty_trash(self) -> int:
        """Purge everything in the trash; return how many documents that were."""
        count = 0
        while purged := self._catalog.write(purge_trash, [TrashPurge(self._key, 100)])[0]:
            remove_leftovers(self._catalog, self._parts.originals, purged)
            count += len(purged)
        return count

    def _read(self, document_id: str, *, content: bool) -> Document:
        with self._catalog.read() as connection:
            return read_document(connection, self._key, self.id, document_id, content=content)

    def _place_original(self, document_id: str) -> OriginalPlace:
        with self._catalog.read() as connection:
            created_at = read_arrival(connection, self._key, document_id)
        return OriginalPlace(self.id, document_id, created_at)

    def _find_tag(self, tag_id: str) -> tuple[int, Tag]:
        check_id("tag", tag_id)
        with self._catalog.read() as connection:
            return find_tag(connection, self._key, tag_id)

    def _target(self) -> IngestTarget:
        return IngestTarget(self._catalog, self._parts.originals, self._key, self.id, self._user_id)

    def _tagging(self, document_id: str, tag_id: str) -> Tagging:
        return Tagging(self._key, check_id("doc", document_id), check_id("tag", tag_id), self._user_id)

    def _move(self, document_id: str) -> TrashMove:
        return TrashMove(self._key, check_id("doc", document_id), self._user_id)

"""The verbs for documents that a source of their own knows by ids of its own: put, replaced, changed in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Unpack

from papra_index.conventions.sources import Source
from papra_index.documents import Document
from papra_index.errors import InvalidInput
from papra_index.organization.adding import AddingVerbs
from papra_index.values.bulk import BulkOutcome, BulkRequest, DeleteRequest, PutRequest, UpdateRequest
from papra_index.walks.applying.waiting import Waiting, writes
from papra_index.walks.writing.putting import PutRules, apply_requests, put_document, replace_original
from papra_index.walks.writing.uploads import IngestTarget


class PuttingVerbs(AddingVerbs):
    """Documents by their external ids; one in the trash still has its id, which stays taken until it is purged."""

    @writes
    def put(
        self,
        external_id: str,
        source: Source | None = None,
        *,
        name: str | None = None,
        content: str | None = None,
        mime_type: str | None = None,
        document_date: datetime | None = None,
        notes: str | None = None,
        tags: Sequence[str] | None = None,
        ocr_languages: Sequence[str] = (),
        in_place: bool | None = None,
        principals: Sequence[str] | None = None,
        properties: Mapping[str, object] | None = None,
        new_tags: bool = True,
        **_: Unpack[Waiting],
    ) -> BulkOutcome:
        """Create the document with an external id, or make it what is said here, as `PutRequest` tells; return when it
        is durable.

        Doing it again changes nothing and writes nothing. A document in the trash is brought back
        (`BulkOutcome.restored`). Tagging rules run on what is new, restored, or has other text, unless `tags` are
        given, which are all that it has then. Two external ids with equal bytes are two documents: DuplicateDocument
        is for `add`. Without `new_tags`, a tag name that is new is refused. Raises InvalidInput, also on a handle that
        sees only some of the documents, SourceUnreadable, DocumentTooLarge, TagNotFound, TagLimitReached, and for
        properties as `set_properties` does.
        """
        about = name, content, mime_type, document_date, notes, tags, ocr_languages, in_place, principals, properties
        request = PutRequest(external_id, source, *about)
        outcome = put_document(self._check_target(), request, self._rules(new_tags=new_tags))
        if source is not None:
            self._parts.wake_extraction()
        return outcome

    @writes
    def bulk(
        self, requests: Iterable[BulkRequest], *, new_tags: bool = True, **_: Unpack[Waiting]
    ) -> Iterator[BulkOutcome]:
        """Carry out puts, updates and deletions in order, in bounded memory, and yield an outcome for each.

        Requests are taken as outcomes are. They are written in groups of up to 500, each one transaction: what was
        yielded is durable, and a process that is killed leaves whole groups. One that fails leaves the others as they
        are; of two with one id the last wins. Raises InvalidInput on a handle that sees only some of the documents.
        """
        return self._carry_out(apply_requests(self._check_target(), requests, self._rules(new_tags=new_tags)))

    def _carry_out(self, outcomes: Iterator[BulkOutcome]) -> Iterator[BulkOutcome]:
        for count, outcome in enumerate(outcomes):
            if count % 500 == 0:
                self._parts.wake_extraction()
            yield outcome
        self._parts.wake_extraction()

    @writes
    def put_many(
        self, requests: Iterable[PutRequest], *, new_tags: bool = True, **_: Unpack[Waiting]
    ) -> tuple[BulkOutcome, ...]:
        """Put many as `put` does one and return an outcome for each, in order; `bulk` yields them as they come."""
        return tuple(self.bulk(requests, new_tags=new_tags))

    @writes
    def update_many(
        self, requests: Iterable[UpdateRequest], *, new_tags: bool = True, **_: Unpack[Waiting]
    ) -> tuple[BulkOutcome, ...]:
        """Change some of many documents, in the trash or not; one that there is not fails with DocumentNotFound."""
        return tuple(self.bulk(requests, new_tags=new_tags))

    @writes
    def delete_many(self, external_ids: Iterable[str], **_: Unpack[Waiting]) -> tuple[BulkOutcome, ...]:
        """Move many documents to the trash; one that is there is unchanged, one that there is not fails."""
        return tuple(self.bulk(map(DeleteRequest, external_ids)))

    @writes
    def replace(
        self,
        document_id: str,
        source: Source,
        *,
        mime_type: str | None = None,
        ocr_languages: Sequence[str] = (),
        in_place: bool | None = None,
        **_: Unpack[Waiting],
    ) -> Document:
        """Give a document another original: it keeps id, name, tags, notes and history, and its text is read anew.

        The earlier original becomes a version (`versions`), unless it was in place or the setting `keep_versions` is
        off. The very bytes that it has change nothing. Until the new text is read, searches find the old one. Raises
        DocumentNotFound, SourceUnreadable, DocumentTooLarge, InvalidInput, and, unless the document has an external id,
        DuplicateDocument for bytes of another document.
        """
        document = self._read(self._check_document(document_id), content=False)
        name = document.original_name or document.name
        request = PutRequest("", source, name, None, mime_type, ocr_languages=ocr_languages, in_place=in_place)
        replace_original(self._target(), document_id, request, self._rules(new_tags=False))
        self._parts.wake_extraction()
        return self._read(document_id, content=False)

    def _check_target(self) -> IngestTarget:
        # An id that a document out of sight has could be neither put nor refused without telling of it.
        if self.principals is not None:
            raise InvalidInput(
                "this handle sees only some of the documents: put and change by external ids on one that sees all"
            )
        return self._target()

    def _rules(self, *, new_tags: bool) -> PutRules:
        settings = self._parts.settings
        return PutRules(settings.keep_versions, settings.max_tags if new_tags else None)

"""The verbs that archive: one upload, many, or a stream of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Unpack

from papra_index.conventions.sources import Source
from papra_index.documents import Document
from papra_index.organization.base import OrganizationVerbs
from papra_index.walks.applying.waiting import Waiting, writes
from papra_index.walks.writing.ingest import Reception, add_upload, add_uploads
from papra_index.walks.writing.uploads import AddOutcome, Upload


class AddingVerbs(OrganizationVerbs):
    """Adding documents."""

    @writes
    def add(
        self,
        source: Source,
        *,
        name: str | None = None,
        mime_type: str | None = None,
        content: str | None = None,
        document_date: datetime | None = None,
        ocr_languages: Sequence[str] = (),
        in_place: bool | None = None,
        principals: Iterable[str] | None = None,
        **_: Unpack[Waiting],
    ) -> Document:
        """Archive a path, bytes or a binary stream; return the document when it is durable, before its text is read.

        With `content` given nothing is extracted. With `in_place` a file is not copied but referenced where it lies;
        once it is gone or changed, opening it raises OriginalNotFound or OriginalChanged. None leaves that to the
        archive. The document is for who holds any of `principals`, without any for everyone in the organization. Bytes
        that are in the trash restore their document, which keeps its principals where none are given.

        Raises DuplicateDocument for bytes of a live document, SourceUnreadable, OriginalChanged for a file in place
        that changes meanwhile, DocumentTooLarge, InvalidInput.
        """
        upload = Upload(source, name, mime_type, content, document_date, ocr_languages, in_place, principals)
        document_id = add_upload(self._target(), upload)
        self._parts.wake_extraction()
        return self._read(document_id, content=False)

    @writes
    def add_many(self, uploads: Iterable[Upload | Source], **_: Unpack[Waiting]) -> tuple[AddOutcome, ...]:
        """Archive many in groups, far faster than one by one; return an outcome for each, in order.

        A failure or duplicate does not stop the others. For very many, `add_stream` yields outcomes as they come.
        """
        return tuple(self.add_stream(uploads))

    @writes
    def add_stream(self, uploads: Iterable[Upload | Source], **_: Unpack[Waiting]) -> Iterator[AddOutcome]:
        """As `add_many`, in bounded memory: uploads are taken as outcomes are; what was yielded is durable."""
        items = (item if isinstance(item, Upload) else Upload(item) for item in uploads)
        for count, outcome in enumerate(add_uploads(self._target(), items)):
            if count % 256 == 0:
                self._parts.wake_extraction()
            yield outcome
        self._parts.wake_extraction()

    def receive(self) -> Reception:
        """Begin an upload whose bytes come in chunks: `write` them as they come, then `add` or `discard` it."""
        return Reception(self._target(), self._take_added)

    def _take_added(self, document_id: str) -> Document:
        self._parts.wake_extraction()
        return self._read(document_id, content=True)

"""Uploading: the form is taken apart as it comes, the file goes to disk, nothing waits in memory for the rest
(papra-api, sections 6.1 and 7).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import IO, BinaryIO, ClassVar, cast

from starlette.responses import Response
from typing_extensions import TypedDict

from papra_index.conventions.principals import check_named
from papra_index.documents import Document, Permission
from papra_index.errors import DocumentTooLarge, DuplicateDocument, InvalidInput
from papra_index.http.failures import INVALID_MESSAGES, Failure, refuse, refuse_value
from papra_index.http.multipart import FormReader, PartData, PartHead, refuse_form
from papra_index.http.payloads import WrittenDocument, write_written
from papra_index.http.routing import DOCUMENTS, Call, build_reply, operation, wait_for_index
from papra_index.walks.writing.ingest import Reception

FORM_ALLOWANCE = 64 * 1024
"""What a form may hold besides the file: boundaries, headers, other fields."""

_BUFFER = 1024 * 1024
"""Files up to this size are written by the one thread that archives them, larger ones in pieces of it."""

_CODES = """
    afr amh ara asm aze aze_cyrl bel ben bod bos bul cat ceb ces chi_sim chi_tra chr cym dan deu dzo ell eng enm epo est
    eus fas fin fra frk frm gle glg grc guj hat heb hin hrv hun iku ind isl ita ita_old jav jpn kan kat kat_old kaz khm
    kir kor kur lao lat lav lit mal mar mkd mlt msa mya nep nld nor ori pan pol por pus ron rus san sin slk slv spa
    spa_old sqi srp srp_latn swa swe syr tam tel tgk tgl tha tir tur uig ukr urd uzb uzb_cyrl vie yid
"""
OCR_LANGUAGES = frozenset(_CODES.split())
"""The codes that the contract knows."""

NO_BODY = Failure(400, "document.no_body", "Missing body")
NO_FILE = Failure(400, "document.no_file", "No file in the form")
WRONG_FIELD = Failure(400, "document.invalid_file_fieldname", "Invalid file fieldname")
FORM_ERRORS = (
    refuse(DocumentTooLarge), NO_BODY, NO_FILE, WRONG_FIELD, refuse_form(),
    Failure(400, "server.invalid_request.form_data", INVALID_MESSAGES["form_data"]),
)  # fmt: skip

_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "ocrLanguages": {
                        "type": "string",
                        "description": "Tesseract codes with commas between them, such as `eng,deu`.",
                    },
                    "principals": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "Who may see the document, a field for each; without any, everyone.",
                    },
                },
            }
        }
    },
}


class UploadReply(TypedDict):
    """The new document; its content is empty until the original was read."""

    document: WrittenDocument


@operation(
    "POST",
    DOCUMENTS,
    Permission.DOCUMENTS_CREATE,
    errors=(refuse(DuplicateDocument), *FORM_ERRORS),
    patient=True,
    reply=UploadReply,
    request_body=_FORM,
)
async def create_document(call: Call) -> Response:
    """Archive a file. It is durable when this answers; its text is read afterwards."""
    return await take_form(call, _Upload)


async def take_form(call: Call, make: Callable[[Call, FormReader, int], FormUpload]) -> Response:
    """Take the body of a request as it comes, by what `make` returns, and return its answer."""
    headers = call.request.headers
    length = headers.get("content-length")
    announced = length is not None or "transfer-encoding" in headers or call.request.scope["http_version"][0] != "1"
    if length == "0" or not announced:
        raise NO_BODY.renew()
    limit = call.archive.settings.max_original_size
    if limit and length is not None and length.isdecimal() and int(length) > limit + FORM_ALLOWANCE:
        raise refuse(DocumentTooLarge)
    upload = make(call, FormReader(headers.get("content-type", "")), limit)
    try:
        async for chunk in call.request.stream():
            await upload.take(chunk)
        return await upload.finish()
    finally:
        upload.discard()


class FormUpload:
    """A form with one file as far as it has come; where its bytes go, and what is answered, is for those below it."""

    texts: ClassVar[tuple[str, ...]] = ("ocrLanguages", "principals")
    """The fields that are read besides the file."""

    def __init__(self, call: Call, reader: FormReader, limit: int) -> None:
        self.call = call
        self.file: PartHead | None = None
        self._reader = reader
        self._limit = limit
        self._current: PartHead | None = None
        self._texts: dict[str, list[bytearray]] = {}
        self._buffer = bytearray()
        self._size = 0
        self._besides = 0

    def write(self, chunk: bytes) -> None:
        """Take bytes of the file, in a thread that may block."""
        raise NotImplementedError

    def answer(self) -> Response:
        """Return the answer to the whole form, whose file was written, in a thread that may block."""
        raise NotImplementedError

    def discard(self) -> None:
        """Remove what has come, unless it was archived."""

    async def take(self, chunk: bytes) -> None:
        """Take a piece of the body. Raises Failure as soon as anything is wrong with it."""
        self._besides += len(chunk)
        for event in self._reader.push(chunk):
            if isinstance(event, PartHead):
                self._begin_part(event)
            elif isinstance(event, PartData):
                self._take_data(event.chunk)
            else:
                self._current = None
        if self._limit and self._besides > FORM_ALLOWANCE:
            raise refuse(DocumentTooLarge)
        if len(self._buffer) >= _BUFFER:
            await self.call.gate.run(self._flush, writes=True, abandon=False)

    async def finish(self) -> Response:
        """Archive what has come. Raises Failure for a form without a whole file."""
        if not self._reader.is_complete:
            raise refuse_form()
        if self.file is None:
            raise NO_FILE.renew()
        return await self.call.gate.run(self._finish, writes=True, abandon=False)

    def read_texts(self, name: str) -> list[str]:
        """Return what the fields of a name hold."""
        return [raw.decode("utf-8", "replace") for raw in self._texts.get(name, ())]

    def read_languages(self) -> tuple[str, ...]:
        """Return the codes of OCR languages. Raises Failure for unknown ones."""
        text = ",".join(self.read_texts("ocrLanguages"))
        codes = tuple(dict.fromkeys(code.strip() for code in text.split(","))) if text.strip() else ()
        unknown = [code for code in codes if code not in OCR_LANGUAGES]
        if unknown:
            raise refuse_value("form_data", "ocrLanguages", f"Invalid language code: {unknown[0][:40]!r}")
        return codes

    def _finish(self) -> Response:
        self._flush()
        return self.answer()

    def _begin_part(self, head: PartHead) -> None:
        self._current = head
        if head.filename is None and head.name in self.texts:
            self._texts.setdefault(head.name, []).append(bytearray())
        if head.filename is None or self.file is not None:
            return  # a text, or a file after the one that is taken
        if head.name != "file":
            raise WRONG_FIELD.renew()
        if not head.filename:
            raise NO_FILE.renew()
        self.file = head

    def _take_data(self, chunk: bytes) -> None:
        if self._current is self.file and self.file is not None:
            self._besides -= len(chunk)
            self._size += len(chunk)
            if self._limit and self._size > self._limit:
                raise refuse(DocumentTooLarge)
            self._buffer += chunk
        elif self._current is not None and self._current.name in self.texts and self._current.filename is None:
            self._texts[self._current.name][-1] += chunk
            if sum(map(len, self._texts[self._current.name])) > FORM_ALLOWANCE:
                raise refuse_value("form_data", self._current.name, "Invalid value: Expected less text")

    def _flush(self) -> None:
        self.write(bytes(self._buffer))
        self._buffer.clear()


class _Upload(FormUpload):
    """A new document."""

    _reception: Reception | None = None

    def write(self, chunk: bytes) -> None:
        if self._reception is None:
            self._reception = self.call.home.receive()
        self._reception.write(chunk)

    def discard(self) -> None:
        if self._reception is not None:
            self._reception.discard()

    def answer(self) -> Response:
        reply: UploadReply = {"document": write_written(self._add())}
        return build_reply(reply, wait_for_index(self.call.archive, self.call.request))

    def _add(self) -> Document:
        assert self.file is not None  # noqa: S101 - `finish` has looked
        languages, principals = self.read_languages(), self._read_principals()
        reception, self._reception = self._reception, None
        assert reception is not None  # noqa: S101 - `write` has made it
        name, kind = str(self.file.filename), self.file.content_type
        try:
            return reception.add(name, mime_type=kind, ocr_languages=languages, principals=principals)
        except InvalidInput as error:
            raise refuse_value("form_data", "file", error.message) from error

    def _read_principals(self) -> tuple[str, ...] | None:
        given = self.read_texts("principals")
        try:
            return check_named(given, self.call.home.principals) if given else None
        except InvalidInput as error:
            raise refuse_value("form_data", "principals", error.message) from error


class SpooledUpload(FormUpload):
    """A form whose file is written aside until the rest of it is known."""

    def __init__(self, call: Call, reader: FormReader, limit: int) -> None:
        super().__init__(call, reader, limit)
        self._spool = tempfile.SpooledTemporaryFile(max_size=_BUFFER)  # noqa: SIM115 - `discard` closes it

    @property
    def content_type(self) -> str | None:
        """The mime type that is told of the file."""
        return None if self.file is None else self.file.content_type

    def write(self, chunk: bytes) -> None:
        self._spool.write(chunk)

    def discard(self) -> None:
        self._spool.close()

    def open_file(self) -> BinaryIO:
        """Return the file as a stream with its name."""
        self._spool.seek(0)
        return cast("BinaryIO", _NamedStream(self._spool, "" if self.file is None else str(self.file.filename)))


class _NamedStream:
    """What a stream holds, under the name that its sender gives it."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self.name = name
        self.read = stream.read

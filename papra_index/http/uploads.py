"""Uploading: the form is taken apart as it comes, the file goes to disk, nothing waits in memory for the rest
(papra-api, sections 6.1 and 7).
"""

from __future__ import annotations

from starlette.responses import Response
from typing_extensions import TypedDict

from papra_index.documents import Document, Permission
from papra_index.errors import DocumentTooLarge, DuplicateDocument, InvalidInput
from papra_index.http.failures import Failure, refuse, refuse_value
from papra_index.http.multipart import FormReader, PartData, PartHead, refuse_form
from papra_index.http.payloads import WrittenDocument, write_written
from papra_index.http.routing import DOCUMENTS, Call, build_reply, operation, wait_for_index
from papra_index.ingest import Reception

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

_NO_BODY = Failure(400, "document.no_body", "Missing body")
_NO_FILE = Failure(400, "document.no_file", "No file in the form")
_WRONG_FIELD = Failure(400, "document.invalid_file_fieldname", "Invalid file fieldname")

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
    errors=(refuse(DuplicateDocument), refuse(DocumentTooLarge), _NO_BODY, _NO_FILE, _WRONG_FIELD, refuse_form()),
    patient=True,
    reply=UploadReply,
    request_body=_FORM,
)
async def create_document(call: Call) -> Response:
    """Archive a file. It is durable when this answers; its text is read afterwards."""
    headers = call.request.headers
    length = headers.get("content-length")
    announced = length is not None or "transfer-encoding" in headers or call.request.scope["http_version"][0] != "1"
    if length == "0" or not announced:
        raise _NO_BODY.renew()
    limit = call.archive.settings.max_original_size
    if limit and length is not None and length.isdecimal() and int(length) > limit + FORM_ALLOWANCE:
        raise refuse(DocumentTooLarge)
    upload = _Upload(call, FormReader(headers.get("content-type", "")), limit)
    try:
        async for chunk in call.request.stream():
            await upload.take(chunk)
        return await upload.finish()
    finally:
        upload.discard()


class _Upload:
    """An upload as far as it has come."""

    def __init__(self, call: Call, reader: FormReader, limit: int) -> None:
        self._call = call
        self._reader = reader
        self._limit = limit
        self._file: PartHead | None = None
        self._current: PartHead | None = None
        self._languages = bytearray()
        self._buffer = bytearray()
        self._size = 0
        self._besides = 0
        self._reception: Reception | None = None

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
            await self._call.gate.run(self._write, writes=True, abandon=False)

    async def finish(self) -> Response:
        """Archive what has come. Raises Failure for a form without a whole file."""
        if not self._reader.is_complete:
            raise refuse_form()
        if self._file is None:
            raise _NO_FILE.renew()
        languages = self._read_languages()
        return await self._call.gate.run(lambda: self._answer(languages), writes=True, abandon=False)

    def discard(self) -> None:
        """Remove what has come, unless it was archived."""
        if self._reception is not None:
            self._reception.discard()

    def _begin_part(self, head: PartHead) -> None:
        self._current = head
        if head.filename is None and head.name == "ocrLanguages" and self._languages:
            self._languages += b","
        if head.filename is None or self._file is not None:
            return  # a text, or a file after the one that is taken
        if head.name != "file":
            raise _WRONG_FIELD.renew()
        if not head.filename:
            raise _NO_FILE.renew()
        self._file = head

    def _take_data(self, chunk: bytes) -> None:
        if self._current is self._file and self._file is not None:
            self._besides -= len(chunk)
            self._size += len(chunk)
            if self._limit and self._size > self._limit:
                raise refuse(DocumentTooLarge)
            self._buffer += chunk
        elif self._current is not None and self._current.name == "ocrLanguages" and self._current.filename is None:
            self._languages += chunk
            if len(self._languages) > FORM_ALLOWANCE:
                raise refuse_value("form_data", "ocrLanguages", "Invalid value: Expected language codes")

    def _write(self) -> None:
        if self._reception is None:
            self._reception = self._call.home.receive()
        self._reception.write(bytes(self._buffer))
        self._buffer.clear()

    def _answer(self, languages: tuple[str, ...]) -> Response:
        reply: UploadReply = {"document": write_written(self._add(languages))}
        return build_reply(reply, wait_for_index(self._call.archive, self._call.request))

    def _add(self, languages: tuple[str, ...]) -> Document:
        assert self._file is not None  # noqa: S101 - `finish` has looked
        self._write()
        reception, self._reception = self._reception, None
        assert reception is not None  # noqa: S101 - `_write` has made it
        name, kind = str(self._file.filename), self._file.content_type
        try:
            return reception.add(name, mime_type=kind, ocr_languages=languages)
        except InvalidInput as error:
            raise refuse_value("form_data", "file", error.message) from error

    def _read_languages(self) -> tuple[str, ...]:
        text = self._languages.decode("utf-8", "replace")
        codes = tuple(dict.fromkeys(code.strip() for code in text.split(","))) if text.strip() else ()
        unknown = [code for code in codes if code not in OCR_LANGUAGES]
        if unknown:
            raise refuse_value("form_data", "ocrLanguages", f"Invalid language code: {unknown[0][:40]!r}")
        return codes

"""The files that a document has had: routes of our own."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from typing_extensions import TypedDict

from papra_index.documents import Permission
from papra_index.errors import DuplicateDocument, InvalidInput, OriginalNotFound, VersionNotFound
from papra_index.http.failures import refuse, refuse_value
from papra_index.http.files import NO_RANGE, send_file
from papra_index.http.payloads import VersionPayload, WrittenDocument, write_version, write_written
from papra_index.http.routing import DOCUMENT, Call, build_reply, operation, wait_for_index
from papra_index.http.uploads import FORM_ERRORS, SpooledUpload, take_form

_VERSION = DOCUMENT + "/versions/{versionNumber}/file"
_FORM: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "ocrLanguages": {"type": "string", "description": "Tesseract codes with commas between them."},
                },
            }
        }
    },
}


class VersionsReply(TypedDict):
    """The files of a document, the present one first; of an index-only document there are none."""

    versions: list[VersionPayload]


class ReplacementReply(TypedDict):
    """The document with its new file; its content is the earlier one's until the new one was read."""

    document: WrittenDocument


@operation("GET", DOCUMENT + "/versions", Permission.DOCUMENTS_READ)
def list_versions(call: Call) -> VersionsReply:
    """The files that a document has and had."""
    return {"versions": list(map(write_version, call.home.versions(call.document_id)))}


@operation(
    "GET",
    _VERSION,
    Permission.DOCUMENTS_READ,
    errors=(refuse(VersionNotFound), refuse(OriginalNotFound), NO_RANGE),
)
def download_version(call: Call) -> Response:
    """The bytes of a file that a document has or had."""
    text = call.ids["versionNumber"]
    if not text.isascii() or not text.isdecimal() or len(text) > 10:
        raise refuse_value("params", "versionNumber", "Invalid type: Expected a whole number")
    number = int(text)
    found = next((item for item in call.home.versions(call.document_id) if item.number == number), None)
    if found is None:
        raise refuse(VersionNotFound)
    return send_file(
        call, found.original_name, found.original_sha256, lambda: call.home.open_original(call.document_id, number)
    )


@operation(
    "PUT",
    DOCUMENT + "/file",
    Permission.DOCUMENTS_UPDATE,
    errors=(refuse(DuplicateDocument), *FORM_ERRORS),
    patient=True,
    reply=ReplacementReply,
    request_body=_FORM,
)
async def replace_file(call: Call) -> Response:
    """Give a document another file: it keeps id, name, tags, notes and history; the earlier file is a version of it."""
    await call.gate.run(lambda: call.home.get(call.document_id, content=False))  # before anything of the body is read
    return await take_form(call, _Replacement)


class _Replacement(SpooledUpload):
    """A document's new file."""

    texts = ("ocrLanguages",)

    def answer(self) -> Response:
        call, languages = self.call, self.read_languages()
        try:
            document = call.home.replace(
                call.document_id, self.open_file(), mime_type=self.content_type, ocr_languages=languages
            )
        except InvalidInput as error:
            raise refuse_value("form_data", "file", error.message) from error
        reply: ReplacementReply = {"document": write_written(document)}
        return build_reply(reply, wait_for_index(call.archive, call.request))

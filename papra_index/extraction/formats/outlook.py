"""Outlook messages (.msg): the properties of the message in an OLE file, its attachments and messages within it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import olefile  # type: ignore[import-untyped]

from papra_index.documents import Page, PageSource, Provenance
from papra_index.errors import ContentDamaged, ContentUnsupported
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.encodings import decode_declared
from papra_index.extraction.formats.lzfu import decompress_rtf
from papra_index.extraction.members import Chunks, Member, MemberReader, tidy_name

ENGINE = f"olefile {olefile.__version__}"

_MAX_STORAGES = 2_000
_MAX_RTF_BYTES = 20 * 1024 * 1024
_DAMAGE = (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError)

# Numbers of properties (MS-OXPROPS) and the types of their values.
_SUBJECT, _BODY, _HTML, _RTF = "0037", "1000", "1013", "1009"
_SENDER, _SENDER_ADDRESS, _SENDER_SMTP = "0C1A", "0C1F", "5D01"
_NAME, _ADDRESS, _SMTP, _RECIPIENT_KIND = "3001", "3003", "39FE", 0x0C15
_LONG_NAME, _SHORT_NAME, _MIME_TYPE, _CONTENT = "3707", "3704", "370E", "3701"
_SENT, _DELIVERED, _CODE_PAGE, _INTERNET_CODE_PAGE = 0x0039, 0x0E06, 0x3FFD, 0x3FDE
_UNICODE, _EIGHT_BIT, _BINARY, _OBJECT = "001F", "001E", "0102", "000D"
_KINDS = {1: "To", 2: "Cc", 3: "Bcc"}
_PROPERTIES = "__properties_version1.0"


def read_outlook(job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield a message's headers and text as a page, then the pages of its attachments and attached messages.

    Raises ContentDamaged when it cannot be opened, and after all that was read the reason of attachments that were not.
    """
    try:
        file = olefile.OleFileIO(str(job.path))
    except _DAMAGE as error:
        raise ContentDamaged(f"the message is damaged ({error}): get an intact copy and add it again") from error
    with file:
        try:
            storage = _Storage(file, ())
        except _DAMAGE as error:
            raise ContentDamaged(f"the message is damaged ({error}): get an intact copy and add it again") from error
        yield from _read_message(storage, job, limits, begin_ocr)


def _read_message(
    storage: _Storage, job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr
) -> Iterator[Page]:
    reader = MemberReader(job, limits, begin_ocr)
    attachments = storage.list_storages("__attach_version1.0_#")
    text = _read_body(storage)
    lines = _compose_header(storage)
    names = [name for name in map(_name_attachment, attachments) if name]
    if names:
        lines.append(f"Attachments: {', '.join(names[:50])}")
    page = "\n\n".join(filter(None, ["\n".join(lines), text[: limits.max_text_bytes]]))
    yield reader.make_page(page, Provenance(PageSource.TEXT, ENGINE))
    members = [_make_member(attachment, number) for number, attachment in enumerate(attachments, 1)]
    if not text and (compressed := storage.read_binary(_RTF)):
        # The rich text is read like a file, without a place among those that the sender attached.
        open_rtf = partial(_open_rtf, compressed, min(_MAX_RTF_BYTES, limits.max_member_bytes))
        members.insert(0, Member("message text.rtf", open_rtf, "application/rtf", is_titled=False))
    yield from reader.read_members(members)


class _Storage:
    """One storage of the file: a message, an attachment or a recipient, and its properties."""

    def __init__(self, file: olefile.OleFileIO, path: tuple[str, ...]) -> None:
        self._file = file
        self._path = path
        self._fixed = self._read_fixed()
        page = self._fixed.get(_INTERNET_CODE_PAGE) or self._fixed.get(_CODE_PAGE) or b""
        self._code_page = int.from_bytes(page[:4], "little")

    def list_storages(self, prefix: str) -> list[_Storage]:
        """Return the storages within this one whose names begin so."""
        depth = len(self._path)
        found = {
            tuple(path[: depth + 1])
            for path in self._file.listdir(streams=True, storages=True)
            if len(path) > depth and tuple(path[:depth]) == self._path and path[depth].startswith(prefix)
        }
        return [_Storage(self._file, path) for path in sorted(found)[:_MAX_STORAGES]]

    def open_storage(self, name: str) -> _Storage | None:
        """Return the storage of a name within this one, None if there is none."""
        path = (*self._path, name)
        return _Storage(self._file, path) if self._file.exists("/".join(path)) else None

    def read_binary(self, number: str) -> bytes:
        """Return the bytes of a property, empty if it is not there."""
        return self._read_stream(f"__substg1.0_{number}{_BINARY}")

    def read_text(self, *numbers: str) -> str:
        """Return the first of some properties that is there as text, empty if none is."""
        for number in numbers:
            if wide := self._read_stream(f"__substg1.0_{number}{_UNICODE}"):
                return wide.decode("utf-16-le", "replace").strip("\0")
            if narrow := self._read_stream(f"__substg1.0_{number}{_EIGHT_BIT}"):
                return decode_declared(narrow.strip(b"\0"), self.charset)[0]
        return ""

    @property
    def charset(self) -> str:
        """The charset of eight-bit text, empty where the message does not say."""
        return {0: "", 65001: "utf-8", 20127: "ascii"}.get(self._code_page, f"cp{self._code_page}")

    def get_number(self, number: int) -> int:
        """Return a property that is a number, 0 if it is not there."""
        return int.from_bytes(self._fixed.get(number, b"")[:4], "little")

    def get_time(self, *numbers: int) -> datetime | None:
        """Return the first of some properties that is there as a time."""
        for number in numbers:
            ticks = int.from_bytes(self._fixed.get(number, b""), "little")
            if ticks:
                with suppress(OverflowError):
                    return datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
        return None

    def _read_fixed(self) -> dict[int, bytes]:
        """Return the values of eight bytes, which stand in a stream of their own behind a header."""
        data = self._read_stream(_PROPERTIES)
        found = {}
        # Headers are of 8, 24 or 32 bytes, records of 16: what stands at an odd place is found at either.
        for start in range(len(data) % 16, len(data) - 15, 16):
            found[int.from_bytes(data[start + 2 : start + 4], "little")] = data[start + 8 : start + 16]
        return found

    def _read_stream(self, name: str) -> bytes:
        path = "/".join((*self._path, name))
        try:
            if self._file.get_type(path) != olefile.STGTY_STREAM:
                return b""
            with self._file.openstream(path) as stream:
                return bytes(stream.read())
        except _DAMAGE:
            return b""


def _compose_header(storage: _Storage) -> list[str]:
    sender = [storage.read_text(_SENDER), storage.read_text(_SENDER_SMTP, _SENDER_ADDRESS)]
    lines = [f"From: {_join_name(*sender)}"] if any(sender) else []
    recipients: dict[str, list[str]] = {}
    for recipient in storage.list_storages("__recip_version1.0_#"):
        kind = _KINDS.get(recipient.get_number(_RECIPIENT_KIND), "To")
        person = _join_name(recipient.read_text(_NAME), recipient.read_text(_SMTP, _ADDRESS))
        recipients.setdefault(kind, []).append(person)
    lines += [f"{kind}: {', '.join(recipients[kind])}" for kind in _KINDS.values() if kind in recipients]
    if (sent := storage.get_time(_SENT, _DELIVERED)) is not None:
        lines.append(f"Date: {sent:%a, %d %b %Y %H:%M:%S +0000}")
    if subject := storage.read_text(_SUBJECT):
        lines.append(f"Subject: {' '.join(subject.split())}")
    return lines


def _join_name(name: str, address: str) -> str:
    # Addresses within an Exchange organization are paths of no use to anybody.
    address = "" if address.startswith("/") or address == name else address
    return f"{name} <{address}>" if name and address else name or address


def _read_body(storage: _Storage) -> str:
    text = storage.read_text(_BODY)
    if not text.strip() and (html := storage.read_binary(_HTML) or storage.read_text(_HTML).encode()):
        from papra_index.extraction.formats.markup import collect_text, decode_markup

        text = collect_text(decode_markup(html)[0])
    return re.sub(r"\r\n?", "\n", text).strip()


def _open_rtf(compressed: bytes, limit: int) -> Chunks:
    yield decompress_rtf(compressed, limit)


def _name_attachment(attachment: _Storage) -> str:
    return tidy_name(attachment.read_text(_LONG_NAME, _SHORT_NAME, _NAME))


def _make_member(attachment: _Storage, number: int) -> Member:
    name = _name_attachment(attachment) or f"attachment {number}"
    message = attachment.open_storage(f"__substg1.0_{_CONTENT}{_OBJECT}")
    if message is not None:
        return Member(name, extractor=partial(_read_message, message))
    return Member(name, partial(_open_attachment, attachment), attachment.read_text(_MIME_TYPE) or None)


def _open_attachment(attachment: _Storage) -> Chunks:
    content = attachment.read_binary(_CONTENT)
    if not content:
        raise ContentUnsupported("the message holds no more of it than its name")
    yield content

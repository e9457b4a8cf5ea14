"""E-mail: headers and text of a message are its first page, its attachments are read through the same pipeline.

Of alternatives the plain text is taken, and the HTML only where it says much more.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from functools import cache, partial
from itertools import chain, islice

from papra_index.documents import Page, PageSource, Provenance
from papra_index.errors import ContentEncrypted, ContentTooLarge, ExtractionError
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.encodings import decode_declared
from papra_index.extraction.formats.mime import Part, parse_part, split_multipart
from papra_index.extraction.formats.text import read_bytes
from papra_index.extraction.members import Chunks, Member, MemberReader, tidy_name

ENGINE = "email"

_MAX_PARTS = 1_000
_MAX_LEVELS = 20
_MAX_ALTERNATIVES = 50
_MAX_NAMES = 50
_FIELDS = ("From", "To", "Cc", "Bcc", "Date", "Subject")
_BODIES = frozenset({"text/plain", "text/html", "text/enriched", "message/delivery-status"})

# Seals and receipts, of which nothing is to be read.
_SEALS = frozenset({
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
    "application/pgp-keys",
})  # fmt: skip
_ENCRYPTED = frozenset({"multipart/encrypted", "application/pgp-encrypted"})
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_MESSAGE = "message/rfc822"


def read_mail(job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield a message's headers and text as a page, then the pages of its attachments.

    Raises, after what was read, ContentEncrypted and ContentTooLarge, or the reason of attachments that were not read.
    """
    data, complete = read_bytes(job, limits.max_member_bytes)
    start = len(data) - len(data.lstrip(b"\r\n"))
    message = _MailMessage(parse_part(data, start, len(data)), limits.max_text_bytes)
    reader = MemberReader(job, limits, begin_ocr)
    yield reader.make_page(message.compose_text(), Provenance(PageSource.TEXT, ENGINE))
    failure = message.failure
    if not complete:
        failure = ContentTooLarge(
            f"the message is larger than {limits.max_member_bytes >> 20} MB; the rest was left out"
        )
    yield from reader.read_members(_end_with(message.list_members(), failure))


class _MailMessage:
    """What a message is made of: its texts in order and the parts that are files of their own."""

    def __init__(self, root: Part, max_characters: int) -> None:
        self.failure: ExtractionError | None = None
        self._root = root
        self._characters_left = max_characters
        self._texts: list[str] = []
        self._attachments: list[Part] = []
        self._parts_count = 0
        try:
            self._walk()
        except ExtractionError as error:
            self.failure = error

    def compose_text(self) -> str:
        """Return headers and texts as they are read from top to bottom."""
        fields = ((name, self._root.get_field(name)) for name in _FIELDS)
        lines = [f"{name}: {value}" for name, value in fields if value]
        if self._attachments:
            names = [_name_attachment(part, number) for number, part in enumerate(self._attachments[:_MAX_NAMES], 1)]
            lines.append(f"Attachments: {', '.join(names)}")
        return "\n\n".join(["\n".join(lines), *self._texts]).strip("\n")

    def list_members(self) -> Iterator[Member]:
        """Yield the attachments."""
        for number, part in enumerate(self._attachments, 1):
            declared = f"{part.content_type}; charset={part.charset}" if part.charset else part.content_type
            yield Member(_name_attachment(part, number), partial(_open_attachment, part), declared)

    def _walk(self) -> None:
        # Each entry gives parts of one multipart, with the words already read of an alternative to them.
        stack: list[tuple[Iterator[Part], frozenset[str] | None]] = [(iter([self._root]), None)]
        while stack:
            parts, rival = stack[-1]
            part = next(parts, None)
            if part is None:
                stack.pop()
                continue
            self._parts_count += 1
            if self._parts_count > _MAX_PARTS:
                raise ContentTooLarge(f"the message has more than {_MAX_PARTS} parts; the rest was left out")
            if len(stack) > _MAX_LEVELS:
                raise ContentTooLarge(f"the message has parts more than {_MAX_LEVELS} levels deep; they were left out")
            children = self._take_part(part, rival)
            if children is not None:
                stack.append(children)

    def _take_part(
        self, part: Part, rival: frozenset[str] | None
    ) -> tuple[Iterator[Part], frozenset[str] | None] | None:
        """Keep a leaf; return the parts of a multipart."""
        kind = part.content_type
        if kind in _ENCRYPTED or (kind in _SEALED and part.headers.get_param("smime-type") != "signed-data"):
            raise ContentEncrypted("the message is encrypted: save it decrypted and add it again")
        if kind.startswith("multipart/"):
            children = split_multipart(part)
            first = next(children, None)
            if first is not None:
                if kind == "multipart/alternative":
                    return self._choose_alternative([first, *islice(children, _MAX_ALTERNATIVES)], children)
                return chain([first], children), rival
            self._add_text(part, None)
        elif kind in _BODIES and not part.is_attachment:
            self._add_text(part, rival)
        elif kind not in _SEALS:
            self._attachments.append(part)
        return None

    def _choose_alternative(
        self, parts: list[Part], others: Iterator[Part]
    ) -> tuple[Iterator[Part], frozenset[str] | None]:
        """Take the plain text; what else there is follows, for attachments hide among the alternatives."""
        plain = next((part for part in parts if part.content_type == "text/plain" and not part.is_attachment), None)
        if plain is None:
            return chain(parts, others), None
        text = self._add_text(plain, None)
        return chain([part for part in parts if part is not plain], others), frozenset(text.split())

    def _add_text(self, part: Part, rival: frozenset[str] | None) -> str:
        text = _read_html(part) if part.content_type == "text/html" else part.decode_text()
        text = re.sub(r"\r\n?", "\n", text).strip()
        # "Your program shows no HTML" is no alternative.
        if text and (rival is None or len(set(text.split())) > 3 * len(rival)):
            self._texts.append(text[: self._characters_left])
            self._characters_left -= len(text)
            if self._characters_left < 0:
                raise ContentTooLarge("the text of the message is too long; the rest was left out")
        return text


def _read_html(part: Part) -> str:
    from papra_index.extraction.formats.markup import collect_text, decode_markup

    data = part.decode_body()
    source = decode_declared(data, part.charset)[0] if part.charset else decode_markup(data)[0]
    return collect_text(source)


def _open_attachment(part: Part) -> Chunks:
    yield part.decode_body()


def _name_attachment(part: Part, number: int) -> str:
    name = tidy_name(part.file_name)
    if name:
        return name
    extension = ".eml" if part.content_type == _MESSAGE else _load_known_types().guess_extension(part.content_type)
    return f"attachment {number}{extension or ''}"


@cache
def _load_known_types() -> mimetypes.MimeTypes:
    return mimetypes.MimeTypes()


def _end_with(members: Iterator[Member], failure: ExtractionError | None) -> Iterator[Member]:
    yield from members
    if failure is not None:
        raise failure

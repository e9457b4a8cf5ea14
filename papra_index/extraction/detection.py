"""What kind of file bytes are: their content decides, then the name, then what the sender declared.

Called on the first bytes of every upload, so it imports nothing heavy; the directories of zip and OLE files are read
where the file is at hand.
"""

from __future__ import annotations

import mimetypes
import re
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path, PurePath
from typing import cast

from papra_index.errors import ContentUnsupported
from papra_index.extraction.containers import OLE_MAGIC, list_ole_streams, list_zip_names
from papra_index.extraction.content import Extractor
from papra_index.extraction.encodings import find_mark, find_wide_encoding, is_textual

HEAD_BYTES = 4096
"""How many first bytes detection wants."""

UNKNOWN = "application/octet-stream"

_TEXT = "papra_index.extraction.formats.text:read_text"
_JSON = "papra_index.extraction.formats.text:read_json"
_MARKUP = "papra_index.extraction.formats.markup:read_markup"
_IMAGE = "papra_index.extraction.formats.image:read_image"
_COMPRESSED = "papra_index.extraction.formats.archive:read_compressed"

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_DOCX = _OOXML + "wordprocessingml.document"
_XLSX = _OOXML + "spreadsheetml.sheet"
_PPTX = _OOXML + "presentationml.presentation"
_OPENDOCUMENT = "papra_index.extraction.formats.opendocument:read_opendocument"
_STORAGE = "papra_index.extraction.formats.converted:read_storage"

EXTRACTORS: dict[str, str] = {
    "application/pdf": "papra_index.extraction.formats.pdf:read_pdf",
    "text/html": _MARKUP,
    "application/xhtml+xml": _MARKUP,
    "text/xml": _MARKUP,
    "image/svg+xml": _MARKUP,
    "application/json": _JSON,
    "application/mbox": "papra_index.extraction.formats.mbox:read_mailbox",
    "application/vnd.ms-outlook": "papra_index.extraction.formats.outlook:read_outlook",
    "message/rfc822": "papra_index.extraction.formats.mail:read_mail",
    "text/calendar": "papra_index.extraction.formats.calendar:read_calendar",
    "text/vcard": "papra_index.extraction.formats.calendar:read_cards",
    "application/gzip": _COMPRESSED,
    "application/x-bzip2": _COMPRESSED,
    "application/x-xz": _COMPRESSED,
    "application/x-tar": "papra_index.extraction.formats.archive:read_tar",
    "application/zip": "papra_index.extraction.formats.archive:read_zip",
    "application/x-7z-compressed": "papra_index.extraction.formats.sevenzip:read_sevenzip",
    "image/avif": _IMAGE,
    "image/bmp": _IMAGE,
    "image/gif": _IMAGE,
    "image/heic": _IMAGE,
    "image/jpeg": _IMAGE,
    "image/png": _IMAGE,
    "image/tiff": _IMAGE,
    "image/webp": _IMAGE,
    "image/x-portable-anymap": _IMAGE,
    _DOCX: "papra_index.extraction.formats.word:read_word",
    _XLSX: "papra_index.extraction.formats.sheets:read_sheets",
    _PPTX: "papra_index.extraction.formats.slides:read_slides",
    _ODF + "text": _OPENDOCUMENT,
    _ODF + "presentation": _OPENDOCUMENT,
    _ODF + "spreadsheet": _OPENDOCUMENT,
    _ODF + "graphics": _OPENDOCUMENT,
    "application/epub+zip": "papra_index.extraction.formats.epub:read_epub",
    "application/rtf": "papra_index.extraction.formats.rtf:read_rtf",
    "application/vnd.ms-excel": "papra_index.extraction.formats.legacy:read_workbook",
    "application/msword": _STORAGE,
    "application/vnd.ms-powerpoint": _STORAGE,
    "application/x-ole-storage": _STORAGE,
}
"""Mime type to `module:function` of its extractor; any other `text/*` is read as plain text."""

_PLANNED: dict[str, str] = {
    "application/vnd.rar": "a rar archive: save it as zip",
}

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"{\\rtf", "application/rtf"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x7fELF", "application/x-executable"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
)
_MAGIC_BY_BYTE = {
    first: tuple(item for item in _MAGIC if item[0][0] == first) for first in {magic[0] for magic, _ in _MAGIC}
}

_ZIP = b"PK\x03\x04"
_ZIP_KINDS = (("word/", _DOCX), ("xl/", _XLSX), ("ppt/", _PPTX))
_OLE_KINDS = {
    "__properties_version1.0": "application/vnd.ms-outlook",
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}

_EXTENSIONS: dict[str, str] = {
    "bmp": "image/bmp", "csv": "text/csv", "doc": "application/msword",
    "docx": _DOCX, "eml": "message/rfc822", "epub": "application/epub+zip",
    "7z": "application/x-7z-compressed", "avif": "image/avif", "gif": "image/gif", "heic": "image/heic",
    "heif": "image/heic", "htm": "text/html", "html": "text/html", "jpeg": "image/jpeg",
    "jpg": "image/jpeg", "json": "application/json", "geojson": "application/json",
    "ipynb": "application/json", "jsonl": "application/json", "log": "text/plain", "markdown": "text/markdown",
    "md": "text/markdown", "msg": "application/vnd.ms-outlook", "odp": _ODF + "presentation",
    "ods": _ODF + "spreadsheet", "odt": _ODF + "text", "pdf": "application/pdf", "png": "image/png",
    "pnm": "image/x-portable-anymap", "ppt": "application/vnd.ms-powerpoint",
    "pptx": _OOXML + "presentationml.presentation", "rtf": "application/rtf", "svg": "image/svg+xml",
    "text": "text/plain", "tif": "image/tiff", "tiff": "image/tiff", "tsv": "text/tab-separated-values",
    "txt": "text/plain", "webp": "image/webp", "xhtml": "application/xhtml+xml", "xls": "application/vnd.ms-excel",
    "xlsx": _OOXML + "spreadsheetml.sheet", "xml": "text/xml", "yaml": "text/yaml", "yml": "text/yaml",
    "zip": "application/zip", "ics": "text/calendar", "mbox": "application/mbox", "tar": "application/x-tar",
    "vcf": "text/vcard",
}  # fmt: skip

_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|table|div|p|h1|meta)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_MAIL = re.compile(rb"(?:[!-9;-~]+:[ \t][^\n]*\n(?:[ \t]+[^\n]*\n)*){2,}")
_MAILBOX = re.compile(rb"From \S+ [^\n]*\d\d:\d\d[^\n]*\b\d{4}\b[^\n]*\n[!-9;-~]+:[ \t]")
_ENTRIES = {b"begin:vcalendar": "text/calendar", b"begin:vcard": "text/vcard"}
_MAIL_FIELDS = re.compile(rb"^(?:received|return-path|message-id|mime-version|delivered-to):", re.I | re.M)
# Brands of ISO/IEC 23008-12 and of AV1 image files; those of any image (mif1, msf1) name theirs among the compatible.
_BRANDS = {
    b"avif": "image/avif", b"avis": "image/avif", b"heic": "image/heic", b"heix": "image/heic", b"heim": "image/heic",
    b"heis": "image/heic", b"hevc": "image/heic", b"hevx": "image/heic",
}  # fmt: skip
_ANY_IMAGE = {b"mif1", b"msf1"}


def detect_mime_type(head: bytes, name: str, declared: str | None = None, path: Path | str | None = None) -> str:
    """Return the mime type of a file from its first bytes (`HEAD_BYTES` of them), its name and the declared type.

    What is in a zip or OLE file is looked up in its own directory where its `path` is given.

    The content decides where it can; text whose kind cannot be seen (CSV, Markdown) takes its name's word, and bytes
    of no known form the name's, then the declared type, then `application/octet-stream`.
    """
    named = _detect_by_name(name)
    stated = named or _clean_declared(declared)
    if not head:
        return stated or "text/plain"
    binary = _detect_binary(head, named, path)
    if binary is not None:
        return binary
    if is_textual(head):
        return _detect_text(head, stated)
    # Bytes that are not text are not taken for text because a name says so.
    if stated is None or _reads_as_text(stated):
        return "text/plain" if stated is not None and b"\0" not in head else UNKNOWN
    return stated


def load_extractor(mime_type: str) -> Extractor:
    """Return the extractor of a mime type, importing its module; raises ContentUnsupported with what to do instead."""
    target = EXTRACTORS.get(mime_type) or (_TEXT if mime_type.startswith("text/") else None)
    if target is None:
        kind = _PLANNED.get(mime_type)
        if kind is None and mime_type.startswith((_OOXML, _ODF)):
            kind = "an office document: save it as PDF"
        advice = f"{kind} and add that" if kind else "add a PDF, a picture or a text of it"
        raise ContentUnsupported(f"files of type {mime_type} are not read ({advice})")
    module, _, function = target.partition(":")
    return cast("Extractor", getattr(import_module(module), function))


def is_plain_text(mime_type: str) -> bool:
    """Whether files of a type are read by decoding them, without a foreign parser."""
    return EXTRACTORS.get(mime_type, _TEXT if mime_type.startswith("text/") else "") in {_TEXT, _JSON}


def _detect_by_name(name: str) -> str | None:
    extension = PurePath(name).suffix if "/" in name else _find_suffix(name)
    return _detect_by_extension(extension[1:].lower())


def _find_suffix(name: str) -> str:
    """Return what PurePath has as the suffix, for a fraction of the time."""
    dot = name.rfind(".")
    return name[dot:] if 0 < dot < len(name) - 1 else ""


@lru_cache(1_000)
def _detect_by_extension(extension: str) -> str | None:
    return _EXTENSIONS.get(extension) or _load_known_types().guess_type(f"name.{extension}")[0]


@cache
def _load_known_types() -> mimetypes.MimeTypes:
    # Python's own table: those of the system would make the same file another type on another machine.
    return mimetypes.MimeTypes()


def _clean_declared(declared: str | None) -> str | None:
    kind = (declared or "").partition(";")[0].strip().lower()
    return kind if "/" in kind and kind != UNKNOWN else None


def _reads_as_text(mime_type: str) -> bool:
    return mime_type.startswith("text/") or mime_type in {"application/json", "application/xhtml+xml", "image/svg+xml"}


def _detect_binary(head: bytes, named: str | None, path: Path | str | None) -> str | None:
    for magic, mime_type in _MAGIC_BY_BYTE.get(head[0], ()):
        if head.startswith(magic):
            return mime_type
    if head.startswith(_ZIP):
        return _detect_zip(head, named, path)
    if head.startswith(OLE_MAGIC):
        return _detect_ole(named, path)
    if head[257:262] == b"ustar" and b"\0" in head[:257]:
        return "application/x-tar"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _detect_brand(head)
    if head[:2] == b"BM" and len(head) > 14 and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if head[:1] == b"P" and head[1:2] in b"123456" and head[2:3].isspace() and b"\n" in head[:64]:
        return "image/x-portable-anymap" if not is_textual(head) or named == "image/x-portable-anymap" else None
    # Mail gateways and web servers put lines before a PDF; readers accept them within the first kilobyte.
    if b"%PDF-" in head[:1024] and (named == "application/pdf" or not is_textual(head)):
        return "application/pdf"
    return None


def _detect_brand(head: bytes) -> str:
    end = min(int.from_bytes(head[:4], "big"), 256)
    brands = [head[8:12], *(head[start : start + 4] for start in range(16, end, 4))]
    if brands[0] in _ANY_IMAGE:
        return next((_BRANDS[brand] for brand in brands if brand in _BRANDS), "image/heic")
    return _BRANDS.get(brands[0], "video/mp4")


def _detect_zip(head: bytes, named: str | None, path: Path | str | None) -> str:
    if head[30:38] == b"mimetype":
        size = int.from_bytes(head[18:22], "little")
        declared = head[38 + int.from_bytes(head[28:30], "little") :][:size].decode("ascii", "replace").strip()
        if declared.startswith((_ODF, "application/epub")):
            return declared.removesuffix("-template")
    names = list_zip_names(Path(path)) if path is not None else []
    office = named is not None and (named.startswith((_OOXML, _ODF)) or named == "application/epub+zip")
    if "META-INF/container.xml" in names and "mimetype" in names:
        return "application/epub+zip"
    if "content.xml" in names and "META-INF/manifest.xml" in names:
        return named if named is not None and named.startswith(_ODF) else _ODF + "text"
    for folder, mime_type in _ZIP_KINDS:
        if names and "[Content_Types].xml" in names and any(name.startswith(folder) for name in names):
            return mime_type
        if not names and folder.encode() in head and (b"[Content_Types].xml" in head or b"_rels/" in head):
            return mime_type
    # Without a directory, the name is all there is to go by: the file was cut short, or its bytes are not at hand.
    return cast("str", named) if office and not names else "application/zip"


def _detect_ole(named: str | None, path: Path | str | None) -> str:
    streams = list_ole_streams(Path(path)) if path is not None else frozenset[str]()
    kinds = [mime_type for stream, mime_type in _OLE_KINDS.items() if stream in streams]
    if kinds:
        # A workbook with a letter embedded holds the streams of both.
        return named if named in kinds else kinds[0]
    if named is not None and (named.startswith(("application/vnd.ms-", _OOXML)) or named == "application/msword"):
        return named
    return "application/x-ole-storage"


def _detect_text(head: bytes, stated: str | None) -> str:
    narrow = _narrow(head)
    if narrow.lstrip().startswith(b"{\\rtf"):
        return "application/rtf"
    if narrow.lstrip()[:5].lower() == b"<?xml":
        if b"<html" in narrow:
            return "application/xhtml+xml"
        return "image/svg+xml" if b"<svg" in narrow else "text/xml"
    if _HTML.match(narrow) and stated not in {"text/markdown", "text/csv"}:
        return "text/html"
    for start, mime_type in _ENTRIES.items():
        if narrow[:200].lstrip()[: len(start)].lower() == start:
            return mime_type
    if narrow.lstrip().startswith(b"<svg"):
        return "image/svg+xml"
    if stated == "application/mbox" or _MAILBOX.match(narrow):
        return "application/mbox"
    if stated == "message/rfc822" or (_MAIL.match(narrow) and _MAIL_FIELDS.search(narrow)):
        return "message/rfc822"
    return stated if stated is not None and _reads_as_text(stated) else "text/plain"


def _narrow(head: bytes) -> bytes:
    """Return the text in one byte per character, so that patterns need no encoding."""
    mark = find_mark(head)
    encoding = mark[0] if mark else (find_wide_encoding(head) if b"\0" in head else None)
    if encoding is None or encoding == "utf-8":
        return head[mark[1] :] if mark else head
    return head[mark[1] if mark else 0 :].decode(encoding, "ignore").encode("latin-1", "replace")

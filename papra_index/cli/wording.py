"""Values in words and figures for people: sizes, counts, dates, and texts made safe for a terminal.

What comes out of documents is never trusted: control characters, which a terminal would obey, are shown as pictures.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from papra_index.documents import PageSource
from papra_index.values.properties import PropertyReference, PropertyValue

_PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_PICTURES |= dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
# Directional overrides would let a name show itself as another.
_PICTURES |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C], 0xFFFD)
_KEEPING_LINES = {code: picture for code, picture in _PICTURES.items() if code not in {0x09, 0x0A}}
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean_line(text: str) -> str:
    """Return a text on one line: white space becomes a blank, other control characters their pictures."""
    return _SURROGATES.sub("\ufffd", re.sub(r"[\s\x1c-\x1f]+", " ", text).translate(_PICTURES))


def clean_text(text: str) -> str:
    """Return a text with its lines, control characters replaced by their pictures."""
    plain = text.replace("\r\n", "\n").replace("\f", "\n").translate(_KEEPING_LINES)
    return _SURROGATES.sub("\ufffd", plain)


def describe_size(size: float) -> str:
    """Return bytes in the unit that suits them."""
    if size < 1000:
        return f"{size:.0f} B"
    for unit in ("kB", "MB", "GB", "TB"):
        size /= 1000
        if size < 999.5 or unit == "TB":
            break
    return f"{size:.1f} {unit}" if size < 99.95 else f"{size:,.0f} {unit}"


def count_things(count: int, noun: str, plural: str | None = None) -> str:
    """Return `1 document`, `2,000 documents`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def describe_seconds(seconds: float) -> str:
    """Return a duration in the precision that matters."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def describe_moment(moment: datetime) -> str:
    """Return a time on the clock of this place."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def describe_day(moment: datetime) -> str:
    """Return the day of a time on the calendar of this place."""
    return f"{moment.astimezone():%Y-%m-%d}"


def describe_date(date: datetime | None) -> str:
    """Return a document's date, with its time in UTC unless that is midnight; empty for none."""
    if date is None:
        return ""
    return f"{date:%Y-%m-%d}" if (date.hour, date.minute) == (0, 0) else f"{date:%Y-%m-%d %H:%M}Z"


def describe_property_value(value: PropertyValue) -> str:
    """Return what a document has of a custom property."""
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return describe_date(value)
        case int() | float():
            return f"{value:,}"
        case str():
            return clean_line(value)
        case PropertyReference():
            return clean_line(value.name)
        case _:
            return ", ".join(clean_line(part.name) for part in value)


def write_instant(moment: datetime) -> str:
    """Return a time as programs read it: ISO 8601, UTC, milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def describe_mime_type(mime_type: str) -> str:
    """Return the part of a mime type that tells people something."""
    mime_type = mime_type.partition(";")[0]
    part = mime_type.partition("/")[2].removeprefix("x-") or mime_type
    return clean_line(_SHORT_TYPES.get(mime_type, part))


def describe_source(source: PageSource) -> str:
    """Return how a page's text was obtained, in words."""
    return _SOURCES[source]


_SOURCES = {
    PageSource.TEXT: "text",
    PageSource.LAYER: "text layer",
    PageSource.OCR: "OCR",
    PageSource.MIXED: "text layer and OCR",
    PageSource.GIVEN: "given",
    PageSource.EDITED: "edited",
}

_SHORT_TYPES = {
    "text/plain": "text",
    "application/pdf": "PDF",
    "application/octet-stream": "unknown",
    "application/json": "JSON",
    "text/html": "HTML",
    "text/csv": "CSV",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "image/heic": "HEIC",
    "image/avif": "AVIF",
    "application/x-7z-compressed": "7z",
    "message/rfc822": "e-mail",
    "application/vnd.ms-outlook": "e-mail",
    "application/mbox": "mailbox",
    "application/zip": "ZIP",
    "application/x-tar": "TAR",
    "application/gzip": "GZ",
    "text/calendar": "calendar",
    "text/vcard": "address cards",
    "application/rtf": "RTF",
    "application/epub+zip": "EPUB",
    "application/msword": "DOC",
    "application/vnd.ms-excel": "XLS",
    "application/vnd.ms-powerpoint": "PPT",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PPTX",
    "application/vnd.oasis.opendocument.text": "ODT",
    "application/vnd.oasis.opendocument.spreadsheet": "ODS",
    "application/vnd.oasis.opendocument.presentation": "ODP",
}

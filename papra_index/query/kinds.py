"""Kinds of files as people name them, by their mime types: what `type:` knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "pdf": ("application/pdf",),
    "image": ("image/*",),
    "text": ("text/plain", "text/markdown", "text/x-*"),
    "document": (
        _OOXML + "wordprocessingml.*", _ODF + "text*", "application/msword", "application/vnd.ms-word*",
        "application/rtf", "text/rtf", "application/vnd.wordperfect", "application/vnd.apple.pages",
    ),
    "spreadsheet": (
        _OOXML + "spreadsheetml.*", _ODF + "spreadsheet*", "application/vnd.ms-excel*", "text/csv",
        "text/tab-separated-values", "application/vnd.apple.numbers",
    ),
    "presentation": (
        _OOXML + "presentationml.*", _ODF + "presentation*", "application/vnd.ms-powerpoint*",
        "application/vnd.apple.keynote",
    ),
    "drawing": (_ODF + "graphics*", "application/vnd.visio*", "image/svg+xml", "image/vnd.dxf"),
    "mail": ("message/*", "application/vnd.ms-outlook", "application/mbox"),
    "ebook": ("application/epub+zip", "application/x-mobipocket-ebook", "application/vnd.amazon.ebook"),
    "web": ("text/html", "application/xhtml+xml", "message/rfc2557"),
    "data": (
        "application/json", "text/json", "text/xml", "application/xml", "text/yaml", "application/yaml",
        "application/vnd.sqlite3",
    ),
    "calendar": ("text/calendar",),
    "contact": ("text/vcard", "text/x-vcard"),
    "archive": (
        "application/zip", "application/x-tar", "application/gzip", "application/x-bzip2", "application/x-xz",
        "application/zstd", "application/x-7z-compressed", "application/vnd.rar",
    ),
    "audio": ("audio/*",),
    "video": ("video/*",),
}  # fmt: skip
"""Mime types of each kind; one that ends in `*` stands for all that begin so. A file may be of several kinds."""

"""Sources: what is kept of the type that a file is declared as."""

from __future__ import annotations

import pytest

from papra_index.conventions.sources import find_charset, normalize_mime_type


@pytest.mark.parametrize(
    ("declared", "charset", "kept"),
    [
        ("text/plain; charset=cp500", "cp500", "text/plain; charset=cp500"),
        ('Text/CSV;header=present; Charset = "ISO-8859-2"', "iso-8859-2", "text/csv; charset=iso-8859-2"),
        ("text/plain; charset=UTF-8", "utf-8", "text/plain"),
        ("application/pdf; charset=binary", "binary", "application/pdf"),
        ("text/plain; xcharset=cp500", None, "text/plain"),
        ("text/plain", None, "text/plain"),
        (None, None, ""),
    ],
)
def test_charset_of_a_declared_type(declared: str | None, charset: str | None, kept: str) -> None:
    assert find_charset(declared) == charset
    assert normalize_mime_type(declared) == kept

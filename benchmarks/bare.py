"""The limit: pdfium's text of every page and nothing else, with or without annotations flattened into it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw


def read_bare(path: Path, *, flattens: bool, max_pages: int = 2_000) -> list[str]:
    """Return the texts of the pages; raises PdfiumError for a file, or page, that does not open.

    With `flattens`, a page with annotations is flattened, opened and read again, and the second text taken if it holds
    nine tenths of the words of the first.
    """
    with closing(pdfium.PdfDocument(path)) as document:
        if flattens:
            document.init_forms()
        return [_read_page(document, index, flattens) for index in range(min(len(document), max_pages))]


def _read_page(document: pdfium.PdfDocument, index: int, flattens: bool) -> str:
    with closing(document[index]) as page:
        text = _get_text(page)
        if not flattens or raw.FPDFPage_GetAnnotCount(page) <= 0:
            return text
        if raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) != raw.FLATTEN_SUCCESS:
            return text
    with closing(document[index]) as page:
        fuller = _get_text(page)
    words = set(text.split())
    return fuller if len(words & set(fuller.split())) >= 0.9 * len(words) else text


def _get_text(page: pdfium.PdfPage) -> str:
    with closing(page.get_textpage()) as layer:
        return str(layer.get_text_range())

"""The second opinion on PDF: pdfminer.six, for files that pdfium cannot open and for vertical writing it loses."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pdfminer
from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTTextContainer
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdfexceptions import PDFException
from pdfminer.psexceptions import PSException

from papra_index.errors import ContentDamaged, ContentEncrypted

ENGINE = f"pdfminer.six {pdfminer.__version__}"


def read_pages(path: Path, first_index: int = 0, max_pages: int = 0) -> Iterator[str]:
    """Yield the text of pages from `first_index` (from 0), at most `max_pages` of them (0 for all).

    Raises ContentEncrypted and ContentDamaged.
    """
    logging.getLogger("pdfminer").propagate = False
    numbers = range(first_index, first_index + max_pages) if max_pages else None
    try:
        for layout in extract_pages(path, page_numbers=numbers, laparams=LAParams(detect_vertical=True)):
            yield "".join(item.get_text() for item in layout if isinstance(item, LTTextContainer)).strip()
    except PDFPasswordIncorrect as error:
        raise ContentEncrypted("the PDF needs a password: save it without one and add it again") from error
    except (PDFException, PSException) as error:
        raise ContentDamaged(f"the PDF is damaged: {error or type(error).__name__}") from error
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, RecursionError) as error:
        # Its parser trusts the file in many places; any of these means that the file broke its trust.
        raise ContentDamaged(f"the PDF is damaged: {type(error).__name__}: {error}") from error

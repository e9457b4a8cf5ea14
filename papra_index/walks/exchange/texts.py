"""Text that another program has of a document, as pages in the form of an export."""

from __future__ import annotations

from papra_index.catalog.edits import given_page
from papra_index.catalog.pages import content_length, describe_page, find_language
from papra_index.catalog.rows import ExchangeRow
from papra_index.documents import ExtractionStatus, PageSource


def describe_text(content: str | None, *, readable: bool) -> ExchangeRow:
    """Return what a document's row has of its text; without any, its file is read where it is `readable`."""
    pages = given_page(content, PageSource.GIVEN) if content and not content.isspace() else ()
    rows = [describe_page(0, page) for page in pages]
    status = ExtractionStatus.PENDING if not pages and readable else ExtractionStatus.DONE
    return {
        "pages": [{name: value for name, value in row.items() if name != "document_key"} for row in rows],
        "page_count": len(pages),
        "content_length": content_length(pages),
        "language": find_language(pages),
        "extraction_status": status.value,
    }

"""The corpus of the worked examples in a real archive, beside the same documents of another organization."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, update

from papra_index import Archive, Organization
from papra_index.catalog.additions import NewDocument, insert_documents
from papra_index.catalog.changes import mark_changed
from papra_index.catalog.documents import find_key
from papra_index.catalog.edits import given_page
from papra_index.catalog.tables import documents
from papra_index.conventions.times import to_milliseconds
from papra_index.documents import PageSource
from tests.query.corpus import CORPUS, TAG_IDS, CorpusDocument


def archive_corpus(archive: Archive, *, owner_id: str | None = None) -> Organization:
    """Archive the corpus in an organization of its own, which a user owns, and return that."""
    home = archive.create_organization("Corpus", owner_id=owner_id)
    others = archive.create_organization("Others")
    for document in CORPUS:
        others.add(document.name.encode(), name=document.name, content=document.content)
    # The verbs stamp documents with the present; the examples need their own times of creation.
    items = [
        NewDocument(
            home._key,
            document.id,
            document.name,
            document.original_name,
            document.size,
            document.original_sha256,
            document.mime_type,
            to_milliseconds(document.created_at),
            None if document.document_date is None else to_milliseconds(document.document_date),
            pages=given_page(document.content, PageSource.GIVEN),
        )
        for document in CORPUS
    ]
    archive._catalog.write(insert_documents, items)
    tags = {name: home.create_tag(name) for name in TAG_IDS}
    for item, document in zip(items, CORPUS, strict=True):
        for name in document.tags:
            home.tag(item.id, tags[name].id)
    archive._catalog.write(_set_columns, list(zip(items, CORPUS, strict=True)))
    return home


def _set_columns(connection: Connection, items: Sequence[tuple[NewDocument, CorpusDocument]]) -> list[None]:
    for item, document in items:
        connection.execute(
            update(documents)
            .where(documents.c.id == item.id)
            .values(
                extraction_status=document.extraction.value,
                ocr_confidence=document.ocr_confidence,
                page_count=document.page_count,
                language=document.language,
                notes=document.notes,
                updated_at=to_milliseconds(document.updated_at),
            )
        )
        mark_changed(connection, [find_key(connection, item.organization_key, item.id)])
    return [None] * len(items)

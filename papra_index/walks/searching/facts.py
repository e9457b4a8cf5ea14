"""What a document is, in the sentence that answers a filter: `its tags are bills, home` for any `tag:`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from papra_index.documents import Document
from papra_index.query.expression import (
    Expression,
    Extracted,
    Has,
    HasValue,
    Identified,
    Keyword,
    PropertyField,
    Range,
    RangeField,
    Tagged,
    Valued,
)
from papra_index.values.properties import PropertyReference, PropertyValue


def describe_fact(expression: Expression, document: Document, tag_keys: Collection[str]) -> str:
    """Return what a document has of what a filter asks for; `tag_keys` are the tags that there are."""
    match expression:
        case Tagged(reference):
            return _describe_tags(document) if reference in tag_keys else f"there is no tag {reference}"
        case Valued(field):
            return _describe_property(field, document)
        case Has(value):
            if isinstance(value, PropertyField):
                return _describe_property(value, document)
            return _describe_presence(value, document)
        case Extracted():
            return f"its extraction is {document.extraction.status.value}"
        case Keyword("mime_type"):
            return f"its type is {document.mime_type}"
        case Keyword("extension"):
            names = dict.fromkeys((document.name, document.original_name or document.name))
            return f"its name is {' and its original name '.join(names)}"
        case Keyword():
            return _describe_language(document)
        case Identified("id"):
            return f"its id is {document.id}"
        case Identified("external_id"):
            known = document.external_id
            return "it has no external id" if known is None else f"its external id is {known}"
        case Identified():
            sha256 = document.original_sha256
            return "it has no original" if sha256 is None else f"the SHA-256 of its original is {sha256}"
        case Range(name):
            if isinstance(name, PropertyField):
                return _describe_property(name, document)
            return _describe_value(name, document)
        case _:
            return "this is what the index says"


def _describe_tags(document: Document) -> str:
    names = ", ".join(tag.name for tag in document.tags)
    return f"its {'tag is' if len(document.tags) == 1 else 'tags are'} {names}" if names else "it has no tags"


def _describe_language(document: Document) -> str:
    return "its language is not known" if document.language is None else f"its language is {document.language}"


def _describe_presence(value: HasValue, document: Document) -> str:
    match value:
        case "tags":
            return _describe_tags(document)
        case "document_date":
            return _describe_date(document)
        case "language":
            return _describe_language(document)
        case "notes":
            return "it has notes" if document.notes and not document.notes.isspace() else "it has no notes"
        case "content":
            pages = document.extraction.page_count
            return f"it has {_count(pages, 'page')} of text" if pages else "it has no text"


def _describe_date(document: Document) -> str:
    return "it has no date" if document.document_date is None else f"its date is {_write_time(document.document_date)}"


def _describe_property(field: PropertyField, document: Document) -> str:
    held = next((item for item in document.properties if item.property_id == field.id), None)
    return f"it has no {field.name}" if held is None else f"its {field.name} is {_write_value(held.value)}"


def _write_value(value: PropertyValue) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return _write_time(value)
        case PropertyReference():
            return value.name
        case tuple():
            return ", ".join(part.name for part in value)
        case _:
            return str(value)


def _describe_value(field: RangeField, document: Document) -> str:
    match field:
        case "created_at":
            return f"it was added on {_write_time(document.created_at)}"
        case "updated_at":
            return f"it was changed on {_write_time(document.updated_at)}"
        case "document_date":
            return _describe_date(document)
        case "size":
            return f"it has {_count(document.original_size, 'byte')}"
        case "page_count":
            return f"it has {_count(document.extraction.page_count, 'page')}"
        case "ocr_confidence":
            confidence = document.extraction.confidence
            return "nothing of it went through OCR" if confidence is None else f"its confidence is {confidence:.2f}"


def _write_time(moment: datetime) -> str:
    """Return a time as the search language reads it."""
    written = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    return written.removesuffix("T00:00:00Z")


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'}"

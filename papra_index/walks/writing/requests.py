"""What requests say of documents, checked, as the values that the catalog compares: nothing is read or written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from papra_index.catalog.edits import blank_page, check_document_name, check_notes
from papra_index.catalog.tags import check_tag_name
from papra_index.conventions.folding import replace_surrogates
from papra_index.conventions.principals import check_principals
from papra_index.conventions.sources import check_languages, find_name, normalize_mime_type
from papra_index.conventions.times import to_milliseconds
from papra_index.documents import PageSource, Unchanged
from papra_index.errors import InvalidInput
from papra_index.values.bulk import PutRequest, UpdateRequest
from papra_index.walks.writing.uploads import MAX_NAME_LENGTH


def read_put(request: PutRequest) -> dict[str, Any]:
    """Return what a request says a document is to be, checked. Raises InvalidInput."""
    found = None if request.source is None else find_name(request.source)
    name = (found or request.external_id) if request.name is None else request.name
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_NAME_LENGTH:
        raise InvalidInput(f"a name has 1 to {MAX_NAME_LENGTH} characters: give another, or none for the file's")
    content = request.content if request.content is not None or request.source is not None else ""
    values: dict[str, Any] = {
        "name": replace_surrogates(name),
        "mime_type": normalize_mime_type(request.mime_type) or None,
        "document_date": None if request.document_date is None else to_milliseconds(request.document_date),
        "ocr_languages": check_languages(request.ocr_languages),
        "original": None,
        "pages": None if content is None else blank_page(content, PageSource.GIVEN),
    }
    if request.notes is not None:
        values["notes"] = replace_surrogates(check_notes(request.notes))
    if request.tags is not None:
        values["tags"] = _check_tags(request.tags)
    if request.principals is not None:
        values["principals"] = check_principals(request.principals)
    if request.properties is not None:
        values["properties"] = _check_properties(request.properties)
    return values


def read_update(request: UpdateRequest) -> dict[str, Any]:
    """Return what a request changes of a document, checked. Raises InvalidInput."""
    values: dict[str, Any] = {}
    if not isinstance(request.name, Unchanged):
        values["name"] = replace_surrogates(check_document_name(request.name))
    if not isinstance(request.content, Unchanged):
        values["pages"] = blank_page(request.content, PageSource.EDITED)
    if not isinstance(request.document_date, Unchanged):
        date = request.document_date
        values["document_date"] = None if date is None else to_milliseconds(date)
    if not isinstance(request.notes, Unchanged):
        values["notes"] = replace_surrogates(check_notes(request.notes))
    if not isinstance(request.tags, Unchanged):
        values["tags"] = _check_tags(request.tags)
    if not isinstance(request.principals, Unchanged):
        values["principals"] = check_principals(request.principals)
    if not isinstance(request.properties, Unchanged):
        values["properties"] = _check_properties(request.properties)
    if not values:
        raise InvalidInput("nothing to change: give a name, content, document_date, notes, tags or properties")
    return values


def _check_tags(tags: Sequence[str]) -> tuple[str, ...]:
    if isinstance(tags, str) or not all(isinstance(tag, str) for tag in tags):
        raise InvalidInput("tags are a sequence of tag ids or names: pass them as a list of strings")
    return tuple(dict.fromkeys([_check_tag(tag) for tag in tags]))


def _check_properties(properties: Mapping[str, object]) -> Mapping[str, object]:
    if not isinstance(properties, Mapping) or not all(isinstance(name, str) for name in properties):
        raise InvalidInput("properties are values by the id, name or key of a property: pass them as a dict")
    return properties


@lru_cache(1_000)
def _check_tag(tag: str) -> str:
    return check_tag_name(tag)

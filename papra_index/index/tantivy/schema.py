"""The fields of an index document: everything a search needs is in postings and columns, nothing is stored.

| field | holds | for |
|---|---|---|
| key | document key | deletes, hits |
| organization | organization key | what is within reach, facet |
| name, content | folded words with positions | text |
| notes, original_name | the same | text in these |
| stems | stems of name and content together, with frequencies | text |
| fragments | what words are found by beside their beginnings, by field | text |
| pairs | pairs of characters of scripts without blanks, with positions, by field | text |
| stemmer | organization key and language of the stemmer | which stems to look for |
| principals | whom the document is for, EVERYONE where it names none | what is within reach |
| tags, marks | tag keys; HAS_TAGS and the other marks | filters, tag facet |
| extraction, language | status of the extraction, language code | filters |
| extension | extensions of name and original name | filter |
| created_at, document_date | milliseconds since 1970 UTC | ranges |
| ocr_confidence, page_count | hundredths of a per cent, pages | ranges |
| created_order, updated_order, date_order, size_order, name_order | value, then key | total orders, ranges |
| name_head | the first of name_order as a number | deep pages by name |
| mime_type, created_month, document_month | media type, yyyymm | facets, filter |
| size | bytes | sums |
| properties, property_orders | JSON by property id, see `properties` | custom properties |
"""

from __future__ import annotations

import functools
import hashlib
from datetime import UTC, datetime, timedelta

import tantivy
from tantivy.tantivy import __version__ as engine_version

from papra_index.conventions.folding import replace_surrogates
from papra_index.index.base import IndexDocument
from papra_index.index.hyphenation import find_hyphenated
from papra_index.index.stemming import stemming_version
from papra_index.index.tantivy.analysis import FOLDED, SPACED, prepare_text
from papra_index.index.tantivy.fragments import FRAGMENTS_VERSION, list_fragments, list_pairs
from papra_index.index.tantivy.orders import ORDERS_VERSION, name_head, name_order, order_value, stamp_order
from papra_index.index.tantivy.pieces import analyze_pieces
from papra_index.index.tantivy.properties import PROPERTIES_VERSION, encode_orders, encode_values
from papra_index.index.tantivy.stems import STEMS_VERSION, name_languages
from papra_index.query.expression import TextField

DOCUMENT_VERSION = 4
"""Raised whenever `build_document` makes other values of the same document: old indexes are then built anew."""

HAS_TAGS = 1
HAS_DATE = 2
HAS_CONTENT = 3
HAS_NOTES = 4
HAS_LANGUAGE = 5

EVERYONE = "*"

_EXTENSION_CHARACTERS = 40  # what is behind a dot further from the end is no extension

_TEXT_FIELDS = (
    ("name", FOLDED, "position", False),
    ("content", FOLDED, "position", False),
    ("notes", FOLDED, "position", False),
    ("original_name", FOLDED, "position", False),
    ("stems", FOLDED, "freq", False),
    ("fragments", SPACED, "basic", False),
    ("pairs", SPACED, "position", False),
    ("stemmer", "raw", "basic", False),
    ("principals", "raw", "basic", False),
    ("mime_type", "raw", "basic", True),
    ("extraction", "raw", "basic", False),
    ("extension", "raw", "basic", False),
    ("language", "raw", "basic", True),
    ("name_order", "raw", "basic", True),
)
_INTEGER_FIELDS = (
    # Signed throughout: deletes by a term of an unsigned field silently delete nothing.
    ("key", True, True),
    ("organization", True, True),
    ("tags", True, True),
    ("marks", True, False),
    ("created_at", False, True),
    ("document_date", False, True),
    ("ocr_confidence", False, True),
    ("page_count", False, True),
    ("created_order", False, True),
    ("updated_order", False, True),
    ("date_order", False, True),
    ("size_order", False, True),
    ("name_head", False, True),
    ("size", False, True),
    ("created_month", False, True),
    ("document_month", False, True),
)

_JSON_FIELDS = ("properties", "property_orders")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@functools.cache
def build_schema() -> tantivy.Schema:
    """Return the schema of every index this version writes."""
    builder = tantivy.SchemaBuilder()
    for name, tokenizer, option, fast in _TEXT_FIELDS:
        builder.add_text_field(name, fast=fast, tokenizer_name=tokenizer, index_option=option)
    for name, indexed, fast in _INTEGER_FIELDS:
        builder.add_integer_field(name, indexed=indexed, fast=fast)
    for name in _JSON_FIELDS:
        builder.add_json_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


@functools.cache
def fingerprint() -> str:
    """Return what an index must have been written with to be usable, as a short hash.

    That is fields, analyzers, engine, and how `build_document` makes the fields' values.
    """
    marks = (HAS_TAGS, HAS_DATE, HAS_CONTENT, HAS_NOTES, HAS_LANGUAGE)
    mapping = (DOCUMENT_VERSION, marks, ORDERS_VERSION, _JSON_FIELDS, PROPERTIES_VERSION)
    versions = (STEMS_VERSION, FRAGMENTS_VERSION, stemming_version(), engine_version)
    parts = (_TEXT_FIELDS, _INTEGER_FIELDS, mapping, *versions)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def list_fields(field: TextField) -> tuple[str, ...]:
    """Return the fields that a field of the search language is looked for in."""
    return ("content", "name") if field == "any" else (field,)


def build_document(document: IndexDocument) -> tantivy.Document:
    """Return the engine's form of a document; no text and no number makes this fail."""
    tags = sorted(set(document.tag_keys))
    name, content = prepare_text(document.name), prepare_text(document.content)
    joined = [word for _, _, word in find_hyphenated(document.content)]
    pairs, inner = list_pairs(document, content, name)
    found = analyze_pieces(document.language, document.content, (*document.name.split(), *joined))
    fragments = list_fragments(document, content, name, joined, may_have_days=found.may_have_days)
    ordered = name_order(document.name, document.key)
    values: dict[str, object] = {
        "key": document.key,
        "organization": document.organization_key,
        "name": name,
        "original_name": name if document.original_name == document.name else prepare_text(document.original_name),
        "content": content,
        "stems": found.stems,
        "fragments": " ".join((*fragments, *inner, *found.fragments, *found.compounds)),
        "pairs": pairs,
        "stemmer": name_languages(document.organization_key, document.language),
        "principals": [*map(name_principal, document.principals)] or EVERYONE,
        "tags": tags,
        "mime_type": replace_surrogates(document.mime_type.partition(";")[0]),
        "extraction": document.extraction,
        "extension": list_extensions(document.name, document.original_name),
        "page_count": document.page_count,
        "marks": _list_marks(document),
        "created_at": document.created_at,
        "created_order": stamp_order(document.created_at, document.key),
        "updated_order": stamp_order(document.updated_at, document.key),
        "size_order": order_value(document.size, document.key),
        "name_order": ordered,
        "name_head": name_head(ordered),
        "size": document.size,
        "created_month": _month(document.created_at),
    }
    if document.ocr_confidence is not None:
        values["ocr_confidence"] = round(document.ocr_confidence * 100)
    if document.document_date is None:
        values["date_order"] = order_value(None, document.key)
    else:
        values["document_date"] = document.document_date
        values["document_month"] = _month(document.document_date)
        values["date_order"] = order_value(document.document_date // 1000, document.key)
    if document.notes:
        values["notes"] = prepare_text(document.notes)
    if document.language is not None:
        values["language"] = document.language.lower()
    if document.properties:
        values["properties"] = encode_values(document.properties)
        values["property_orders"] = encode_orders(document.properties)
    return tantivy.Document.from_dict(values, build_schema())


def name_principal(principal: str) -> str:
    """Return the term of a principal, which is never that of everyone."""
    return f"={principal}"


def list_extensions(*names: str) -> list[str]:
    """Return the extensions of file names, lower case and without dots; of `a.tar.gz` there are two, gz and tar.gz."""
    found: dict[str, None] = {}
    for name in dict.fromkeys(names):
        stem, dot, last = name.rpartition(".")
        if dot and last and len(last) <= _EXTENSION_CHARACTERS:
            extension = replace_surrogates(last).lower()
            found[extension] = None
            if stem[-4:].lower() == ".tar":
                found[f"tar.{extension}"] = None
    return list(found)


def _list_marks(document: IndexDocument) -> list[int]:
    has = (
        (HAS_TAGS, bool(document.tag_keys)),
        (HAS_DATE, document.document_date is not None),
        (HAS_CONTENT, bool(document.content) and not document.content.isspace()),
        (HAS_NOTES, bool(document.notes) and not str(document.notes).isspace()),
        (HAS_LANGUAGE, document.language is not None),
    )
    return [mark for mark, is_set in has if is_set]


def _month(milliseconds: int) -> int:
    """Return yyyymm of a time, 0 where it is outside the calendar."""
    try:
        time = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return 0
    return time.year * 100 + time.month

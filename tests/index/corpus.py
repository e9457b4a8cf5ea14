"""Small corpora and random expressions, with the plain reading of an expression that the index must agree with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path

from hypothesis import strategies as st

from papra_index.conventions.cursors import Position
from papra_index.conventions.folding import fold_text
from papra_index.conventions.principals import Reach
from papra_index.documents import ExtractionStatus
from papra_index.index.base import IndexDocument, IndexMatches, IndexRequest
from papra_index.index.tantivy.reader import TantivyReader
from papra_index.index.tantivy.writer import TantivyWriter
from papra_index.query.expression import (
    And,
    Boosted,
    Everything,
    Expression,
    Extracted,
    Has,
    Identified,
    Keyword,
    Near,
    Not,
    Nothing,
    Or,
    Pattern,
    Range,
    Tagged,
    Text,
    Words,
)
from papra_index.results import FacetName, Sort, SortField

BY_RELEVANCE = Sort(SortField.RELEVANCE)
TAG_KEYS: Mapping[str, int] = {"paid": 1, "Été": 2, "unused": 3}

WORDS = ["a", "ab", "abc", "été", "Ete", "b", "ba", "Straße", "strass", "2024", "20", "日本", "日本語", "foo_bar", "ﬁn"]
_TIMES = st.integers(0, 9)

documents = st.builds(
    IndexDocument,
    key=st.integers(1, 12),
    organization_key=st.integers(1, 2),
    name=st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join),
    content=st.lists(st.sampled_from(WORDS), max_size=8).map("-".join),
    mime_type=st.sampled_from(["text/plain", "application/pdf"]),
    size=st.integers(0, 3),
    created_at=_TIMES,
    updated_at=_TIMES,
    document_date=st.none() | _TIMES,
    extraction=st.sampled_from(ExtractionStatus).map(str),
    ocr_confidence=st.none() | st.sampled_from([0.0, 0.05, 0.09, 100.0]),
    tag_keys=st.lists(st.sampled_from([1, 2]), max_size=2).map(tuple),
    original_name=st.sampled_from(["", "a.pdf", "ab.TAR.gz", "scan 1.2024", "ab.", "été"]),
    notes=st.none() | st.lists(st.sampled_from([*WORDS, " "]), max_size=2).map(" ".join),
    language=st.sampled_from([None, "en", "de"]),
    page_count=st.integers(0, 3),
)

IDENTITIES: Mapping[Identified, tuple[int, ...]] = {
    Identified("id", "doc_abcd"): (1, 2),
    Identified("original_sha256", "0123abcd"): (3,),
}
"""What the catalog finds for ids and hashes; nothing for others."""

_bounds = st.none() | st.integers(-1, 10)
_leaves: st.SearchStrategy[Expression] = st.one_of(
    st.builds(
        Text,
        st.lists(st.sampled_from([*WORDS, "!", "s", "e", "fi"]), max_size=3).map(" ".join),
        st.sampled_from(["any", "any", "name", "content", "notes", "original_name"]),
        st.sampled_from([False, False, True]),
    ),
    st.builds(Words, st.lists(st.sampled_from([*WORDS, "s", "e", "b a"]), min_size=1, max_size=4).map(tuple)),
    st.builds(
        Near,
        st.lists(st.sampled_from([*WORDS, "!"]), max_size=4).map(" ".join),
        st.integers(0, 4),
        st.sampled_from(["any", "name", "content"]),
    ),
    st.builds(
        Pattern,
        st.sampled_from(["a*", "?b", "*b*", "s*sse", "e?e", "2*4", "a?c", "???", "f*o"]),
        st.sampled_from(["any", "name", "content", "notes"]),
    ),
    st.builds(
        Range,
        st.sampled_from(["created_at", "updated_at", "document_date", "size", "page_count", "ocr_confidence"]),
        _bounds,
        _bounds,
    ),
    st.builds(Keyword, st.just("mime_type"), st.sampled_from(["text/plain", "text/", "image/"]), st.booleans()),
    st.builds(Keyword, st.just("extension"), st.sampled_from(["pdf", "gz", "tar.gz", "2024", "tar", "x"])),
    st.builds(Keyword, st.just("language"), st.sampled_from(["en", "de", "fr"])),
    st.sampled_from([*IDENTITIES, Identified("id", "doc_none")]),
    st.builds(Extracted, st.sampled_from(ExtractionStatus)),
    st.builds(Tagged, st.sampled_from([*TAG_KEYS, "unknown"])),
    st.builds(Has, st.sampled_from(["tags", "document_date", "content", "notes", "language"])),
    st.sampled_from([Everything(), Nothing()]),
)
expressions: st.SearchStrategy[Expression] = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Boosted, inner, st.sampled_from([0.5, 3.0])),
        st.builds(And, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


def judge(expression: Expression, document: IndexDocument) -> bool | None:
    """Return whether the expression is true of the document; None is unknown."""
    match expression:
        case Everything():
            return True
        case Nothing():
            return False
        case Text():
            return _judge_text(expression, document)
        case Words():
            words = (value for value in expression.values if " " not in value)
            parts = [part for value in words for part in split_words(value)]
            phrases = [split_words(value) for value in expression.values if " " in value]
            found = any(_judge_text(Text(part), document) for part in parts)
            content = split_words(document.content)
            return found or any(_holds_run(content, phrase) for phrase in phrases) or not (parts or phrases)
        case Tagged():
            return TAG_KEYS.get(expression.reference) in document.tag_keys
        case Has():
            return _judge_presence(expression.value, document)
        case Extracted():
            return document.extraction == expression.status.value
        case Keyword():
            return _judge_keyword(expression, document)
        case Identified():
            return document.key in IDENTITIES.get(expression, ())
        case Range():
            value = getattr(document, expression.field)
            if value is None:
                return None
            units = round(value * 100) if expression.field == "ocr_confidence" else value
            after = expression.start is None or expression.start <= units
            return after and (expression.end is None or units < expression.end)
        case Near():
            return any(_judge_near(split_words(column), expression) for column in _list_columns(expression, document))
        case Pattern():
            words = [word for column in _list_columns(expression, document) for word in split_words(column)]
            return any(fnmatchcase(word, expression.value) for word in words)
        case Boosted():
            return judge(expression.operand, document)
        case Not():
            inner = judge(expression.operand, document)
            return None if inner is None else not inner
        case And():
            inners = [judge(part, document) for part in expression.operands]
            return False if False in inners else None if None in inners else True
        case Or():
            inners = [judge(part, document) for part in expression.operands]
            return True if True in inners else None if None in inners else False


def _judge_presence(value: str, document: IndexDocument) -> bool:
    if value in ("content", "notes"):
        return bool((getattr(document, value) or "").strip())
    present: object = document.tag_keys if value == "tags" else getattr(document, value)
    return present not in (None, ())


def _judge_keyword(keyword: Keyword, document: IndexDocument) -> bool | None:
    if keyword.field == "language":
        return None if document.language is None else document.language == keyword.value
    if keyword.field == "extension":
        names = (document.name.lower(), document.original_name.lower())
        return any(name.endswith(f".{keyword.value}") for name in names) and keyword.value != "tar"
    starts = document.mime_type.startswith(keyword.value)
    return starts if keyword.is_beginning else document.mime_type == keyword.value


def _judge_text(text: Text, document: IndexDocument) -> bool:
    wanted = split_words(text.value)
    if not wanted:
        return True
    columns = _list_columns(text, document)
    return any(_holds_phrase(split_words(column), wanted, text.is_exact) for column in columns)


def _list_columns(asked: Text | Near | Pattern, document: IndexDocument) -> list[str]:
    fields = ("name", "content") if asked.field == "any" else (asked.field,)
    return [getattr(document, field) or "" for field in fields]


def _judge_near(words: Sequence[str], near: Near) -> bool:
    wanted = split_words(near.value)
    if len(wanted) < 2:
        return set(wanted) <= set(words)
    return all(
        any(
            words[before] == first and words[behind] == second and abs(behind - 1 - before) <= near.slop
            for before in range(len(words))
            for behind in range(len(words))
        )
        for first, second in pairwise(wanted)
    )


def _holds_phrase(words: Sequence[str], wanted: Sequence[str], is_exact: bool) -> bool:
    *whole, beginning = wanted
    if is_exact:
        return any(list(words[start : start + len(wanted)]) == wanted for start in range(len(words)))
    return any(
        list(words[start : start + len(whole)]) == whole
        and start + len(whole) < len(words)
        and words[start + len(whole)].startswith(beginning)
        for start in range(len(words))
    )


def _holds_run(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return any(list(words[start : start + len(wanted)]) == list(wanted) for start in range(len(words)))


def split_words(text: str) -> list[str]:
    """Return the words of a text that has no vowel signs."""
    return re.findall(r"[^\W_]+", fold_text(text))


@dataclass(frozen=True, slots=True)
class Shelf:
    """An index in a folder, as a test writes and reads it."""

    writer: TantivyWriter
    reader: TantivyReader

    @classmethod
    def open(cls, folder: Path) -> Shelf:
        writer = TantivyWriter.open(folder)
        return cls(writer, TantivyReader.open(folder))

    def put(self, *documents: IndexDocument, removed: Sequence[int] = ()) -> None:
        """Apply and commit."""
        self.writer.apply(documents, removed)
        self.writer.commit(self.writer.sequence + 1)

    def search(
        self,
        expression: Expression,
        *,
        organization: int = 1,
        sort: Sort = BY_RELEVANCE,
        first: int = 0,
        limit: int = 1000,
        facets: tuple[FacetName, ...] = (),
        widening: bool = True,
        after: Position | None = None,
    ) -> IndexMatches:
        counted = dict.fromkeys(facets, expression)
        request = IndexRequest(
            (Reach(organization),), expression, sort, first, limit, TAG_KEYS, IDENTITIES, counted, widening, after=after
        )
        return self.reader.search(request)

    def keys(self, expression: Expression, **options: object) -> list[int]:
        """Return the keys that match, in order."""
        return list(self.search(expression, **options).keys)  # type: ignore[arg-type]


def make_document(key: int, name: str = "", content: str = "", **values: object) -> IndexDocument:
    """Return a document with what a test does not care about filled in."""
    defaults: dict[str, object] = {
        "organization_key": 1,
        "mime_type": "text/plain",
        "size": 1,
        "created_at": key * 1000,
        "updated_at": key * 1000,
        "document_date": None,
        "extraction": "done",
    }
    return IndexDocument(key=key, name=name, content=content, **(defaults | values))  # type: ignore[arg-type]

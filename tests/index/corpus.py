"""Small corpora and random expressions, with the plain reading of an expression that the index must agree with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from papra_index.documents import ExtractionStatus
from papra_index.folding import fold_text
from papra_index.index.base import IndexDocument, IndexMatches, IndexRequest
from papra_index.index.tantivy.reader import TantivyReader
from papra_index.index.tantivy.writer import TantivyWriter
from papra_index.query.expression import (
    And,
    Everything,
    Expression,
    Extracted,
    Has,
    Not,
    Nothing,
    Or,
    Range,
    Tagged,
    Text,
    Words,
)
from papra_index.results import Sort, SortField

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
)

_bounds = st.none() | st.integers(-1, 10)
_leaves: st.SearchStrategy[Expression] = st.one_of(
    st.builds(
        Text,
        st.lists(st.sampled_from([*WORDS, "!", "s", "e", "fi"]), max_size=3).map(" ".join),
        st.sampled_from(["any", "any", "name", "content"]),
    ),
    st.builds(Words, st.lists(st.sampled_from([*WORDS, "s", "e", "b a"]), min_size=1, max_size=4).map(tuple)),
    st.builds(Range, st.sampled_from(["created_at", "document_date", "ocr_confidence"]), _bounds, _bounds),
    st.builds(Extracted, st.sampled_from(ExtractionStatus)),
    st.builds(Tagged, st.sampled_from([*TAG_KEYS, "unknown"])),
    st.builds(Has, st.sampled_from(["tags", "document_date"])),
    st.sampled_from([Everything(), Nothing()]),
)
expressions: st.SearchStrategy[Expression] = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
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
            return bool(document.tag_keys) if expression.value == "tags" else document.document_date is not None
        case Extracted():
            return document.extraction == expression.status.value
        case Range():
            value = getattr(document, expression.field)
            if value is None:
                return None
            units = round(value * 100) if expression.field == "ocr_confidence" else value
            after = expression.start is None or expression.start <= units
            return after and (expression.end is None or units < expression.end)
        case Not():
            inner = judge(expression.operand, document)
            return None if inner is None else not inner
        case And():
            inners = [judge(part, document) for part in expression.operands]
            return False if False in inners else None if None in inners else True
        case Or():
            inners = [judge(part, document) for part in expression.operands]
            return True if True in inners else None if None in inners else False


def _judge_text(text: Text, document: IndexDocument) -> bool:
    wanted = split_words(text.value)
    if not wanted:
        return True
    columns = {"name": document.name, "content": document.content}
    chosen = columns.values() if text.field == "any" else [columns[text.field]]
    return any(_holds_phrase(split_words(column), wanted) for column in chosen)


def _holds_phrase(words: Sequence[str], wanted: Sequence[str]) -> bool:
    *whole, beginning = wanted
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
        facets: tuple[str, ...] = (),
        stems: bool = True,
    ) -> IndexMatches:
        request = IndexRequest(organization, expression, sort, first, limit, TAG_KEYS, facets, stems)  # type: ignore[arg-type]
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

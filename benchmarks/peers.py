"""The peers of the search benchmark that hold a part of the documents, being slow to build: Whoosh and Xapian."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.population import Entry
from benchmarks.questions import Question
from benchmarks.xapian_peer import XapianProcess

PAGE_SIZE = 25

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class PeerAnswer:
    """The numbers of the documents of a page in order, and how many there are in all."""

    numbers: tuple[int, ...]
    count: int


class Peer(ABC):
    """An engine that holds the first `documents` of a population."""

    name: str
    documents: int
    cpu_ms: float | None = None
    """Processor time of the last answer, where another process took it."""

    @abstractmethod
    def can_answer(self, question: Question) -> bool:
        """Return whether the engine has what a question needs."""

    @abstractmethod
    def answer(self, question: Question) -> PeerAnswer:
        """Answer a question as an application would: a page of documents, with names, dates and tags, and the count."""

    @abstractmethod
    def size(self) -> int:
        """Return the bytes of the index."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything."""


def check_held(held: int, documents: int, path: Path) -> None:
    """Raise RuntimeError where a peer of an earlier run does not hold what it should: its building was broken off."""
    if held != documents:
        raise RuntimeError(f"{path} holds {held} documents, not {documents}: remove it")


class Whoosh(Peer):
    """Whoosh-reloaded with BM25F, on disk."""

    name = "whoosh"

    def __init__(self, folder: Path, entries: Iterable[Entry], documents: int) -> None:
        from whoosh.analysis import CharsetFilter, LowercaseFilter, RegexTokenizer
        from whoosh.fields import ID, KEYWORD, NUMERIC, TEXT, Schema
        from whoosh.index import create_in, exists_in, open_dir
        from whoosh.support.charset import accent_map

        self.documents = documents
        self._folder = folder
        analyzer = RegexTokenizer(r"[^\W_]+") | LowercaseFilter() | CharsetFilter(accent_map)
        schema = Schema(
            number=NUMERIC(stored=True, sortable=True, unique=True),
            organization=ID(),
            name=TEXT(analyzer, stored=True, sortable=True),
            content=TEXT(analyzer),
            tags=KEYWORD(stored=True),
            date=NUMERIC(int, 64, stored=True, sortable=True),
        )
        if folder.exists() and exists_in(folder):
            self._index = open_dir(folder)
        else:
            folder.mkdir(parents=True)
            self._index = create_in(folder, schema)
            writer = self._index.writer(limitmb=256)
            for entry in entries:
                writer.add_document(
                    number=entry.number, organization=f"o{entry.organization:03}", name=entry.name,
                    content=entry.text, tags=" ".join(entry.tags), date=entry.date,
                )  # fmt: skip
            writer.commit()
        check_held(self._index.doc_count(), documents, folder)
        self._searcher = self._index.searcher()

    def can_answer(self, question: Question) -> bool:
        """Whoosh has no facets with exact counts of several fields, no completions, and finds no similar documents."""
        return question.verb == "search" and not question.facets and not question.page_index

    def answer(self, question: Question) -> PeerAnswer:
        """Return a page and the exact count."""
        found = self._searcher.search(self._build(question), limit=PAGE_SIZE, **self._sort(question))
        numbers = tuple(hit["number"] for hit in found)
        return PeerAnswer(numbers, len(found))

    def _sort(self, question: Question) -> dict[str, object]:
        if question.order == "relevance":
            return {}
        return {"sortedby": "number" if question.order == "created" else "name", "reverse": True}

    def _build(self, question: Question) -> Any:
        from whoosh.query import And, NumericRange, Or, Phrase, Prefix, Term, Wildcard

        def anywhere(build: Any) -> Any:
            return Or([build("name"), build("content")])

        clauses = []
        if question.is_phrase:
            clauses.append(anywhere(lambda field: Phrase(field, list(question.words))))
        else:
            clauses += [anywhere(lambda field, word=word: Prefix(field, word)) for word in question.words]
        if question.pattern is not None:
            clauses.append(anywhere(lambda field: Wildcard(field, str(question.pattern))))
        required = [Term("organization", f"o{question.organization:03}")]
        if question.tag is not None:
            required.append(Term("tags", question.tag))
        if question.dates is not None:
            required.append(NumericRange("date", question.dates[0], question.dates[1] - 1))
        return And([*clauses, *required])

    def size(self) -> int:
        """Return the bytes of the folder."""
        return sum(file.stat().st_size for file in self._folder.iterdir())

    def close(self) -> None:
        """Close the index."""
        self._searcher.close()
        self._index.close()


class Xapian(Peer):
    """Xapian through the Python that Debian's package is for, as a process that answers lines of JSON."""

    name = "xapian"

    def __init__(self, folder: Path, entries: Iterable[Entry], documents: int) -> None:
        """Raises XapianMissing where there is no Python with Xapian."""
        self.documents = documents
        self._folder = folder
        is_new = not folder.exists()
        self._process = XapianProcess(folder, "documents")
        if is_new:
            for batch in _batch(entries):
                self._process.ask({"add": [[e.number, e.organization, e.name, e.text, e.tags, e.date] for e in batch]})
        held = self._process.ask({"commit": True})["documents"]
        if held != documents:
            self.close()
        check_held(held, documents, folder)

    def can_answer(self, question: Question) -> bool:
        """Its wildcards are beginnings, and the rest is not asked for here."""
        plain = question.pattern is None and not question.facets and not question.page_index
        return question.verb == "search" and plain

    def answer(self, question: Question) -> PeerAnswer:
        """Return a page and the exact count; `cpu_ms` is what the other process took for it."""
        fields = ("organization", "words", "is_phrase", "tag", "dates", "order")
        found = self._process.ask({"search": {name: getattr(question, name) for name in fields}})
        self.cpu_ms = found["cpu_ms"]
        return PeerAnswer(tuple(found["numbers"]), found["count"])

    def size(self) -> int:
        """Return the bytes of the folder."""
        return sum(file.stat().st_size for file in self._folder.iterdir())

    def close(self) -> None:
        """End the process."""
        self._process.close()


def _batch(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    left = iter(entries)
    while batch := list(itertools.islice(left, _BATCH)):
        yield batch

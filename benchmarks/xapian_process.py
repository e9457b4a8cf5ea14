"""Xapian in a process of its own, run by the system's Python: a line of JSON in, a line of JSON out."""

from __future__ import annotations

import json
import re
import sys
import time
import unicodedata
from typing import Any

import xapian

_WORD = re.compile(r"[^\W_]+")
_PAGE_SIZE = 25


class Database:
    """A database of documents, with the words of name and content as terms and their places."""

    def __init__(self, path: str) -> None:
        self._database = xapian.WritableDatabase(path, xapian.DB_CREATE_OR_OPEN)

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """Do what a message asks."""
        if "add" in message:
            self.add(message["add"])
            return {}
        return self.commit() if "commit" in message else self.search(message["search"])

    def add(self, rows: list[Any]) -> None:
        """Add documents."""
        for number, organization, name, text, tags, date in rows:
            document = xapian.Document()
            place = 0
            for word in (*_split(name), None, *_split(text)):
                place += 1 if word else 100
                if word:
                    document.add_posting(word, place)
            document.add_boolean_term(f"XO{organization}")
            for tag in tags:
                document.add_boolean_term(f"XT{tag}")
            document.add_value(0, xapian.sortable_serialise(number))
            document.add_value(1, xapian.sortable_serialise(date))
            document.add_value(2, name.lower())
            document.set_data(json.dumps([number, name, date, tags]))
            self._database.add_document(document)

    def commit(self) -> dict[str, Any]:
        """Make all that was added findable, and return how many documents there are."""
        self._database.commit()
        return {"documents": self._database.get_doccount()}

    def search(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return numbers of a page, the exact count, and the milliseconds of processor time."""
        began = time.thread_time_ns()
        enquire = xapian.Enquire(self._database)
        enquire.set_query(_build(question))
        if question["order"] != "relevance":
            enquire.set_sort_by_value(0 if question["order"] == "created" else 2, True)
        matches = enquire.get_mset(0, _PAGE_SIZE, self._database.get_doccount())
        numbers = [json.loads(match.document.get_data())[0] for match in matches]
        taken = (time.thread_time_ns() - began) / 1e6
        return {"numbers": numbers, "count": matches.get_matches_estimated(), "cpu_ms": taken}


class RankedTexts:
    """Texts by their English stems, ranked by Xapian's BM25 for any word of a query."""

    def __init__(self, path: str) -> None:
        self._database = xapian.WritableDatabase(path, xapian.DB_CREATE_OR_OPEN)
        self._stem = xapian.Stem("english")

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """Do what a message asks."""
        if "add" in message:
            self.add(message["add"])
            return {}
        return self.rank(message["rank"], message["depth"])

    def add(self, texts: list[str]) -> None:
        """Add texts, which are numbered in order."""
        for text in texts:
            document = xapian.Document()
            for word in _split(text):
                document.add_term(self._stem(word))
            self._database.add_document(document)

    def rank(self, query: str, depth: int) -> dict[str, Any]:
        """Return the places of texts, from 0 on, with scores, best first, and the milliseconds of processor time."""
        self._database.commit()
        began = time.thread_time_ns()
        enquire = xapian.Enquire(self._database)
        terms = [self._stem(word).decode() for word in _split(query)]
        enquire.set_query(xapian.Query(xapian.Query.OP_OR, terms))
        found = [(match.docid - 1, match.weight) for match in enquire.get_mset(0, depth)]
        return {"ranking": found, "cpu_ms": (time.thread_time_ns() - began) / 1e6}


def _build(question: dict[str, Any]) -> Any:
    words = [word for value in question["words"] for word in _split(value)]
    if question["is_phrase"]:
        query = xapian.Query(xapian.Query.OP_PHRASE, words, len(words))
    else:
        query = xapian.Query(xapian.Query.OP_AND, [_begin(word) for word in words])
    filters = [f"XO{question['organization']}"]
    if question["tag"] is not None:
        filters.append(f"XT{question['tag']}")
    query = xapian.Query(xapian.Query.OP_FILTER, query, xapian.Query(xapian.Query.OP_AND, filters))
    if question["dates"] is not None:
        first, last = question["dates"]
        bounds = xapian.sortable_serialise(first), xapian.sortable_serialise(last - 1)
        dates = xapian.Query(xapian.Query.OP_VALUE_RANGE, 1, *bounds)
        query = xapian.Query(xapian.Query.OP_FILTER, query, dates)
    return query


def _begin(word: str) -> Any:
    query = xapian.Query
    return query(query.OP_WILDCARD, word, 0, query.WILDCARD_LIMIT_ERROR, query.OP_SYNONYM)


def _split(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.lower())
    return _WORD.findall("".join(character for character in folded if not unicodedata.combining(character)))


def main() -> None:
    """Answer until standard input ends; the second argument is `documents` or `texts`."""
    path, role = sys.argv[1:]
    database = Database(path) if role == "documents" else RankedTexts(path)
    for line in sys.stdin:
        print(json.dumps(database.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()

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
    """Answer until standard input ends."""
    database = Database(sys.argv[1])
    for line in sys.stdin:
        message = json.loads(line)
        answer: dict[str, Any] = {}
        if "add" in message:
            database.add(message["add"])
        elif "commit" in message:
            answer = database.commit()
        else:
            answer = database.search(message["search"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

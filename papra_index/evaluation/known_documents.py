"""Documents of an archive to mine known items from: a seeded sample, and how many documents have each word.

All documents are gone through once; only the sample and the words are kept, so that any archive will do.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from papra_index.documents import Document
from papra_index.errors import DocumentNotFound, InvalidInput
from papra_index.evaluation.mining import KnownDocument, WordCounts, count_words
from papra_index.evaluation.runs import name_document
from papra_index.organization import Organization
from papra_index.results import MAX_PAGE_SIZE

SAMPLE = 2_000
"""Documents that queries are made from."""

_MAX_TEXT = 20_000
"""Characters of a document that are kept."""

_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")
"""Of a file's name, which nobody types."""

_FACTS = (
    re.compile(
        r"\b(?=[-/_0-9]*[A-Za-z])[A-Za-z0-9]{1,8}[-/_](?=[A-Za-z]*\d)[A-Za-z0-9]{4,}\b"
    ),  # number of a file or an invoice
    re.compile(r"\b(?:\d{4}-\d\d-\d\d|\d\d\.\d\d\.\d{4})\b"),  # date
    re.compile(r"(?<![\d.,])\d{1,3}(?:[.,]?\d{3})*[.,]\d\d(?![\d.,])"),  # amount
    re.compile(r"\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"),  # IBAN
)


def read_known_documents(
    home: Organization, seed: int, sample: int = SAMPLE
) -> tuple[list[KnownDocument], list[str], WordCounts]:
    """Return the sample, the ids of its documents by their numbers, and the counts of all words.

    Raises InvalidInput where no document has text.
    """
    chance = random.Random(f"{seed} sample")
    counts: WordCounts = {}
    kept: list[tuple[str, KnownDocument]] = []
    for place, document in enumerate(_iterate_documents(home)):
        text = (document.content or "")[:_MAX_TEXT]
        known = KnownDocument(0, document.language or "unknown", _EXTENSION.sub("", document.name), text)
        count_words(known, counts)
        # Vitter, "Random Sampling with a Reservoir", ACM TOMS 11, 1985, algorithm R.
        if len(kept) < sample:
            kept.append((name_document(document), known))
        elif (chosen := chance.randrange(place + 1)) < sample:
            kept[chosen] = (name_document(document), known)
    if not any(known.text.strip() for _, known in kept):
        raise InvalidInput("no document has text to make queries from: add some, or wait until they are read")
    found = [_find_facts(known.text) for _, known in kept]
    common = [Counter(facts[place] for facts in found) for place in range(len(_FACTS))]
    documents = []
    for number, ((_, known), facts) in enumerate(zip(kept, found, strict=True)):
        # What several documents have does not tell which one was meant.
        telling = tuple(fact if common[place][fact] == 1 else "" for place, fact in enumerate(facts))
        documents.append(replace(known, number=number, facts=(telling[0], telling[1], telling[2], telling[3])))
    return documents, [id_ for id_, _ in kept], counts


def _find_facts(text: str) -> list[str]:
    return [match.group() if (match := pattern.search(text)) else "" for pattern in _FACTS]


def _iterate_documents(home: Organization) -> Iterator[Document]:
    cursor = None
    while True:
        page = home.list(page_size=MAX_PAGE_SIZE, cursor=cursor)
        for document in page.documents:
            try:
                read = home.get(document.id)
            except DocumentNotFound:  # deleted meanwhile
                continue
            yield read
        cursor = page.next_cursor
        if cursor is None:
            return

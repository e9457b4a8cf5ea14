"""A small judged collection made by a seeded generator, for where no real one is given.

Words are made up: it shows that everything runs and ranks sensibly, not how well anything ranks what people ask.
"""

from __future__ import annotations

import random

from benchmarks.corpus import Corpus
from papra_index.evaluation.collections import Collection, JudgedDocument

_TOPIC_WORDS = 6
_ASKED_WORDS = 3
_RANKS = range(200, 6_000)
"""Topics are words that are neither in every text nor in hardly any."""
_SENTENCE_WORDS = 60


def make_collection(seed: int = 1, topics: int = 30, background: int = 400) -> Collection:
    """Return documents about topics, some much and some in passing, among others that share single words with them."""
    chance = random.Random(f"{seed} judged")
    vocabulary = Corpus(seed).vocabulary
    documents: list[JudgedDocument] = []
    queries: dict[str, str] = {}
    judgements: dict[str, dict[str, int]] = {}

    def add(words: list[str]) -> str:
        text = chance.choices(vocabulary[:2_000], k=chance.randrange(_SENTENCE_WORDS, 4 * _SENTENCE_WORDS))
        for word in words:
            text.insert(chance.randrange(len(text)), word)
        id_ = f"d{len(documents):04}"
        documents.append(JudgedDocument(id_, " ".join(text[:4]), " ".join(text)))
        return id_

    for number in range(topics):
        topic = [vocabulary[rank] for rank in chance.sample(_RANKS, _TOPIC_WORDS)]
        query = f"q{number:02}"
        queries[query] = " ".join(topic[:_ASKED_WORDS])
        judgements[query] = {add(chance.choices(topic, k=8)): 2 for _ in range(4)}
        judgements[query] |= {add(chance.sample(topic, 3)): 1 for _ in range(6)}
        for _ in range(6):
            judgements[query][add([chance.choice(topic)])] = 0
    for _ in range(background):
        add([])
    return Collection("generated", documents, queries, judgements)

"""A second order of the best hits, by a scorer of a few lines: how much of the question one sentence answers.

A cross-encoder takes its place with the same two lines around it: `scores = model.predict([(query, c.text) for c in
candidates])`. Run it with `python examples/rerank.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from papra_index import Archive, Candidate, Rerank

LETTERS = {
    "minutes.txt": "The roof was discussed. It was cold. Who pays was left open. Smith repairs bicycles.",
    "repairs.txt": "Smith & Sons repairs the roof in May. The invoice follows.",
    "roofs.txt": "Roof, roof, roof: a brochure on the roof over your head.",
}


def score_sentences(query: str, text: str) -> float:
    """Return the largest share of the query's words that a sentence holds."""
    wanted = set(re.findall(r"\w+", query.lower()))
    sentences = re.split(r"[.!?]", text.lower())
    return max(len(wanted & set(re.findall(r"\w+", sentence))) / len(wanted) for sentence in sentences)


def order_by_sentences(query: str, candidates: Sequence[Candidate]) -> list[tuple[Candidate, float]]:
    """Return the candidates by that share, equal ones in the order they had."""
    scored = [(candidate, score_sentences(query, candidate.text)) for candidate in candidates]
    return sorted(scored, key=lambda pair: -pair[1])


BY_SENTENCES = Rerank(order_by_sentences, depth=50, seconds=0.5, characters=4_000)


def main() -> None:
    """Search three letters with the order of the engine and with the other one."""
    with Archive.in_memory() as archive:
        home = archive.create_organization("Home")
        for name, content in LETTERS.items():
            home.put(name, name=name, content=content)
        archive.wait_until_searchable()
        page = home.search("who repairs the roof", matching="any", rerank=BY_SENTENCES)
        for hit in page.hits:
            print(f"{hit.rerank_score:.2f} was {hit.engine_rank} {hit.document.name}")
        print(page.reranked.message)


if __name__ == "__main__":
    main()

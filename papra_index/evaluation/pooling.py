"""Documents to be judged: the first of several runs, mixed, so that neither system nor rank is told by the order.

Sparck Jones and van Rijsbergen, "Report on the need for and provision of an 'ideal' information retrieval test
collection", 1975. Each judgement is in the file before the next is asked for, so that one may stop at any time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidEvaluationFile
from papra_index.evaluation.collections import read_judgements
from papra_index.evaluation.runs import ShownHit, read_details, read_run


@dataclass(frozen=True, slots=True)
class PooledDocument:
    """A document that is to be judged for a query; `place` counts from 1 among `count` of all queries."""

    query_id: str
    text: str
    document: ShownHit
    place: int
    count: int


class Pool:
    """The documents of a pool, without those that a file of judgements has."""

    def __init__(self, runs: Sequence[Path], qrels: Path, *, depth: int = 10, seed: int = 1) -> None:
        """Read the runs. Raises InvalidEvaluationFile."""
        self._qrels = qrels
        judged = read_judgements(qrels) if qrels.exists() else {}
        pooled: dict[str, dict[str, ShownHit]] = {}
        texts: dict[str, str] = {}
        for file in runs:
            details = read_details(file)
            for query, scores in read_run(file).items():
                known = {hit.document_id: hit for hit in details[query].hits} if query in details else {}
                if query in details:
                    texts[query] = details[query].text
                for id_ in list(scores)[:depth]:
                    if id_ in known or id_ not in pooled.get(query, {}):
                        pooled.setdefault(query, {})[id_] = known.get(id_, ShownHit(id_, id_, 0.0))
        missing = [
            (query, texts.get(query, query), hit)
            for query, hits in pooled.items()
            for hit in random.Random(f"{seed} {query}").sample([*hits.values()], len(hits))
            if hit.document_id not in judged.get(query, {})
        ]
        self.judged_count = sum(len(hits) for hits in pooled.values()) - len(missing)
        self._documents = [
            PooledDocument(query, text, hit, place, len(missing)) for place, (query, text, hit) in enumerate(missing, 1)
        ]

    def __iter__(self) -> Iterator[PooledDocument]:
        """Go through the documents that were not judged when the runs were read, query by query."""
        return iter(self._documents)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._documents)

    def judge(self, document: PooledDocument, grade: int) -> None:
        """Write a judgement. Raises InvalidEvaluationFile for a file that cannot be written."""
        line = f"{document.query_id} 0 {document.document.document_id} {grade}\n"
        try:
            with self._qrels.open("a", encoding="utf-8") as lines:
                lines.write(line)
        except OSError as error:
            raise InvalidEvaluationFile(f"{self._qrels} cannot be written: {error.strerror}") from error

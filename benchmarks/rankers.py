"""The systems that the relevance benchmark compares: each takes a collection's documents and ranks them for a query.

Peers get title and text as one field and match any word of a query, as ours does with `matching="any"`.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

import tantivy

from benchmarks.xapian_peer import XapianProcess
from papra_index.evaluation.archives import open_collection
from papra_index.evaluation.collections import Collection
from papra_index.evaluation.configurations import Configuration
from papra_index.evaluation.runs import rank_documents
from papra_index.results import Matching

Ranking = list[tuple[str, float]]
"""Document ids with scores, best first."""

Ranker = Callable[[str, int], Ranking]
"""From a query's text and a depth to a ranking of at most so many documents."""

_WORDS = re.compile(r"[^\W_]+")
_BATCH = 1_000


@contextmanager
def open_archive(collection: Collection, matching: Matching, *, feedback: bool = False) -> Iterator[Ranker]:
    """Our own search."""
    configuration = Configuration(matching=matching, feedback=feedback)
    with open_collection(collection) as home:
        yield lambda query, depth: [*rank_documents(home, query, configuration, depth).items()]


@contextmanager
def open_tantivy(collection: Collection) -> Iterator[Ranker]:
    """The bare engine: one field with its English stemmer."""
    ids = [document.id for document in collection.documents]
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("number", fast=True)
    builder.add_text_field("text", tokenizer_name="en_stem", index_option="freq")
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(64_000_000, 1)
    for number, document in enumerate(collection.documents):
        values = {"number": number, "text": f"{document.title}\n{document.text}"}
        writer.add_document(tantivy.Document.from_dict(values, schema))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    simple = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    analyzer = simple.filter(tantivy.Filter.stemmer("english")).build()

    def rank(query: str, depth: int) -> Ranking:
        terms = [tantivy.Query.term_query(schema, "text", stem) for stem in analyzer.analyze(query)]
        if not terms:
            return []
        result = searcher.search(tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms]), depth)
        numbers = searcher.fast_field_values("number", [address for _, address in result.hits])
        found = zip(numbers, result.hits, strict=True)
        return [(ids[int(number)], float(score)) for number, (score, _) in found]  # type: ignore[arg-type]

    yield rank


@contextmanager
def open_fts5(collection: Collection) -> Iterator[Ranker]:
    """SQLite's FTS5 with its Porter stemmer."""
    ids = [document.id for document in collection.documents]
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5(text, tokenize = 'porter unicode61', content = '')")
    rows = ((number, f"{document.title}\n{document.text}") for number, document in enumerate(collection.documents))
    connection.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", rows)

    def rank(query: str, depth: int) -> Ranking:
        match = " OR ".join(f'"{word}"' for word in _WORDS.findall(query.lower()))
        statement = "SELECT rowid, -rank FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?"
        found = connection.execute(statement, (match, depth)) if match else ()
        return [(ids[number], score) for number, score in found]

    yield rank
    connection.close()


@contextmanager
def open_bm25s(collection: Collection) -> Iterator[Ranker]:
    """bm25s with its English stop words and the Snowball stemmer, its defaults otherwise."""
    import bm25s
    import Stemmer

    ids = [document.id for document in collection.documents]
    stemmer = Stemmer.Stemmer("english")
    texts = [f"{document.title}\n{document.text}" for document in collection.documents]
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False), show_progress=False)
    numbers = range(len(texts))

    def rank(query: str, depth: int) -> Ranking:
        words = bm25s.tokenize([query], stopwords="en", stemmer=stemmer, show_progress=False, return_ids=False)
        if not words[0]:
            return []
        found, scores = retriever.retrieve(words, corpus=numbers, k=min(depth, len(texts)), show_progress=False)
        pairs = zip(found[0], scores[0], strict=True)
        return [(ids[int(number)], float(score)) for number, score in pairs if score > 0]

    yield rank


@contextmanager
def open_whoosh(collection: Collection) -> Iterator[Ranker]:
    """Whoosh-reloaded with its stemming analyzer and BM25F."""
    from whoosh.analysis import StemmingAnalyzer
    from whoosh.fields import ID, TEXT, Schema
    from whoosh.filedb.filestore import RamStorage
    from whoosh.query import Or, Term

    ids = [document.id for document in collection.documents]
    analyzer = StemmingAnalyzer()
    index = RamStorage().create_index(Schema(number=ID(stored=True), text=TEXT(analyzer, phrase=False)))
    writer = index.writer(limitmb=128)
    for number, document in enumerate(collection.documents):
        writer.add_document(number=str(number), text=f"{document.title}\n{document.text}")
    writer.commit()
    searcher = index.searcher()

    def rank(query: str, depth: int) -> Ranking:
        words = [token.text for token in analyzer(query, mode="query")]
        if not words:
            return []
        found = searcher.search(Or([Term("text", word) for word in words]), limit=depth)
        return [(ids[int(hit["number"])], float(hit.score)) for hit in found]

    yield rank
    searcher.close()


class XapianRanker:
    """Xapian with its English stemmer and BM25; `cpu_ms` is what its process took for the last query."""

    def __init__(self, process: XapianProcess, ids: Sequence[str]) -> None:
        self.cpu_ms = 0.0
        self._process = process
        self._ids = ids

    def __call__(self, query: str, depth: int) -> Ranking:
        """Rank documents for a query."""
        answer = self._process.ask({"rank": query, "depth": depth})
        self.cpu_ms = answer["cpu_ms"]
        return [(self._ids[number], score) for number, score in answer["ranking"]]


@contextmanager
def open_xapian(collection: Collection) -> Iterator[Ranker]:
    """Xapian in a process of its own. Raises XapianMissing where there is none."""
    scratch = tempfile.TemporaryDirectory(prefix="papra-index-benchmark-")
    with scratch as folder, closing(XapianProcess(Path(folder), "texts")) as process:
        documents = iter(collection.documents)
        ids: list[str] = []
        while batch := list(islice(documents, _BATCH)):
            ids += [document.id for document in batch]
            process.ask({"add": [f"{document.title}\n{document.text}" for document in batch]})
        yield XapianRanker(process, ids)


SYSTEMS: dict[str, Callable[[Collection], AbstractContextManager[Ranker]]] = {
    "papra_index": partial(open_archive, matching="any"),
    "papra_index, feedback": partial(open_archive, matching="any", feedback=True),
    "papra_index, all words": partial(open_archive, matching="all"),
    "tantivy": open_tantivy,
    "FTS5": open_fts5,
    "bm25s": open_bm25s,
    "Whoosh": open_whoosh,
    "Xapian": open_xapian,
}
"""What is compared, ours first."""

REFERENCE = "tantivy"
"""The system that the others are tested against."""

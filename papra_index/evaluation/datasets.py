"""What ir_datasets reads for us: its thousand collections by id, and documents in TREC's format.

MacAvaney et al., "Simplified Data Wrangling with ir_datasets", SIGIR 2021.
"""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidEvaluationFile
from papra_index.evaluation.extras import need_extra

_TITLES = ("title", "headline")
_NOT_TEXT = {"doc_id", "query_id", *_TITLES, "url", "marked_up_doc"}
_QUERY_FIELDS = ("text", "title", "query", "description")


@dataclass(frozen=True, slots=True)
class TrecDocuments:
    """Id, title and text of the documents (`<DOC>`) of a file, or of all files of a folder; .gz and .z are unpacked."""

    path: Path

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        """Read the files from their beginning. Raises InvalidEvaluationFile."""
        with need_extra():
            from ir_datasets.formats import TrecDocs
            from ir_datasets.util import LocalDownload
        # Only within a folder are files unpacked.
        folder, names = (self.path, None) if self.path.is_dir() else (self.path.parent, [glob.escape(self.path.name)])
        documents = TrecDocs(LocalDownload(folder, mkdir=False), parser="sax", encoding="utf8", path_globs=names)
        try:
            for number, document in enumerate(documents.docs_iter(), 1):
                if not document.doc_id.strip():
                    raise InvalidEvaluationFile(f"{self.path}: document {number:,} has no <DOCNO>: give each one")
                yield document.doc_id.strip(), document.title.strip(), document.body.strip()
        except (OSError, EOFError, UnicodeDecodeError) as error:
            raise InvalidEvaluationFile(f"{self.path} cannot be read as TREC documents: {error}") from error


@dataclass(frozen=True, slots=True)
class _DatasetDocuments:
    dataset: Any

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        for document in _load(self.dataset.docs_iter, self.dataset):
            title = next((getattr(document, name) for name in _TITLES if getattr(document, name, None)), "")
            named = {name for name in document._fields if name not in _NOT_TEXT}
            texts = (getattr(document, name) for name in document._fields if name in named)
            body = "\n".join(text for text in texts if isinstance(text, str) and text)
            yield document.doc_id, title, body or document.default_text()


@dataclass(frozen=True, slots=True)
class LoadedDataset:
    """A collection as its loader gives it."""

    name: str
    documents: _DatasetDocuments

    def read_queries(self) -> dict[str, str]:
        """Return the text of each query: the title of topics that have more."""
        found = {}
        dataset = self.documents.dataset
        for query in _load(dataset.queries_iter, dataset):
            names = [name for name in _QUERY_FIELDS if name in query._fields]
            found[query.query_id] = getattr(query, names[0]) if names else query.default_text()
        return found

    def read_judgements(self) -> dict[str, dict[str, int]]:
        """Return the grades; none where the collection has no judgements."""
        judgements: dict[str, dict[str, int]] = {}
        dataset = self.documents.dataset
        if dataset.has_qrels():
            for judged in _load(dataset.qrels_iter, dataset):
                judgements.setdefault(judged.query_id, {})[judged.doc_id] = int(judged.relevance)
        return judgements


def _load(iterate: Callable[[], Iterable[Any]], dataset: Any) -> Iterator[Any]:
    """Yield what a loader gives, which may have to download it first. Raises InvalidEvaluationFile where it cannot."""
    try:
        yield from iterate()
    except (OSError, RuntimeError) as error:
        reason = str(error) or type(error).__name__
        raise InvalidEvaluationFile(
            f"{dataset.dataset_id()} could not be loaded: {reason}. ir_datasets downloads it at first use and keeps it "
            "(in ~/.ir_datasets, or IR_DATASETS_HOME): connect to the internet and run this again, bring that folder "
            "from a machine that is connected, or give a folder in BEIR's layout"
        ) from error


def load_dataset(name: str) -> LoadedDataset:
    """Load a collection by its id. Raises InvalidEvaluationFile for one that there is not, or that has no queries."""
    with need_extra():
        import ir_datasets
    try:
        dataset = ir_datasets.load(name)
    except KeyError as error:
        alike = get_close_matches(name, [*ir_datasets.registry], n=3)
        hint = f"did you mean {', '.join(alike)}?" if alike else "`ir_datasets list` has them all"
        raise InvalidEvaluationFile(
            f"{name} is neither a file or folder here nor an id of ir_datasets: {hint} See https://ir-datasets.com"
        ) from error
    if not dataset.has_docs() or not dataset.has_queries():
        raise InvalidEvaluationFile(f"{name} has no documents or no queries: choose a part of it that has both")
    return LoadedDataset(name, _DatasetDocuments(dataset))

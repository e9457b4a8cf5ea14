"""Judged collections: documents, queries, and which documents answer which query how well, wherever they come from.

Documents are read anew each time they are gone through, so that a collection need not fit into memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidEvaluationFile
from papra_index.evaluation.datasets import TrecDocuments, load_dataset

Judgements = Mapping[str, Mapping[str, int]]
"""Grade of a document (0 and less is not relevant) by query id and document id."""

_TREC_COLUMNS = 4
_TOPIC = re.compile(r"<top>.*?<num>\s*(?:Number:)?\s*([^\s<]+).*?<title>\s*(?:Topic:)?([^<]*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class JudgedDocument:
    """One document of a collection; the title may be empty."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection; `documents` can be gone through again and again."""

    name: str
    documents: Iterable[JudgedDocument]
    queries: Mapping[str, str]
    judgements: Judgements

    @property
    def judged_queries(self) -> dict[str, str]:
        """The queries with a judged document: nothing can be said of the results of others."""
        return {id_: text for id_, text in self.queries.items() if id_ in self.judgements}


@dataclass(frozen=True, slots=True)
class BeirDocuments:
    """The documents of a `corpus.jsonl` (BEIR: `_id`, `title`, `text`)."""

    file: Path

    def __iter__(self) -> Iterator[JudgedDocument]:
        """Read the file from its beginning."""
        for number, row in _read_lines(self.file):
            id_ = str(_pick(row, self.file, number, "_id"))
            title, text = (_read_text(row, self.file, number, name) for name in ("title", "text"))
            yield JudgedDocument(id_, title, text)


@dataclass(frozen=True, slots=True)
class _Documents:
    """Documents of a loader of ir_datasets."""

    loader: Iterable[tuple[str, str, str]]

    def __iter__(self) -> Iterator[JudgedDocument]:
        for fields in self.loader:
            yield JudgedDocument(*fields)


def read_collection(
    source: str | Path, *, queries: Path | None = None, qrels: Path | None = None, split: str = "test"
) -> Collection:
    """Read a folder in BEIR's layout, a file or folder of TREC documents, or else load an id of ir_datasets.

    `queries` and `qrels` are files in place of the collection's own, which TREC documents always need (queries) or may
    have (qrels). `split` chooses `qrels/SPLIT.tsv` of a BEIR folder. Raises InvalidEvaluationFile.
    """
    path = Path(source)
    if (path / "corpus.jsonl").is_file():
        asked = read_queries(queries or path / "queries.jsonl")
        return Collection(
            path.name,
            BeirDocuments(path / "corpus.jsonl"),
            asked,
            read_judgements(qrels or path / "qrels" / f"{split}.tsv"),
        )
    if path.exists():
        if queries is None:
            raise InvalidEvaluationFile(
                f"{source} has no corpus.jsonl, so it is taken for TREC documents: give their queries with --queries"
            )
        judged = {} if qrels is None else read_judgements(qrels)
        return Collection(path.stem, _Documents(TrecDocuments(path)), read_queries(queries), judged)
    dataset = load_dataset(str(source))
    return Collection(
        dataset.name,
        _Documents(dataset.documents),
        dataset.read_queries() if queries is None else read_queries(queries),
        dataset.read_judgements() if qrels is None else read_judgements(qrels),
    )


def find_collections(folders: Iterable[Path]) -> list[Path]:
    """Return those folders that are collections in BEIR's layout, and those right inside the others, by name.

    Raises InvalidEvaluationFile for a folder with none.
    """
    found: list[Path] = []
    for folder in folders:
        inside = [folder] if (folder / "corpus.jsonl").exists() else sorted(folder.glob("*/corpus.jsonl"))
        if not inside:
            raise InvalidEvaluationFile(
                f"there is no corpus.jsonl in {folder} or one level below: give a folder in BEIR's layout"
            )
        found += [path.parent if path.name == "corpus.jsonl" else path for path in inside]
    return found


def read_queries(file: Path) -> dict[str, str]:
    """Read queries by id: JSON lines (`_id`, `text`), TREC topics, or lines of id, tab and text.

    Raises InvalidEvaluationFile.
    """
    queries: dict[str, str] = {}
    for place, id_, text in _iterate_queries(file):
        if queries.setdefault(id_, text) != text:
            raise InvalidEvaluationFile(f"{file}{place}: query {id_} is there with another text already: leave one")
    if not queries:
        raise InvalidEvaluationFile(f"there is no query in {file}: write lines of an id, a tab and a text")
    return queries


def _iterate_queries(file: Path) -> Iterator[tuple[str, str, str]]:
    """Yield where a query stands, its id and its text."""
    if file.suffix in (".jsonl", ".json"):
        for number, row in _read_lines(file):
            id_ = str(_pick(row, file, number, "_id", "query_id", "id"))
            yield f", line {number}", id_, _read_text(row, file, number, "text")
    elif any(line.lstrip().startswith("<top>") for line in islice(_open_lines(file), 200)):
        yield from (("", *topic) for topic in _read_topics(file))
    else:
        for number, line in enumerate(_open_lines(file), 1):
            id_, tab, text = line.rstrip("\n").partition("\t")
            if line.strip() and not (tab and id_.strip()):
                raise InvalidEvaluationFile(f"{file}, line {number}: a query is an id, a tab and its text")
            if tab:
                yield f", line {number}", id_, text


def read_judgements(file: Path) -> dict[str, dict[str, int]]:
    """Read BEIR's qrels (query, document, score by tabs, with a heading) or TREC's (query, 0, document, grade).

    Raises InvalidEvaluationFile, also for a document with two grades for one query.
    """
    judgements: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_open_lines(file), 1):
        cells = line.split()
        if not cells or (number == 1 and cells[-1] == "score"):
            continue
        try:
            query, document, grade = (cells[0], cells[2], cells[3]) if len(cells) == _TREC_COLUMNS else cells
            known = judgements.setdefault(query, {}).setdefault(document, int(grade))
        except ValueError as error:
            raise InvalidEvaluationFile(
                f"{file}, line {number}: a judgement is a query, 0, a document and a grade, with blanks between them"
            ) from error
        if known != int(grade):
            raise InvalidEvaluationFile(
                f"{file}, line {number}: query {query} has document {document} with grade {known} already: leave one"
            )
    return judgements


def write_judgements(file: Path, judgements: Judgements) -> None:
    """Write judgements as TREC's qrels."""
    with file.open("w", encoding="utf-8") as lines:
        for query, grades in judgements.items():
            lines.writelines(f"{query} 0 {document} {grade}\n" for document, grade in grades.items())


def _read_topics(file: Path) -> list[tuple[str, str]]:
    found = [(id_, " ".join(title.split())) for id_, title in _TOPIC.findall("".join(_open_lines(file)))]
    if not found:
        raise InvalidEvaluationFile(f"{file}: a topic needs <num> and <title>")
    return found


def _pick(row: Mapping[str, Any], file: Path, number: int, *names: str) -> object:
    for name in names:
        if name in row:
            return row[name]
    raise InvalidEvaluationFile(f"{file}, line {number} has no {names[0]}: give each line one")


def _read_text(row: Mapping[str, Any], file: Path, number: int, name: str) -> str:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidEvaluationFile(f"{file}, line {number}: {name} is {value!r}: write a text")
    return value or ""


def _open_lines(file: Path) -> Iterator[str]:
    try:
        with file.open(encoding="utf-8") as lines:
            yield from lines
    except FileNotFoundError as error:
        raise InvalidEvaluationFile(
            f"{file} is missing: give the collection's folder, or this file by itself"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidEvaluationFile(f"{file} cannot be read: {error}") from error


def _read_lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(_open_lines(file), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise InvalidEvaluationFile(f"{file}, line {number} is not JSON: {error}") from error
            if not isinstance(row, dict):
                raise InvalidEvaluationFile(f"{file}, line {number} is no JSON object")
            yield number, row

"""Judged collections in the layout of BEIR: documents, queries, and which documents answer which query how well."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

Judgements = dict[str, dict[str, int]]
"""Grade of a document (0 is not relevant) by query id and document id."""


@dataclass(frozen=True, slots=True)
class JudgedDocument:
    """One document of a collection; the title may be empty."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection, with those of its queries that have judgements."""

    name: str
    documents: tuple[JudgedDocument, ...]
    queries: dict[str, str]
    judgements: Judgements


def read_collection(folder: Path, qrels: str = "test") -> Collection:
    """Read `corpus.jsonl`, `queries.jsonl` and `qrels/NAME.tsv` of a folder.

    Queries without a judged document are left out, as nothing can be said of their results. Raises ValueError for a
    folder that holds no collection.
    """
    try:
        judgements = _read_judgements(folder / "qrels" / f"{qrels}.tsv")
        documents = tuple(
            JudgedDocument(str(row["_id"]), row.get("title") or "", row.get("text") or "")
            for row in _read_lines(folder / "corpus.jsonl")
        )
        queries = {str(row["_id"]): row["text"] for row in _read_lines(folder / "queries.jsonl")}
    except FileNotFoundError as error:
        raise ValueError(f"{folder} is no judged collection: {error.filename} is missing") from error
    judged = {id_: text for id_, text in queries.items() if id_ in judgements}
    return Collection(folder.name, documents, judged, {id_: judgements[id_] for id_ in judged})


def find_collections(folders: list[Path]) -> list[Path]:
    """Return those folders that are collections, and the collections right inside the others, by name.

    Raises ValueError for a folder with none.
    """
    found: list[Path] = []
    for folder in folders:
        inside = [folder] if (folder / "corpus.jsonl").exists() else sorted(folder.glob("*/corpus.jsonl"))
        if not inside:
            raise ValueError(f"there is no corpus.jsonl in {folder} or one level below: give a folder in BEIR's layout")
        found += [path.parent if path.name == "corpus.jsonl" else path for path in inside]
    return found


def _read_lines(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _read_judgements(file: Path) -> Judgements:
    judgements: Judgements = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            judgements.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    return judgements

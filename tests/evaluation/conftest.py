"""A small judged collection in BEIR's layout, and runs with ties over 15 queries (`data/`, made by a generator)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data"
DOCUMENTS = [
    ("d1", "Boundary layers", "The boundary layer on a flat plate at high speed."),
    ("d2", "", "Heat transfer in tubes."),
    ("d3", "Heat transfer", "Heat transfer in tubes."),
    ("d4", "Plates", "A plate of glass."),
]
QUERIES = {"q1": "boundary layer", "q2": "heat", "q3": "not judged"}
JUDGED = [("q1", "d1", 2), ("q1", "d4", 0), ("q2", "d2", 1), ("q2", "d3", 1)]


@pytest.fixture(autouse=True)
def _without_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # ir_datasets makes this folder when it is imported.
    monkeypatch.setenv("IR_DATASETS_HOME", str(tmp_path / "ir_datasets"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "small")


def write_collection(folder: Path) -> Path:
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": id_, "title": title, "text": text} for id_, title, text in DOCUMENTS]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "queries.jsonl").write_text(
        "".join(json.dumps({"_id": id_, "text": text}) + "\n" for id_, text in QUERIES.items())
    )
    judged = "".join(f"{query}\t{document}\t{grade}\n" for query, document, grade in JUDGED)
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + judged)
    return folder

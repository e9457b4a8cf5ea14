"""Collections of every layout are read as what they are, again and again, and what is none is told."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from papra_index.errors import InvalidEvaluationFile, InvalidInput
from papra_index.evaluation.collections import (
    find_collections,
    read_collection,
    read_judgements,
    read_queries,
    write_judgements,
)
from tests.evaluation.conftest import DOCUMENTS, JUDGED, QUERIES

TREC = """<DOC>
<DOCNO> FT-1 </DOCNO>
<HEADLINE>Boundary layers</HEADLINE>
<TEXT>
The boundary layer
on a plate.
</TEXT>
</DOC>
<DOC>
<DOCNO>FT-2</DOCNO>
<TEXT>
Heat &amp; tubes.
</TEXT>
</DOC>
"""
TOPICS = """<top>
<num> Number: 301
<title> boundary
 layer
<desc> Description:
What is known of it?
</top>
<top>
<num> Number: 302
<title> heat
</top>
"""


def test_a_beir_folder_is_read_with_its_judged_queries(folder: Path) -> None:
    collection = read_collection(folder)
    assert [(one.id, one.title, one.text) for one in collection.documents] == DOCUMENTS
    assert list(collection.documents) == list(collection.documents)
    assert collection.queries == QUERIES
    assert list(collection.judged_queries) == ["q1", "q2"]
    assert collection.judgements["q1"] == {"d1": 2, "d4": 0}
    assert find_collections([folder]) == find_collections([folder.parent]) == [folder]


def test_trec_documents_and_topics_are_read(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "ft1").write_text(TREC)
    (tmp_path / "topics").write_text(TOPICS)
    (tmp_path / "qrels").write_text("301 0 FT-1 1\n\n301 0 FT-2 0\n")
    collection = read_collection(tmp_path / "docs", queries=tmp_path / "topics", qrels=tmp_path / "qrels")
    for _ in range(2):
        found = {one.id: (one.title, " ".join(one.text.split())) for one in collection.documents}
        assert found == {"FT-1": ("Boundary layers", "The boundary layer on a plate."), "FT-2": ("", "Heat & tubes.")}
    assert collection.queries == {"301": "boundary layer", "302": "heat"}
    assert collection.judgements == {"301": {"FT-1": 1, "FT-2": 0}}
    with pytest.raises(InvalidEvaluationFile, match="--queries"):
        read_collection(tmp_path / "docs")


def test_packed_trec_documents_are_read_and_what_are_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "topics").write_text(TOPICS)
    (tmp_path / "docs").write_text(TREC.replace("<DOCNO>FT-2</DOCNO>", ""))
    (tmp_path / "docs.gz").write_bytes(b"no archive")
    (tmp_path / "whole.gz").write_bytes(gzip.compress(TREC.encode()))
    packed = read_collection(tmp_path / "whole.gz", queries=tmp_path / "topics")
    assert [one.id for one in packed.documents] == ["FT-1", "FT-2"]
    for name, says in (("docs", "document 2 has no <DOCNO>"), ("docs.gz", "cannot be read as TREC documents")):
        with pytest.raises(InvalidEvaluationFile, match=says):
            list(read_collection(tmp_path / name, queries=tmp_path / "topics").documents)


def test_an_id_of_ir_datasets_goes_through_its_loader(tmp_path: Path, registered: str) -> None:
    collection = read_collection(registered)
    assert [(one.id, one.title, one.text) for one in collection.documents] == [("a", "", "boiler"), ("b", "", "roof")]
    assert collection.queries == {"1": "boiler"}
    assert collection.judgements == {"1": {"a": 1}}
    with pytest.raises(InvalidEvaluationFile, match=f"nor an id of ir_datasets: did you mean .*{registered}"):
        read_collection(registered + "x")
    with pytest.raises(InvalidEvaluationFile, match="`ir_datasets list` has them all"):
        read_collection("§§§§")


def test_a_failed_download_tells_what_to_do(tmp_path: Path, registered: str) -> None:
    import ir_datasets
    from ir_datasets.formats import TsvDocs, TsvQueries
    from ir_datasets.util import Download, LocalDownload, RequestsDownload

    away = Download([RequestsDownload("http://127.0.0.1:9/docs", tries=1)], cache_path=str(tmp_path / "away"))
    name = f"{registered}-away"
    ir_datasets.registry.register(
        name, ir_datasets.Dataset(TsvDocs(away), TsvQueries(LocalDownload(tmp_path / "queries")))
    )
    try:
        with pytest.raises(InvalidEvaluationFile, match=r"could not be loaded: .*connect to the internet"):
            list(read_collection(name).documents)
    finally:
        ir_datasets.registry._registered.pop(name)


def test_a_missing_extra_is_told_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ir_datasets", None)
    with pytest.raises(InvalidInput, match=r"ir_datasets is not installed: pip install 'papra-index\[eval\]'"):
        read_collection("beir/scifact/test")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"_id": "d1", "text": "x"}\n{"text": "y"}\n', "line 2 has no _id"),
        ('{"_id": "d1", "text": 5}\n', "line 1: text is 5: write a text"),
        ('{"_id": "d1"\n', "line 1 is not JSON"),
        ("[]\n", "line 1 is no JSON object"),
    ],
)
def test_what_is_no_document_is_told(folder: Path, text: str, says: str) -> None:
    (folder / "corpus.jsonl").write_text(text)
    with pytest.raises(InvalidEvaluationFile, match=says):
        list(read_collection(folder).documents)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("q1 0 d1\nq1 0 d2 1 x\n", "line 1: a judgement is"),
        ("q1 0 d1 1\nq1 0 d1 2\n", "line 2: query q1 has document d1 with grade 1 already"),
        ("q1 0 d1 best\n", "line 1: a judgement is"),
    ],
)
def test_what_is_no_judgement_is_told(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "qrels").write_text(text)
    with pytest.raises(InvalidEvaluationFile, match=says):
        read_judgements(tmp_path / "qrels")


@pytest.fixture
def registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A dataset of files here, registered with ir_datasets as its own are."""
    monkeypatch.setenv("IR_DATASETS_HOME", str(tmp_path / "ir_datasets"))
    import ir_datasets
    from ir_datasets.formats import TrecQrels, TsvDocs, TsvQueries
    from ir_datasets.util import LocalDownload

    for name, text in {"docs": "a\tboiler\nb\troof\n", "queries": "1\tboiler\n", "qrels": "1 0 a 1\n"}.items():
        (tmp_path / name).write_text(text)
    parts = (
        TsvDocs(LocalDownload(tmp_path / "docs")),
        TsvQueries(LocalDownload(tmp_path / "queries")),
        TrecQrels(LocalDownload(tmp_path / "qrels"), {1: "relevant"}),
    )
    name = f"papra-test/{tmp_path.name}"
    ir_datasets.registry.register(name, ir_datasets.Dataset(*parts))
    yield name
    ir_datasets.registry._registered.pop(name)


def test_queries_are_read_in_each_form(tmp_path: Path) -> None:
    (tmp_path / "q.tsv").write_text("1\tboiler\n2\tthe roof\twith a tab\n\n")
    (tmp_path / "q.jsonl").write_text('{"_id": 1, "text": "boiler"}\n\n{"query_id": "2", "text": "roof"}\n')
    assert read_queries(tmp_path / "q.tsv") == {"1": "boiler", "2": "the roof\twith a tab"}
    assert read_queries(tmp_path / "q.jsonl") == {"1": "boiler", "2": "roof"}


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("q.tsv", "no tab\n", "line 1: a query is"),
        ("q.tsv", "", "no query"),
        ("q.jsonl", "{\n", "line 1 is not JSON"),
        ("q.jsonl", "[]\n", "no JSON object"),
        ("q.jsonl", '{"text": "x"}\n', "no _id"),
        ("topics", "<top>\n<num> 1\n</top>\n", "a topic needs"),
    ],
)
def test_what_is_no_file_of_queries_is_told(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidEvaluationFile, match=says):
        read_queries(tmp_path / name)


def test_judgements_are_written_and_read_back(tmp_path: Path, folder: Path) -> None:
    judgements = read_judgements(folder / "qrels" / "test.tsv")
    assert judgements == {"q1": {"d1": 2, "d4": 0}, "q2": {"d2": 1, "d3": 1}}
    write_judgements(tmp_path / "qrels.txt", judgements)
    assert read_judgements(tmp_path / "qrels.txt") == judgements
    assert len(JUDGED) == len((tmp_path / "qrels.txt").read_text().splitlines())
    (tmp_path / "bad").write_text("q1 0 d1 much\n")
    with pytest.raises(InvalidEvaluationFile, match="line 1: a judgement is"):
        read_judgements(tmp_path / "bad")


def test_a_folder_without_a_collection_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidEvaluationFile, match=r"no corpus\.jsonl"):
        find_collections([tmp_path])
    (tmp_path / "corpus.jsonl").write_text("")
    with pytest.raises(InvalidEvaluationFile, match="is missing"):
        read_collection(tmp_path)

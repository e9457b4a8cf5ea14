"""The benchmark of extraction reads files with ours and with peers, scores them, and says what it could not run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.extraction import main, measure_extraction, parse_arguments
from benchmarks.layers import FLATTENED
from benchmarks.measure import count_tree_cpu
from benchmarks.processes import EngineProcess
from benchmarks.readers import OURS
from benchmarks.words import find_agreed, read_manifest, score_words, split_words
from tests.extraction.hostile import build_hanging_pdf

FIXTURES = Path(__file__).parents[2] / "fixtures"
NAMES = (
    "boiler-contract.pdf",
    "choir-letter.odt",
    "coffee-handbook.pdf",
    "handbook-cut-short.pdf",
    "salary-locked.pdf",
)

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are measured in /proc")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for name in NAMES:
        shutil.copy(FIXTURES / "documents" / name, folder)
    return folder


def test_files_are_scored_against_the_manifest(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output = folder.parent / "result.json"
    peers = ["--peers", f"{FLATTENED},markitdown", "--python", "markitdown=/bin/false"]
    manifest = ["--manifest", str(FIXTURES / "documents.toml"), "--output", str(output)]
    monkeypatch.setattr(sys, "argv", ["extraction", str(folder), *manifest, *peers])
    main()
    printed = capsys.readouterr()
    assert "SKIPPED markitdown" in printed.err
    assert "pip install 'markitdown[all]'" in printed.err
    assert "| papra-index " in printed.out
    result = json.loads(output.read_text())
    assert result["outcomes"] == {"done": 3, "failed: extraction.damaged": 1, "encrypted: extraction.encrypted": 1}
    assert set(result["engines"]) == {OURS, FLATTENED}
    assert all(engine["peak_rss_bytes"] > 10_000_000 for engine in result["engines"].values())
    for kind, scored in (("pdf", 2), ("other", 1)):
        ours = result["kinds"][kind][OURS]
        assert (ours["scored"], ours["recall"], ours["precision"]) == (scored, 1.0, 1.0)
        assert ours["pages_per_cpu_second"] > 0
    assert FLATTENED not in result["kinds"]["other"]
    assert len(result["each"]) == len(NAMES)


def test_text_layers_are_timed_beside_bare_pdfium(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = parse_arguments([str(folder), "--layers", "--peers", FLATTENED, "--rounds", "2"])
    layers = measure_extraction(arguments)["layers"]
    assert (layers["files"], layers["pages"]) == (2, 7)
    assert {name: len(seconds) for name, seconds in layers["cpu_seconds"].items()} == {OURS: 2, FLATTENED: 2}
    assert layers["share"] > 0


def test_an_engine_that_hangs_is_ended_and_started_again(tmp_path: Path) -> None:
    (tmp_path / "hanging.pdf").write_bytes(build_hanging_pdf())
    engine = EngineProcess("pypdfium2", sys.executable, {})
    before = engine._process.pid
    reading = engine.read(tmp_path / "hanging.pdf", 0.5)
    assert (reading.failure, reading.texts) == ("timeout", [])
    assert engine._process.pid != before
    assert len(engine.read(FIXTURES / "documents" / "coffee-handbook.pdf", 60.0).texts) > 1
    engine.close()


def test_processor_time_of_children_is_counted() -> None:
    spin = "import time\nwhile time.process_time() < 0.3: pass\nprint(1, flush=True)\ninput()"
    child = subprocess.Popen([sys.executable, "-c", spin], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    assert 0.3 <= count_tree_cpu(child.pid) < 3
    child.communicate(b"\n")
    assert count_tree_cpu(child.pid) == 0


def test_words_are_folded_and_cut_lines_joined() -> None:
    words = split_words(["Straße, ＡＢ 1.234 exam-\nple", "契約書 well\ufffe\r\nknown"])
    assert words == {"strasse", "ab", "1", "234", "example", "契", "約", "書", "wellknown"}


def test_engines_of_one_voice_count_once() -> None:
    words = {"a": frozenset("xy"), "b": frozenset("xz"), "c": frozenset("xz")}
    assert find_agreed(words, {"a": "1", "b": "2", "c": "2"}, 2) == {"x"}
    assert find_agreed(words, {"a": "1", "b": "2", "c": "3"}, 2) == {"x", "z"}
    score = score_words(frozenset("xyz"), frozenset("xw"))
    assert (score.recall, score.precision) == (0.5, 1 / 3)
    assert score_words(frozenset(), frozenset("x")).precision is None


def test_manifests_name_expected_texts(tmp_path: Path) -> None:
    (tmp_path / "truth.txt").write_text("known words")
    entries = [{"file": "a.pdf", "expected": "truth.txt"}, {"file": "b.pdf"}]
    (tmp_path / "manifest.json").write_text(json.dumps({"documents": entries}))
    known = read_manifest(tmp_path / "manifest.json", Path("folder"))
    assert known == {Path("folder/a.pdf"): {"known", "words"}}

"""Plots are drawn from results, the same each time, and stand by themselves."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks.plots import main, read_results, render_plot

ENVIRONMENT = {"date": "2026-11-26T02:46:38+00:00", "commit": "86333ac0780d", "cores": 2, "cpu": "AMD EPYC"}
TIMES = {"cpu_ms_p50": 1.5, "cpu_ms_p99": 4.0}
READ = {"files": 3, "pages_per_cpu_second": 200.0, "recall": 0.99}
RESULTS: dict[str, dict[str, Any]] = {
    "ingest": {"count": 100, "summary": {"files_per_second": {"bare tantivy": 900.0, "papra-index add": 300.0}}},
    "search": {
        "populations": {
            "documents": {
                "documents": 100,
                "kinds": {
                    "two words": {"times": {"search": TIMES, "bare": TIMES, "fts5": TIMES}},
                    "typo": {"times": {"search": TIMES}},
                },
            }
        }
    },
    "throughput": {
        "runs": [
            {"engine": engine, "loop": loop, "processes": 4, "threads": 2, "rate": rate, "per_second": 90.0}
            | {"ms_p50": 1.5, "ms_p99": 9.0}
            for engine in ("papra-index", "bare tantivy", "fts5")
            for loop, rate in (("closed", None), ("open", 100.0))
        ]
    },
    "relevance": {
        "collections": {
            "med": {"systems": {name: {"means": {"nDCG@10": 0.7}} for name in ("papra_index", "tantivy", "Xapian")}}
        }
    },
    "extraction": {"kinds": {"pdf": {"papra-index": READ, "pypdf": READ, "kreuzberg": READ | {"recall": None}}}},
    "ocr": {
        "summary": {"kinds": {"skew 5": {name: {"recall": 0.5} for name in ("bare tesseract", "papra-index")}}},
    },
}
SHOWN = {
    "ingest": {"papra-index add", "bare tantivy", " 300"},
    "search": {"100 documents", "two words", "typo", "FTS5 by hand"},
    "throughput": {"4 x 2", "100 to 4 x 2", "fts5"},
    "relevance": {"med", "mean", "Xapian"},
    "extraction": {"papra-index", "pypdf", " 0.990"},
    "ocr": {"skew 5", "bare Tesseract"},
}


def test_every_plot_is_drawn_from_its_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, result in RESULTS.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(result | {"benchmark": name, "environment": ENVIRONMENT}))
    (tmp_path / "summary.json").write_text("[]")
    main([str(tmp_path), "--output", str(tmp_path / "plots")])
    assert not capsys.readouterr().err
    for name, words in SHOWN.items():
        svg = (tmp_path / "plots" / f"{name}.svg").read_text()
        shown = set(ElementTree.fromstring(svg).itertext())
        assert words <= shown, name
        assert "2026-11-26, 2 cores of AMD EPYC, 86333ac0780d" in shown
        assert "prefers-color-scheme:dark" in svg
        assert "kreuzberg" not in svg
        assert not re.search(r'href="(?!#)|url\((?!#)|<script', svg)  # nothing is fetched or run
        assert svg == render_plot(name, read_results([tmp_path])[name])


def test_populations_of_several_results_are_drawn_together(tmp_path: Path) -> None:
    first = RESULTS["search"] | {"benchmark": "search", "environment": ENVIRONMENT}
    short = {"short": first["populations"]["documents"] | {"documents": 7_000}}
    (tmp_path / "a.json").write_text(json.dumps(first))
    (tmp_path / "b.json").write_text(json.dumps(first | {"populations": short}))
    svg = render_plot("search", read_results([tmp_path / "a.json", tmp_path / "b.json"])["search"])
    assert "100 documents" in svg
    assert "7,000 documents" in svg


def test_what_is_missing_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(tmp_path), "--output", str(tmp_path / "plots")])
    assert "no result of ingest, search" in capsys.readouterr().err

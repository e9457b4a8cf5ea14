"""7z archives: members in turn with the bounds of other archives, whatever their methods, names and sizes say."""

from __future__ import annotations

import io
import random
import sys
from pathlib import Path
from typing import Any

import py7zr
import pytest

from papra_index.documents import ExtractionStatus
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits
from papra_index.extraction.reading import extract_content
from tests.extraction.test_archives import MEGABYTE, MEMBERS, list_texts, make_zip

METHODS: dict[str, list[dict[str, Any]]] = {
    "lzma2": [{"id": py7zr.FILTER_LZMA2, "preset": 6}],
    "lzma": [{"id": py7zr.FILTER_LZMA}],
    "x86": [{"id": py7zr.FILTER_X86}, {"id": py7zr.FILTER_LZMA2, "preset": 6}],
    "delta": [{"id": py7zr.FILTER_DELTA, "dist": 4}, {"id": py7zr.FILTER_LZMA2, "preset": 6}],
    "bzip2": [{"id": py7zr.FILTER_BZIP2}],
    "deflate": [{"id": py7zr.FILTER_DEFLATE}],
    "ppmd": [{"id": py7zr.FILTER_PPMD, "order": 6, "mem": 24}],
    "zstandard": [{"id": py7zr.FILTER_ZSTD, "level": 3}],
    "stored": [{"id": py7zr.FILTER_COPY}],
}


def make_7z(members: list[tuple[str, bytes]], method: str = "lzma2", **names: str) -> bytes:
    """An archive of members, of which some go by names that py7zr itself would not write."""
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", filters=METHODS[method]) as archive:
        for name, content in members:
            archive.writestr(content, name)
        for properties in archive.header.files_info.files:
            properties["filename"] = names.get(properties["filename"], properties["filename"])
    return buffer.getvalue()


def read(folder: Path, data: bytes, limits: ExtractionLimits | None = None) -> ExtractedContent:
    (folder / "a.7z").write_bytes(data)
    return extract_content(ExtractionJob(1, folder / "a.7z", "a.7z"), limits)


@pytest.mark.parametrize("method", METHODS)
def test_members_follow_one_another(tmp_path: Path, method: str) -> None:
    outcome = read(tmp_path, make_7z(list(MEMBERS.items()), method))
    assert (outcome.status, outcome.message) == (ExtractionStatus.DONE, None)
    assert sorted(list_texts(outcome)) == ["a.txt\n\nalpha", "deep/b.md\n\n# beta", "empty.txt"]
    assert [page.number for page in outcome.pages] == [1, 2, 3]


def test_names_that_lead_outside_and_occur_twice_are_names_only(tmp_path: Path) -> None:
    members = [("one", b"first"), ("two", b"second"), ("three", b"third")]
    data = make_7z(members, one="../../outside.txt", two="a.txt", three="a.txt")
    outcome = read(tmp_path, data)
    assert list_texts(outcome) == ["../../outside.txt\n\nfirst", "a.txt\n\nsecond", "a.txt\n\nthird"]
    assert not (tmp_path.parent.parent / "outside.txt").exists()


@pytest.mark.parametrize("method", ["lzma2", "deflate", "bzip2"])
def test_bombs_are_refused_by_what_comes_out(tmp_path: Path, method: str) -> None:
    data = make_7z([("first.txt", b"before it"), ("zeros.txt", bytes(20 * MEGABYTE))], method)
    assert len(data) < 100_000
    outcome = read(tmp_path, data, ExtractionLimits(max_unpacked_bytes=10 * MEGABYTE))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.too_large")
    assert list_texts(outcome) == ["first.txt\n\nbefore it"]


def test_limits_hold_across_members_and_archives_within(tmp_path: Path) -> None:
    members = [(f"{number}.txt", b"words " * 1000) for number in range(30)]
    few = read(tmp_path, make_7z(members), ExtractionLimits(max_members=3))
    assert (len(few.pages), few.reason) == (3, "extraction.too_large")
    nested = make_zip({f"{number}.7z": make_7z(members) for number in range(5)})
    (tmp_path / "a.zip").write_bytes(nested)
    limits = ExtractionLimits(max_unpacked_bytes=200_000)
    outcome = extract_content(ExtractionJob(1, tmp_path / "a.zip", "a.zip"), limits)
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.too_large")
    assert sum(map(len, list_texts(outcome))) < 200_000


def test_members_before_the_damage_are_kept(tmp_path: Path) -> None:
    data = bytearray(make_7z([("a.txt", b"alpha"), ("b.txt", b"beta")], "stored"))
    data[data.index(b"beta")] ^= 4
    outcome = read(tmp_path, bytes(data))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.damaged")
    assert list_texts(outcome) == ["a.txt\n\nalpha"]


def test_damage_ends_as_text_or_a_reason(tmp_path: Path) -> None:
    chance = random.Random(7)
    data = make_7z([(f"{number}.txt", chance.randbytes(300).hex().encode()) for number in range(5)])
    for _ in range(60):
        broken = bytearray(data[: chance.randrange(8, len(data))] if chance.random() < 0.4 else data)
        for _ in range(chance.randrange(1, 5)):
            broken[chance.randrange(6, len(broken))] ^= 1 << chance.randrange(8)
        outcome = read(tmp_path, bytes(broken))
        assert not str(outcome.message).startswith("unexpected"), outcome.message


def test_without_the_extra_the_reason_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_7z([("a.txt", b"alpha")])
    monkeypatch.setitem(sys.modules, "py7zr", None)
    outcome = read(tmp_path, data)
    assert (outcome.status, outcome.reason) == (ExtractionStatus.UNSUPPORTED, "extraction.unsupported")
    assert "pip install 'papra-index[7z]'" in str(outcome.message)

"""Plain text: form feeds end pages, line ends are newlines, and nothing gets out that a catalog cannot hold."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from papra_index.documents import ExtractionStatus, PageSource
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits
from papra_index.extraction.reading import clean_text, extract_content


def read(folder: Path, data: bytes, limits: ExtractionLimits | None = None, name: str = "a.txt") -> ExtractedContent:
    (folder / name).write_bytes(data)
    return extract_content(ExtractionJob(7, folder / name, name), limits)


def test_form_feeds_end_pages(tmp_path: Path) -> None:
    outcome = read(tmp_path, b"one\n\ftwo\r\nlines\f\ffour\f")
    assert [page.text for page in outcome.pages] == ["one\n", "two\nlines", "", "four"]
    assert [page.number for page in outcome.pages] == [1, 2, 3, 4]
    assert outcome.pages[0].provenance.source is PageSource.TEXT
    assert outcome.pages[0].provenance.engine == "utf-8"


def test_escapes_of_json_are_resolved(tmp_path: Path) -> None:
    value = {"name": 'Müller\nHarbour 0042\t"Quay" a/b \\u00fc', "boat": "\U0001f6a4", "bell": "\x07\f"}
    for name in ("a.json", "a.jsonl"):
        (tmp_path / name).write_text(json.dumps(value), encoding="ascii")
        [page] = extract_content(ExtractionJob(1, tmp_path / name, name)).pages
        assert page.text == (
            '{"name": "Müller\nHarbour 0042\t"Quay" a/b \\u00fc", "boat": "\U0001f6a4", "bell": " \n"}'
        )


def test_empty_file_is_done_without_pages(tmp_path: Path) -> None:
    outcome = read(tmp_path, b"")
    assert (outcome.job_id, outcome.status, outcome.pages) == (7, ExtractionStatus.DONE, ())


def test_text_beyond_the_limits_is_left_out_and_said(tmp_path: Path) -> None:
    large = read(tmp_path, b"abcdefgh\n" * 1000, ExtractionLimits(max_text_bytes=900))
    assert large.pages[0].text == "abcdefgh\n" * 100
    assert (large.status, large.reason) == (ExtractionStatus.PARTIAL, "extraction.too_large")
    many = read(tmp_path, b"page\f" * 10, ExtractionLimits(max_pages=3))
    assert (len(many.pages), many.reason) == (3, "extraction.too_large")


def test_missing_and_unreadable_files_fail(tmp_path: Path) -> None:
    gone = extract_content(ExtractionJob(1, tmp_path / "gone.txt", "gone.txt"))
    assert (gone.status, gone.reason) == (ExtractionStatus.FAILED, "extraction.failed")
    folder = extract_content(ExtractionJob(1, tmp_path, "folder.txt"))
    assert folder.status is ExtractionStatus.FAILED


@given(st.text(st.characters()))
def test_cleaned_text_can_be_kept(text: str) -> None:
    cleaned = clean_text(text)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert not {"\0", "\f"} & set(cleaned)
    assert clean_text(cleaned) is cleaned


def test_nuls_do_not_get_out(tmp_path: Path) -> None:
    outcome = read(tmp_path, b"x" * 5000 + b"\0" + b"y" * 10)
    assert outcome.pages[0].text == "x" * 5000 + " " + "y" * 10


@given(data=st.binary(min_size=1, max_size=2000))
def test_any_bytes_give_an_outcome(tmp_path_factory: object, data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    outcome = read(folder, data, name="any.txt")
    assert bool(outcome.reason) == (outcome.status is not ExtractionStatus.DONE)
    for page in outcome.pages:
        assert page.text.encode("utf-8").decode("utf-8") == page.text

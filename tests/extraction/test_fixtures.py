"""Every fixture is read as it should be: text layers and encodings to the word, scans by recall, failures by reason."""

from __future__ import annotations

import json
import shutil
import tomllib

import pytest

from papra_index.documents import ExtractionStatus, PageSource
from papra_index.extraction.content import ExtractedContent, ExtractionJob
from papra_index.extraction.workers import WorkerPool
from tests.extraction.conftest import FIXTURES

NAMES = sorted(path.name for path in (FIXTURES / "documents").iterdir())
READABLE = [name for name in NAMES if (FIXTURES / "expected" / f"{name}.txt").exists()]
UNREADABLE = [name for name in NAMES if (FIXTURES / "expected" / f"{name}.json").exists()]
LEAST_RECALL = 0.95
OCR_NAMES = {
    "allotment-minutes.pdf", "allotment-notice.pbm", "carpenter-invoice.pdf", "dog-licence.avif",
    "ferry-timetable.heic", "library-card.webp", "parking-ticket.bmp", "raffle-ticket.gif", "receipt.png",
    "rowing-club-scan.jpg", "sideways-scan.png", "storm-fax.tiff", "swimming-certificate.jpg",
}  # fmt: skip
PROGRAMS = {
    "reference-1998.doc": ("soffice", "libreoffice", "antiword", "catdoc"),
    "boat-storage.ppt": ("soffice", "libreoffice"),
}


@pytest.fixture(scope="module")
def outcomes(pool: WorkerPool) -> dict[str, ExtractedContent]:
    jobs = [ExtractionJob(index, FIXTURES / "documents" / name, name) for index, name in enumerate(NAMES)]
    return {NAMES[outcome.job_id]: outcome for outcome in pool.extract(jobs)}


def test_every_fixture_has_an_expectation_and_a_place_in_the_manifest() -> None:
    assert sorted(READABLE + UNREADABLE) == NAMES
    manifest = tomllib.loads((FIXTURES / "documents.toml").read_text("utf-8"))["documents"]
    assert [entry["file"] for entry in manifest] == NAMES


@pytest.mark.parametrize("name", READABLE)
def test_pages_are_as_expected(name: str, outcomes: dict[str, ExtractedContent]) -> None:
    outcome = outcomes[name]
    if name in PROGRAMS and not any(map(shutil.which, PROGRAMS[name])):
        pytest.skip(f"none of {', '.join(PROGRAMS[name])} is installed")
    assert (outcome.status, outcome.reason) == (ExtractionStatus.DONE, None)
    expected = (FIXTURES / "expected" / f"{name}.txt").read_text("utf-8").split("\f")
    assert [page.number for page in outcome.pages] == list(range(1, len(expected) + 1))
    for page, text in zip(outcome.pages, expected, strict=True):
        assert page.provenance.engine
        recognized = page.provenance.source in {PageSource.OCR, PageSource.MIXED}
        assert recognized == (name in OCR_NAMES)
        if recognized:
            assert page.provenance.confidence is not None
            assert page.provenance.confidence > 80
            assert measure_recall(page.text, text) >= LEAST_RECALL
        else:
            assert page.text.split() == text.split()


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_says_why(name: str, outcomes: dict[str, ExtractedContent]) -> None:
    expected = json.loads((FIXTURES / "expected" / f"{name}.json").read_text("utf-8"))
    outcome = outcomes[name]
    assert (outcome.status.value, outcome.reason) == (expected["status"], expected["reason"])
    assert outcome.pages == ()
    assert bool(outcome.message) == (expected["reason"] is not None)


def test_the_word_that_only_a_scan_holds_is_found(outcomes: dict[str, ExtractedContent]) -> None:
    holding = [name for name in NAMES if any("Zephyrine" in page.text for page in outcomes[name].pages)]
    assert holding == ["rowing-club-scan.jpg"]


def measure_recall(text: str, expected: str) -> float:
    words, found = expected.casefold().split(), set(text.casefold().split())
    return sum(word in found for word in words) / len(words)

"""The hostile set through the pool: files end as text or a reason within their limits, the parent as it began."""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from papra_index.documents import ExtractionStatus
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits
from papra_index.extraction.workers import WorkerPool
from tests.extraction.hostile_markup import SECRET
from tests.extraction.hostile_set import FIXTURES, QUICK, SLOW, Build, build_damaged_fixtures, build_xml_attacks

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory and files are seen in /proc")

Outcomes = dict[str, ExtractedContent]
C_LIBRARY = ctypes.CDLL(None)

LIMITS = ExtractionLimits(seconds=8, seconds_per_ocr_page=10)
REASONS = {
    "extraction.damaged", "extraction.encrypted", "extraction.too_large", "extraction.timed_out",
    "extraction.unsupported", "extraction.worker_died",
}  # fmt: skip
# What the pool imports at its first use, and the outcomes that are kept.
RSS_TOLERANCE = 6 << 20
SECONDS_TOLERANCE = 2.0

# OCR of what is left of a scan takes seconds.
SCANS = {
    "allotment-minutes.pdf", "carpenter-invoice.pdf", "receipt.png", "rowing-club-scan.jpg", "sideways-scan.png",
    "storm-fax.tiff", "swimming-certificate.jpg",
}  # fmt: skip
OTHERS = sorted(path.name for path in FIXTURES.iterdir() if path.name not in SCANS)


def measure_memory() -> int:
    """Memory in use, without what the allocator keeps for the next time."""
    gc.collect()
    if hasattr(C_LIBRARY, "malloc_trim"):
        C_LIBRARY.malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def list_descriptors() -> set[tuple[str, str]]:
    """Number and target of what this process has open."""
    found = set()
    for number in os.listdir("/proc/self/fd"):  # noqa: PTH208 - its own is closed by then
        with suppress(OSError):
            found.add((number, os.readlink(f"/proc/self/fd/{number}")))  # noqa: PTH115
    return found


def list_processes_in(folder: Path) -> list[str]:
    """Processes whose environment or arguments name a folder, whoever their parent is now."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in told:
            found.append(process.name)
    return found


@contextmanager
def unchanged_process(folder: Path) -> Iterator[None]:
    """Fail when the block leaves something behind: in memory, open, running, or in the folder of temporary files."""
    folder.mkdir()
    # In this order: what other tests left to the collector is closed by it.
    memory, descriptors = measure_memory(), list_descriptors()
    yield
    assert measure_memory() - memory < RSS_TOLERANCE
    assert not list_descriptors() - descriptors
    assert list_processes_in(folder) == []
    assert list(folder.iterdir()) == []


def read_set(folder: Path, files: Iterable[tuple[str, bytes]], monkeypatch: pytest.MonkeyPatch) -> Outcomes:
    """Read files through a pool of their own; return outcomes by name, pages with the beginning of their text."""
    jobs = []
    for name, data in files:
        (folder / name).write_bytes(data)
        jobs.append(ExtractionJob(len(jobs), folder / name, name))
    outcomes: Outcomes = {}
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "temporary"))
    with unchanged_process(folder / "temporary"), WorkerPool(2, LIMITS) as pool:
        for outcome in pool.extract(jobs):
            job = jobs[outcome.job_id]
            assert job.name not in outcomes
            check_outcome(job.name, outcome)
            pages = tuple(replace(page, text=page.text[:100]) for page in outcome.pages)
            outcomes[job.name] = replace(outcome, pages=pages)
    assert sorted(outcomes) == sorted(job.name for job in jobs)
    return outcomes


def check_outcome(name: str, outcome: ExtractedContent) -> None:
    """An outcome has text or a reason that is known, keeps to the limits and tells nothing of this machine."""
    told = f"{name}: {outcome.reason}: {outcome.message}"
    if outcome.status is ExtractionStatus.DONE:
        assert outcome.reason is None, told
    else:
        assert outcome.reason in REASONS, told
        assert outcome.message, told
    assert "unexpected" not in str(outcome.message), told
    assert sum(len(page.text) for page in outcome.pages) <= LIMITS.max_text_bytes + 1_000_000, told
    assert len(outcome.pages) <= LIMITS.max_pages, told
    most = LIMITS.seconds + LIMITS.seconds_per_ocr_page * max(1, len(outcome.pages)) + SECONDS_TOLERANCE
    assert outcome.seconds < most, told
    assert not any(SECRET in page.text for page in outcome.pages), told


def build_all(builders: Mapping[str, Build]) -> Iterator[tuple[str, bytes]]:
    for name, build in builders.items():
        yield name, build()


def list_lost(outcomes: Outcomes) -> list[str]:
    """Files that cost a worker."""
    lost = {"extraction.timed_out", "extraction.worker_died"}
    return [name for name, outcome in outcomes.items() if outcome.reason in lost]


@pytest.mark.slow
def test_quick_ones_end_as_text_or_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = read_set(tmp_path, build_all(QUICK), monkeypatch)
    assert list_lost(outcomes) == []
    for name in ("bomb.zip", "bomb.txt.gz", "nested.zip", "nested.gz", "large.png", "endless.png", "parts.eml"):
        assert outcomes[name].reason == "extraction.too_large", name
    for name in ("glyph.pdf", "sparse.xlsx", "nested.html", "attributes.html", "braces.rtf", "subject.eml"):
        assert outcomes[name].status is ExtractionStatus.DONE, name
    assert len(outcomes["many-pages.pdf"].pages) == LIMITS.max_pages


def test_entities_neither_grow_nor_fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    outcomes = read_set(tmp_path, build_xml_attacks(secret), monkeypatch)
    assert list_lost(outcomes) == []
    for name, outcome in outcomes.items():
        # What stands beside the reference is read all the same.
        if name.startswith("fetch") and not name.endswith("xlsx"):
            assert "end" in outcome.pages[0].text, name


@pytest.mark.slow
def test_damaged_fixtures_end_as_text_or_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list_lost(read_set(tmp_path, build_damaged_fixtures(1, OTHERS), monkeypatch)) == []


@pytest.mark.slow
def test_slow_ones_end_as_text_or_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = read_set(tmp_path, build_all(SLOW), monkeypatch)
    late = outcomes["self-drawing-late.pdf"]
    assert (late.status, len(late.pages)) == (ExtractionStatus.PARTIAL, 30)
    for name in ("fanned.zip", "many-members.zip", "bomb.txt.xz", "bomb.docx", "messages.mbox", "many-frames.tiff"):
        assert outcomes[name].reason == "extraction.too_large", name
    assert outcomes["more-nested.html"].pages[0].text == "the end"
    # The largest of all children until now, in kilobytes: no worker had more memory than it may have.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 <= LIMITS.memory_bytes


@pytest.mark.slow
def test_all_fixtures_damaged_in_many_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = sorted(path.name for path in FIXTURES.iterdir())
    assert list_lost(read_set(tmp_path, build_damaged_fixtures(5, names), monkeypatch)) == []

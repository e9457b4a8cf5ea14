"""Text first and OCR after: what is searchable when, where an ended reading goes on, and who gives way to whom."""

from __future__ import annotations

import os
import signal
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from papra_index import Archive, ExtractionSettings, Organization, Settings
from papra_index.catalog.extractions import ExtractionOutcome, store_extractions
from papra_index.catalog.recognitions import RecognitionOutcome, store_recognitions
from papra_index.documents import ExtractionStatus, PageSource
from papra_index.extraction.content import ExtractedContent, ExtractionJob, OcrTime
from papra_index.extraction.workers import WorkerPool
from papra_index.walks.reading.backlog import Backlog

DOCUMENTS = Path(__file__).parents[3] / "fixtures" / "documents"
WITHOUT_READING = Settings(extraction=ExtractionSettings(background=False))


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(1) as pool:
        yield pool


@pytest.fixture
def archive() -> Iterator[Archive]:
    with Archive.in_memory(settings=WITHOUT_READING) as archive:
        yield archive


def make_backlog(archive: Archive) -> Backlog:
    return Backlog(archive._catalog, archive._originals, archive.settings.extraction, None)


def store(archive: Archive, backlog: Backlog, content: ExtractedContent) -> None:
    task, outcome = backlog.settle(content)
    if isinstance(outcome, ExtractionOutcome):
        archive._catalog.write(store_extractions, [outcome])
    else:
        archive._catalog.write(store_recognitions, [outcome])
    backlog.release(task)


def read_texts(archive: Archive, pool: WorkerPool) -> None:
    backlog = make_backlog(archive)
    for content in pool.extract(backlog.list_unread_jobs()):
        store(archive, backlog, content)


def make_scan(folder: Path, pages: int) -> Path:
    frames = []
    for number in range(1, pages + 1):
        image = Image.new("L", (700, 220), 255)
        text = f"Ledger of the orchard\nsheet number {1000 + number} of many"
        ImageDraw.Draw(image).text((40, 50), text, fill=0, font=ImageFont.load_default(40))
        frames.append(image)
    path = folder / "ledger.tiff"
    frames[0].save(path, save_all=True, append_images=frames[1:], compression="tiff_deflate", dpi=(200, 200))
    return path


def find_names(home: Organization, query: str) -> list[str]:
    return [hit.document.name for hit in home.search(query).hits]


def test_a_text_layer_is_searchable_before_its_scans_are_read(archive: Archive, pool: WorkerPool) -> None:
    home = archive.create_organization("Home")
    minutes = home.add(DOCUMENTS / "allotment-minutes.pdf")
    scan = home.add(DOCUMENTS / "receipt.png")
    read_texts(archive, pool)
    archive.wait_until_searchable(extraction=False)
    assert find_names(home, "archive") == ["allotment-minutes.pdf"]
    state = home.get(minutes.id).extraction
    assert (state.status, state.pages_awaiting_ocr) == (ExtractionStatus.PENDING, 1)
    assert [page.awaits_ocr for page in home.pages(scan.id)] == [True]
    assert archive.pending_extractions() == 2

    backlog = make_backlog(archive)
    for content in pool.extract([], backlog.list_ocr_jobs()):
        store(archive, backlog, content)
    archive.wait_until_searchable(timeout=10)
    assert find_names(home, "archive") == ["allotment-minutes.pdf"]
    assert find_names(home, "potatoes") == ["receipt.png"]
    for document_id in (minutes.id, scan.id):
        read = home.get(document_id)
        assert (read.extraction.status, read.extraction.pages_awaiting_ocr) == (ExtractionStatus.DONE, 0)
        assert read.extraction.confidence is not None
        assert read.extraction.confidence > 80
        assert read.language == "en"
    sources = {page.provenance.source for page in home.pages(minutes.id)}
    assert sources == {PageSource.MIXED}
    assert [entry.event for entry in home.activity(scan.id)] == ["updated", "created"]


def test_a_long_scan_goes_on_where_it_was_ended(archive: Archive, pool: WorkerPool, tmp_path: Path) -> None:
    home = archive.create_organization("Home")
    ledger = home.add(make_scan(tmp_path, 11))
    read_texts(archive, pool)
    backlog = make_backlog(archive)
    for content in pool.extract([], backlog.list_ocr_jobs()):
        store(archive, backlog, content)
        break
    done = [page.number for page in home.pages(ledger.id) if not page.awaits_ocr]
    assert done == [1, 2, 3, 4, 5, 6, 7, 8]
    assert "1008" in str(home.get(ledger.id).content)

    again = make_backlog(archive)
    job = next(again.list_ocr_jobs())
    assert job is not None
    assert job.wanted_pages == {9, 10, 11}
    for content in pool.extract([job]):
        store(archive, again, content)
    state = home.get(ledger.id).extraction
    assert (state.status, state.pages_awaiting_ocr, state.page_count) == (ExtractionStatus.DONE, 0, 11)
    text = str(home.get(ledger.id).content)
    assert all(str(1000 + number) in text for number in range(1, 12))


def test_a_page_that_ends_its_worker_is_tried_a_bounded_number_of_times(archive: Archive, pool: WorkerPool) -> None:
    home = archive.create_organization("Home")
    invoice = home.add(DOCUMENTS / "carpenter-invoice.pdf")
    read_texts(archive, pool)
    backlog = make_backlog(archive)
    wanted = []
    while not backlog.is_empty() and len(wanted) < 10:
        job = next(backlog.list_ocr_jobs())
        assert job is not None
        assert job.wanted_pages is not None
        wanted.append(sorted(job.wanted_pages))
        died = ExtractedContent(
            job.job_id, (), "application/pdf", ExtractionStatus.FAILED, "extraction.worker_died", "it crashed"
        )
        store(archive, backlog, died)
    # Page 1 is blamed first, then page 2, which is fresh still, is read before page 1 is tried again, alone.
    assert wanted == [[1, 2], [2], [1], [1], [2], [2]]
    state = home.get(invoice.id).extraction
    assert (state.status, state.reason, state.pages_awaiting_ocr) == (
        ExtractionStatus.FAILED, "extraction.worker_died", 0,
    )  # fmt: skip


def test_killed_workers_cost_no_page(tmp_path: Path) -> None:
    settings = Settings(extraction=ExtractionSettings(workers=1))
    with Archive.in_memory(settings=settings) as archive:
        home = archive.create_organization("Home")
        ledger = home.add(make_scan(tmp_path, 4))
        killed = 0
        deadline = time.monotonic() + 60
        while archive.pending_extractions() and time.monotonic() < deadline:
            if killed < 2 and home.get(ledger.id).extraction.pages_awaiting_ocr:
                pool = archive._extraction._pool if archive._extraction else None
                for worker in pool._crew.workers if pool else ():
                    if worker.is_ready and worker.may_wait:
                        os.kill(worker._process.pid, signal.SIGKILL)
                        killed += 1
                        time.sleep(0.3)
            time.sleep(0.01)
        read = home.get(ledger.id)
    assert killed == 2
    assert (read.extraction.status, read.extraction.reason) == (ExtractionStatus.DONE, None)
    assert all(str(1000 + number) in str(read.content) for number in range(1, 5))


def test_edited_content_is_not_replaced_by_what_ocr_finds(archive: Archive, pool: WorkerPool) -> None:
    home = archive.create_organization("Home")
    receipt = home.add(DOCUMENTS / "receipt.png")
    read_texts(archive, pool)
    backlog = make_backlog(archive)
    for content in pool.extract([], backlog.list_ocr_jobs()):
        home.update(receipt.id, content="typed by hand")
        store(archive, backlog, content)
    assert home.get(receipt.id).content == "typed by hand"
    assert home.get(receipt.id).extraction.status is ExtractionStatus.DONE


def test_a_missing_language_is_told_and_waited_for(archive: Archive, pool: WorkerPool) -> None:
    home = archive.create_organization("Home")
    receipt = home.add(DOCUMENTS / "receipt.png", ocr_languages=["tlh"])
    minutes = home.add(DOCUMENTS / "allotment-minutes.pdf", ocr_languages=["tlh"])
    read_texts(archive, pool)
    backlog = make_backlog(archive)
    for content in pool.extract([], backlog.list_ocr_jobs()):
        store(archive, backlog, content)
    for document_id, status in ((receipt.id, ExtractionStatus.FAILED), (minutes.id, ExtractionStatus.PARTIAL)):
        state = home.get(document_id).extraction
        assert (state.status, state.reason, state.pages_awaiting_ocr) == (status, "ocr.language_missing", 1)
        assert "tlh" in str(state.message)
    assert backlog.is_empty()


def test_an_unknown_page_is_ignored(archive: Archive) -> None:
    home = archive.create_organization("Home")
    home.add(b"a letter", name="a.txt", content="a letter")
    archive._catalog.write(store_recognitions, [RecognitionOutcome(1, given_up=(1, 2)), RecognitionOutcome(99)])
    assert home.list().documents[0].extraction.status is ExtractionStatus.DONE


@pytest.mark.slow
def test_members_of_archives_are_read_in_two_passes_too(pool: WorkerPool, tmp_path: Path) -> None:
    path = tmp_path / "papers.zip"
    with zipfile.ZipFile(path, "w") as papers:
        for name in ("garden-diary.txt", "receipt.png", "allotment-minutes.pdf", "holiday-broken.png", "router.yaml"):
            papers.write(DOCUMENTS / name, name)
    whole = ExtractionJob(1, path, path.name)
    [at_once] = pool.extract([whole])
    [text] = pool.extract([replace(whole, ocr=OcrTime.LATER)])
    wanted = frozenset(page.number for page in text.pages if page.awaits_ocr)
    assert wanted == {4, 5}
    [recognized] = pool.extract([replace(whole, wanted_pages=wanted)])
    assert {page.number for page in recognized.pages} == wanted
    together = {page.number: page for page in text.pages} | {page.number: page for page in recognized.pages}
    assert [page.text for _, page in sorted(together.items())] == [page.text for page in at_once.pages]

"""DOC and PPT: read by what is installed, and by nothing that runs on, floods or leaves children behind."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import threading
import time
import zipfile
from pathlib import Path

import pytest

from fixtures.ole import build_ole
from papra_index.documents import ExtractionStatus
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits
from papra_index.extraction.reading import extract_content
from papra_index.extraction.workers import WorkerPool
from tests.extraction.conftest import FIXTURES

DOC = FIXTURES / "documents" / "reference-1998.doc"
PPT = FIXTURES / "documents" / "boat-storage.ppt"
OFFICE = next(filter(None, map(shutil.which, ("soffice", "libreoffice"))), None)

needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH, empty at first."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(folder: Path, name: str) -> None:
    path = shutil.which(name, path=os.defpath + ":/usr/bin:/usr/local/bin")
    if path is None:
        pytest.skip(f"{name} is not installed")
    (folder / name).symlink_to(path)


def write_script(folder: Path, name: str, lines: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{lines}\n")
    (folder / name).chmod(0o755)


def read(path: Path, limits: ExtractionLimits | None = None) -> ExtractedContent:
    return extract_content(ExtractionJob(1, path, path.name), limits)


@pytest.mark.parametrize("name", ["antiword", "catdoc"])
def test_documents_are_read_by_small_programs(programs: Path, name: str) -> None:
    install(programs, name)
    outcome = read(DOC)
    assert outcome.status is ExtractionStatus.DONE
    [page] = outcome.pages
    assert page.text.split() == (FIXTURES / "expected" / "reference-1998.doc.txt").read_text("utf-8").split()
    assert page.provenance.engine.startswith(f"{name} ")


def test_slides_are_read_by_catppt(tmp_path: Path, programs: Path) -> None:
    install(programs, "catppt")
    (tmp_path / "talk.ppt").write_bytes(make_slides(["Größe der Boote", "84.50"], ["second slide"]))
    outcome = read(tmp_path / "talk.ppt")
    assert outcome.status is ExtractionStatus.DONE, outcome.message
    words = [page.text.split() for page in outcome.pages]
    assert words == [["Größe", "der", "Boote", "84.50"], ["second", "slide"]]
    # LibreOffice writes the text of a slide where catppt does not look for it.
    silent = read(PPT)
    assert (silent.status, silent.reason, silent.pages) == (ExtractionStatus.FAILED, "extraction.damaged", ())
    assert "catppt finds none" in str(silent.message)


def make_slides(*slides: list[str]) -> bytes:
    """A presentation as PowerPoint writes it (MS-PPT): the texts stand in the list of slides."""

    def record(kind: int, content: bytes, version: int = 0) -> bytes:
        return struct.pack("<HHI", version, kind, len(content)) + content

    texts = b""
    for slide in slides:
        texts += record(1011, bytes(20))
        for text in slide:
            texts += record(3999, bytes(4)) + record(4000, text.encode("utf-16-le"))
    document = record(1000, record(1001, bytes(40)) + record(4080, texts, 15), 15)
    user = record(4086, struct.pack("<IIIHHBBH", 20, 0xE391C05F, 0, 0, 1012, 3, 0, 0))
    return build_ole({"PowerPoint Document": document + bytes(4096), "Current User": user})


@needs_office
def test_office_is_asked_first_and_reads_all_of_a_document(tmp_path: Path) -> None:
    outcome = read(DOC)
    assert outcome.pages[0].provenance.engine.startswith(("soffice ", "libreoffice "))
    assert [path.name for path in DOC.parent.iterdir() if path.name.startswith(".~lock")] == []


@pytest.mark.slow
@needs_office
def test_tables_and_notes_are_kept_and_deletions_left_out(tmp_path: Path) -> None:
    offer = FIXTURES / "documents" / "moving-offer.docx"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [str(OFFICE), profile, "--headless", "--convert-to", "doc:MS Word 97", "--outdir", str(tmp_path), offer]
    subprocess.run(command, check=True, capture_output=True)
    [page] = read(tmp_path / "moving-offer.doc").pages
    assert "Item\tPrice\nVan and three men\t1480.00\nPiano (upright)\t95\nThe total is 1575.00" in page.text
    assert "Insurance is 2.5 per mille" in page.text
    assert "wombats" not in page.text


@pytest.mark.parametrize(("path", "package"), [(DOC, "antiword"), (PPT, "catdoc")])
def test_without_a_program_the_reason_says_what_to_install(programs: Path, path: Path, package: str) -> None:
    outcome = read(path)
    assert (outcome.status, outcome.reason) == (ExtractionStatus.UNSUPPORTED, "extraction.unsupported")
    assert str(outcome.message).startswith("legacy format: ")
    assert f"apt install {package}" in str(outcome.message)


def test_members_of_an_archive_are_read_by_the_quick_programs_first(programs: Path, tmp_path: Path) -> None:
    write_script(programs, "soffice", f"echo started > {tmp_path}/started\nexit 1")
    write_script(programs, "antiword", "echo read by antiword")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(DOC, "letter.doc")
    assert read(tmp_path / "a.zip").pages[0].text == "letter.doc\n\nread by antiword"
    assert not (tmp_path / "started").exists()
    assert read(DOC).pages[0].text == "read by antiword"
    assert (tmp_path / "started").exists()


def test_a_program_that_fails_gives_way_to_the_next(programs: Path) -> None:
    write_script(programs, "soffice", "exit 1")
    write_script(programs, "antiword", "echo read by the second")
    assert read(DOC).pages[0].text == "read by the second"
    write_script(programs, "antiword", "exit 1")
    failed = read(DOC)
    assert (failed.status, failed.reason) == (ExtractionStatus.FAILED, "extraction.damaged")
    assert "soffice cannot read it; antiword cannot read it" in str(failed.message)


def test_a_program_that_hangs_ends_with_its_children(programs: Path, tmp_path: Path) -> None:
    note = tmp_path / "child"
    write_script(programs, "antiword", f"sleep 300 &\necho $! > {note}\nwait")
    started = time.monotonic()
    outcome = read(DOC, ExtractionLimits(seconds=1.5))
    assert time.monotonic() - started < 10
    assert (outcome.status, outcome.reason) == (ExtractionStatus.FAILED, "extraction.timed_out")
    assert "took longer" in str(outcome.message)
    wait_until_gone(int(note.read_text()))


def test_a_program_ends_with_the_worker_that_runs_it(programs: Path, tmp_path: Path) -> None:
    note = tmp_path / "child"
    write_script(programs, "antiword", f"sleep 300 &\necho $! > {note}\nwait")
    with WorkerPool(1) as pool:
        reading = threading.Thread(target=lambda: list(pool.extract([ExtractionJob(1, DOC, DOC.name)])))
        reading.start()
        while not (note.exists() and note.read_text().strip()):
            time.sleep(0.02)
        pool.close()
        reading.join()
    wait_until_gone(int(note.read_text()))


def wait_until_gone(pid: int) -> None:
    for _ in range(50):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.1)
    raise AssertionError(f"process {pid} still runs")


def test_a_program_that_floods_is_cut(programs: Path) -> None:
    write_script(programs, "antiword", "yes words")
    outcome = read(DOC, ExtractionLimits(max_text_bytes=100_000))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.too_large")
    assert 99_000 < len(outcome.pages[0].text) <= 100_000

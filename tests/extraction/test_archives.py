"""Archives: members in turn with their names, bounded in depth, count and size whatever the headers say."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from papra_index.documents import ExtractionStatus
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits
from papra_index.extraction.formats.archive import _guess_names_encoding
from papra_index.extraction.reading import extract_content
from papra_index.extraction.workers import WorkerPool
from tests.extraction.packing import make_tar, make_zip

MEGABYTE = 1 << 20


def read(folder: Path, data: bytes, name: str, limits: ExtractionLimits | None = None) -> ExtractedContent:
    (folder / name).write_bytes(data)
    return extract_content(ExtractionJob(1, folder / name, name), limits)


def list_texts(outcome: ExtractedContent) -> list[str]:
    return [page.text for page in outcome.pages]


MEMBERS = {
    "a.txt": b"alpha",
    "deep/b.md": b"# beta",
    "__MACOSX/a.txt": b"\0",
    "deep/.DS_Store": b"\0",
    "empty.txt": b"",
}
TEXTS = ["a.txt\n\nalpha", "deep/b.md\n\n# beta", "empty.txt"]


@pytest.mark.parametrize(
    ("pack", "name"),
    [
        (make_zip, "a.zip"),
        (make_tar, "a.tar"),
        (lambda members: gzip.compress(make_tar(members)), "a.tgz"),
        (lambda members: bz2.compress(make_tar(members)), "a.tar.bz2"),
        (lambda members: lzma.compress(make_tar(members)), "without a suffix"),
        (lambda members: make_zip(members, zipfile.ZIP_BZIP2), "b.zip"),
        (lambda members: make_zip(members, zipfile.ZIP_LZMA), "l.zip"),
    ],
)
def test_members_follow_one_another(tmp_path: Path, pack: Callable[[dict[str, bytes]], bytes], name: str) -> None:
    outcome = read(tmp_path, pack(MEMBERS), name)
    assert (outcome.status, list_texts(outcome)) == (ExtractionStatus.DONE, TEXTS)
    assert [page.number for page in outcome.pages] == [1, 2, 3]


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_single_compressed_files(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    outcome = read(tmp_path, compress(b"<p>one <b>file"), "page.html.gz")
    assert (outcome.status, list_texts(outcome)) == (ExtractionStatus.DONE, ["one file"])
    assert read(tmp_path, compress(b""), "nothing.txt.gz").status is ExtractionStatus.DONE


def test_empty_archives_are_done(tmp_path: Path) -> None:
    for data, name in ((make_zip({}), "a.zip"), (make_tar({}), "a.tar"), (gzip.compress(make_tar({})), "a.tar.gz")):
        outcome = read(tmp_path, data, name)
        assert (outcome.status, outcome.pages) == (ExtractionStatus.DONE, ()), name


def test_members_that_cannot_be_read_are_named_with_their_reasons(tmp_path: Path) -> None:
    inner = make_zip({"x.bin": b"\0\1\2" * 50, "y.txt": b"inner words"})
    outcome = read(tmp_path, make_zip({"a.txt": b"alpha", "b.bin": b"\0\1\2" * 50, "c.zip": inner}), "a.zip")
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.unsupported")
    assert list_texts(outcome) == ["a.txt\n\nalpha", "c.zip\n\ny.txt\n\ninner words", "x.bin", "b.bin"]
    assert "b.bin: files of type" in str(outcome.message)
    assert "c.zip (x.bin: files of type" in str(outcome.message)


def test_nothing_readable_has_the_status_of_its_reason(tmp_path: Path) -> None:
    outcome = read(tmp_path, make_zip({"b.bin": b"\0\1\2" * 50}), "a.zip")
    assert (outcome.status, outcome.pages) == (ExtractionStatus.UNSUPPORTED, ())


def test_encrypted_members_leave_the_others_readable(tmp_path: Path) -> None:
    data = bytearray(make_zip({"open.txt": b"for all", "secret.txt": b"for few"}))
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rindex(magic) + place] |= 1
    outcome = read(tmp_path, bytes(data), "a.zip")
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.encrypted")
    assert "secret.txt: it needs a password" in str(outcome.message)


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (["Übergabe.txt", "größe.txt"], "cp850"),
        (["Übergabe.txt", "größe.txt"], "cp1252"),
        (["Договор аренды.doc", "счёт за октябрь.txt"], "cp866"),
        (["契約書.pdf", "請求書二月分.txt", "写真夏休み.jpg"], "cp932"),
        (["naïve.txt"], "utf-8"),
    ],
)
def test_names_in_legacy_encodings(names: list[str], encoding: str) -> None:
    infos = []
    for name in names:
        info = zipfile.ZipInfo("x")
        info.filename = name.encode(encoding).decode("cp437")
        infos.append(info)
    found = _guess_names_encoding(infos)
    assert [name.encode(encoding).decode(found) for name in names] == names


def test_names_are_kept_to_one_line(tmp_path: Path) -> None:
    outcome = read(tmp_path, make_tar({"a\nb\x1b[31m" + "x" * 90 + ".txt": b"words"}), "a.tar")
    assert outcome.pages[0].text.split("\n\n") == ["a b [31m" + "x" * 90 + ".txt", "words"]


def test_archives_in_archives_end_at_a_depth(tmp_path: Path) -> None:
    data = b"the kernel"
    for level in range(12):
        data = make_zip({"note.txt": b"level %d" % level, "inner.zip" if level else "kernel.txt": data})
    outcome = read(tmp_path, data, "a.zip")
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.too_large")
    assert [text.rpartition("\n")[2] for text in list_texts(outcome)[:5]] == [f"level {n}" for n in range(11, 6, -1)]


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.gz"])
def test_bombs_are_refused_by_what_comes_out(tmp_path: Path, name: str) -> None:
    zeros = bytes(20 * MEGABYTE)
    members = {f"{number}.txt": zeros for number in range(4)}
    data = make_zip(members) if name == "a.zip" else gzip.compress(make_tar(members) if "tar" in name else zeros * 3)
    limits = ExtractionLimits(max_member_bytes=8 * MEGABYTE, max_unpacked_bytes=30 * MEGABYTE)
    outcome = read(tmp_path, data, name, limits)
    assert (outcome.status, outcome.reason, outcome.pages) == (ExtractionStatus.FAILED, "extraction.too_large", ())


def test_nested_bombs_share_one_allowance(tmp_path: Path) -> None:
    inner = make_zip({f"{number}.txt": b"words " * 200_000 for number in range(10)})
    data = make_zip({f"{number}.zip": inner for number in range(10)})
    outcome = read(tmp_path, data, "a.zip", ExtractionLimits(max_unpacked_bytes=20 * MEGABYTE))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.too_large")
    assert sum(len(page.text) for page in outcome.pages) <= 20 * MEGABYTE


def test_lying_sizes_are_not_trusted(tmp_path: Path) -> None:
    data = bytearray(make_zip({"a.txt": b"x" * 100_000, "b.txt": b"honest"}))
    for magic, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(magic) + place, 10)
    outcome = read(tmp_path, bytes(data), "a.zip")
    assert "b.txt\n\nhonest" in list_texts(outcome)
    tar = bytearray(make_tar({"a.txt": b"x" * 100}))
    tar[124:136] = b"77777777777\0"
    tar[148:156] = b"%06o\0 " % sum(tar[:148] + b" " * 8 + tar[156:512])
    assert read(tmp_path, bytes(tar), "a.tar").status in {ExtractionStatus.FAILED, ExtractionStatus.PARTIAL}


def test_limits_hold_across_members(tmp_path: Path) -> None:
    data = make_zip({f"{number}.txt": b"page\fpage" for number in range(2_000)})
    pages = read(tmp_path, data, "a.zip", ExtractionLimits(max_pages=7))
    assert (len(pages.pages), pages.status) == (7, ExtractionStatus.PARTIAL)
    members = read(tmp_path, data, "a.zip", ExtractionLimits(max_members=3))
    assert (len(members.pages), members.reason) == (6, "extraction.too_large")
    text = read(tmp_path, data, "a.zip", ExtractionLimits(max_text_bytes=100))
    assert sum(len(page.text) for page in text.pages) < 150
    assert text.reason == "extraction.too_large"


def test_ocr_pages_are_counted_across_members(tmp_path: Path, documents: Path) -> None:
    scan = (documents / "receipt.png").read_bytes()
    data = make_zip({"a.png": scan, "b.png": scan})
    outcome = read(tmp_path, data, "a.zip", ExtractionLimits(max_ocr_pages=1))
    assert [page.text.partition("\n")[0] for page in outcome.pages] == ["a.png", "b.png"]
    assert outcome.pages[1].provenance.confidence is None
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.too_large")


def test_links_and_places_outside_are_left_alone(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for kind, name in ((tarfile.SYMTYPE, "link.txt"), (tarfile.LNKTYPE, "hard.txt"), (tarfile.FIFOTYPE, "fifo")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/hostname"
            archive.addfile(info)
        info = tarfile.TarInfo("../../outside.txt")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"words"))
    outcome = read(tmp_path, buffer.getvalue(), "a.tar")
    assert list_texts(outcome) == ["../../outside.txt\n\nwords"]
    assert not (tmp_path.parent.parent / "outside.txt").exists()


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tar.bz2", "a.tar.xz"])
def test_damage_ends_as_text_or_a_reason(tmp_path: Path, name: str) -> None:
    chance = random.Random(5)
    members = {f"{number}.txt": chance.randbytes(300).hex().encode() for number in range(5)}
    pack = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}.get(name.rpartition(".")[2])
    data = make_zip(members) if name == "a.zip" else make_tar(members)
    data = pack(data) if pack else data
    for _ in range(60):
        broken = bytearray(data[: chance.randrange(8, len(data))] if chance.random() < 0.4 else data)
        for _ in range(chance.randrange(1, 5)):
            broken[chance.randrange(6, len(broken))] ^= 1 << chance.randrange(8)
        outcome = read(tmp_path, bytes(broken), name)
        assert not str(outcome.message).startswith("unexpected"), outcome.message


def test_nothing_stays_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    read(tmp_path, make_zip({"a.zip": make_zip({"b.txt": b"words", "c.bin": b"\0\1"})}), "a.zip")
    assert list((tmp_path / "temporary").iterdir()) == []


def test_workers_read_archives_and_go_on(pool: WorkerPool, documents: Path, tmp_path: Path) -> None:
    scan = (documents / "receipt.png").read_bytes()
    many = make_zip({f"{number}.txt": b"x" for number in range(20_000)})
    for name, data in (("scan.zip", make_zip({"receipt.png": scan})), ("many.zip", many)):
        (tmp_path / name).write_bytes(data)
    started = time.monotonic()
    jobs = [ExtractionJob(number, tmp_path / name, name) for number, name in enumerate(("scan.zip", "many.zip"))]
    outcomes = {outcome.job_id: outcome for outcome in pool.extract(jobs)}
    assert outcomes[0].status is ExtractionStatus.DONE
    assert outcomes[0].pages[0].provenance.confidence is not None
    assert outcomes[0].pages[0].text.startswith("receipt.png\n\n")
    assert (len(outcomes[1].pages), outcomes[1].reason) == (2_000, "extraction.too_large")
    assert time.monotonic() - started < 30

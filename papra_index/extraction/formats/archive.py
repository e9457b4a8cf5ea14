"""Zip and tar archives and single compressed files: their members are read in turn, each by its own kind.

Tar is read as a stream, never backwards; nothing is unpacked to where the archive says.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import PurePath
from typing import IO

from papra_index.documents import Page
from papra_index.errors import ContentDamaged, ContentEncrypted, ContentTooLarge, ContentUnsupported
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.encodings import decode_text, guess_encoding
from papra_index.extraction.members import Chunks, Member, MemberReader

_CHUNK_BYTES = 1 << 16
_SUFFIXES = frozenset({".gz", ".bz2", ".xz", ".tgz", ".tbz", ".tbz2", ".txz"})
_OPENERS = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\0", lzma.open))

_WESTERN = ("cp850", "cp1252")
_NOT_LATIN = frozenset({
    "cp1251", "cp1253", "cp1255", "cp1256", "iso8859_5", "iso8859_7", "koi8_r", "koi8_u", "cp866", "cp932", "euc_jp",
    "gb18030", "big5", "cp949", "cp874",
})  # fmt: skip
_BEYOND_ASCII = bytes(range(128, 256))
_ENOUGH_BYTES = 8
_MAX_ENDS_MET = 100

# What systems put into archives for themselves.
_SYSTEM_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})

_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)
_DAMAGED = "it is damaged: get an intact copy and add it again"


def read_zip(job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the pages of a zip archive's members, each beginning with the member's name.

    Raises ContentDamaged when it cannot be opened, and after all that was read the reason of members that were not.
    """
    try:
        archive = zipfile.ZipFile(job.path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise ContentDamaged(f"the zip archive is damaged ({error}): get an intact copy and add it again") from error
    with archive:
        yield from MemberReader(job, limits, begin_ocr).read_members(_list_zip(archive), "zipfile")


def read_tar(job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the pages of a tar archive's members, each beginning with the member's name.

    Raises ContentDamaged when it cannot be opened, and after all that was read the reason of members that were not.
    """
    with job.path.open("rb") as file:
        reader = MemberReader(job, limits, begin_ocr)
        yield from reader.read_members(_list_tar(_BoundedStream(file, limits.max_unpacked_bytes)), "tarfile")


def read_compressed(job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the pages of a file compressed by gzip, bzip2 or xz, which may be a tar archive.

    Raises ContentDamaged when it is damaged from the beginning, and after all that was read the reason of the rest.
    """
    with job.path.open("rb") as file:
        start = file.read(8)
        file.seek(0)
        opener = next(opener for magic, opener in _OPENERS if start.startswith(magic))
        with opener(file, "rb") as unpacked:
            stream = _BoundedStream(unpacked, limits.max_unpacked_bytes)
            head = stream.peek_block()
            reader = MemberReader(job, limits, begin_ocr)
            if head[257:262] == b"ustar" or (_strip_suffix(job.name).lower().endswith(".tar") and len(head) == 512):
                yield from reader.read_members(_list_tar(stream), "tarfile")
            else:
                name = _strip_suffix(job.name)
                yield from reader.read_members([Member(name, partial(_read_chunks, stream), is_titled=False)])


class _BoundedStream(io.RawIOBase):
    """A stream that gives at most so many bytes, so that neither bombs nor lying sizes can fill the memory."""

    def __init__(self, file: IO[bytes] | gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile, limit: int) -> None:
        self._file = file
        self._limit = limit
        self._left = limit
        self._peeked = b""
        self._ends_met = 0

    def readable(self) -> bool:
        return True

    def peek_block(self) -> bytes:
        """Return the first block of a tar archive, or less of a shorter file, without taking it."""
        self._peeked = self.read(512)
        return self._peeked

    def read(self, size: int = -1) -> bytes:
        if self._peeked:
            end = size if size >= 0 else len(self._peeked)
            data, self._peeked = self._peeked[:end], self._peeked[end:]
            return data
        try:
            data = self._file.read(min(size if size >= 0 else self._left + 1, self._left + 1))
        except _DAMAGE as error:
            raise ContentDamaged(_DAMAGED) from error
        self._left -= len(data)
        self._ends_met += not data
        if self._ends_met > _MAX_ENDS_MET:
            # Passing by a member of a lying size, tarfile asks for what is not there block by block.
            raise ContentDamaged(_DAMAGED)
        if self._left < 0:
            raise ContentTooLarge(f"unpacked it is larger than {self._limit >> 20} MB; the rest was left out")
        return data


def _list_zip(archive: zipfile.ZipFile) -> Iterator[Member]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    encoding = _guess_names_encoding(infos)
    for info in infos:
        name = info.filename
        if not info.flag_bits & 0x800:
            name = name.encode("cp437", "replace").decode(encoding, "replace")
        if not is_system_file(name):
            yield Member(name, partial(_open_zipped, archive, info))


def _guess_names_encoding(infos: list[zipfile.ZipInfo]) -> str:
    """Return the encoding of names that are not marked as UTF-8: one per archive, as short names tell little."""
    names = b"\n".join(info.filename.encode("cp437", "replace") for info in infos if not info.flag_bits & 0x800)
    try:
        names.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    # Of Western Europe are those in which most of what is beyond ASCII is letters, first of all that of DOS.
    western = min(_WESTERN, key=lambda encoding: _count_signs(names, encoding))
    other = guess_encoding(names)
    enough = len(names) - len(names.translate(None, _BEYOND_ASCII)) >= _ENOUGH_BYTES
    return other if enough and other in _NOT_LATIN and not _count_signs(names, other) else western


def _count_signs(names: bytes, encoding: str) -> int:
    return sum(not character.isalnum() for character in names.decode(encoding, "replace") if not character.isascii())


def _open_zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Chunks:
    if info.flag_bits & 1:
        raise ContentEncrypted("it needs a password: unpack the archive and add what is in it")
    try:
        with archive.open(info) as file:
            yield from _read_chunks(file)
    except NotImplementedError as error:
        raise ContentUnsupported(f"it is compressed in a way that is not read ({error})") from error
    except _DAMAGE as error:
        raise ContentDamaged(_DAMAGED) from error


def _list_tar(stream: _BoundedStream) -> Iterator[Member]:
    try:
        with tarfile.open(fileobj=stream, mode="r|", errors="surrogateescape") as archive:
            while (info := archive.next()) is not None:
                name = _decode_name(info.name)
                if info.isreg() and not is_system_file(name):
                    yield Member(name, partial(_open_tarred, archive, info))
    except _DAMAGE as error:
        raise ContentDamaged(f"the tar archive is damaged ({error}): get an intact copy and add it again") from error


def _open_tarred(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Chunks:
    try:
        file = archive.extractfile(info)
        if file is not None:
            with file:
                yield from _read_chunks(file)
    except _DAMAGE as error:
        raise ContentDamaged(_DAMAGED) from error


def _decode_name(name: str) -> str:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return decode_text(name.encode("utf-8", "surrogateescape"))[0]
    return name


def _read_chunks(file: IO[bytes] | _BoundedStream) -> Chunks:
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk


def _strip_suffix(name: str) -> str:
    path = PurePath(name)
    if path.suffix.lower() not in _SUFFIXES:
        return name
    return path.stem + (".tar" if path.suffix.lower().startswith(".t") else "")


def is_system_file(name: str) -> bool:
    """Whether a member is what a system put into the archive for itself."""
    parts: Iterable[str] = name.replace("\\", "/").lower().split("/")
    *folders, last = parts
    return "__macosx" in folders or last in _SYSTEM_FILES

"""7z archives, by an extra: py7zr unpacks forwards only, so members are spooled within bounds and then read in turn.

py7zr is the one LGPL library here, hence no more than an extra: of those under permissive licences one lacks bzip2 and
crashes on ordinary archives (archi), the other needs a system library and passes damaged members as whole
(libarchive-c).
"""

from __future__ import annotations

import lzma
import tempfile
import zlib
from collections.abc import Iterator
from functools import partial
from typing import IO, Any

from papra_index.documents import Page
from papra_index.errors import ContentDamaged, ContentEncrypted, ContentTooLarge, ContentUnsupported, ExtractionError
from papra_index.extraction.content import Allowance, BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.formats.archive import is_system_file
from papra_index.extraction.members import Chunks, Member, MemberReader

_CHUNK_BYTES = 1 << 16
_DAMAGE = (lzma.LZMAError, zlib.error, EOFError, OSError, ValueError, IndexError, KeyError, TypeError, AttributeError)


def read_sevenzip(job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the pages of a 7z archive's members, each beginning with the member's name.

    Raises ContentUnsupported without the extra, ContentEncrypted, ContentDamaged and ContentTooLarge, the last two
    after the members that came before, and after all that was read the reason of members that were not.
    """
    try:
        import py7zr  # noqa: F401
    except ImportError as error:
        raise ContentUnsupported(
            "7z archives are read with an extra: pip install 'papra-index[7z]', then reindex with --extract; or save "
            "it as zip and add that"
        ) from error
    with tempfile.TemporaryFile(prefix="members-") as file:
        left = job.allowance or Allowance(limits.max_members, limits.max_unpacked_bytes)
        spool = _Spool(file, left.members, left.unpacked_bytes)
        failure = _unpack(job, spool)
        yield from MemberReader(job, limits, begin_ocr).read_members(_list_members(spool, failure), "py7zr")


class _Spool:
    """The unpacked members of an archive, one behind the other in one temporary file."""

    def __init__(self, file: IO[bytes], max_members: int, max_bytes: int) -> None:
        self.file = file
        self.members: list[tuple[str, int, int]] = []
        self._max_members = max_members
        self._max_bytes = max_bytes
        self._size = 0
        self._start = 0

    def begin_member(self) -> None:
        """Make room for the next member; what a broken one left is written over."""
        if len(self.members) >= self._max_members:
            raise ContentTooLarge(f"there are more than {self._max_members} files in it; the rest was left out")
        self._start = self.file.seek(self._size)

    def write(self, data: bytes | bytearray) -> int:
        """Write a piece of the present member; the sizes that the archive states are not looked at."""
        if self.file.tell() + len(data) > self._max_bytes:
            raise ContentTooLarge(f"unpacked it is larger than {self._max_bytes >> 20} MB; the rest was left out")
        return self.file.write(data)

    def end_member(self, name: str | None) -> None:
        """Keep the member that is now complete; without a name it is left to be written over."""
        if name is not None:
            self._size = self.file.tell()
            self.members.append((name, self._start, self._size - self._start))

    def read_member(self, start: int, size: int) -> Chunks:
        """Yield the bytes of a member."""
        self.file.seek(start)
        while size > 0 and (chunk := self.file.read(min(size, _CHUNK_BYTES))):
            size -= len(chunk)
            yield chunk


def _unpack(job: ExtractionJob, spool: _Spool) -> ExtractionError | None:
    """Unpack the members as far as they can be, and return what ended it."""
    import py7zr

    try:
        # Given a file and no name, it stays within this thread.
        with job.path.open("rb") as file, py7zr.SevenZipFile(file) as archive:
            if archive.needs_password():
                return ContentEncrypted("it needs a password: unpack the archive and add what is in it")
            archive.extractall(factory=_make_factory(spool, _take_names(archive)))
    except ExtractionError as error:
        return error
    except py7zr.PasswordRequired:
        return ContentEncrypted("it needs a password: unpack the archive and add what is in it")
    except py7zr.UnsupportedCompressionMethodError as error:
        return ContentUnsupported(f"it is compressed in a way that is not read ({error.message})")
    except py7zr.exceptions.CrcError:
        return ContentDamaged(f"the 7z archive is damaged after {len(spool.members)} files: get an intact copy")
    except (py7zr.exceptions.ArchiveError, *_DAMAGE) as error:
        return ContentDamaged(f"the 7z archive is damaged ({error}): get an intact copy and add it again")
    except MemoryError:
        return ContentTooLarge("unpacking more of it needs more memory than a worker may use; the rest was left out")
    return None


def _take_names(archive: Any) -> list[str | None]:
    """Return the members' names, None for links, and put numbers in their place: py7zr gives up an archive for a name
    that leads outside, where no file is made under any name here."""
    names: list[str | None] = []
    for number, (member, properties) in enumerate(zip(archive.files, archive.files.files_list, strict=True)):
        names.append(None if member.is_symlink or member.is_junction else str(properties["filename"]))
        properties["filename"] = str(number)
    return names


def _make_factory(spool: _Spool, names: list[str | None]) -> Any:
    """Return what gives py7zr a place to write each member to."""
    from py7zr.io import Py7zIO, WriterFactory

    class SpooledMember(Py7zIO):  # type: ignore[misc, unused-ignore]
        def __init__(self, number: int) -> None:
            self._name = names[number]
            spool.begin_member()

        def write(self, s: bytes | bytearray) -> int:
            return spool.write(s)

        def read(self, *_arguments: object) -> bytes:
            return b""

        def seekable(self) -> bool:
            return False

        def seek(self, *_arguments: object) -> int:
            return 0

        def flush(self) -> None:
            pass

        def size(self) -> int:
            return 0

        def close(self) -> None:
            # Told only when all bytes of the member are there and their checksum is right.
            spool.end_member(self._name)

    class Members(WriterFactory):  # type: ignore[misc, unused-ignore]
        def create(self, filename: str) -> SpooledMember:
            return SpooledMember(int(filename))

    return Members()


def _list_members(spool: _Spool, failure: ExtractionError | None) -> Iterator[Member]:
    for name, start, size in spool.members:
        if not is_system_file(name):
            yield Member(name, partial(spool.read_member, start, size))
    if failure is not None:
        raise failure

"""DOC and PPT: what LibreOffice, antiword or catdoc make of them, whichever of these is installed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import olefile  # type: ignore[import-untyped]

from papra_index.conventions.values import dataclass
from papra_index.documents import Page
from papra_index.errors import (
    ContentDamaged,
    ContentEncrypted,
    ContentTooLarge,
    ContentUnsupported,
    ExtractionError,
    ExtractionTimedOut,
)
from papra_index.extraction.containers import list_ole_streams
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits, Extractor
from papra_index.extraction.converters import TextProgram, convert_by_office, convert_to_text, find_office
from papra_index.extraction.formats.legacy import refuse_encrypted
from papra_index.extraction.formats.packages import number_pages
from papra_index.extraction.formats.slides import read_slides
from papra_index.extraction.formats.word import read_word

Reader = Callable[[ExtractionJob, ExtractionLimits, BeginOcr, float], Iterator[Page]]
"""Reads a file by one program within so many seconds."""

# What is left of a file's time is for the next program, and for reading what one made of it.
_TIME_SHARE = 0.8


def read_storage(job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the text of a DOC or PPT, read by LibreOffice, antiword or catdoc, whichever is installed.

    Raises ContentEncrypted, ContentDamaged, ContentTooLarge and ExtractionTimedOut; ContentUnsupported, which names
    what to install, without such a program and for other OLE files.
    """
    refuse_encrypted(job)
    streams = list_ole_streams(job.path)
    if not streams:
        raise ContentDamaged("the file is damaged (its directory is missing): get an intact copy and add it again")
    kind = next((kind for kind in _KINDS if kind.stream in streams), None)
    if kind is None:
        raise ContentUnsupported("legacy format: this OLE file is not read; save it as PDF")
    if kind.is_locked(job):
        raise ContentEncrypted("the file needs a password: save it without one and add it again")
    readers = _list_readers(kind, is_member=job.depth > 0)
    if not readers:
        raise ContentUnsupported(
            f"legacy format: {kind.title} are read where LibreOffice or {kind.programs[0].name} is installed (for "
            f"instance `apt install {kind.package}`; then reindex with --extract), or save it as {kind.target.upper()}"
        )
    yield from _try_readers(job, limits, begin_ocr, kind, readers)


def _list_readers(kind: _Kind, is_member: bool) -> list[Reader]:
    office = find_office()
    offices: list[Reader] = [] if office is None else [partial(_read_by_office, office, kind)]
    programs = [partial(_read_by_program, program) for program in kind.programs if shutil.which(program.name)]
    # The members of a container share one deadline, within which LibreOffice could start a few times only.
    return [*programs, *offices] if is_member else [*offices, *programs]


def _try_readers(
    job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr, kind: _Kind, readers: list[Reader]
) -> Iterator[Page]:
    """Yield the pages of the first program that finds text in the file."""
    end = time.monotonic() + _TIME_SHARE * limits.seconds
    errors: list[ExtractionError] = []
    for place, reader in enumerate(readers):
        left = end - time.monotonic()
        pages_count = 0
        try:
            for page in reader(job, limits, begin_ocr, left * _TIME_SHARE if place + 1 < len(readers) else left):
                pages_count += 1
                yield page
        except (ContentDamaged, ExtractionTimedOut) as error:
            if pages_count:
                raise
            errors.append(error)
        if pages_count:
            return
    if errors:
        reasons = "; ".join(error.message for error in errors)
        # What only took too long is worth another try.
        failure = next((type(error) for error in errors if isinstance(error, ExtractionTimedOut)), ContentDamaged)
        advice = f"save it as {kind.target.upper()} or PDF and add that"
        raise failure(f"legacy format: no text is found in it ({reasons}): {advice}")


def _read_by_office(
    office: str, kind: _Kind, job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr, seconds: float
) -> Iterator[Page]:
    with convert_by_office(job.path, office, kind.source, kind.target, seconds) as (path, engine):
        for page in kind.reader(replace(job, path=path), limits, begin_ocr):
            yield replace(page, provenance=replace(page.provenance, engine=engine))


def _read_by_program(
    program: TextProgram, job: ExtractionJob, limits: ExtractionLimits, _begin_ocr: BeginOcr, seconds: float
) -> Iterator[Page]:
    found = convert_to_text(job.path, program, seconds, limits.max_text_bytes)
    if not found.text.strip():
        raise ContentDamaged(f"{program.name} finds none")
    texts = found.text.removesuffix("\f").split("\f")
    yield from number_pages((text.strip("\n") for text in texts), limits, found.engine)
    if not found.is_whole:
        size = limits.max_text_bytes >> 20
        raise ContentTooLarge(f"the file holds more than {size} MB of text; what comes after was left out")


def _is_locked_word(job: ExtractionJob) -> bool:
    # FibBase (MS-DOC 2.5.2): the flags stand at 10, fEncrypted is the ninth of them.
    flags = _read_start(job, "WordDocument", 12)[10:12]
    return bool(int.from_bytes(flags, "little") & 0x0100)


def _is_locked_show(job: ExtractionJob) -> bool:
    # CurrentUserAtom (MS-PPT 2.3.2): its token says whether the streams are encrypted.
    return _read_start(job, "Current User", 16)[12:16] == b"\xdf\xc4\xd1\xf3"


def _read_start(job: ExtractionJob, stream: str, size: int) -> bytes:
    try:
        with olefile.OleFileIO(str(job.path)) as file, file.openstream(stream) as opened:
            return bytes(opened.read(size))
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError):
        # A damaged file is left to the programs, which say so or read what they can.
        return b""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A legacy format: the stream it is known by, what LibreOffice turns it into, and who reads it otherwise."""

    title: str
    stream: str
    source: str
    target: str
    reader: Extractor
    is_locked: Callable[[ExtractionJob], bool]
    programs: tuple[TextProgram, ...]
    package: str


_UTF8 = ("-d", "utf-8")
_KINDS = (
    _Kind(
        "old Word documents (DOC)", "WordDocument", "doc", "docx", read_word, _is_locked_word,
        (TextProgram("antiword", ("-w", "0", "-m", "UTF-8.txt"), "-h"), TextProgram("catdoc", (*_UTF8, "-w"), "-V")),
        "antiword",
    ),
    _Kind(
        "old presentations (PPT)", "PowerPoint Document", "ppt", "pptx", read_slides, _is_locked_show,
        (TextProgram("catppt", _UTF8, "-V"),), "catdoc",
    ),
)  # fmt: skip

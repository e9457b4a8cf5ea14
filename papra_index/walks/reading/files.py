"""The walk `extract` without an archive: paths, bytes and streams -> isolated workers -> files with their text.

Nothing is kept: bytes and streams become temporary files for as long as they are being read.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import field, replace
from pathlib import Path
from typing import TypeGuard

from papra_index.conventions.folding import replace_surrogates
from papra_index.conventions.sources import (
    Source,
    check_languages,
    describe_failure,
    find_name,
    iterate_chunks,
    normalize_mime_type,
    open_source,
)
from papra_index.conventions.values import dataclass
from papra_index.documents import PAGE_SEPARATOR, ExtractionStatus, Page
from papra_index.errors import PapraIndexError
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits, OcrTime
from papra_index.extraction.workers import WorkerPool
from papra_index.settings import ExtractionSettings, load_settings

_CHUNK_BYTES = 1 << 20
_HELD = 64
_HELD_CHARACTERS = 32_000_000


@dataclass(frozen=True, slots=True)
class ExtractedFile:
    """What the reading of one file gave: its pages in order, and why some or all of them are missing.

    `source` is what was given, `mime_type` what the bytes are. `reason` is an error code and `message` its sentence,
    both None when `status` is DONE; `seconds` is the time spent reading.
    """

    source: Source = field(repr=False)
    name: str
    pages: tuple[Page, ...]
    mime_type: str
    status: ExtractionStatus
    reason: str | None = None
    message: str | None = None
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """The texts of the pages, joined as an archive joins them."""
        return PAGE_SEPARATOR.join(page.text for page in self.pages)


def extract(
    source: Source,
    *,
    name: str | None = None,
    mime_type: str | None = None,
    ocr_languages: Sequence[str] = (),
    ocr: bool = True,
    settings: ExtractionSettings | None = None,
) -> ExtractedFile:
    """Read the text of a path, bytes or a binary stream in an isolated worker, without an archive.

    `name` and `mime_type` are hints, mostly of use for bytes: these decide first. `ocr_languages` are Tesseract codes.
    With `ocr` False, pages that need it are marked `awaits_ocr`. Both languages and limits default to `settings`, and
    these to the variables `PAPRA_INDEX_EXTRACTION_…`. A worker is started for each call: `extract_many` keeps them.

    What is in a file never raises, `status` and `reason` tell of it. Raises SourceUnreadable for what is missing, a
    folder or not to be opened, InvalidInput for what is no source or no language, WorkerDied when none can be started.
    """
    settings = replace(settings or load_settings().extraction, workers=1)
    languages = _choose_languages(ocr_languages, settings)
    with closing(_Reading([source], settings, languages, ocr, name, mime_type, is_strict=True).run()) as files:
        return next(files)


def extract_many(
    sources: Iterable[Source],
    *,
    ocr_languages: Sequence[str] = (),
    ocr: bool = True,
    in_order: bool = False,
    settings: ExtractionSettings | None = None,
) -> Generator[ExtractedFile, None, None]:
    """Read many files as `extract` does, on all cores; yield each when it is done, or `in_order` when its turn comes.

    Sources are taken as they can be read and memory is bounded, so there may be any number of them. What cannot be
    opened stops no other: its status is FAILED, its reason that of the error. Close the iterator, or read it to the
    end, to end the workers. Raises InvalidInput for what is no language, WorkerDied when no worker can be started.
    """
    settings = settings or load_settings().extraction
    languages = _choose_languages(ocr_languages, settings)
    return _Reading(sources, settings, languages, ocr, is_ordered=in_order).run()


@dataclass(slots=True)
class _Reading:
    """One run over sources: which files are with workers, and which are done and not handed on yet."""

    sources: Iterable[Source]
    settings: ExtractionSettings
    languages: tuple[str, ...]
    ocr: bool
    name: str | None = None
    mime_type: str | None = None
    is_strict: bool = False
    is_ordered: bool = False
    _is_exhausted: bool = False
    _reading: dict[int, tuple[Source, ExtractionJob]] = field(default_factory=dict)
    _done: dict[int, ExtractedFile] = field(default_factory=dict)
    _done_characters: int = 0
    _next: int = 0

    def run(self) -> Generator[ExtractedFile, None, None]:
        limits = ExtractionLimits.from_settings(self.settings)
        with (
            tempfile.TemporaryDirectory(prefix="papra-index-files-") as folder,
            WorkerPool(self.settings.workers, limits) as pool,
        ):
            jobs = self._iterate_jobs(Path(folder))
            # The pool ends a run when it is given nothing while nothing is being read; the sources go on.
            while not self._is_exhausted:
                for content in pool.extract(jobs):
                    self._settle(content)
                    yield from self._hand_on()
                yield from self._hand_on()

    def _iterate_jobs(self, folder: Path) -> Iterator[ExtractionJob | None]:
        for number, source in enumerate(self.sources):
            while self._must_wait(source):
                yield None
            try:
                job = self._make_job(number, source, folder / str(number))
            except PapraIndexError as error:
                if self.is_strict:
                    raise
                self._keep(number, _describe_unreadable(source, error))
            else:
                self._reading[number] = source, job
                yield job
        self._is_exhausted = True

    def _must_wait(self, source: Source) -> bool:
        if len(self._done) >= _HELD or self._done_characters >= _HELD_CHARACTERS:
            return True
        # Reading from a pipe may take for ever, and workers that nobody listens to meanwhile would count as hanging.
        return bool(self._reading) and _may_block(source)

    def _make_job(self, number: int, source: Source, copy: Path) -> ExtractionJob:
        name = self.name or find_name(source) or ""
        try:
            with open_source(source) as stream:
                if _has_path(source):
                    path = Path(source)
                else:
                    path = copy
                    with path.open("wb") as file:
                        file.writelines(iterate_chunks(stream, _CHUNK_BYTES))
        except (OSError, ValueError) as error:
            raise describe_failure(source, error) from error
        return ExtractionJob(
            number,
            path,
            replace_surrogates(name),
            normalize_mime_type(self.mime_type) or None,
            self.languages,
            OcrTime.NOW if self.ocr else OcrTime.LATER,
        )

    def _settle(self, content: ExtractedContent) -> None:
        source, job = self._reading.pop(content.job_id)
        if not _has_path(source):
            job.path.unlink(missing_ok=True)
        file = ExtractedFile(
            source,
            job.name,
            content.pages,
            content.mime_type,
            content.status,
            content.reason,
            content.message,
            content.seconds,
        )
        self._keep(content.job_id, file)

    def _keep(self, number: int, file: ExtractedFile) -> None:
        self._done[number] = file
        self._done_characters += _count_characters(file)

    def _hand_on(self) -> Iterator[ExtractedFile]:
        while self._done:
            number = self._next if self.is_ordered else next(iter(self._done))
            if number not in self._done:
                return
            file = self._done.pop(number)
            self._done_characters -= _count_characters(file)
            self._next = number + 1
            yield file


def _count_characters(file: ExtractedFile) -> int:
    return sum(len(page.text) for page in file.pages)


def _choose_languages(codes: Sequence[str], settings: ExtractionSettings) -> tuple[str, ...]:
    return check_languages(codes) or tuple(settings.ocr_languages.split("+"))


def _has_path(source: Source) -> TypeGuard[str | os.PathLike[str]]:
    return isinstance(source, str | os.PathLike)


def _may_block(source: Source) -> bool:
    if _has_path(source) or isinstance(source, bytes) or getattr(source, "closed", False):
        return False
    return not (hasattr(source, "seekable") and source.seekable())


def _describe_unreadable(source: Source, error: PapraIndexError) -> ExtractedFile:
    name = replace_surrogates(Path(source).name) if _has_path(source) else ""
    return ExtractedFile(source, name, (), "", ExtractionStatus.FAILED, error.code, error.message)

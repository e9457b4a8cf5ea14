"""Files within files: each member of a container goes through the same pipeline and gives further pages.

What the members of one original may take is bounded together; one that cannot be read costs its own text only.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from papra_index.conventions.values import dataclass
from papra_index.documents import Page, PageSource, Provenance
from papra_index.errors import ContentTooLarge, ExtractionError, OcrLanguageMissing, OcrUnavailable
from papra_index.extraction.content import Allowance, BeginOcr, ExtractionJob, ExtractionLimits, Extractor
from papra_index.extraction.detection import HEAD_BYTES, detect_mime_type, load_extractor
from papra_index.extraction.reading import explain_failure

_MAX_NAME = 250
_MAX_FAILURES_TOLD = 8
_MAX_REASON = 300
_TOLD = "not all that is in it could be read: "

# These are tried again once the program or the language is there, so they are said before others.
_TRIED_AGAIN = (OcrUnavailable, OcrLanguageMissing)


Chunks = Generator[bytes, None, None]
"""A member's bytes piece by piece; closing it closes the member."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a container: `open` gives its bytes in chunks and may raise an ExtractionError.

    With `extractor` it is read in place by that instead. `is_titled` puts its name above its text.
    """

    name: str
    open: Callable[[], Chunks] | None = None
    declared_type: str | None = None
    extractor: Extractor | None = None
    is_titled: bool = True


class MemberReader:
    """Reads the members of one container in turn, numbers their pages and remembers what could not be read."""

    def __init__(self, job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> None:
        self._job = job
        self._limits = limits
        self._begin_outer_ocr = begin_ocr
        self._allowance = job.allowance or Allowance(limits.max_members, limits.max_unpacked_bytes)
        self._pages_count = 0
        self._ocr_pages = 0
        self._text_bytes = 0
        self._failures: list[tuple[str, ExtractionError]] = []
        self._failures_count = 0
        self._unread: list[str] = []

    def make_page(self, text: str, provenance: Provenance) -> Page:
        """Return the next page of the container."""
        return self._take_page(Page(0, text, provenance))

    def read_members(self, members: Iterable[Member], lists_unread: str | None = None) -> Iterator[Page]:
        """Yield the pages of all members, then a page with the names of those without text if `lists_unread` names
        the engine of it.

        Raises, after all that could be read, an ExtractionError that names the members that could not and why.
        """
        failure: ExtractionError | None = None
        try:
            for member in members:
                if self._job.wanted_pages is not None and self._pages_count >= max(self._job.wanted_pages, default=0):
                    break
                self._take_room()
                yield from self._read_member(member)
        except ExtractionError as error:
            failure = error
        if lists_unread and self._unread and self._pages_count:
            yield self.make_page("\n".join(self._unread), Provenance(PageSource.TEXT, lists_unread))
        self._raise_failures(failure)

    def _take_room(self) -> None:
        left = self._allowance
        if left.members <= 0:
            raise ContentTooLarge(f"there are more than {self._limits.max_members} files in it; the rest was left out")
        if left.unpacked_bytes <= 0:
            size = self._limits.max_unpacked_bytes >> 20
            raise ContentTooLarge(f"the files in it are larger than {size} MB together; the rest was left out")
        if self._pages_count >= self._limits.max_pages or self._text_bytes >= self._limits.max_text_bytes:
            raise ContentTooLarge(f"its text is longer than {self._pages_count} pages; the rest was left out")
        left.members -= 1

    def _read_member(self, member: Member) -> Iterator[Page]:
        name = tidy_name(member.name)
        before = self._pages_count
        wanted = self._job.wanted_pages
        job = replace(
            self._job, name=name, declared_type=member.declared_type, depth=self._job.depth + 1,
            allowance=self._allowance,
            wanted_pages=None if wanted is None else frozenset(number - before for number in wanted if number > before),
        )  # fmt: skip
        try:
            for page in self._extract_pages(member, job):
                titled = member.is_titled and self._pages_count == before
                text = f"{name}\n\n{page.text}" if titled else page.text
                yield self._take_page(replace(page, text=text))
        except Exception as error:
            self._note_failure(name, explain_failure(error, job, self._limits))
        if self._pages_count == before:
            self._unread.append(name)

    def _take_page(self, page: Page) -> Page:
        self._pages_count += 1
        self._text_bytes += len(page.text)
        return replace(page, number=self._pages_count)

    def _extract_pages(self, member: Member, job: ExtractionJob) -> Iterator[Page]:
        if job.depth > self._limits.max_depth:
            raise ContentTooLarge(f"it lies more than {self._limits.max_depth} files deep")
        limits = replace(
            self._limits,
            max_pages=self._limits.max_pages - self._pages_count,
            max_ocr_pages=max(0, self._limits.max_ocr_pages - self._ocr_pages),
            max_text_bytes=self._limits.max_text_bytes - self._text_bytes,
        )
        if member.extractor is not None:
            yield from member.extractor(job, limits, self._begin_ocr)
        elif member.open is not None:
            with tempfile.NamedTemporaryFile(prefix="member-") as file:
                with closing(member.open()) as chunks:
                    head = self._store(chunks, file.write)
                file.flush()
                if head:
                    job = replace(job, path=Path(file.name))
                    extractor = load_extractor(detect_mime_type(head, job.name, job.declared_type, job.path))
                    yield from extractor(job, limits, self._begin_ocr)

    def _store(self, chunks: Iterator[bytes], write: Callable[[bytes], int]) -> bytes:
        """Write a member to a file within the bounds, and return its first bytes; sizes it states are not trusted."""
        head, size = b"", 0
        for chunk in chunks:
            size += len(chunk)
            self._allowance.unpacked_bytes -= len(chunk)
            if size > self._limits.max_member_bytes:
                raise ContentTooLarge(f"it is larger than {self._limits.max_member_bytes >> 20} MB")
            if self._allowance.unpacked_bytes < 0:
                raise ContentTooLarge(f"all together is larger than {self._limits.max_unpacked_bytes >> 20} MB")
            if len(head) < HEAD_BYTES:
                head += chunk[: HEAD_BYTES - len(head)]
            write(chunk)
        return head

    def _begin_ocr(self, page_number: int) -> None:
        self._ocr_pages += 1
        self._begin_outer_ocr(self._pages_count + page_number)

    def _note_failure(self, name: str, error: ExtractionError) -> None:
        self._failures_count += 1
        if len(self._failures) < _MAX_FAILURES_TOLD or isinstance(error, _TRIED_AGAIN):
            self._failures.append((name, error))

    def _raise_failures(self, failure: ExtractionError | None) -> None:
        if not self._failures:
            if failure is not None:
                raise failure
            return
        errors = [error for _, error in self._failures]
        first = next((error for error in errors if isinstance(error, _TRIED_AGAIN)), failure or errors[0])
        told = [_tell_failure(name, error.message) for name, error in self._failures[:_MAX_FAILURES_TOLD]]
        if self._failures_count > len(told):
            told.append(f"and {self._failures_count - len(told)} more")
        message = _TOLD + "; ".join(told)
        raise type(first)(message if failure is None else f"{failure.message}; {message}")


def tidy_name(name: str) -> str:
    """Return a member's name on one line and of bearable length."""
    name = " ".join("".join(character if character.isprintable() else " " for character in name[:4096]).split())
    return name if len(name) <= _MAX_NAME else f"{name[: _MAX_NAME // 2]}...{name[-_MAX_NAME // 2 :]}"


def _tell_failure(name: str, message: str) -> str:
    # A container within says of its own members what was wrong.
    told = f"{name} ({message.removeprefix(_TOLD)})" if message.startswith(_TOLD) else f"{name}: {message}"
    return told if len(told) <= _MAX_REASON else told[: _MAX_REASON - 3] + "..."

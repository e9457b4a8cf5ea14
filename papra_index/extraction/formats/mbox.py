"""Mailboxes of many messages in one file (mbox): cut at their envelope lines and read as e-mail one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from papra_index.documents import Page
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.members import Chunks, Member, MemberReader

_MAX_LINE = 1 << 16
_CHUNK_BYTES = 1 << 16
_ENVELOPE = re.compile(rb"From \S+ .*\d\d:\d\d.*\b\d{4}\b")
_ESCAPED = re.compile(rb">+From ")


def read_mailbox(job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the pages of a mailbox's messages in turn.

    Raises, after all that was read, the reason of messages and attachments that were not.
    """
    with job.path.open("rb") as file:
        yield from MemberReader(job, limits, begin_ocr).read_members(_Mailbox(file).list_members())


class _Mailbox:
    """Reads a mailbox from front to back, a message at a time."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._line = file.readline(_MAX_LINE)
        self._at_envelope = True

    def list_members(self) -> Iterator[Member]:
        """Yield the messages; each is passed by when the next one is asked for."""
        number = 0
        while self._line:
            number += 1
            self._at_envelope = False
            if _ENVELOPE.match(self._line):
                self._line = self._file.readline(_MAX_LINE)
            yield Member(f"message {number}.eml", self._read_message, "message/rfc822", is_titled=False)
            for _ in self._read_message():
                # One that was refused within is passed by.
                pass

    def _read_message(self) -> Chunks:
        gathered = bytearray()
        after_blank = False
        while self._line and not self._at_envelope:
            if after_blank and _ENVELOPE.match(self._line):
                self._at_envelope = True
                break
            after_blank = not self._line.strip(b"\r\n")
            gathered += self._line[1:] if _ESCAPED.match(self._line) else self._line
            self._line = self._file.readline(_MAX_LINE)
            if len(gathered) >= _CHUNK_BYTES:
                yield bytes(gathered)
                gathered.clear()
        if gathered:
            yield bytes(gathered)

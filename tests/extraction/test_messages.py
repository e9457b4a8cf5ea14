"""Messages: whatever goes in at one end comes out at the other, however the bytes are cut on the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.documents import ExtractionStatus, Page, PageSource, Provenance
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits
from papra_index.extraction.messages import (
    MessageBuffer,
    decode_content,
    decode_job,
    decode_limits,
    encode_content,
    encode_job,
    encode_limits,
    pack_message,
)

MESSAGES = st.lists(st.lists(st.text(st.characters()) | st.integers() | st.none(), max_size=4), max_size=6)


@given(MESSAGES, st.integers(1, 9))
def test_messages_survive_any_cutting(messages: list[list[object]], size: int) -> None:
    data = b"".join(pack_message(message) for message in messages)
    buffer = MessageBuffer()
    received = [message for start in range(0, len(data), size) for message in buffer.take(data[start : start + size])]
    assert received == messages


def test_values_come_back() -> None:
    job = ExtractionJob(3, Path("/a/\udcff.txt"), "Grüße.txt", "text/plain", ("eng", "deu"))
    limits = ExtractionLimits(seconds=1.5, max_pages=7)
    page = Page(1, "text", Provenance(PageSource.OCR, "tesseract 5", 93.5, 0.25))
    content = ExtractedContent(3, (page, page), "image/png", ExtractionStatus.PARTIAL, "a.b", "why", 1.25)
    [job_message, limits_message, content_message] = MessageBuffer().take(
        b"".join(map(pack_message, [encode_job(job), encode_limits(limits), encode_content(content)]))
    )
    assert decode_job(job_message) == job
    assert decode_limits(limits_message) == limits
    assert decode_content(content_message, []) == content


def test_relative_paths_become_absolute() -> None:
    assert encode_job(ExtractionJob(1, Path("a.txt"), "a.txt"))[2] == str(Path.cwd() / "a.txt")


def test_bytes_of_someone_else_are_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        list(MessageBuffer().take(b"\xff\xff\xff\xff{}"))

"""Outlook messages: whichever body there is, recipients, attachments, messages within messages, damage."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from fixtures.ole import Storage, build_message, build_ole
from papra_index.documents import ExtractionStatus
from papra_index.errors import ContentDamaged, ContentTooLarge
from papra_index.extraction.content import ExtractedContent, ExtractionJob
from papra_index.extraction.formats.lzfu import decompress_rtf
from papra_index.extraction.reading import extract_content

RTF = rb"{\rtf1\ansi The rich {\b words}}"
COMPRESSED_RTF = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a0072637067313235423 20af32068656c0900206277 05b06c647d0a800fa0".replace(
        " ", ""
    )
)


def read(folder: Path, data: bytes, name: str = "a.msg") -> ExtractedContent:
    (folder / name).write_bytes(data)
    return extract_content(ExtractionJob(1, folder / name, name))


def wrap_rtf(rtf: bytes) -> bytes:
    return struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf


def test_rich_text_is_unpacked() -> None:
    # The example of the format's own documentation.
    assert decompress_rtf(COMPRESSED_RTF, 1000) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert decompress_rtf(wrap_rtf(RTF), 1000) == RTF
    assert decompress_rtf(COMPRESSED_RTF[:30], 1000).startswith(b"{\\rtf1\\ansi")
    with pytest.raises(ContentDamaged):
        decompress_rtf(b"\0" * 20, 1000)
    with pytest.raises(ContentTooLarge):
        decompress_rtf(b"\0" * 8 + b"LZFu" + b"\0" * 4 + (b"\0" + b"x" * 8) * 300, 1000)


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        ({"1000": "plain words", "1013": b"<p>HTML words"}, "plain words"),
        ({"1013": "<meta charset=cp1251><p>Договор".encode("cp1251")}, "Договор"),
        ({"1013": "<p>HTML as text"}, "HTML as text"),
        ({"1009": wrap_rtf(RTF)}, "The rich words"),
    ],
)
def test_bodies_of_every_form(tmp_path: Path, properties: dict[str, str | bytes], text: str) -> None:
    outcome = read(tmp_path, build_ole(build_message({"0037": "Subject line", **properties})), "without a suffix")
    assert (outcome.mime_type, outcome.status) == ("application/vnd.ms-outlook", ExtractionStatus.DONE)
    assert outcome.pages[0].text.startswith("Subject: Subject line")
    assert outcome.pages[-1].text.endswith(text)


def test_eight_bit_text_is_of_the_code_page(tmp_path: Path) -> None:
    message = build_message({}, {0x3FFD: 1251})
    message["__substg1.0_1000001E"] = "Договор аренды".encode("cp1251")
    assert read(tmp_path, build_ole(message)).pages[0].text == "Договор аренды"


def test_attachments_without_content_are_named(tmp_path: Path) -> None:
    message = build_message({"1000": "see there"})
    message["__attach_version1.0_#00000000"] = build_message({"3707": "linked.docx"}, header=8)
    outcome = read(tmp_path, build_ole(message))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.unsupported")
    assert outcome.pages[0].text == "Attachments: linked.docx\n\nsee there"
    assert "linked.docx" in str(outcome.message)


def test_messages_within_messages_end_at_a_depth(tmp_path: Path) -> None:
    message: Storage = build_message({"1000": "the innermost"}, header=24)
    for level in range(12):
        outer = build_message({"1000": f"level {level}"}, header=24)
        outer["__attach_version1.0_#00000000"] = {
            **build_message({"3001": "within"}, header=8),
            "__substg1.0_3701000D": message,
        }
        message = outer
    outcome = read(tmp_path, build_ole(message))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.too_large")
    assert len(outcome.pages) == 6


def test_damage_ends_as_text_or_a_reason(tmp_path: Path, documents: Path) -> None:
    data = (documents / "summer-party.msg").read_bytes()
    chance = random.Random(3)
    for _ in range(60):
        broken = bytearray(data[: chance.randrange(520, len(data))] if chance.random() < 0.3 else data)
        for _ in range(chance.randrange(1, 6)):
            broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        outcome = read(tmp_path, bytes(broken))
        assert not str(outcome.message).startswith("unexpected"), outcome.message

"""E-mail: headers, the right one of the alternatives, charsets that lie, attachments, and messages made to hurt."""

from __future__ import annotations

import base64
import random
import time
from pathlib import Path

import pytest

from papra_index.documents import ExtractionStatus
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits
from papra_index.extraction.formats.mime import decode_words
from papra_index.extraction.reading import extract_content

HEAD = b"Message-ID: <1@x.example>\nFrom: a@x.example\n"


def read(folder: Path, data: bytes, name: str = "a.eml", limits: ExtractionLimits | None = None) -> ExtractedContent:
    (folder / name).write_bytes(data)
    return extract_content(ExtractionJob(1, folder / name, name), limits)


def read_body(folder: Path, data: bytes) -> str:
    return read(folder, HEAD + data).pages[0].text.partition("\n\n")[2]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain words", "plain words"),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?= an alle", "Grüße an alle"),
        ("=?utf-8?B?4oKs?=\n =?utf-8?B?4oKs?=", "€€"),
        ("=?iso-2022-jp?B?GyRCN0BMcz1xGyhC?=", "契約書"),
        ("=?gb2312?B?us/NrA==?=", "合同"),
        ("=?no-such-charset?Q?na=C3=AFve?=", "naïve"),
        ("=?utf-8?B?!!!?= broken", "=?utf-8?B?!!!?= broken"),
        ("Übergröße raw", "Übergröße raw"),
    ],
)
def test_header_words(value: str, text: str) -> None:
    assert decode_words(value) in {text, text.removeprefix("=?utf-8?B?!!!?= ")}


@pytest.mark.parametrize(
    "charset", ["utf-8", "cp1252", "cp1251", "koi8-r", "shift_jis", "gb2312", "utf-16", "iso-8859-2"]
)
def test_bodies_of_every_charset(tmp_path: Path, charset: str) -> None:
    words = {"cp1251": "Договор аренды", "koi8-r": "Договор аренды", "shift_jis": "契約書です", "gb2312": "合同文件"}
    text = words.get(charset, "Größe und Maß")
    coded = base64.encodebytes(text.encode(charset))
    head = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: base64\n\n".encode()
    assert read_body(tmp_path, head + coded) == text


@pytest.mark.parametrize("declared", ["us-ascii", "iso-8859-1", "no-such-charset", '"utf-8', "utf-16", "idna", "hex"])
@pytest.mark.parametrize("actual", ["utf-8", "cp1252"])
def test_wrong_charsets_do_not_hide_the_text(tmp_path: Path, declared: str, actual: str) -> None:
    text = "Die Rechnung über 12,50 € für Müller ist längst überfällig."
    head = f"Content-Type: text/plain; charset={declared}\n\n".encode()
    assert read_body(tmp_path, head + text.encode(actual)) == text


def test_plain_text_is_preferred_unless_it_says_nothing(tmp_path: Path) -> None:
    def alternatives(plain: bytes, html: bytes) -> bytes:
        parts = b"--b\nContent-Type: text/plain\n\n" + plain + b"\n--b\nContent-Type: text/html\n\n" + html
        return b"Content-Type: multipart/alternative; boundary=b\n\n" + parts + b"\n--b--\n"

    assert read_body(tmp_path, alternatives(b"the plain words", b"<p>the HTML words")) == "the plain words"
    assert read_body(tmp_path, alternatives(b" \n", b"<p>only here")) == "only here"
    stub = read_body(tmp_path, alternatives(b"No HTML?", b"<p>The invoice of May is attached, with thanks for all"))
    assert "invoice of May" in stub


def test_files_among_the_alternatives_are_read(tmp_path: Path) -> None:
    data = (
        b"Content-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain\n\nseen\n--a\n"
        b"Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/html\n\n<p>seen\n--m\n"
        b'Content-Type: text/plain; name="list.txt"\n\nin the list\n--m--\n--a--\n'
    )
    outcome = read(tmp_path, HEAD + data)
    assert [page.text for page in outcome.pages] == [
        "From: a@x.example\nAttachments: list.txt\n\nseen",
        "list.txt\n\nin the list",
    ]


def test_attachments_that_cannot_be_read_are_named_with_the_reason(tmp_path: Path) -> None:
    data = (
        b"Content-Type: multipart/mixed; boundary=m\n\n--m\n\nwords\n--m\n"
        b'Content-Type: application/x-odd; name="=?utf-8?q?=C3=A4.bin?="\nContent-Transfer-Encoding: base64\n\n'
        + base64.encodebytes(b"\0\1\2\3" * 9)
        + b"--m\nContent-Type: application/pgp-signature\n\nseal\n--m--\n"
    )
    outcome = read(tmp_path, HEAD + data)
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.unsupported")
    assert outcome.message is not None
    assert "ä.bin: files of type application/octet-stream" in outcome.message
    assert [page.text.rpartition("\n")[2] for page in outcome.pages] == ["words"]
    assert "Attachments: ä.bin" in outcome.pages[0].text


def test_attached_texts_are_read_in_their_declared_charset(tmp_path: Path) -> None:
    body = base64.b64encode("Saldo 1.234,56 für Müller".encode("cp500"))
    data = (
        b"Subject: statement\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
        b'Content-Type: text/plain; charset="IBM500"; name="statement.txt"\nContent-Transfer-Encoding: base64\n'
        b"Content-Disposition: attachment; filename=statement.txt\n\n" + body + b"\n--b--\n"
    )
    (tmp_path / "a.eml").write_bytes(data)
    outcome = extract_content(ExtractionJob(1, tmp_path / "a.eml", "a.eml"))
    assert outcome.pages[-1].text == "statement.txt\n\nSaldo 1.234,56 für Müller"


@pytest.mark.parametrize(
    "kind", [b"multipart/encrypted; boundary=b", b"application/pkcs7-mime; smime-type=enveloped-data"]
)
def test_encrypted_messages_say_so_and_keep_their_headers(tmp_path: Path, kind: bytes) -> None:
    outcome = read(tmp_path, HEAD + b"Subject: salary\nContent-Type: " + kind + b"\n\n--b\n\nMIAGCSqGSIb3\n--b--\n")
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.encrypted")
    assert "Subject: salary" in outcome.pages[0].text


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Type: message/rfc822\n\n" * 5_000 + b"the end",
        b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(5_000)),
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nword\n" * 100_000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Disposition: attachment\n\nword\n" * 100_000,
        b"Content-Type: multipart/alternative; boundary=b\n\n" + b"--b\nContent-Type: text/html\n\n<p>x\n" * 100_000,
    ],
    ids=["nested mails", "nested multiparts", "parts", "attachments", "alternatives"],
)
def test_messages_without_end_are_left_soon(tmp_path: Path, data: bytes) -> None:
    started = time.monotonic()
    outcome = read(tmp_path, HEAD + data)
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.too_large")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Type: multipart/mixed\n\nno boundary",
        b"Content-Type: multipart/mixed; boundary=b\n\nno boundary line",
        b"Content-Type: multipart/mixed; boundary=\xff\xfe\n\n--\xff\xfe\n\nno boundary",
        b"Content-Type: \xe4/\xff; charset*0*=x''%ff; name*=broken\n\nno boundary",
        b"Content-Transfer-Encoding: base64\n\nbm8gYm91bmRhcnk",
        b"Content-Type: text/plain; charset==?utf-8?q?x?=\n\nno boundary",
        b"Subject: " + b"=?x?q?" * 5_000 + b"\n\nno boundary",
        b"Subject: x\nno boundary between header and text\n\nmore",
        b"X" * 300_000 + b": y\n\nno boundary",
    ],
)
def test_broken_messages_keep_their_text(tmp_path: Path, data: bytes) -> None:
    outcome = read(tmp_path, HEAD + data)
    assert any("no boundar" in page.text for page in outcome.pages)


@pytest.mark.parametrize(
    "name", ["plumber-estimate.eml", "plots-list.mbox", "owners-meeting.ics", "addresses.vcf", "garden-plan.svg"]
)
def test_damaged_fixtures_end_as_text_or_a_reason(tmp_path: Path, documents: Path, name: str) -> None:
    data = (documents / name).read_bytes()
    chance = random.Random(name)
    for _ in range(60):
        broken = bytearray(data[: chance.randrange(1, len(data))] if chance.random() < 0.3 else data)
        for _ in range(chance.randrange(1, 9)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        outcome = read(tmp_path, bytes(broken), name)
        assert not str(outcome.message).startswith("unexpected"), outcome.message
        assert ": unexpected" not in str(outcome.message), outcome.message


def test_mailboxes_are_cut_at_their_envelopes(tmp_path: Path) -> None:
    envelope = b"From a@x.example Sat Mar  2 18:40:00 2019\n"
    messages = b"".join(envelope + HEAD + b"\nFrom then on\n\n>From here\n\n" for _ in range(3))
    outcome = read(tmp_path, messages, "a.mbox")
    assert (outcome.mime_type, outcome.status) == ("application/mbox", ExtractionStatus.DONE)
    assert [page.text for page in outcome.pages] == ["From: a@x.example\n\nFrom then on\n\nFrom here"] * 3
    assert read(tmp_path, messages, "noname").mime_type == "application/mbox"
    few = read(tmp_path, messages, "a.mbox", ExtractionLimits(max_members=2))
    assert (len(few.pages), few.reason) == (2, "extraction.too_large")
    large = read(tmp_path, envelope + HEAD + b"\n" + b"x" * 200_000 + b"\n\n" + messages, "a.mbox",
                 ExtractionLimits(max_member_bytes=100_000))  # fmt: skip
    assert (len(large.pages), large.status) == (3, ExtractionStatus.PARTIAL)
    assert "message 1.eml: it is larger than" in str(large.message)

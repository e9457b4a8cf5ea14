"""Encodings: what is written in Unicode comes back to the letter; eight-bit text is guessed well enough to be found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.extraction.encodings import decode_declared, decode_text, is_textual

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), min_size=1)


@given(TEXTS)
def test_utf8_comes_back(text: str) -> None:
    data = text.encode("utf-8")
    # NULs near the start make bytes look wide; no text has them.
    if b"\0" not in data:
        assert decode_text(data) == (text, "utf-8")
    assert decode_text(b"\xef\xbb\xbf" + data) == (text, "utf-8")


@given(TEXTS, st.sampled_from(["utf-16", "utf-32"]), st.sampled_from(["le", "be"]))
def test_marked_wide_text_comes_back(text: str, form: str, order: str) -> None:
    # A NUL right after its mark makes UTF-16 LE look like UTF-32.
    if text.startswith("\0"):
        return
    encoding = f"{form}-{order}"
    assert decode_text(("\ufeff" + text).encode(encoding)) == (text, encoding)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_categories=["C"]), min_size=4))
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_unmarked_wide_text_of_european_letters_comes_back(encoding: str, text: str) -> None:
    text = f"Dear reader, {text}"
    assert decode_text(text.encode(encoding)) == (text, encoding)


@given(st.binary(max_size=300))
def test_any_bytes_decode_to_something(data: bytes) -> None:
    text, encoding = decode_text(data)
    assert isinstance(text, str)
    assert encoding
    is_textual(data)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Grüße aus München"),
        ("latin-1", "Müller"),
        ("cp1252", "Ça va très bien, à bientôt"),
        ("latin-1", "El niño comió piñas en la montaña el año pasado"),
        ("cp1252", "Año 2024: señor Muñoz pagó 35 €"),
        ("cp1250", "Umowa najmu lokalu mieszkalnego zawarta w Łodzi; czynsz płatny do dziesiątego dnia"),
        ("iso-8859-2", "Zażółć gęślą jaźń, źródło"),
        ("cp1251", "Привет, как дела? Встреча завтра."),
        ("koi8-r", "Привет, как дела? Встреча завтра."),
        ("cp866", "Привет, как дела? Встреча завтра."),
        ("cp1253", "Ελληνικά κείμενα για δοκιμή"),
        ("shift_jis", "これは日本語の文章です。"),
        ("gb18030", "这是一个中文文档，用于测试。"),
        ("euc-kr", "한국어 문서입니다 안녕하세요"),
    ],
)
def test_eight_bit_and_east_asian_text_is_guessed(encoding: str, text: str) -> None:
    assert decode_text(text.encode(encoding))[0] == text


@pytest.mark.parametrize("charset", ["cp500", "cp037", "cp273", "cp1140"])
def test_ebcdic_is_read_where_it_is_declared(charset: str) -> None:
    text = "Kontoauszug Nr. 0042\nSaldo 1.234,56 für Müller\n"
    assert decode_declared(text.encode(charset), charset) == (text, charset)


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        ("Grüße".encode("koi8-r", "replace") + "Привет".encode("koi8-r"), "koi8-r", "Gr??eПривет"),
        ("naïve façade".encode(), "iso-8859-1", "naïve façade"),
        ("naïve façade".encode("utf-8-sig"), "cp500", "naïve façade"),
        ("Grüße an alle".encode("utf-16"), "windows-1252", "Grüße an alle"),
        (b"invoice 0042 of 3 May", "cp500", "invoice 0042 of 3 May"),
        (b"invoice 0042 of 3 May", "utf-16", "invoice 0042 of 3 May"),
        ("žluťoučký kůň".encode("cp1250"), "cp1250", "žluťoučký kůň"),
        (b"caf\xe9 bar", "shift_jis", "café bar"),
        (b"plain words", "no-such-charset", "plain words"),
        (b"plain words", "punycode", "plain words"),
        (b"plain words", "hex", "plain words"),
        (b"plain words", "", "plain words"),
    ],
)
def test_a_declared_charset_holds_unless_the_bytes_contradict_it(data: bytes, declared: str, text: str) -> None:
    assert decode_declared(data, declared)[0] == text


def test_one_bad_byte_does_not_turn_utf8_into_another_encoding() -> None:
    data = "Schöne Grüße, über alles\n".encode() * 50 + b"\xff" + "Straße\n".encode() * 50
    text, encoding = decode_text(data)
    assert encoding == "utf-8"
    assert text.count("\ufffd") == 1


def test_binary_is_not_text() -> None:
    assert not is_textual(bytes(range(256)) * 4)
    assert not is_textual(b"\x00\x01\x02\x03" * 100)
    assert is_textual("Привет".encode("koi8-r"))

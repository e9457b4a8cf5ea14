"""Which encoding bytes of text are in: marks and UTF-8 first, NUL patterns next, and a guess only for what is left.

Reading UTF-8 imports nothing beyond the codecs; charset-normalizer comes in for eight-bit text only.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from contextlib import suppress

SAMPLE_BYTES = 200_000
"""How much of a text its encoding is guessed from: more costs seconds and changes nothing."""

_MARKS = (
    # UTF-32 LE begins with the mark of UTF-16 LE, so it is looked for first.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_LATIN = frozenset({"cp1250", "cp1254", "cp1257", "cp850", "cp852", "iso8859_2"})
_CANDIDATES = (
    "cp1252", *sorted(_LATIN), "cp1251", "cp1253", "cp1255", "cp1256", "iso8859_5", "iso8859_7", "koi8_r", "koi8_u",
    "cp866", "cp437", "mac_roman", "cp932", "euc_jp", "iso2022_jp", "gb18030", "big5", "cp949", "cp500", "cp874",
)  # fmt: skip

_AS_MAILERS_MEAN = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "", "ascii": "", "utf-8": "", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "iso-8859-9": "cp1254",
}  # fmt: skip

# Python has these among its encodings, though no text is in them; some take quadratic time.
_NO_CHARSETS = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})

# Letters of Central Europe read as Windows-1252 put signs into the middle of words.
_SIGN_IN_WORD = re.compile(r"[^\W\d_][¡-§©«-±´¶-¹»-¿×÷€‚„†-‰‹•™›¤˜ˆ]+[^\W\d_]|[^\W\d_][¹³¿£¥¢¼¾]")

_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\x0b\f\r\x1b\b\x1a")
_NON_ASCII = bytes(range(128, 256))


def find_mark(head: bytes) -> tuple[str, int] | None:
    """Return the encoding that a byte order mark announces and the length of the mark."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    return None


def is_textual(head: bytes) -> bool:
    """Whether the first bytes of a file look like text in any common encoding."""
    if find_mark(head) is not None:
        return True
    if b"\0" in head:
        return find_wide_encoding(head) is not None
    return len(head) == len(head.translate(None, _CONTROLS)) or _is_utf8(head)


def find_wide_encoding(head: bytes) -> str | None:
    """Return the UTF-16 or UTF-32 form whose characters the bytes make sense as, None without NULs among them."""
    sample = head[: min(len(head), 1024) // 4 * 4] or head[: len(head) // 2 * 2]
    if b"\0" not in sample:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if min(even, odd) * 4 >= max(len(sample) // 2, 1):
        candidates = ["utf-32-le", "utf-32-be"]
    else:
        candidates = ["utf-16-le", "utf-16-be"] if odd > even else ["utf-16-be", "utf-16-le"]
    for encoding in candidates:
        if _makes_sense(sample, encoding):
            return encoding
    return None


def decode_text(data: bytes) -> tuple[str, str]:
    """Return the text of bytes and the name of their encoding; never fails, what cannot be read becomes U+FFFD."""
    mark = find_mark(data)
    if mark is not None:
        encoding, length = mark
        return data[length:].decode(encoding, "replace"), encoding
    if b"\0" not in data[:4096]:
        try:
            return data.decode("utf-8"), "utf-8"
        except UnicodeDecodeError as error:
            # One bad byte far into a UTF-8 text must not turn all of it into mojibake.
            if _is_mostly_utf8(data, error.start):
                return data.decode("utf-8", "replace"), "utf-8"
    elif (wide := find_wide_encoding(data)) is not None:
        return data.decode(wide, "replace"), wide
    encoding = guess_encoding(data)
    return data.decode(encoding, "replace"), encoding


def decode_declared(data: bytes, declared: str | None) -> tuple[str, str]:
    """Return the text of bytes and their encoding, which is the declared one where the bytes bear it out."""
    charset = (declared or "").strip().strip("\"'").lower()
    charset = _AS_MAILERS_MEAN.get(charset, charset)
    misses_nuls = charset.startswith(("utf-16", "utf-32", "utf16", "utf32", "ucs")) and b"\0" not in data
    if not charset or misses_nuls or find_mark(data) is not None:
        return decode_text(data)
    if not data.isascii():
        with suppress(UnicodeDecodeError):
            # Text of another encoding is hardly ever valid UTF-8 by chance.
            return data.decode("utf-8"), "utf-8"
    try:
        if data.isascii() and b"\0" not in data and decode_charset(b"A", charset) != "A":
            # In EBCDIC letters and digits are beyond ASCII: what has none of them is not what was declared.
            return decode_text(data)
        return decode_charset(data, charset), charset
    except (LookupError, ValueError):
        return decode_text(data)


def decode_charset(data: bytes, charset: str) -> str:
    """Return bytes decoded strictly; raises LookupError for what is no encoding of text, and UnicodeDecodeError."""
    if codecs.lookup(charset).name.replace("-", "_") in _NO_CHARSETS:
        raise LookupError(f"{charset} is no charset")
    return data.decode(charset)


def guess_encoding(data: bytes) -> str:
    """Return the most likely eight-bit or East Asian encoding of a text, "cp1252" when nothing is likely."""
    from charset_normalizer import from_bytes

    sample = data[:SAMPLE_BYTES]
    matches = from_bytes(sample, cp_isolation=[*_CANDIDATES], preemptive_behaviour=True)
    best = matches.best()
    if best is None:
        return "cp1252"
    for match in matches:
        # In a few words the encodings of Latin letters look alike; Western Europe is the likelier origin.
        alike = match.chaos <= best.chaos and match.coherence >= best.coherence - 0.2
        if match.encoding == "cp1252" and best.encoding in _LATIN and alike:
            return best.encoding if _SIGN_IN_WORD.search(sample.decode("cp1252", "replace")) else "cp1252"
    return best.encoding


def _is_utf8(head: bytes) -> bool:
    """Whether bytes, possibly cut within a character, are UTF-8 that goes beyond ASCII."""
    if not head.strip(_NON_ASCII):
        return False
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return not text.isascii() and sum(character < " " for character in text) * 20 < len(text)


def _is_mostly_utf8(data: bytes, first_error: int) -> bool:
    sample = data[: max(first_error + 4096, SAMPLE_BYTES)]
    text = sample.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(map(len, text.split("\ufffd"))) - sum(map(str.isascii, text))
    return right > 20 * wrong


def _makes_sense(sample: bytes, encoding: str) -> bool:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    strange = sum(
        unicodedata.category(character) in {"Cc", "Cn", "Co"} and character not in "\t\n\r\f\ufeff"
        for character in text
    )
    # Text of any script has spaces, digits, line ends or the stops of East Asia in it.
    common = sum(" " <= character <= "z" or character in "\t\n\r\u3001\u3002" for character in text)
    return strange * 50 <= len(text) and common * 64 >= len(text) > 0

"""What language a text is in, and how much of it looks like writing: from a page's beginning, by CLD3, offline.

CLD3 was chosen among four detectors for its size (3 MB), its wheels for every platform, and 50 µs a page.
"""

from __future__ import annotations

import string
from functools import cache

import gcld3

_SAMPLE = 300
_LEAST_LETTERS = 20
_LEAST_PROBABILITY = 0.7
_QUALITY_SAMPLE = 400
_WIDE = "\u3040"

# CLD3 says iw where ISO 639 has said he since 1989.
_RENAMED = {"iw": "he"}

_PUNCTUATION = ".,-_\u2010\u2011\u2012\u2013\u2014\u2026。、"
_UNCOUNTED = (string.whitespace + ".,-_").encode()
_ALPHANUMERIC = (string.ascii_letters + string.digits).encode()


def detect_language(text: str) -> str | None:
    """Return the ISO 639-1 code (639-2 where there is none) of the language of a text, judged by its beginning.

    None where it has fewer than twenty letters or is too mixed to tell.
    """
    sample = text[:_SAMPLE]
    if not _has_letters(sample):
        return None
    found = _load_detector().FindLanguage(text=sample.encode("utf-8", "ignore").decode("utf-8"))
    if not found.is_reliable or found.probability < _LEAST_PROBABILITY:
        return None
    code = str(found.language).partition("-")[0]
    return None if code == "und" else _RENAMED.get(code, code)


def measure_quality(text: str) -> float | None:
    """Return the share, in 0..100, of letters and digits among a text's signs, judged by its beginning; None without
    any sign.

    Writing has hardly anything else but full stops, commas and dashes, which do not count, as rows of them lead the eye
    in tables; noise of OCR and of broken text layers is brackets, bars and characters that no writing has.
    """
    sample = text[:_QUALITY_SAMPLE]
    if sample.isascii():
        signs = sample.encode().translate(None, _UNCOUNTED)
        written = len(signs) - len(signs.translate(None, _ALPHANUMERIC))
        return round(100 * written / len(signs), 1) if signs else None
    shown = [character for character in sample if not character.isspace() and character not in _PUNCTUATION]
    return round(100 * sum(map(str.isalnum, shown)) / len(shown), 1) if shown else None


def _has_letters(sample: str) -> bool:
    count = 0
    for character in sample:
        if character.isalpha():
            # A Chinese or Japanese sentence says as much in a third of the signs.
            count += 3 if character >= _WIDE else 1
            if count >= _LEAST_LETTERS:
                return True
    return False


@cache
def _load_detector() -> gcld3.NNetLanguageIdentifier:
    return gcld3.NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=4 * _SAMPLE)

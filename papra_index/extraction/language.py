"""What language a text is in, and how much of it looks like writing: from a page's beginning, by CLD3, offline.

CLD3 was chosen among four detectors for its size (3 MB), its wheels for every platform, and 50 µs a page.
"""

from __future__ import annotations

import re
from functools import cache

import gcld3

_SAMPLE = 1_000
_LEAST_LETTERS = 20
_LEAST_PROBABILITY = 0.7
_QUALITY_SAMPLE = 2_000
_WIDE = "\u3040"

# CLD3 says iw where ISO 639 has said he since 1989.
_RENAMED = {"iw": "he"}

_MARKS = re.compile(r"^\W{1,3}|\W{1,3}$")
_LEAST_SHARE = 0.6
_NOISE = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")


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
    """Return the share, in 0..100, of a text's signs that stand in words or numbers; None without any sign.

    Noise of OCR and of broken text layers is signs without letters, letters and signs in turn, and characters that no
    writing has.
    """
    tokens = text[:_QUALITY_SAMPLE].split()
    total = sum(map(len, tokens))
    if not total:
        return None
    good = sum(len(token) for token in tokens if _looks_written(token))
    return round(100 * good / total, 1)


def _has_letters(sample: str) -> bool:
    count = 0
    for character in sample:
        if character.isalpha():
            # A Chinese or Japanese sentence says as much in a third of the signs.
            count += 3 if character >= _WIDE else 1
            if count >= _LEAST_LETTERS:
                return True
    return False


def _looks_written(token: str) -> bool:
    if token.isalnum():
        return True
    # Quotation marks, brackets and currencies may stand around a word; within, as in addresses, signs are few.
    core = _MARKS.sub("", token)
    return sum(map(str.isalnum, core)) > _LEAST_SHARE * len(core) and not _NOISE.search(token)


@cache
def _load_detector() -> gcld3.NNetLanguageIdentifier:
    return gcld3.NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=4 * _SAMPLE)

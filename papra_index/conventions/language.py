"""What language a text is in: told from its beginning by CLD3, offline, for whatever stage has a text.

CLD3 was chosen among four detectors for its size (3 MB), its wheels for every platform, and less than 0.1 ms a page.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gcld3

_SAMPLE = 300
_LEAST_LETTERS = 20
_LEAST_PROBABILITY = 0.7
_WIDE = "\u3040"

# CLD3 says iw where ISO 639 has said he since 1989.
_RENAMED = {"iw": "he"}


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
    import gcld3

    return gcld3.NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=4 * _SAMPLE)

"""How much of a text looks like writing, judged by its beginning: noise of OCR and of broken text layers does not."""

from __future__ import annotations

import string

_SAMPLE = 400

# Rows of these lead the eye in tables.
_PUNCTUATION = ".,-_\u2010\u2011\u2012\u2013\u2014\u2026。、"
_UNCOUNTED = (string.whitespace + ".,-_").encode()
_ALPHANUMERIC = (string.ascii_letters + string.digits).encode()


def measure_quality(text: str) -> float | None:
    """Return the share, in 0..100, of letters and digits among a text's signs, blanks apart; None without any sign.

    Writing has hardly anything else but full stops, commas and dashes, which do not count; noise is brackets, bars and
    characters that no writing has.
    """
    sample = text[:_SAMPLE]
    if sample.isascii():
        signs = sample.encode().translate(None, _UNCOUNTED)
        written = len(signs) - len(signs.translate(None, _ALPHANUMERIC))
        return round(100 * written / len(signs), 1) if signs else None
    shown = [character for character in sample if not character.isspace() and character not in _PUNCTUATION]
    return round(100 * sum(map(str.isalnum, shown)) / len(shown), 1) if shown else None

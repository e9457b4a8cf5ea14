"""How much of a text looks like writing, judged by its beginning: noise of OCR and of broken text layers does not."""

from __future__ import annotations

import re

_SAMPLE = 1_000

# A word or number, brackets and quotation marks around it; within, as in addresses and amounts, single signs.
_WRITTEN = re.compile(r"(?<!\S)[^\w\s]{0,3}\w+(?:(?:[^\w\s]|://)\w+)*[^\w\s]{0,3}(?!\S)")


def measure_quality(text: str) -> float | None:
    """Return the share, in 0..100, of a text's signs that stand in words or numbers; None without any sign.

    Noise of OCR and of broken text layers is signs without letters, letters and signs in turn, and characters that no
    writing has.
    """
    sample = text[:_SAMPLE]
    total = _count_signs(sample)
    return round(100 - 100 * _count_signs(_WRITTEN.sub("", sample)) / total, 1) if total else None


def _count_signs(text: str) -> int:
    return sum(map(len, text.split()))

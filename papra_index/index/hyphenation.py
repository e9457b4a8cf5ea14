"""Words hyphenated over line ends: their parts stay in the index as they stand in the text, and the whole is added."""

from __future__ import annotations

import re

_SOFT_HYPHEN = "\u00ad"
_LINE_END = "[ \\t]{0,4}\\r?\\n\\s{0,40}"
# Looked for by its first character alone, which is much faster than any of three.
_COMMON_BREAK = re.compile(f"-{_LINE_END}")
_BREAK = re.compile(f"[-\u00ad\u2010]{_LINE_END}")
_SOFT_BREAK = re.compile(f"{_SOFT_HYPHEN}([^\\W_]+)")
_BEFORE = re.compile(r"[^\W\d_]+\Z")
_BEHIND = re.compile(r"[^\W\d_]+")
_MAX_PART = 40  # characters


def find_hyphenated(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, word in one piece) of the words that line ends divide in a text; digits are never joined."""
    found = []
    pattern = _BREAK if _SOFT_HYPHEN in text or "\u2010" in text else _COMMON_BREAK
    for match in pattern.finditer(text):
        before = _BEFORE.search(text, max(match.start() - _MAX_PART, 0), match.start())
        behind = _BEHIND.match(text, match.end(), match.end() + _MAX_PART)
        if before is not None and behind is not None:
            found.append((before.start(), behind.end(), before.group() + behind.group()))
    return found


def list_soft_parts(text: str) -> list[str]:
    """Return what stands behind soft hyphens inside words, which folding makes one with what stands before."""
    return _SOFT_BREAK.findall(text) if _SOFT_HYPHEN in text else []

"""Words as people mistype them and as OCR misreads them, by a seeded generator."""

from __future__ import annotations

import random

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
# What print looks like to OCR, after published confusion tables; the engine under test is not asked.
_MISREAD = (
    ("rn", "m"), ("m", "rn"), ("cl", "d"), ("d", "cl"), ("vv", "w"), ("w", "vv"), ("l", "1"), ("l", "i"), ("i", "l"),
    ("i", "1"), ("o", "0"), ("s", "5"), ("b", "8"), ("e", "c"), ("c", "e"), ("h", "b"), ("n", "u"), ("u", "n"),
    ("t", "f"), ("f", "t"), ("g", "9"), ("a", "o"), ("z", "2"), ("h", "li"), ("ri", "n"), ("y", "v"), ("r", "i"),
)  # fmt: skip


def mistype(word: str, count: int, chance: random.Random) -> str:
    """Return a word with so many edits, each a letter missing, too many, wrong, or exchanged with the next one."""
    typed = word
    while typed == word or typed.casefold() == word.casefold():
        typed = word
        for _ in range(count):
            typed = _edit(typed, chance)
    return typed


def _edit(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word))
    kind = chance.choice(("missing", "extra", "wrong", "exchanged"))
    head, tail = word[:place], word[place:]
    if kind == "missing":
        return head + tail[1:]
    if kind == "extra":
        return head + chance.choice(_LETTERS) + tail
    if kind == "exchanged" and len(tail) > 1:
        return head + tail[1] + tail[0] + tail[2:]
    return head + chance.choice(_LETTERS) + tail[1:]


def misread(word: str, rate: float, chance: random.Random) -> str:
    """Return a word in which each letter was misread at a rate of 0..1, and one at least if any can be."""
    places = [(place, pair) for place in range(len(word)) for pair in _MISREAD if word.startswith(pair[0], place)]
    if not places:
        return word
    certain = chance.choice(places)[0]
    read, place = "", 0
    while place < len(word):
        pairs = [pair for pair in _MISREAD if word.startswith(pair[0], place)]
        if pairs and (place == certain or chance.random() < rate):
            seen, shown = chance.choice(pairs)
            read += shown
            place += len(seen)
        else:
            read += word[place]
            place += 1
    return read

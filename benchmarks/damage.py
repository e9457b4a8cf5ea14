"""Texts spoiled as scanners, OCR and writers spoil them, by a generator: copies of a document, and others like it."""

from __future__ import annotations

import random
import re
import string

# What Tesseract and others take for each other; the rest is letters at random.
_CONFUSED = {
    "m": "rn", "n": "u", "u": "n", "l": "1", "1": "l", "i": "l", "0": "O", "O": "0", "o": "0", "5": "S", "S": "5",
    "8": "B", "B": "8", "e": "c", "c": "e", "h": "b", "b": "h", "t": "f", "f": "t", "a": "o", "6": "b", "g": "9",
    "9": "g", "2": "Z", "Z": "2", "w": "vv", "d": "cl",
}  # fmt: skip
_LETTERS = string.ascii_lowercase
_FIGURES_EVERY = 15
_KEPT_FIGURES = 0.4


def misread(text: str, rate: float, generator: random.Random) -> str:
    """Return the text with a share of its characters mistaken, lost, doubled with another, and blanks lost or added."""
    read: list[str] = []
    for character in text:
        if generator.random() >= rate:
            read.append(character)
        elif character.isspace():
            read.append("")
        else:
            kind = generator.random()
            if kind < 0.6:
                read.append(_CONFUSED.get(character) or generator.choice(_LETTERS))
            elif kind < 0.8:
                read.append("")
            else:
                read.append(character + generator.choice(_LETTERS + " .,"))
    return "".join(read)


def add_figures(text: str, generator: random.Random) -> str:
    """Return the text with an amount, a date or a number behind every fifteenth word, as papers have them."""
    words = text.split()
    for place in range(_FIGURES_EVERY, len(words), _FIGURES_EVERY):
        amount = f"{generator.randint(1, 9999)}.{generator.randint(0, 99):02d}"
        date = f"{generator.randint(1, 28):02d}.{generator.randint(1, 12):02d}.{generator.randint(2001, 2025)}"
        words[place] += f" {generator.choice((amount, date, str(generator.randint(1000, 999999))))}"
    return " ".join(words)


def replace_figures(text: str, generator: random.Random) -> str:
    """Return the next bill of the same sender: the same words, other figures but for four in ten."""

    def replace(figure: re.Match[str]) -> str:
        if generator.random() < _KEPT_FIGURES:
            return figure.group()
        return "".join(generator.choice(string.digits) for _ in figure.group())

    return re.sub(r"\d+", replace, text)


def replace_words(text: str, generator: random.Random, share: float) -> str:
    """Return another letter on the same form: a share of the distinct words of four letters and more, and all figures,
    are others.
    """
    others: dict[str, str] = {}

    def replace(found: re.Match[str]) -> str:
        word = found.group()
        if word not in others:
            other = "".join(generator.sample(word, len(word))) if generator.random() < share else word
            others[word] = other
        return others[word]

    words = re.sub(r"[^\W\d_]{4,}", replace, text)
    return re.sub(r"\d", lambda _: generator.choice(string.digits), words)


def crop(text: str, share: float) -> str:
    """Return the text without the share of it at its end."""
    return text[: int(len(text) * (1 - share))]


def swap_halves(text: str) -> str:
    """Return the text as it is read where two columns are taken in the other order."""
    middle = text.find(" ", len(text) // 2)
    return f"{text[middle + 1 :]} {text[:middle]}"

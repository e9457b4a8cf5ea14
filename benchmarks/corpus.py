"""A seeded generator of folders of text files: a Zipf vocabulary of pronounceable words, and words of known frequency.

The same seed and number give the same file whatever the count. Words of `MARKERS` are in exactly every n-th file, so
that a benchmark can tell whether what it timed was right. With `grows`, texts bring new words without end, as real ones
do: names, misreadings, a reference, a date and an amount each.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

FILE_BYTES = 3_000
VOCABULARY_SIZE = 30_000
_FOLDER_FILES = 1_000
_FAVOURITES = 40  # so many words of a file are followed by their favourite neighbour: phrases that recur
_CONSONANTS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "st", "tr", "pl", "ch", "sh")
_VOWELS = ("a", "e", "i", "o", "u", "a", "e", "i", "o", "ai", "ou")
_ENDS = ("", "", "", "n", "r", "s", "l", "t")
_ACCENTS = str.maketrans("aeou", "àéöü")
_ACCENTED_SHARE = 0.04
_KINDS = ("invoice", "letter", "receipt", "contract", "report", "minutes", "note", "offer")

# The k-th distinct word is met about k^1.7 words into a text of words beyond the vocabulary: 100,000 texts of 3 KB hold
# some half a million words (Heaps' law; H. S. Heaps, Information Retrieval, 1978).
_NEW_WORD_SHARE = 0.03
_NEW_WORD_EXPONENT = 1 / 0.7
_NEW_WORD_LIMIT = 1 << 32  # as many words as three syllables make, nearly
_NEW_WORD_FACTOR = 2_654_435_761  # spreads neighbouring ranks over all syllables (Knuth, TAOCP 3, 6.4)

# They begin with q, as no word of the vocabulary does: a search by prefix finds them alone.
MARKERS: dict[str, int] = {"qomrare": 500, "qulrare": 250, "qimedium": 40, "qemedium": 20, "qacommon": 4, "qocommon": 3}
"""Word to n: every n-th file, counted from the first, has it, and no other file does."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A generated file: its name within the folder, with its sub-folder, and its text."""

    name: str
    text: str


class Corpus:
    """The texts of one seed; each is made anew when asked for, so any number of them fits in memory."""

    def __init__(self, seed: int = 1, file_bytes: int = FILE_BYTES, *, grows: bool = False) -> None:
        self.seed = seed
        self._file_bytes = file_bytes
        self._grows = grows

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """Distinct words, the most frequent first."""
        generator = random.Random(f"{self.seed} vocabulary")
        words: dict[str, None] = {}
        while len(words) < VOCABULARY_SIZE:
            # Frequent words are short ones.
            syllables = generator.choice((1, 2, 2)) if len(words) < 300 else generator.choice((2, 3, 3, 4))
            word = "".join(_make_syllable(generator) for _ in range(syllables))
            if generator.random() < _ACCENTED_SHARE:
                word = word.translate(_ACCENTS)
            words[word] = None
        return tuple(words)

    @cached_property
    def neighbours(self) -> dict[str, str]:
        """The word that each word of the vocabulary is often followed by."""
        generator = random.Random(f"{self.seed} neighbours")
        # Neighbours are about as frequent as each other, so that phrases of all frequencies exist.
        places = range(len(self.vocabulary))
        nearby = [generator.randrange(max(place // 2, 1), place * 2 + 3) % len(places) for place in places]
        return {self.vocabulary[place]: self.vocabulary[near] for place, near in zip(places, nearby, strict=True)}

    def make_text(self, number: int) -> str:
        """Return the text of a file, counted from 0: sentences and paragraphs of at most the wanted bytes."""
        generator = random.Random(f"{self.seed} {number}")
        words = generator.choices(self.vocabulary, cum_weights=self._weights, k=self._file_bytes // 6)
        for place in generator.sample(range(len(words) - 1), min(_FAVOURITES, len(words) - 1)):
            words[place + 1] = self.neighbours[words[place]]
        if self._grows:
            _add_new_words(generator, words)
        # What is cut off at the end are words after these.
        for marker, period in MARKERS.items():
            if number % period == 0:
                words.insert(generator.randrange(len(words) // 3), marker)
        return _cut(_punctuate(generator, words), self._file_bytes)

    def iterate_files(self, count: int) -> Iterator[TextFile]:
        """Yield the first `count` files."""
        for number in range(count):
            kind = _KINDS[number * 7 % len(_KINDS)]
            name = f"{number // _FOLDER_FILES:03}/{kind}-{number:06}.txt"
            yield TextFile(name, self.make_text(number))

    @cached_property
    def _weights(self) -> list[float]:
        return list(accumulate(1.0 / (rank + 2.7) for rank in range(VOCABULARY_SIZE)))


def _add_new_words(generator: random.Random, words: list[str]) -> None:
    for place in range(len(words)):
        if generator.random() < _NEW_WORD_SHARE:
            words[place] = _make_new_word(generator)
    words[0:0] = [
        f"INV-{generator.randrange(2015, 2026)}-{generator.randrange(10**6):06}",
        f"{generator.randrange(1, 29):02}.{generator.randrange(1, 13):02}.{generator.randrange(2015, 2026)}",
        f"{generator.randrange(1, 9_999):,}.{generator.randrange(100):02}",
    ]


def _make_new_word(generator: random.Random) -> str:
    """Return a word of three syllables; low ranks come often, and there is always another one."""
    rank = min(int((1 - generator.random()) ** -_NEW_WORD_EXPONENT * VOCABULARY_SIZE), _NEW_WORD_LIMIT - 1)
    number = rank * _NEW_WORD_FACTOR % _NEW_WORD_LIMIT
    word = ""
    for _ in range(3):
        for sounds in (_CONSONANTS, _VOWELS, _ENDS):
            number, sound = divmod(number, len(sounds))
            word += sounds[sound]
    return word.capitalize()


def count_marked(word: str, count: int) -> int:
    """Return in how many of the first `count` files a word of `MARKERS` is."""
    return -(-count // MARKERS[word])


def write_corpus(folder: Path, count: int, seed: int = 1) -> int:
    """Write files into a folder; return the bytes of all of them."""
    size = 0
    for file in Corpus(seed).iterate_files(count):
        path = folder / file.name
        content = file.text.encode()
        size += len(content)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return size


def list_corpus(folder: Path) -> list[Path]:
    """Return the files of a folder and its sub-folders, in order of their names."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _make_syllable(generator: random.Random) -> str:
    return generator.choice(_CONSONANTS) + generator.choice(_VOWELS) + generator.choice(_ENDS)


def _punctuate(generator: random.Random, words: list[str]) -> str:
    parts: list[str] = []
    place = 0
    while place < len(words):
        length = generator.randint(5, 16)
        sentence = " ".join(words[place : place + length])
        place += length
        ending = generator.choice((". ", ". ", ". ", ".\n", ", and ", "? ", ".\n\n"))
        parts.append(sentence[:1].upper() + sentence[1:] + ending)
    return "".join(parts)


def _cut(text: str, size: int) -> str:
    """Return the text up to the last whole word within so many bytes."""
    cut = text.encode()[:size].decode(errors="ignore")
    return cut[: cut.rfind(" ")] + "\n" if len(cut) < len(text) else cut


def main() -> None:
    """Write a folder of text files."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    size = write_corpus(arguments.folder, arguments.count, arguments.seed)
    print(f"{arguments.count} files, {size / 1e6:.1f} MB in {arguments.folder}")


if __name__ == "__main__":
    main()

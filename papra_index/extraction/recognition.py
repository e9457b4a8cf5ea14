"""What OCR makes of a picture: text, and how sure it is; lines and paragraphs are put together from the table of words.

Tesseract's own text output has no confidences, and a second run for them would double the time.
"""

from __future__ import annotations

import re

from papra_index.conventions.values import dataclass

# Below these a result is doubted and the picture tried otherwise.
_SURE_CONFIDENCE = 80.0
_SURE_WORDS = 5
_CLEAR_CONFIDENCE = 90.0
_CLEAR_LETTERS = 4
_SURE_WORD = 60.0

# Level 5 (words), page, block and paragraph and line, word, left, top, width, height, confidence, text.
_WORD = re.compile(rb"^5\t\d+\t((\d+\t\d+)\t\d+)(?:\t-?\d+){5}\t(\d+(?:\.\d+)?)\t(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Recognition:
    """Text recognised in a picture; `confidence` is the mean of its words in 0..100, 0 without words.

    `sure_letters` counts the letters and digits of words that are more likely right than not.
    """

    text: str
    confidence: float
    words_count: int
    sure_letters: int
    engine: str

    @property
    def is_sure(self) -> bool:
        """Whether there is no reason to try again."""
        if self.words_count < _SURE_WORDS:
            # A label or a stamp: few words are no reason for doubt when their letters are clear.
            return self.confidence >= _CLEAR_CONFIDENCE and self.sure_letters >= _CLEAR_LETTERS
        return self.confidence >= _SURE_CONFIDENCE


def read_table(table: bytes, engine: str) -> Recognition:
    """Return the recognition that Tesseract's table of words (its TSV output) says; other lines are passed over."""
    text: list[str] = []
    confidences: list[float] = []
    sure_letters = 0
    before: tuple[bytes, bytes] | None = None
    for line, paragraph, sure, letters in _WORD.findall(table):
        word, confidence = letters.decode("utf-8", "replace").strip(), float(sure)
        if not word:
            continue
        if before is not None:
            text.append(" " if line == before[0] else "\n" if paragraph == before[1] else "\n\n")
        text.append(word)
        before = (line, paragraph)
        confidences.append(confidence)
        if confidence >= _SURE_WORD:
            sure_letters += sum(map(str.isalnum, word))
    mean = sum(confidences) / len(confidences) if confidences else 0.0
    return Recognition("".join(text), round(mean, 1), len(confidences), sure_letters, engine)

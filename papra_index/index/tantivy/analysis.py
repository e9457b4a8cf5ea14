"""How text becomes terms: folded in Python, then split by one engine analyzer that documents and queries share.

The analyzer's name carries a hash of the whole pipeline, since the engine stores only names: a changed pipeline is
another name, hence another schema, hence a new generation.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

import tantivy

from papra_index.conventions.folding import FOLDING_VERSION, fold_text

MAX_TERM_CHARACTERS = 200
"""Longer words are cut: their first characters stay findable, where the engine's own limits would drop the word."""

_MAX_TERM_BYTES = 1024  # above what 200 characters need, so that the engine never drops what was cut

_PIPELINE = (
    f"fold {FOLDING_VERSION}, unicode {unicodedata.unidata_version}, cut {MAX_TERM_CHARACTERS}, "
    f"simple, remove_long {_MAX_TERM_BYTES}"
)

FOLDED = "folded_" + hashlib.sha256(_PIPELINE.encode()).hexdigest()[:12]
"""Name of the analyzer of folded text."""

SPACED = f"spaced_{_MAX_TERM_BYTES}"
"""Name of the analyzer of terms that were made in Python, with blanks between them."""

_LONG_WORD = re.compile(rf"([^\W_]{{{MAX_TERM_CHARACTERS}}})[^\W_]+")


def register_analyzers(index: tantivy.Index) -> None:
    """Give an index its analyzers; they belong to the object, so this follows every open."""
    index.register_tokenizer(FOLDED, _ANALYZER)
    spaced = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    index.register_tokenizer(SPACED, spaced.filter(tantivy.Filter.remove_long(_MAX_TERM_BYTES)).build())


def prepare_text(text: str) -> str:
    """Return the text as the engine is given it: folded, with words cut to MAX_TERM_CHARACTERS."""
    folded = fold_text(text)
    # From each blank to the last one that a word of that length would have to leave out: few steps, of a jump each.
    behind, length = 0, len(folded)
    while length - behind > MAX_TERM_CHARACTERS:
        blank = folded.rfind(" ", behind, behind + MAX_TERM_CHARACTERS + 1)
        if blank < 0:
            return _LONG_WORD.sub(r"\1", folded)
        behind = blank + 1
    return folded


def tokenize(text: str) -> list[str]:
    """Return the terms of a text in order, as the index holds them."""
    return split_words(prepare_text(text))


def split_words(text: str) -> list[str]:
    """Return the words of a text as they are, split where the engine splits."""
    return _ANALYZER.analyze(text)


def _build_analyzer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return builder.filter(tantivy.Filter.remove_long(_MAX_TERM_BYTES)).build()


_ANALYZER = _build_analyzer()

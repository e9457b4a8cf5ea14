"""Stems of folded words by the Snowball stemmer of a text's language (snowballstem.org), as index and highlights share.

A query's stems come from its folded words alone, so that accents change no answer; the stemmers' rules for accents
(French `généralités` is `général`) work on the documents' side, which then have both stems.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from papra_index.conventions.folding import fold_text

if TYPE_CHECKING:
    import Stemmer

DEFAULT_LANGUAGE: Final = "en"
"""The stemmer of texts whose language is not known; most of them are names and short lists."""

UNSTEMMED: Final = "xx"
"""What stands for the languages without a stemmer."""

_ALGORITHMS: Final = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip


def choose_stemmer(language: str | None) -> str:
    """Return the language whose stemmer serves a text, UNSTEMMED where it is known to be in a language without one."""
    if language is None:
        return DEFAULT_LANGUAGE
    return language if language in _ALGORITHMS else UNSTEMMED


def stem_folded(stemmer: str, word: str) -> str:
    """Return the stem of a folded word."""
    return word if stemmer == UNSTEMMED else fold_text(_load_stemmer(stemmer).stemWord(word))


def stem_accented(stemmer: str, word: str) -> str:
    """Return the folded stem of a word in small letters that has its accents."""
    return fold_text(word) if stemmer == UNSTEMMED else fold_text(_load_stemmer(stemmer).stemWord(word))


def stemming_version() -> str:
    """Return the version of the stemmers: with another one, other stems may be in an index than in a query."""
    import Stemmer

    return str(Stemmer.version())


@cache
def _load_stemmer(language: str) -> Stemmer.Stemmer:
    import Stemmer

    return Stemmer.Stemmer(_ALGORITHMS[language], 0)  # whoever asks much keeps the answers

"""Compounds of German, Dutch and the Scandinavian languages, found by their last part: `schule` finds Hundeschule.

There is no dictionary, which costs 100 MB of memory for each language. A compound is found by the end of its stem where
what stands before can be a word; so is what stands before a linking s, if its ending shows that it is a word, as in
Versicherung-s-beitrag.
"""

from __future__ import annotations

import re
from typing import Final

from papra_index.index.stemming import stem_folded

COMPOUNDING: Final = frozenset(("da", "de", "nl", "no", "sv"))
"""The languages whose compounds are written as one word, among those with a stemmer."""

_LEAST_COMPOUND = {"da": 7, "de": 8, "nl": 8, "no": 7, "sv": 7}  # letters: one fewer is a fifth more in the index
_LEAST_STEM = 4
_LEAST_MODIFIER = 3
_SHORT_MODIFIERS = frozenset(("el",))  # of electricity bills
_MAX_COMPOUND = 60
_LINKED = re.compile(r"(.{4,}(?:ung|heit|keit|schaft|ion|taet|tat|ling|ing|het|heid|skap|skab|teit|dom|tum))s(?=.{3})")
_VOWEL = re.compile("[aeiouy]")
_PREFIXES = {
    # What verbs and their nouns begin with: verlassen is no kind of lassen.
    "da": "af an be for fra ind med om op over til ud under",
    "de": (
        "ab an auf aus be bei durch ein ent er fort ge gegen her hin hinter los miss mit nach uber um un unter ver vor"
        " weg wider wieder zer zu"
    ),
    "nl": "aan af be bij door er ge her in mis om onder ont op over toe uit ver voor",
    "no": "an av be for fra inn med om opp over til under ut",
    "sv": "an av be for fran in med om over pa till under upp ut",
}
_NO_MODIFIERS = {language: frozenset(prefixes.split()) for language, prefixes in _PREFIXES.items()}
_BEFORE_HEAD = "hunde"  # any modifier: behind one, a stemmer may take more off a word than alone


def list_compound_keys(language: str, word: str) -> list[str]:
    """Return what a folded word of a compounding language is found by as a compound: stems from their last letter on.

    Each begins with the reversed stems of the parts that the word, or what stands before a linking s in it, ends with.
    """
    if not _LEAST_COMPOUND[language] <= len(word) <= _MAX_COMPOUND or not word.isalpha():
        return []
    keys = [stem_folded(language, word)[::-1]]
    linked = _LINKED.match(word)
    if linked is not None and len(linked[1]) >= _LEAST_COMPOUND[language]:
        keys.append(stem_folded(language, linked[1])[::-1])
    return keys


def list_part_keys(language: str, word: str) -> list[str]:
    """Return the beginnings of the keys of compounds that a folded word is a part of; none if it is too short."""
    stems = {stem_folded(language, word), stem_folded(language, _BEFORE_HEAD + word).removeprefix(_BEFORE_HEAD)}
    return sorted(stem[::-1] for stem in stems if len(stem) >= _LEAST_STEM and stem.isalpha())


def is_compound(language: str, key: str, part_key: str) -> bool:
    """Say whether a compound's key that begins with the key of a part may be a compound of it."""
    modifier = key[len(part_key) :][::-1]
    if modifier in _SHORT_MODIFIERS:
        return True
    return (
        len(modifier) >= _LEAST_MODIFIER
        and _VOWEL.search(modifier) is not None
        and modifier not in _NO_MODIFIERS[language]
    )

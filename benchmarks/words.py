"""How much of a text was read: sets of words, what engines agree on, and texts that are known from a manifest."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

LEAST_WORDS = 10
"""A reference of fewer words says nothing."""

# Chinese characters, kana and hangul stand for themselves: engines put spaces between them or do not.
_ALONE = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
# Whether an engine joins what a line end cut in two, or leaves it, is no matter of having read it.
_CUT = re.compile("(?<=[^\\W\\d_])[-\u2010\u00ad\ufffe\x02][ \\t]*\\r?\\n\\s*(?=[^\\W\\d_])|[\ufffe\x02]")
_WORD = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+")


def split_words(texts: Iterable[str]) -> frozenset[str]:
    """Return the distinct words of texts, folded in case and width; CJK character by character."""
    words: set[str] = set()
    for text in texts:
        words.update(_WORD.findall(unicodedata.normalize("NFKC", _CUT.sub("", text)).casefold()))
    return frozenset(words)


@dataclass(frozen=True, slots=True)
class Score:
    """Share of the reference's words that were found, and of the words found that are in the reference (None: none)."""

    recall: float
    precision: float | None


def score_words(found: frozenset[str], reference: frozenset[str]) -> Score:
    """Compare words with those of a reference, which must not be empty."""
    common = len(found & reference)
    return Score(common / len(reference), common / len(found) if found else None)


def find_agreed(readings: Mapping[str, frozenset[str]], voices: Mapping[str, str], least: int) -> frozenset[str]:
    """Return the words that at least so many voices found; engines of one voice count once together."""
    spoken: dict[str, set[str]] = {}
    for engine, words in readings.items():
        spoken.setdefault(voices[engine], set()).update(words)
    counts = Counter(word for words in spoken.values() for word in words)
    return frozenset(word for word, count in counts.items() if count >= least)


def read_manifest(manifest: Path, folder: Path) -> dict[Path, frozenset[str]]:
    """Return the words known of files in `folder`.

    A manifest, TOML or JSON, lists `documents`, each with its `file` (below the folder) and `expected`: a text file
    in UTF-8, relative to the manifest; without it, `expected/FILE.txt` if that exists.
    """
    text = manifest.read_text(encoding="utf-8")
    entries = (tomllib.loads(text) if manifest.suffix == ".toml" else json.loads(text))["documents"]
    known: dict[Path, frozenset[str]] = {}
    for entry in entries:
        expected = manifest.parent / entry.get("expected", f"expected/{entry['file']}.txt")
        if "expected" in entry or expected.exists():
            known[folder / entry["file"]] = split_words([expected.read_text(encoding="utf-8")])
    return known

"""Queries mined from real texts by a seeded generator, each with the document that it was made from.

A query of a kind takes words that few documents have, as one remembers what is particular about a document, and where
words are spoiled one or two others that stand near them.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from papra_index.conventions.values import dataclass
from papra_index.evaluation.mistakes import misread, mistype

_WORD = re.compile(r"[^\W\d_]+")
_NEXT_WORD = re.compile(r" ([^\W\d_]{4,})\b")
_YEAR = re.compile("(?:19|20)[0-9]{2}")
_TITLE_WORDS = 5
_RARE = range(1, 21)
"""Documents that have a word which tells its document from others."""

_NEAR = 40  # characters of a text on each side of a word that its context comes from
_TRIES = 60


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A text with its language; `facts` are number, date, amount and IBAN that tell it from others, each may be ''."""

    number: int
    language: str
    name: str
    text: str
    facts: tuple[str, str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A query and the number of the document it was made from."""

    kind: str
    language: str
    query: str
    number: int


WordCounts = dict[str, Counter[str]]
"""How many documents have a word, by language."""


def count_words(document: KnownDocument, counts: WordCounts) -> None:
    """Count a document's words, each once."""
    words = set(_WORD.findall(f"{document.name}\n{document.text}".lower()))
    counts.setdefault(document.language, Counter()).update(words)


class Miner:
    """Makes queries from documents; the same seed gives the same ones.

    `counts` has for each language how many documents have a word, where these are more than those given.
    """

    def __init__(self, documents: Sequence[KnownDocument], seed: int, counts: WordCounts | None = None) -> None:
        self._seed = seed
        self._documents = documents
        self._counts: WordCounts = {} if counts is None else counts
        self._lists: dict[str, list[str]] = {}
        if counts is None:
            for document in documents:
                count_words(document, self._counts)

    def mine(self, count: int) -> list[KnownItem]:
        """Return up to `count` queries of each kind for each language."""
        items: list[KnownItem] = []
        languages = sorted({document.language for document in self._documents})
        for language in languages:
            documents = [document for document in self._documents if document.language == language]
            for kind, make in KINDS.items():
                chance = random.Random(f"{self._seed} {language} {kind}")
                made: dict[str, KnownItem] = {}
                for document in chance.sample(documents, len(documents)):
                    query = make(self, document, chance)
                    if query:
                        made.setdefault(query, KnownItem(kind, language, query, document.number))
                    if len(made) == count:
                        break
                items += made.values()
        return items

    def pick_word(self, document: KnownDocument, chance: random.Random, least: int) -> re.Match[str] | None:
        """Return a telling word of a document of at least so many letters, and where it stands."""
        words = list(_WORD.finditer(document.text))
        if not words:
            return None
        counts = self._counts[document.language]
        for _ in range(_TRIES):
            match = chance.choice(words)
            if len(match.group()) >= least and counts[match.group().lower()] in _RARE:
                return match
        return None

    def pick_context(
        self, document: KnownDocument, match: re.Match[str], chance: random.Random, count: int
    ) -> list[str]:
        """Return up to so many other words of four letters and more that stand near a word."""
        around = document.text[max(match.start() - _NEAR, 0) : match.start()], document.text[match.end() :][:_NEAR]
        # What the piece begins or ends with may be part of a word.
        words = [*_WORD.findall(around[0])[1:], *_WORD.findall(around[1])[:-1]]
        others = sorted({word for word in words if len(word) >= 4 and word.lower() != match.group().lower()})
        return chance.sample(others, min(count, len(others)))

    def list_words(self, language: str) -> list[str]:
        """Return the words of a language of five letters and more that more than one document has."""
        if language not in self._lists:
            counts = self._counts[language]
            self._lists[language] = sorted(word for word, count in counts.items() if len(word) > 4 and count > 1)
        return self._lists[language]

    def knows(self, language: str, word: str) -> bool:
        """Say whether documents of a language have a word."""
        return self._counts[language][word.lower()] > 0


Maker = Callable[["Miner", KnownDocument, random.Random], str]
"""Makes a query of a document; an empty one where it has nothing of the kind."""


def _by_document(make: Callable[[KnownDocument], str]) -> Maker:
    """Return what makes a query of a document alone."""
    return lambda _miner, document, _chance: make(document)


def _by_facts(make: Callable[[str, str, str, str], str]) -> Maker:
    """Return what makes a query of number, date, amount and IBAN of a document."""
    return lambda _miner, document, _chance: make(*document.facts) if document.facts else ""


def _make_title(document: KnownDocument) -> str:
    words = list(dict.fromkeys(_WORD.findall(document.name)))
    return " ".join(words[:_TITLE_WORDS]) if len(words) >= 2 else ""


def _write_plain(amount: str) -> str:
    digits = re.sub(r"\D", "", amount)
    return f"{digits[:-2]}.{digits[-2:]}" if digits else ""


def _write_iso(date: str) -> str:
    return "-".join(reversed(date.split("."))) if "." in date else ""


def _take_part(number: str) -> str:
    """Return what stands behind the first sign of an identifier, unless that is a year, which tells nothing."""
    part = re.split("[-/_]", number)[1] if number else ""
    return "" if _YEAR.fullmatch(part) else part


def _spoil(edit: Callable[[str, random.Random], str], least: int, context: int) -> Maker:
    def make(miner: Miner, document: KnownDocument, chance: random.Random) -> str:
        match = miner.pick_word(document, chance, least)
        if match is None:
            return ""
        words = miner.pick_context(document, match, chance, context)
        spoiled = edit(match.group().lower(), chance)
        if len(words) < context or spoiled == match.group().lower():
            return ""
        words.insert(chance.randrange(len(words) + 1), spoiled)
        return " ".join(words)

    return make


def _misread_all(rate: float) -> Maker:
    def make(miner: Miner, document: KnownDocument, chance: random.Random) -> str:
        match = miner.pick_word(document, chance, 6)
        if match is None:
            return ""
        words = [match.group(), *miner.pick_context(document, match, chance, 2)]
        return " ".join(misread(word.lower(), rate, chance) for word in words) if len(words) == 3 else ""

    return make


def _make_part(miner: Miner, document: KnownDocument, chance: random.Random) -> str:
    """Return the end of a telling compound, where it is a word of its own, and a word near it."""
    for _ in range(5):
        match = miner.pick_word(document, chance, 9)
        if match is None:
            return ""
        word = match.group().lower()
        for place in range(4, len(word) - 3):
            head, tail = word[:place], word[place:]
            is_known = miner.knows(document.language, tail)
            if is_known and (miner.knows(document.language, head) or miner.knows(document.language, head.rstrip("s"))):
                context = miner.pick_context(document, match, chance, 1)
                return " ".join([*context, tail]) if context else ""
    return ""


def _make_prefix(letters: int) -> Maker:
    def make(miner: Miner, document: KnownDocument, chance: random.Random) -> str:
        match = miner.pick_word(document, chance, letters + 2)
        if match is None:
            return ""
        words = miner.pick_context(document, match, chance, 1)
        return " ".join([*words, match.group()[:letters]]) if words else ""

    return make


def _run_together(miner: Miner, document: KnownDocument, chance: random.Random) -> str:
    match = miner.pick_word(document, chance, 5)
    words = miner.pick_context(document, match, chance, 1) if match else []
    following = _NEXT_WORD.match(document.text, match.end()) if match else None
    if not match or not words or not following:
        return ""
    return " ".join([words[0], (match.group() + following.group(1)).lower()])


def _tear_apart(miner: Miner, document: KnownDocument, chance: random.Random) -> str:
    match = miner.pick_word(document, chance, 8)
    words = miner.pick_context(document, match, chance, 1) if match else []
    if not match or not words:
        return ""
    place = chance.randrange(3, len(match.group()) - 2)
    return f"{words[0]} {match.group()[:place]} {match.group()[place:]}"


def _add_foreign(miner: Miner, document: KnownDocument, chance: random.Random) -> str:
    """Return telling words of the document, and one that it has not."""
    match = miner.pick_word(document, chance, 6)
    if match is None:
        return ""
    words = [match.group(), *miner.pick_context(document, match, chance, 2)]
    own = {word.lower() for word in _WORD.findall(document.text)}
    others = [word for word in miner.list_words(document.language) if word not in own]
    return " ".join([*words, chance.choice(others)]) if len(words) == 3 and others else ""


KINDS: dict[str, Maker] = {
    "title": _by_document(_make_title),
    "amount": _by_facts(lambda _number, _date, amount, _iban: amount),
    "amount, plain": _by_facts(lambda _number, _date, amount, _iban: _write_plain(amount)),
    "date": _by_facts(lambda _number, date, _amount, _iban: date),
    "date, ISO": _by_facts(lambda _number, date, _amount, _iban: _write_iso(date)),
    "identifier": _by_facts(lambda number, _date, _amount, _iban: number),
    "identifier, part": _by_facts(lambda number, _date, _amount, _iban: _take_part(number)),
    "IBAN": _by_facts(lambda _number, _date, _amount, iban: iban),
    "IBAN, tight": _by_facts(lambda _number, _date, _amount, iban: iban.replace(" ", "")),
    "typo 1": _spoil(lambda word, chance: mistype(word, 1, chance), 5, 1),
    "typo 1, alone": _spoil(lambda word, chance: mistype(word, 1, chance), 5, 0),
    "typo 2": _spoil(lambda word, chance: mistype(word, 2, chance), 8, 1),
    "typo 2, alone": _spoil(lambda word, chance: mistype(word, 2, chance), 8, 0),
    "OCR 5 %": _misread_all(0.05),
    "OCR 15 %": _misread_all(0.15),
    "OCR 30 %": _misread_all(0.3),
    "part": _make_part,
    "prefix 3": _make_prefix(3),
    "prefix 4": _make_prefix(4),
    "prefix 5": _make_prefix(5),
    "prefix 6": _make_prefix(6),
    "run together": _run_together,
    "torn apart": _tear_apart,
    "one word wrong": _add_foreign,
}


def group_kinds(items: Sequence[KnownItem]) -> Iterator[tuple[str, list[KnownItem]]]:
    """Yield each kind that has queries, with these."""
    for kind in KINDS:
        found = [item for item in items if item.kind == kind]
        if found:
            yield kind, found

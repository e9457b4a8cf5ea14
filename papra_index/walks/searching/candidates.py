"""Words that may complete what is being typed: from the dictionary of the index, or where a beginning stands for very
many, from the newest documents. All counts are the index's, all spellings those of documents.
"""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import tzinfo

from papra_index.catalog.documents import fetch_names, list_newest_keys
from papra_index.catalog.pages import read_beginnings
from papra_index.conventions.folding import align_folded, fold_text
from papra_index.conventions.values import dataclass
from papra_index.index.base import IndexRequest, WordField
from papra_index.query.completion import TypedWord
from papra_index.query.expression import And, Everything, Expression, Or, Text, TextField
from papra_index.query.parser import parse_query
from papra_index.query.stopwords import is_stop_word
from papra_index.query.tokens import fits_query
from papra_index.results import PageRequest, Sort, SortField
from papra_index.walks.searching.search import SearchScope, build_request

_SAMPLE_DOCUMENTS = 100
_SPELLED_DOCUMENTS = 20
_SAMPLE_CHARACTERS = 120_000
_BEGINNING_CHARACTERS = 4_000
"""Documents read for their words, and for the spelling of words; what is read of all of them, and of each."""

_SECONDS = 0.3
"""Processor time after which nothing more is looked for."""

_SAMPLED_FIELDS = frozenset({"any", "name", "content"})
_LISTED_WORDS = 200  # most of them common words, behind a beginning such as d
_CANDIDATES = 3  # looked at for each that is wanted: some find nothing, others are common words
_OPERATORS = frozenset({"and", "or", "not"})
_EXTENSIONS = frozenset(
    {
        "avif", "bmp", "csv", "doc", "docx", "eml", "epub", "gif", "heic", "htm", "html", "ics", "jpeg", "jpg", "json",
        "mbox", "md", "msg", "odg", "odp", "ods", "odt", "pdf", "png", "ppt", "pptx", "rtf", "svg", "tar", "tif",
        "tiff", "tsv", "txt", "vcf", "webp", "xls", "xlsx", "xml", "yaml", "zip",
    }
)  # fmt: skip
"""Words that most names have and that nobody types to find one."""

_WORD = re.compile(r"[^\W_]+")
_NEWEST = Sort(SortField.CREATED_AT)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Where somebody types, and when and where the dates of what is typed are meant."""

    scope: SearchScope
    now: int
    zone: tzinfo
    started: float = field(default_factory=time.thread_time)

    @property
    def is_late(self) -> bool:
        """Whether so much processor time was spent that what was found by now has to do.

        One look at the index costs what a search for the typed query does, which is seldom more than milliseconds.
        """
        return time.thread_time() - self.started > _SECONDS

    def read(self, query: str) -> Expression:
        """Return what a query means."""
        return parse_query(query, now=self.now, time_zone=self.zone, properties=self.scope.load_properties).expression

    def build_request(self, expression: Expression, limit: int = 1) -> IndexRequest:
        """Return the request for the newest documents that an expression finds."""
        return replace(build_request(self.scope, expression, _NEWEST, PageRequest(), ()), limit=limit)

    def count(self, expression: Expression) -> int:
        """Return how many documents an expression finds."""
        return self.scope.reader.search(self.build_request(expression)).documents_count


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word as a document spells it, or else folded, and how many documents hold it in the context of the typing."""

    text: str
    documents_count: int


@dataclass(frozen=True, slots=True)
class _Words:
    """Documents with each folded word, by field, and how often it is spelled how in those that were read.

    Where `is_sampled`, the documents are those read, and their number only says which words come first.
    """

    counts: Mapping[str, Counter[str]]
    spellings: Mapping[str, Counter[str]]
    is_sampled: bool = False

    def rank(self) -> list[str]:
        """Return the words: those of names before others, common ones last, then those of most documents first."""
        named = self.counts.get("name", Counter())
        total = sum(self.counts.values(), Counter())

        def order(word: str) -> tuple[int, int, str]:
            is_common = is_stop_word(word) or word in _EXTENSIONS
            return (2 if is_common else 0 if word in named else 1, -total[word], word)

        return sorted(total, key=order)

    def count_holders(self, word: str) -> int | None:
        """Return in how many documents a word is, None where that is to be asked: fields may share documents."""
        known = [counts[word] for counts in self.counts.values() if counts[word]]
        return None if self.is_sampled or len(known) > 1 else known[0]


def find_candidates(inquiry: Inquiry, typed: TypedWord, limit: int) -> list[Candidate]:
    """Return up to `limit` words, best first, of which each completes the query to one that finds something.

    They are from documents that hold the words before as they are, or else in another form.
    """
    whole = typed.with_whole_words
    found = _find_candidates(inquiry, whole, limit)
    if found or typed == whole or inquiry.is_late:
        return found
    return _find_candidates(inquiry, typed, limit)


def _find_candidates(inquiry: Inquiry, typed: TypedWord, limit: int) -> list[Candidate]:
    words = _look_up_words(inquiry, typed)
    chosen: dict[str, int] = {}
    for word in words.rank()[: limit * _CANDIDATES]:
        if count := _count_completed(inquiry, typed, word, words.count_holders(word)):
            chosen[word] = count
        if len(chosen) == limit or inquiry.is_late:
            break
    if chosen and not words.is_sampled and not inquiry.is_late:
        holding = Or(tuple(Text(word, typed.leaf.field, is_exact=True) for word in chosen))
        words = _sample_words(inquiry, typed, And((typed.held, holding)), _SPELLED_DOCUMENTS)
    return [Candidate(_choose_spelling(words, word), count) for word, count in chosen.items()]


def _count_completed(inquiry: Inquiry, typed: TypedWord, word: str, holders: int | None) -> int:
    """Return how many documents hold a word where it was typed; 0 where the completed query would find nothing."""
    query, meant = typed.complete(word)
    if not fits_query(query) or (typed.is_one_word and (word in _OPERATORS or typed.is_held_already(word))):
        return 0  # what is there already adds nothing
    if holders is None or not typed.is_one_word:
        holders = inquiry.count(typed.hold(word))
    # What was meant finds the documents that hold the word; where it reads otherwise, that is to be asked.
    parsed = inquiry.read(query)
    return holders if parsed == meant or inquiry.count(parsed) else 0


def _look_up_words(inquiry: Inquiry, typed: TypedWord) -> _Words:
    can_sample = typed.leaf.field in _SAMPLED_FIELDS
    if can_sample and isinstance(typed.leaf, Text) and not typed.is_one_word:
        return _sample_words(inquiry, typed, typed.held, _SAMPLE_DOCUMENTS)
    request = inquiry.build_request(typed.held)
    counts: dict[str, Counter[str]] = {}
    for name in _list_fields(typed.leaf.field):
        found = inquiry.scope.reader.list_words(request, name, typed.beginning, limit=_LISTED_WORDS, quickly=can_sample)
        if found is None:
            return _sample_words(inquiry, typed, typed.held, _SAMPLE_DOCUMENTS)
        counts[name] = Counter(dict(found))
        if inquiry.is_late:
            break
    return _Words(counts, {})


def _sample_words(inquiry: Inquiry, typed: TypedWord, expression: Expression, limit: int) -> _Words:
    """Read the words of the newest documents that an expression finds, from their names and how they begin."""
    scope = inquiry.scope
    is_all = isinstance(expression, Everything)
    keys = () if is_all else scope.reader.search(inquiry.build_request(expression, limit)).keys
    with scope.catalog.read() as connection:
        if is_all:
            keys = tuple(list_newest_keys(connection, scope.organization_key, limit))
        names = fetch_names(connection, scope.organization_key, keys)
        contents = read_beginnings(connection, list(names), _BEGINNING_CHARACTERS, _SAMPLE_CHARACTERS)
    texts = {"name": [name for _, name in names.values()], "content": contents}
    pattern = _match_typed(typed)
    counts: dict[str, Counter[str]] = {}
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for name in _list_fields(typed.leaf.field):
        counts[name] = Counter()
        for text in texts.get(name, ()):
            folded, alignment = align_folded(text)
            places = {match.group(1): match.span(1) for match in pattern.finditer(folded)}
            counts[name].update(places.keys())
            for word, (start, end) in places.items():
                spellings[word][text[alignment.find_start(start) : alignment.find_end(end)]] += 1
    return _Words(counts, spellings, is_sampled=True)


def _choose_spelling(words: _Words, word: str) -> str:
    """Return the most frequent spelling of a word, in capitals only where there is no other.

    Of two as frequent, it is the one that did not just begin a sentence.
    """
    spelled = words.spellings.get(word)
    if not spelled:
        return word
    return max(spelled, key=lambda text: (not text.isupper(), spelled[text], sum(map(str.islower, text)), text))


def _match_typed(typed: TypedWord) -> re.Pattern[str]:
    """Return the pattern of words that begin so, in folded text, behind the words that are to stand before them."""
    before = _WORD.findall(fold_text(typed.leaf.value)) if isinstance(typed.leaf, Text) else []
    pieces = [*map(re.escape, before), rf"({re.escape(typed.beginning)}[^\W_]*)"]
    return re.compile(r"(?<![^\W_])" + r"[\W_]+".join(pieces))


def _list_fields(field: TextField) -> tuple[WordField, ...]:
    return ("name", "content") if field == "any" else (field,)

"""What is offered while somebody types, and the words of an organization with their counts, as frozen values."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from papra_index.conventions.values import dataclass

TermField = Literal["name", "content", "notes", "original_name"]
"""A field whose words can be listed."""

TermOrder = Literal["count", "word"]
"""Words in most documents first, or by the alphabet of their code points."""


class SuggestionKind(StrEnum):
    """What a suggestion completes."""

    WORD = "word"
    NAME = "name"  # of a document
    TAG = "tag"
    VALUE = "value"  # of a filter such as type: or has:


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A way to go on from what was typed, with at least one hit.

    `text` is what is offered, spelled as in a document; where that is not known, a word is folded as the index has it.
    `search_query` is the whole query to go on with: all before the completed part as typed. `documents_count` is the
    number of documents that hold the word (and what else was typed); for a tag or value, that the query finds; 1 for a
    name, with its `document_id`.
    """

    kind: SuggestionKind
    text: str
    search_query: str
    documents_count: int
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class TermCount:
    """A folded word, as the index has it, and the number of the organization's documents that hold it in a field."""

    word: str
    documents_count: int

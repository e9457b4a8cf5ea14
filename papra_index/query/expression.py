"""What a search query means: a small immutable tree that knows no SQL and no engine.

    Expression = Everything | Nothing | Text | Words | Near | Pattern | Tagged | Has | Extracted | Keyword | Identified
               | Valued | Range | Boosted | Not | And | Or | AtLeast

The parser builds it, `simplify_expression` tidies it, each index compiler turns it into its engine's query.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field as dataclass_field
from typing import Final, Literal

from papra_index.conventions.values import dataclass
from papra_index.documents import ExtractionStatus
from papra_index.values.properties import PropertyType

TextField = Literal["any", "name", "content", "notes", "original_name"]
HasValue = Literal["tags", "document_date", "content", "notes", "language"]
KeywordField = Literal["mime_type", "extension", "language"]
IdentityField = Literal["id", "original_sha256", "external_id"]
RangeField = Literal["created_at", "updated_at", "document_date", "size", "page_count", "ocr_confidence"]

OPTIONAL_FIELDS: Final[frozenset[RangeField | KeywordField]] = frozenset(
    {"document_date", "ocr_confidence", "language"}
)
"""Fields that a document may lack: comparing them is then neither true nor false."""


@dataclass(frozen=True, slots=True)
class PropertyField:
    """A custom property, by its id; the name is to show people."""

    id: str
    name: str
    type: PropertyType


@dataclass(frozen=True, slots=True)
class Everything:
    """Matches every live document of the organization."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Matches no document: what an invalid part of a query means."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words of `value` adjacent and in order in one field, the last one as a prefix (papra-api, section 8.5).

    A value without a single token matches everything, like the empty phrase it is. `any` is name or content. With
    `is_exact` the last word is whole too.
    """

    value: str
    field: TextField = "any"
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """In one field, each word of `value` stands about where it would behind the one before it: `slop` places off at
    most, before or behind. Each two neighbours are judged by themselves; words are whole.

    One word is looked for as it is; a value without any matches everything.
    """

    value: str
    slop: int
    field: TextField = "any"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A whole word is like `value`, which is folded letters and digits, `*` for any characters and `?` for one."""

    value: str
    field: TextField = "any"


@dataclass(frozen=True, slots=True)
class Words:
    """At least one of these matches as a Text of any field does; more and rarer ones come first.

    They stand in the order in which they were typed, repeated ones repeated: both count for the ranking. One with
    blanks in it is a phrase.
    """

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Owned:
    """The document is of the organization with this key: no query says so, but a search of several organizations."""

    organization_key: int


@dataclass(frozen=True, slots=True)
class Tagged:
    """The document has the tag that `reference` names: a tag id, or a whole name in any letter case."""

    reference: str


@dataclass(frozen=True, slots=True)
class Has:
    """The document has at least one tag, a document date, text that is not blank, notes, a known language, or a value
    of a property.
    """

    value: HasValue | PropertyField


@dataclass(frozen=True, slots=True)
class Extracted:
    """The document's extraction has this status."""

    status: ExtractionStatus


@dataclass(frozen=True, slots=True)
class Keyword:
    """A whole value of the document, in lower case, or with `is_beginning` how one begins.

    Extensions, without a dot, are those of name and original name; `language` is optional as a field of `Range` may be.
    """

    field: KeywordField
    value: str
    is_beginning: bool = False


@dataclass(frozen=True, slots=True)
class Identified:
    """The document's id, or its original's SHA-256 in hexadecimal digits, begins so, or this is its external id."""

    field: IdentityField
    beginning: str


@dataclass(frozen=True, slots=True)
class Valued:
    """The document has this value of a property: a text behind an equals sign, `true` or `false`, or the id of an
    option, user or document, whose name is the label.
    """

    field: PropertyField
    value: str
    label: str = dataclass_field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Range:
    """`start <= value < end` in whole units of the field; None is open.

    Times are milliseconds since 1970 UTC, sizes bytes, `ocr_confidence` hundredths of a per cent, numbers of properties
    what `order_number` makes of them. A document that lacks an optional field matches neither the range nor its
    negation (three-valued logic, as in the contract); one that lacks a property matches the negation.
    """

    field: RangeField | PropertyField
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Boosted:
    """Matches what `operand` does; its score is multiplied by `factor`, above 0."""

    operand: Expression
    factor: float


@dataclass(frozen=True, slots=True)
class Not:
    """The complement of `operand`."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class And:
    """All operands match."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one operand matches."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `minimum` of the operands match, 1 to their number; no query says so, a relaxed search does."""

    operands: tuple[Expression, ...]
    minimum: int


Expression = (
    Everything
    | Nothing
    | Text
    | Words
    | Near
    | Pattern
    | Owned
    | Tagged
    | Has
    | Extracted
    | Keyword
    | Identified
    | Valued
    | Range
    | Boosted
    | Not
    | And
    | Or
    | AtLeast
)


def walk_expression(expression: Expression) -> Iterator[Expression]:
    """Yield the expression and everything below it, parents first."""
    yield expression
    if isinstance(expression, Not | Boosted):
        yield from walk_expression(expression.operand)
    elif isinstance(expression, And | Or | AtLeast):
        for operand in expression.operands:
            yield from walk_expression(operand)


def positive_texts(expression: Expression) -> Iterator[Text]:
    """Yield the text terms a matching document may hold: those under an even number of negations."""
    for part in _positives(expression, negated=False):
        if isinstance(part, Near):
            yield from (Text(word, part.field, is_exact=True) for word in part.value.split())
        elif isinstance(part, Words):
            yield from map(Text, dict.fromkeys(part.values))
        elif isinstance(part, Text):
            yield part


def positive_leaves(expression: Expression) -> Iterator[Text | Near | Pattern | Words]:
    """Yield the words, phrases and patterns a matching document may hold; words of which any suffices one by one."""
    for part in _positives(expression, negated=False):
        if isinstance(part, Words):
            yield from (Words((value,)) for value in dict.fromkeys(part.values))
        else:
            yield part


def positive_patterns(expression: Expression) -> Iterator[Pattern]:
    """Yield the patterns that words of a matching document may be like."""
    yield from (part for part in _positives(expression, negated=False) if isinstance(part, Pattern))


def _positives(expression: Expression, *, negated: bool) -> Iterator[Text | Near | Pattern | Words]:
    if isinstance(expression, Text | Near | Pattern | Words):
        if not negated:
            yield expression
    elif isinstance(expression, Not | Boosted):
        yield from _positives(expression.operand, negated=negated != isinstance(expression, Not))
    elif isinstance(expression, And | Or | AtLeast):
        for operand in expression.operands:
            yield from _positives(operand, negated=negated)

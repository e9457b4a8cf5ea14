"""What of a query holds for one document, part by part, each with the reason in words.

Whether a part holds is the index's word; what the document is instead, such as its date, comes from the catalog.
"""

from __future__ import annotations

from dataclasses import replace

from papra_index.conventions.values import dataclass
from papra_index.documents import Document
from papra_index.index.base import IndexReader, IndexRequest
from papra_index.query.expression import (
    And,
    Boosted,
    Everything,
    Expression,
    Near,
    Not,
    Nothing,
    Or,
    Pattern,
    Text,
    TextField,
    Words,
)
from papra_index.query.wording import write_expression
from papra_index.values.explanations import AnalyzedWord, Verdict, VerdictKind, name_field
from papra_index.walks.searching.evidence import search_among
from papra_index.walks.searching.facts import describe_fact

_MAX_PARTS = 60
_BOTH: tuple[TextField, ...] = ("name", "content")


@dataclass(slots=True)
class Judge:
    """Asks the index about one document; `request` is that of the whole query, whose tags and ids are looked up.

    Of a query of more than 60 parts the first 60 are judged by themselves, the others only with what they stand in.
    """

    reader: IndexReader
    request: IndexRequest
    key: int
    document: Document
    remaining: int = _MAX_PARTS

    def judge(self, expression: Expression, *, is_negated: bool = False) -> Verdict:
        """Return the verdict on an expression and all it consists of; negated it is met when it does not hold."""
        match expression:
            case Not(operand):
                return self.judge(operand, is_negated=not is_negated)
            case Boosted(operand):
                return self.judge(operand, is_negated=is_negated)
            case And(operands):
                return self._judge_compound(expression, "all", operands, is_negated=is_negated)
            case Or(operands):
                return self._judge_compound(expression, "any", operands, is_negated=is_negated)
            case Words(values) if len(values) > 1:
                choices = tuple(Words((value,)) for value in dict.fromkeys(values))
                return self._judge_compound(expression, "any", choices, is_negated=is_negated)
            case Everything():
                return Verdict("everything", "everything", not is_negated, "this is true of every document")
            case Nothing():
                reason = "this part of the query could not be meant, so no document matches it"
                return Verdict("nothing", "nothing", is_negated, reason, is_negated)
            case Text() | Words() | Near() | Pattern():
                return self._judge_text(expression, is_negated=is_negated)
            case _:
                is_met, part = self._ask(expression, is_negated=is_negated)
                fact = describe_fact(expression, self.document, self.request.tag_keys)
                return Verdict(part, "filter", is_met, fact, is_negated)

    def _ask(self, expression: Expression, *, is_negated: bool) -> tuple[bool, str]:
        """Return whether a part does what it has to in its place, and how it is written there."""
        asked = Not(expression) if is_negated else expression
        return self._holds(asked), write_expression(asked)

    def _holds(self, expression: Expression) -> bool:
        return bool(search_among(self.reader, self.request, expression, [self.key]))

    def _admit(self) -> bool:
        self.remaining -= 1
        return self.remaining >= 0

    def _judge_compound(
        self, expression: Expression, kind: VerdictKind, operands: tuple[Expression, ...], *, is_negated: bool
    ) -> Verdict:
        is_met, part = self._ask(expression, is_negated=is_negated)
        parts = tuple(self.judge(operand, is_negated=is_negated) for operand in operands if self._admit())
        count, met = len(parts), sum(verdict.is_met for verdict in parts)
        if count < len(operands):
            reason = f"{met} of the first {count} are as they have to be; further ones were not judged by themselves"
        elif (kind == "all") != is_negated:
            reason = f"{met} of {count} are as they have to be"
        else:
            reason = f"{met or 'none'} of {count}, of which one suffices"
        return Verdict(part, kind, is_met, reason, is_negated, parts)

    def _judge_text(self, leaf: Text | Words | Near | Pattern, *, is_negated: bool) -> Verdict:
        is_met, part = self._ask(leaf, is_negated=is_negated)
        value = " ".join(leaf.values) if isinstance(leaf, Words) else leaf.value
        words: tuple[AnalyzedWord, ...] = ()
        if not isinstance(leaf, Pattern):
            words = self.reader.analyze(value, self.document.language)
            if is_negated or not self._widens(leaf, words):
                words = tuple(AnalyzedWord(word.word, None) for word in words)
        if is_met != is_negated:
            reason = self._tell_place(leaf, value)
        else:
            reason = self._tell_absence(leaf, value, [word.word for word in words])
        return Verdict(part, "text", is_met, reason, is_negated, words=words)

    def _widens(self, leaf: Expression, words: tuple[AnalyzedWord, ...]) -> bool:
        """Say whether other forms of a word match, too."""
        if isinstance(leaf, Words):
            return True
        return isinstance(leaf, Text) and leaf.field == "any" and not leaf.is_exact and len(words) == 1

    def _tell_place(self, leaf: Text | Words | Near | Pattern, value: str) -> str:
        text = Text(value) if isinstance(leaf, Words) else leaf
        fields = _BOTH if text.field == "any" else (text.field,)
        held = [name_field(field) for field in fields if self._holds(replace(text, field=field))]
        if not held:
            return f"another form of *{value}* is in {name_field('any')}"
        subject = {Near: f"the words of *{value}* are near each other", Pattern: f"a word like *{value}* is"}
        return f"{subject.get(type(leaf), f'*{value}* is')} in {' and '.join(held)}"

    def _tell_absence(self, leaf: Text | Words | Near | Pattern, value: str, words: list[str]) -> str:
        field: TextField = "any" if isinstance(leaf, Words) else leaf.field
        where = "neither in the name nor in the content" if field == "any" else f"not in {name_field(field)}"
        if isinstance(leaf, Pattern):
            return f"a word like *{value}* is {where}"
        if len(words) < 2:
            return f"the word *{value}* is {where}"
        missing = [word for word in dict.fromkeys(words) if not self._holds(Text(word, field))]
        if not missing:
            together = "near enough to each other" if isinstance(leaf, Near) else "next to each other in this order"
            return f"the words of *{value}* are in it, but not {together} (in one field)"
        listed = ", ".join(f"*{word}*" for word in missing)
        return f"of *{value}*, {listed} {'is' if len(missing) == 1 else 'are'} {where}"

"""Tidying of expressions bottom-up (papra-api, section 8.3): the same matches from a smaller tree.

Every rule also holds in three-valued logic, where an undated document is in neither a range of dates nor its negation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from papra_index.conventions.folding import fold_text
from papra_index.query.expression import And, Boosted, Everything, Expression, Near, Not, Nothing, Or, Text, Words

# Letters and numbers of any script, and private use, as the contract's tokenizer has them (section 8.5).
_TOKEN_CHARACTER = re.compile("[^\\W_]|[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")


def has_token(value: str) -> bool:
    """Say whether a text value has a word to look for; `!!!` or an emoji has none and matches everything."""
    return _TOKEN_CHARACTER.search(fold_text(value)) is not None


def simplify_expression(expression: Expression) -> Expression:
    """Return an expression with the same matches, without nested, repeated or constant members or double Not.

    A constant remains only as the whole result. Members keep their order, and `foo FOO` stays two.
    """
    if isinstance(expression, Text | Near):
        return expression if has_token(expression.value) else Everything()
    if isinstance(expression, Words):
        kept = tuple(value for value in expression.values if has_token(value))
        return Words(kept) if kept else Everything()
    if isinstance(expression, Not):
        return negate_expression(simplify_expression(expression.operand))
    if isinstance(expression, Boosted):
        return _boost_expression(simplify_expression(expression.operand), expression.factor)
    if isinstance(expression, And):
        return _join_all(_flatten(map(simplify_expression, expression.operands), And))
    if isinstance(expression, Or):
        return _join_any(_flatten(map(simplify_expression, expression.operands), Or))
    return expression


def negate_expression(expression: Expression) -> Expression:
    """Return the negation of a simplified expression, itself simplified."""
    if isinstance(expression, Everything):
        return Nothing()
    if isinstance(expression, Nothing):
        return Everything()
    if isinstance(expression, Boosted):
        return negate_expression(expression.operand)  # what is not there has no score
    return expression.operand if isinstance(expression, Not) else Not(expression)


def _boost_expression(expression: Expression, factor: float) -> Expression:
    if isinstance(expression, Everything | Nothing) or factor == 1:
        return expression
    if isinstance(expression, Boosted):
        return _boost_expression(expression.operand, expression.factor * factor)
    return Boosted(expression, factor)


def _flatten(operands: Iterable[Expression], kind: type[And] | type[Or]) -> tuple[Expression, ...]:
    """Return the operands with those of nested expressions of the same kind among them, each once."""
    distinct: dict[Expression, None] = {}
    for operand in operands:
        members = operand.operands if isinstance(operand, kind) else (operand,)
        distinct.update(dict.fromkeys(members))
    return tuple(distinct)


def _join_all(operands: tuple[Expression, ...]) -> Expression:
    if Nothing() in operands:
        return Nothing()
    kept = tuple(operand for operand in operands if operand != Everything())
    if not kept:
        return Everything()
    return kept[0] if len(kept) == 1 else And(kept)


def _join_any(operands: tuple[Expression, ...]) -> Expression:
    if Everything() in operands:
        return Everything()
    kept = tuple(operand for operand in operands if operand != Nothing())
    if not kept:
        return Nothing()
    return kept[0] if len(kept) == 1 else Or(kept)

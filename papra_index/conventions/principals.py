"""Who may see what: principals, which are free strings such as `user:anna`, and what of an archive they reach.

A document that names none is for everyone in its organization, one that names some for whoever holds one of them. The
archive gives them no meaning: who holds which is for whoever asks to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidInput

MAX_PRINCIPALS = 100
"""Principals that a document names."""

MAX_HELD_PRINCIPALS = 1_000
"""Principals that somebody holds."""

MAX_PRINCIPAL_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody sees: an organization's documents; with `principals` those that name none, or one of these."""

    organization_key: int
    principals: tuple[str, ...] | None = None


def check_principals(principals: Iterable[str], most: int = MAX_PRINCIPALS) -> tuple[str, ...]:
    """Return principals in order, each once; they are compared character by character.

    Raises InvalidInput for more than `most`, and for what is not a text of 1 to 255 characters without control
    characters and blanks at its ends.
    """
    if isinstance(principals, str) or not isinstance(principals, Iterable):
        raise InvalidInput(f"principals are a list of texts, not {principals!r:.60}: give it in brackets")
    given = dict.fromkeys(map(_check_principal, principals))
    if len(given) > most:
        raise InvalidInput(f"{len(given)} principals are more than {most}: let some stand for groups of others")
    return tuple(sorted(given))


def may_see(named: Collection[str], held: Collection[str] | None) -> bool:
    """Whether a document that names principals is seen by who holds others, None being who sees everything."""
    return held is None or not named or not set(named).isdisjoint(held)


def narrow_principals(principals: Iterable[str], held: Collection[str] | None) -> tuple[str, ...]:
    """Return what principals leave to who holds others: those that both have. Raises InvalidInput."""
    checked = check_principals(principals, MAX_HELD_PRINCIPALS)
    return checked if held is None else tuple(principal for principal in checked if principal in held)


def check_named(principals: Iterable[str], held: Collection[str] | None) -> tuple[str, ...]:
    """Return the principals that a document is to name, as whoever holds others wants it.

    Raises InvalidInput as `check_principals`, and where the document would be out of their sight.
    """
    named = check_principals(principals)
    if not may_see(named, held):
        raise InvalidInput("none of these principals is yours, so you would not see the document any more: add one")
    return named


def _check_principal(principal: object) -> str:
    if not isinstance(principal, str) or not _is_plain(principal):
        raise InvalidInput(
            f"{principal!r:.60} is not a principal: give a text such as user:anna, of 1 to {MAX_PRINCIPAL_LENGTH} "
            "printable characters without blanks at its ends"
        )
    return principal


def _is_plain(text: str) -> bool:
    return 1 <= len(text) <= MAX_PRINCIPAL_LENGTH and text.isprintable() and text == text.strip()

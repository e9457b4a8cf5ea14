"""Guesses of documents' dates beside the dates themselves: a date is replaced while it is a guess, and never once
somebody set or removed it.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, or_, update

from papra_index.catalog.tables import documents

_DATE, _GUESSED = documents.c.document_date, documents.c.guessed_date
_IS_GUESS = or_(and_(_DATE.is_(None), _GUESSED.is_(None)), _DATE == _GUESSED)
"""Nobody has said a date: there never was one, or it is the guess as it was written."""

_NEW: ColumnElement[Any] = bindparam("guess")

GUESSED: Final[dict[str, ColumnElement[Any]]] = {
    "document_date": case((and_(_NEW.is_not(None), _IS_GUESS), _NEW), else_=_DATE),
    "guessed_date": func.coalesce(_NEW, _GUESSED),
}
"""What an update of documents sets by a parameter `guess`, milliseconds or None."""

_STORE = update(documents).where(documents.c.key == bindparam("guess_key")).values(GUESSED)


def store_guess(connection: Connection, document_key: int, guess: int) -> None:
    """Write a guess, in milliseconds, and make it the date of a document whose date nobody has set."""
    connection.execute(_STORE, {"guess_key": document_key, "guess": guess})

"""Synonyms and stop words of organizations; each change advances one counter, by which searches know that there was
one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.sqlite import insert

from papra_index.catalog.changes import allocate_keys, mark_thesaurus_changed
from papra_index.catalog.tables import stop_words, synonyms
from papra_index.conventions.identifiers import generate_id
from papra_index.conventions.times import now_milliseconds, to_datetime
from papra_index.conventions.values import dataclass
from papra_index.documents import Synonyms
from papra_index.errors import StopWordLimitReached, SynonymLimitReached, SynonymsNotFound

MAX_SYNONYMS = 500
"""Groups of synonyms of an organization."""

MAX_STOP_WORDS = 500
"""Stop words of an organization."""


@dataclass(frozen=True, slots=True)
class NewSynonyms:
    """A group to save; `normalized_terms` are those by which two groups are the same."""

    organization_key: int
    terms: tuple[str, ...]
    normalized_terms: tuple[str, ...]
    is_one_way: bool


@dataclass(frozen=True, slots=True)
class StopWordsChange:
    """Folded words to add to an organization's stop words, or to take from them."""

    organization_key: int
    words: tuple[str, ...]


def save_synonyms(connection: Connection, items: Sequence[NewSynonyms]) -> list[Synonyms]:
    """Save groups and return them; one that is there already stays as it is. Raises SynonymLimitReached."""
    return [_save_group(connection, item) for item in items]


def _save_group(connection: Connection, item: NewSynonyms) -> Synonyms:
    normalized = json.dumps(item.normalized_terms, ensure_ascii=False)
    existing = select(synonyms).where(
        synonyms.c.organization_key == item.organization_key,
        synonyms.c.normalized_terms == normalized,
        synonyms.c.is_one_way == int(item.is_one_way),
    )
    row = connection.execute(existing).first()
    if row is None:
        mine = synonyms.c.organization_key == item.organization_key
        if connection.execute(select(func.count()).select_from(synonyms).where(mine)).scalar_one() >= MAX_SYNONYMS:
            raise SynonymLimitReached(
                f"this organization has {MAX_SYNONYMS} groups of synonyms, the limit: delete one, or join groups"
            )
        connection.execute(
            plain_insert(synonyms).values(
                key=allocate_keys(connection, 1)[0],
                id=generate_id("syn"),
                organization_key=item.organization_key,
                terms=json.dumps(item.terms, ensure_ascii=False),
                normalized_terms=normalized,
                is_one_way=int(item.is_one_way),
                created_at=now_milliseconds(),
            )
        )
        mark_thesaurus_changed(connection)
        row = connection.execute(existing).one()
    return _build_synonyms(row)


def list_synonyms(connection: Connection, organization_key: int) -> list[Synonyms]:
    """Return the groups of an organization, oldest first."""
    mine = select(synonyms).where(synonyms.c.organization_key == organization_key)
    return [_build_synonyms(row) for row in connection.execute(mine.order_by(synonyms.c.key))]


def delete_synonyms(connection: Connection, items: Sequence[tuple[int, str]]) -> list[None]:
    """Delete groups by organization key and id. Raises SynonymsNotFound."""
    for organization_key, synonyms_id in items:
        removed = connection.execute(
            delete(synonyms).where(synonyms.c.organization_key == organization_key, synonyms.c.id == synonyms_id)
        ).rowcount
        if not removed:
            raise SynonymsNotFound(
                f"there are no synonyms {synonyms_id} in this organization: list the synonyms for their ids"
            )
        mark_thesaurus_changed(connection)
    return [None] * len(items)


def add_stop_words(connection: Connection, items: Sequence[StopWordsChange]) -> list[None]:
    """Add stop words; those that are there already are no error. Raises StopWordLimitReached."""
    for item in items:
        rows = [{"organization_key": item.organization_key, "word": word} for word in item.words]
        connection.execute(insert(stop_words).on_conflict_do_nothing(), rows)
        count = len(list_stop_words(connection, item.organization_key))
        if count > MAX_STOP_WORDS:
            raise StopWordLimitReached(f"{count} stop words are more than {MAX_STOP_WORDS}, the limit: remove some")
        mark_thesaurus_changed(connection)
    return [None] * len(items)


def remove_stop_words(connection: Connection, items: Sequence[StopWordsChange]) -> list[None]:
    """Remove stop words; those that are not there are no error."""
    for item in items:
        connection.execute(
            delete(stop_words).where(
                stop_words.c.organization_key == item.organization_key, stop_words.c.word.in_(item.words)
            )
        )
        mark_thesaurus_changed(connection)
    return [None] * len(items)


def list_stop_words(connection: Connection, organization_key: int) -> list[str]:
    """Return the stop words of an organization in order."""
    mine = select(stop_words.c.word).where(stop_words.c.organization_key == organization_key)
    return list(connection.execute(mine.order_by(stop_words.c.word)).scalars())


def _build_synonyms(row: Row[*tuple[Any, ...]]) -> Synonyms:
    return Synonyms(row.id, tuple(json.loads(row.terms)), bool(row.is_one_way), to_datetime(row.created_at))

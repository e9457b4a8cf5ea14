"""What the index has still to learn: the latest change sequence of each document, and the counters behind keys and
sequences.

A row says "look at this document again"; the applier reads the document's present state, so ten edits cost one index
write and a purge needs no message of its own. Rows below every generation's checkpoint are pruned.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from papra_index.catalog.statements import Statement
from papra_index.catalog.tables import changes, counters, generations

SEQUENCE_COUNTER = "sequence"
"""The sequence of the newest change."""

THESAURUS_COUNTER = "thesaurus"
"""Advanced with each change of synonyms or stop words."""

_ADVANCE = Statement(
    update(counters)
    .where(counters.c.name == bindparam("counter"))
    .values(value=counters.c.value + bindparam("amount"))
    .returning(counters.c.value)
)
_INSERT = insert(changes)
_MARK = Statement(
    _INSERT.on_conflict_do_update(
        index_elements=[changes.c.document_key], set_={"sequence": _INSERT.excluded.sequence}
    ),
    ("document_key", "sequence"),
)
_NEWER = Statement(
    select(changes.c.document_key, changes.c.sequence)
    .where(changes.c.sequence > bindparam("after"))
    .order_by(changes.c.sequence)
    .limit(bindparam("limit"))
)
_COUNTER = Statement(select(counters.c.value).where(counters.c.name == bindparam("counter")))


def allocate_keys(connection: Connection, count: int) -> range:
    """Return `count` integer keys that were never used before."""
    return advance_counter(connection, "key", count)


def mark_changed(connection: Connection, document_keys: Sequence[int]) -> int:
    """Note that these documents changed; return the last of their new sequences (0 for no documents)."""
    if not document_keys:
        return 0
    numbers = advance_counter(connection, SEQUENCE_COUNTER, len(document_keys))
    _MARK.run(
        connection,
        [{"document_key": key, "sequence": number} for key, number in zip(document_keys, numbers, strict=True)],
    )
    return numbers[-1]


def reindex_documents(connection: Connection, items: Sequence[int]) -> list[None]:
    """Have documents, by key, looked at again by the index though they did not change."""
    mark_changed(connection, items)
    return [None] * len(items)


def mark_thesaurus_changed(connection: Connection) -> None:
    """Note that synonyms or stop words of some organization changed."""
    advance_counter(connection, THESAURUS_COUNTER, 1)


def last_sequence(connection: Connection) -> int:
    """Return the sequence of the newest change ever made."""
    return read_counter(connection, SEQUENCE_COUNTER)


def last_key(connection: Connection) -> int:
    """Return the highest key given out so far."""
    return read_counter(connection, "key")


def list_changes(connection: Connection, after: int, limit: int) -> list[tuple[int, int]]:
    """Return (document key, sequence) of changes after a sequence, oldest first."""
    return _NEWER.fetch(connection, {"after": after, "limit": limit})


def find_change(connection: Connection, document_key: int) -> int:
    """Return the sequence of a document's latest change, 0 where all generations have it."""
    found = connection.execute(select(changes.c.sequence).where(changes.c.document_key == document_key)).scalar()
    return found or 0


def begin_generations(connection: Connection, names: Sequence[str]) -> list[int]:
    """Register new generations at the newest change and return it for each: later changes are kept for them."""
    sequence = last_sequence(connection)
    register_generations(connection, [(name, sequence) for name in names])
    return [sequence] * len(names)


def register_generations(connection: Connection, items: Sequence[tuple[str, int]]) -> list[None]:
    """Note (generation, checkpoint) pairs: changes after the lowest checkpoint are kept."""
    for name, sequence in items:
        statement = insert(generations).values(name=name, sequence=sequence)
        connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"sequence": sequence}))
    lowest = connection.execute(select(func.min(generations.c.sequence))).scalar()
    connection.execute(delete(changes).where(changes.c.sequence <= (lowest or 0)))
    return [None] * len(items)


def find_checkpoint(connection: Connection, name: str) -> int | None:
    """Return the checkpoint a generation is registered with: changes up to it may be pruned. None when it is not."""
    return connection.execute(select(generations.c.sequence).where(generations.c.name == name)).scalar()


def keep_generations(connection: Connection, names: Sequence[str]) -> list[None]:
    """Forget all generations but these, so that those that are gone hold back no pruning."""
    connection.execute(delete(generations).where(generations.c.name.not_in(names)))
    return [None] * len(names)


def read_counter(connection: Connection, counter: str) -> int:
    """Return the value of a counter."""
    [[value]] = _COUNTER.fetch(connection, {"counter": counter})
    return int(value)


def advance_counter(connection: Connection, counter: str, amount: int) -> range:
    """Add to a counter and return the numbers that this gives."""
    [[last]] = _ADVANCE.fetch(connection, {"counter": counter, "amount": amount})
    return range(last - amount + 1, last + 1)

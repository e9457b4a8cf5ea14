"""The order of names as the catalog keeps it, made anew when the rule has changed since: it is no migration, as folding
changes more often than tables.
"""

from __future__ import annotations

import sqlite3

from papra_index.conventions.folding import FOLDING_VERSION, ORDER_VERSION, order_text

_VERSION = FOLDING_VERSION * 1000 + ORDER_VERSION
_PORTION = 1_000


def reorder_names(connection: sqlite3.Connection) -> None:
    """Order all names by the rule of this version, if another one ordered them; the caller holds the write lock.

    It goes by portions, each a transaction of its own; ended midway, it begins again at the next open.
    """
    found = connection.execute("SELECT value FROM counters WHERE name = 'name_order'").fetchone()
    if found is not None and found[0] == _VERSION:
        return
    last = -1
    while rows := connection.execute(
        "SELECT key, name, name_order FROM documents WHERE key > ? ORDER BY key LIMIT ?", (last, _PORTION)
    ).fetchall():
        changed = [(order, key) for key, name, known in rows if (order := order_text(name)) != known]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("UPDATE documents SET name_order = ? WHERE key = ?", changed)
        connection.execute("COMMIT")
        last = rows[-1][0]
    connection.execute("INSERT OR REPLACE INTO counters (name, value) VALUES ('name_order', ?)", (_VERSION,))

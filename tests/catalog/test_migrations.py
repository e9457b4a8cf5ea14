"""A new catalog is copied in one step, and is what the numbered steps make; nothing that is there is overwritten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib import resources
from pathlib import Path

from papra_index.catalog import migrations
from papra_index.catalog.database import Catalog
from papra_index.conventions.identifiers import check_id
from papra_index.conventions.times import now_milliseconds


def list_schema(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name").fetchall()
    return [*rows, *connection.execute("SELECT name, value FROM counters ORDER BY name").fetchall()]


def test_a_new_catalog_is_what_the_steps_make() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as new:
        migrations.migrate_catalog(new)
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as grown:
            _, first = migrations.list_migrations()[0]
            grown.executescript(resources.files(migrations).joinpath(first).read_text(encoding="utf-8"))
            grown.execute("PRAGMA user_version = 1")
            migrations.migrate_catalog(grown)
            assert list_schema(new) == list_schema(grown)
            for pragma in ("user_version", "encoding", "page_size", "auto_vacuum", "integrity_check"):
                assert [new.execute(f"PRAGMA {pragma}").fetchall()] == [grown.execute(f"PRAGMA {pragma}").fetchall()]
            rows = "SELECT key, name FROM users UNION ALL SELECT user_key, role FROM members"
            assert new.execute(rows).fetchall() == grown.execute(rows).fetchall() != []


def test_every_new_catalog_has_an_owner_of_its_own() -> None:
    before = now_milliseconds()
    owners = []
    for _ in range(2):
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as new:
            migrations.migrate_catalog(new)
            [[id_, created_at, updated_at]] = new.execute("SELECT id, created_at, updated_at FROM users").fetchall()
        owners.append(check_id("usr", id_))
        assert before <= created_at == updated_at <= now_milliseconds()
    assert len(set(owners)) == 2


def test_a_database_of_something_else_keeps_what_it_has(tmp_path: Path) -> None:
    file = tmp_path / "catalog.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE diary (line TEXT)")
        connection.execute("INSERT INTO diary VALUES ('dear diary')")
    Catalog(file, tmp_path / "lock").close()
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT line FROM diary").fetchall() == [("dear diary",)]

"""Works on an archive until it is killed: before each operation it writes what that makes of which documents, after it
that it was acknowledged; a program of its own.

    python -m tests.reliability.kills FOLDER BACKUP SEED FIRST           until it is killed, alone
    python -m tests.reliability.kills FOLDER BACKUP SEED FIRST COUNT     so many, beside others, on documents of its own
"""

from __future__ import annotations

import itertools
import json
import random
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from papra_index import Archive, Organization
from tests.reliability.histories import SETTINGS, State, begin_state, build_upload, read_states

_FULL = 16
"""Documents from which on more are purged than added, so that every check stays quick and is one page for four."""

Changes = dict[str, State | None]


def describe(state: State | None) -> dict[str, object] | None:
    """Return a state as JSON has it."""
    return None if state is None else asdict(state) | {"tags": sorted(state.tags)}


def read_description(value: dict[str, object] | None) -> State | None:
    """Return the state of a description."""
    return None if value is None else State(**value | {"tags": frozenset(value["tags"])})  # type: ignore[arg-type]


def find_ids(home: Organization) -> dict[str, str]:
    """Return the ids of all documents by their names in a history."""
    ids = {}
    for page in (home.list(page_size=100), home.list_trash(page_size=100)):
        for document in page.documents:
            with home.open_original(document.id) as stream:
                ids[stream.read().decode().split()[-1]] = document.id
    return ids


class Writer:
    """Draws operations, and says what each makes of the documents."""

    def __init__(
        self, archive: Archive, home: Organization, backup: Path, chance: random.Random, first: int, *, alone: bool
    ) -> None:
        self._archive = archive
        self._home = home
        self._backup = backup
        self._chance = chance
        self._numbers = itertools.count(first)
        self._alone = alone
        self.states = read_states(archive)[0] if alone else {}
        self._ids = find_ids(home) if alone else {}
        self._tag_id = (
            next((tag.id for tag in home.list_tags() if tag.name == "paid"), None) or home.create_tag("paid").id
        )

    def draw(self) -> tuple[str, Changes, Callable[[], object]]:
        """Return an operation's name, what it changes, and how it is done."""
        live = [name for name, state in self.states.items() if not state.is_trashed]
        trashed = [name for name, state in self.states.items() if state.is_trashed]
        roll = self._chance.random()
        if not self._alone:
            roll = 0.09 + 0.91 * roll
        if roll < 0.03:
            return "reindex", {}, self._archive.rebuild_index
        if roll < 0.06:
            return "backup", {}, lambda: self._archive.backup(self._backup)
        if roll < 0.09:
            return "wait", {}, self._archive.wait_until_searchable
        if len(live) < 4 or (roll < 0.4 and len(self.states) < _FULL):
            return self._draw_addition()
        if trashed and roll > 0.8:
            return self._draw_of_trash(self._chance.choice(trashed))
        return self._draw_edit(self._chance.choice(live))

    def _draw_addition(self) -> tuple[str, Changes, Callable[[], object]]:
        names = [f"document{next(self._numbers)}" for _ in range(self._chance.choice([1, 1, 1, 6]))]

        def add() -> None:
            for name, outcome in zip(names, self._home.add_stream(map(build_upload, names)), strict=True):
                assert outcome.document_id is not None, outcome.error
                self._ids[name] = outcome.document_id

        return "add", {name: begin_state(name) for name in names}, add

    def _draw_of_trash(self, name: str) -> tuple[str, Changes, Callable[[], object]]:
        key, state = self._ids[name], self.states[name]
        if self._chance.random() < 0.5:
            return "restore", {name: replace(state, is_trashed=False)}, lambda: self._home.restore(key)
        return "purge", {name: None}, lambda: self._home.purge(key)

    def _draw_edit(self, name: str) -> tuple[str, Changes, Callable[[], object]]:
        key, state = self._ids[name], self.states[name]
        number = next(self._numbers)
        way = self._chance.randrange(4)
        if way == 0:
            return "trash", {name: replace(state, is_trashed=True)}, lambda: self._home.trash(key)
        if way == 1 and state.tags:
            return "untag", {name: replace(state, tags=frozenset())}, lambda: self._home.untag(key, self._tag_id)
        if way == 1:
            paid = replace(state, tags=frozenset({"paid"}))
            return "tag", {name: paid}, lambda: self._home.tag(key, self._tag_id)
        if way == 2:
            rewritten = replace(state, content=f"rewritten{number} common")
            return "update", {name: rewritten}, lambda: self._home.update(key, content=rewritten.content)
        renamed = replace(state, name=f"{number}.txt", notes=f"note {number}")
        return "update", {name: renamed}, lambda: self._home.update(key, name=renamed.name, notes=renamed.notes)

    def apply(self, changes: Changes) -> None:
        """Remember what was acknowledged."""
        for name, state in changes.items():
            self.states.pop(name, None)
            if state is not None:
                self.states[name] = state


def say(line: dict[str, object]) -> None:
    """Write a line at once."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Work until killed, or done."""
    folder, backup, seed, first, *count = sys.argv[1:]
    # Beside others, one process more is the applier, so that it can be killed.
    settings = SETTINGS if not count else SETTINGS.without_background()
    with Archive.open(folder, settings=settings) as archive:
        home = next(iter(archive.organizations()), None) or archive.create_organization("Home")
        chance = random.Random(int(seed))
        writer = Writer(archive, home, Path(backup), chance, int(first), alone=not count)
        say({"ready": True})
        for number in range(int(count[0])) if count else itertools.count():
            operation, changes, run = writer.draw()
            say({"number": number, "operation": operation, "changes": {k: describe(v) for k, v in changes.items()}})
            run()
            writer.apply(changes)
            say({"acknowledged": number})


if __name__ == "__main__":
    main()

"""What the processes of `benchmarks.durability` do, each in an interpreter of its own.

    python -m benchmarks.writers ROLE ARCHIVE NUMBER COUNT THREADS

says `ready`, begins at a line of standard input, and prints one line of JSON at its end.
"""

from __future__ import annotations

import itertools
import json
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tantivy

from benchmarks.indexing import create_bare_index
from benchmarks.measure import Stopwatch
from benchmarks.population import Population
from papra_index import Archive, Organization
from papra_index.settings import ExtractionSettings, Settings

SETTINGS = Settings(extraction=ExtractionSettings(background=False))
_HEAP_BYTES = SETTINGS.index.heap_bytes


def _add(archive: Archive, number: int, count: int, threads: int) -> dict[str, Any]:
    """Add documents one by one from several threads."""
    home = archive.organizations()[0]
    numbers, seconds = itertools.count(), []

    def add_some() -> None:
        while (place := next(numbers)) < count:
            text = f"document {number} {place} common"
            began = time.perf_counter()
            home.add(text.encode(), name=f"{number}-{place}.txt", content=text)
            seconds.append(time.perf_counter() - began)

    workers = [threading.Thread(target=add_some) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return {"seconds": seconds}


def _wait(archive: Archive, number: int, count: int, _threads: int) -> dict[str, Any]:
    """Add documents one by one and wait for each until searches see it."""
    home, seconds = archive.organizations()[0], []
    for place in range(count):
        text = f"waited {number} {place} common"
        began = time.perf_counter()
        home.add(text.encode(), name=f"w{number}-{place}.txt", content=text, wait_for="searchable")
        seconds.append(time.perf_counter() - began)
        time.sleep(0.02)
    return {"seconds": seconds}


class _Mixture:
    """A writer of mixed operations, and what it was acknowledged of each of its documents."""

    def __init__(self, home: Organization, number: int) -> None:
        self._home = home
        self._number = number
        self._random = random.Random(number)
        self._tag = home.list_tags()[0].id
        self.live: dict[str, str] = {}
        self.trashed: dict[str, str] = {}

    def choose(self, place: int) -> Callable[[], None]:
        """Return one operation on what is there now."""
        draw = self._random.random()
        if draw < 0.5 or not self.live:
            return lambda: self._add(place)
        document_id = self._random.choice(list(self.live))
        if draw < 0.7:
            return lambda: self._update(document_id, place)
        if draw < 0.8:
            return lambda: self._home.tag_many([document_id], self._tag)
        if draw < 0.9 or not self.trashed:
            return lambda: self._trash(document_id)
        gone = next(iter(self.trashed))
        return (lambda: self._restore(gone)) if draw < 0.95 else (lambda: self._purge(gone))

    def _add(self, place: int) -> None:
        name = f"m{self._number}-{place}.txt"
        added = self._home.add(name.encode(), name=name, content=f"{name} common")
        self.live[added.id] = name

    def _update(self, document_id: str, place: int) -> None:
        self._home.update(document_id, name=f"u{self._number}-{place}.txt")
        self.live[document_id] = f"u{self._number}-{place}.txt"

    def _trash(self, document_id: str) -> None:
        self._home.trash(document_id)
        self.trashed[document_id] = self.live.pop(document_id)

    def _restore(self, document_id: str) -> None:
        self._home.restore(document_id)
        self.live[document_id] = self.trashed.pop(document_id)

    def _purge(self, document_id: str) -> None:
        self._home.purge(document_id)
        del self.trashed[document_id]


def _mix(archive: Archive, number: int, count: int, _threads: int) -> dict[str, Any]:
    """Add, rename, tag, trash, restore and purge."""
    mixture = _Mixture(archive.organizations()[0], number)
    seconds: list[float] = []
    for place in range(count):
        operation = mixture.choose(place)
        began = time.perf_counter()
        operation()
        seconds.append(time.perf_counter() - began)
    return {"seconds": seconds, "live": mixture.live, "trashed": mixture.trashed}


def _read(archive: Archive, _number: int, count: int, _threads: int) -> dict[str, Any]:
    """Search until standard input ends, `count` searches at least; a page never has one document twice."""
    home, stop, doubled = archive.organizations()[0], threading.Event(), 0
    seconds: list[float] = []

    def await_end() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=await_end, daemon=True).start()
    while not stop.is_set() or len(seconds) < count:
        began = time.perf_counter()
        page = home.search("common", page_size=100)
        seconds.append(time.perf_counter() - began)
        doubled += len(page.hits) - len({hit.document.id for hit in page.hits})
    return {"seconds": seconds, "doubled": doubled}


def _apply(archive: Archive, _number: int, _count: int, _threads: int) -> dict[str, Any]:
    """Apply, and rebuild the index again and again, until killed."""
    while True:
        archive.rebuild_index()
        time.sleep(0.3)


def _rebuild(archive: Archive, _number: int, _count: int, _threads: int) -> dict[str, Any]:
    """Rebuild the index once."""
    watch = Stopwatch()
    count = archive.rebuild_index()
    cost = watch.stop()
    return {"documents": count, "wall": cost.wall, "cpu": cost.cpu}


def _build_bare(folder: Path, seed: int, count: int) -> dict[str, Any]:
    """Have the engine alone build an index of the same texts, which are made before."""
    entries = list(Population("documents", count, seed).iterate_entries())
    print("ready", flush=True)
    sys.stdin.readline()
    watch = Stopwatch()
    writer = create_bare_index(folder).writer(_HEAP_BYTES, 1)
    for entry in entries:
        writer.add_document(tantivy.Document(name=entry.name, content=entry.text))
    writer.commit()
    writer.wait_merging_threads()
    cost = watch.stop()
    return {"documents": count, "wall": cost.wall, "cpu": cost.cpu}


ROLES = {"add": _add, "wait": _wait, "mix": _mix, "read": _read, "apply": _apply, "rebuild": _rebuild}


def main() -> None:
    """Play one role."""
    role, folder, number, count, threads = sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:6])
    if role == "bare":
        print(json.dumps(_build_bare(folder, number, count)))
        return
    settings = SETTINGS if role not in {"read", "rebuild"} else SETTINGS.without_background()
    with Archive.open(folder, settings=settings) as archive:
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps(ROLES[role](archive, number, count, threads)), flush=True)


if __name__ == "__main__":
    main()

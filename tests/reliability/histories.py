"""A short history of an archive in which each step says what it makes of a document: so the archive can be judged after
any fault, by the states that what was acknowledged leaves possible.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from papra_index import Archive, Document, Organization
from papra_index.catalog.organizations import recount_statistics
from papra_index.errors import InvalidInput, PapraIndexError
from papra_index.settings import ExtractionSettings, Settings
from papra_index.walks.writing.uploads import Upload

# Texts are given, so one process does everything and every fault is in the archive's own writes.
SETTINGS = Settings(extraction=ExtractionSettings(background=False))
NAMES = ("alpha", "bravo", "charlie", "delta", "echo")
_ORIGINAL = "original of "


@dataclass(frozen=True)
class State:
    """What a document is; a document that is not there is None."""

    name: str
    content: str
    notes: str | None = None
    tags: frozenset[str] = frozenset()
    is_trashed: bool = False


Change = Callable[[State | None], State | None]
Possible = dict[str, set[State | None]]


@dataclass
class Work:
    """The archive a history runs on, and the ids it knows."""

    archive: Archive
    home: Organization
    ids: dict[str, str] = field(default_factory=dict)
    tag_id: str = ""
    patience: float = 20.0


@dataclass(frozen=True)
class Step:
    """An operation, and what it makes of which documents; it is left out where one of these was not added."""

    run: Callable[[Work], object]
    documents: tuple[str, ...] = ()
    change: Change = lambda state: state
    adds: bool = False


def begin_state(name: str) -> State:
    """Return what a document is once it was added."""
    return State(f"{name}.txt", f"{name} common text")


def build_upload(name: str) -> Upload:
    """Return the upload of a document that is recognised by its original."""
    state = begin_state(name)
    return Upload(f"{_ORIGINAL}{name}".encode(), state.name, content=state.content)


def _add(*names: str) -> Step:
    def run(work: Work) -> None:
        failure: PapraIndexError | None = None
        for name, outcome in zip(names, work.home.add_stream([build_upload(name) for name in names]), strict=True):
            if outcome.document_id is not None:
                work.ids[name] = outcome.document_id
            failure = failure or outcome.error
        if failure is not None:
            raise failure

    return Step(run, names, adds=True)


def _create_tag(work: Work) -> None:
    work.tag_id = work.home.create_tag("paid").id


def _tag(work: Work, document_id: str) -> None:
    if not work.tag_id:
        raise InvalidInput("the tag could not be created")
    work.home.tag(document_id, work.tag_id)


def _edit(document: str, run: Callable[[Work, str], object], change: Callable[[State], State | None]) -> Step:
    return Step(
        lambda work: run(work, work.ids[document]),
        (document,),
        lambda state: None if state is None else change(state),
    )


def _trash(document: str) -> Step:
    return _edit(document, lambda work, key: work.home.trash(key), lambda state: replace(state, is_trashed=True))


def _wait(work: Work) -> None:
    work.archive.wait_until_searchable(work.patience)


HISTORY: tuple[Step, ...] = (
    Step(_create_tag),
    _add("alpha"),
    _add("bravo"),
    _add("charlie", "delta"),
    _edit("alpha", _tag, lambda state: replace(state, tags=frozenset({"paid"}))),
    _edit(
        "alpha",
        lambda work, key: work.home.update(key, name="edited.txt", notes="kept"),
        lambda state: replace(state, name="edited.txt", notes="kept"),
    ),
    _edit(
        "bravo",
        lambda work, key: work.home.update(key, content="rewritten common"),
        lambda state: replace(state, content="rewritten common"),
    ),
    Step(_wait),
    _trash("bravo"),
    _trash("charlie"),
    _edit("bravo", lambda work, key: work.home.restore(key), lambda state: replace(state, is_trashed=False)),
    _edit("charlie", lambda work, key: work.home.purge(key), lambda state: None if state.is_trashed else state),
    Step(lambda work: work.archive.rebuild_index()),
    _add("echo"),
    Step(_wait),
)


def begin_possible() -> Possible:
    """Return what is possible before the first step: nothing was added."""
    return {name: {None} for name in NAMES}


def account(possible: Possible, step: Step, *, acknowledged: bool) -> None:
    """Bring `possible` up to date: what was acknowledged is so, what failed or was cut off may be so or not."""
    for name in step.documents:
        after = {begin_state(name)} if step.adds else {step.change(state) for state in possible[name]}
        possible[name] = after if acknowledged else possible[name] | after


def judge_archive(folder: Path, possible: Possible) -> list[str]:
    """Open an archive after a fault and return all that is wrong with it: lost, invented, miscounted or left behind."""
    with Archive.open(folder, settings=SETTINGS) as archive:
        archive.wait_until_searchable(30)
        states, found = read_states(archive)
        for name in sorted(possible.keys() | states.keys()):
            if states.get(name) not in possible.get(name, {None}):
                found.append(f"{name} is {states.get(name)}, possible: {possible.get(name)}")
        for home in archive.organizations():
            found += _judge_organization(archive, home)
        found += _find_strays(archive, len(states))
        found += [finding.message for finding in archive.verify(deep=True).findings]
    return found


def read_states(archive: Archive) -> tuple[dict[str, State], list[str]]:
    """Return what each document is, and what is wrong with their originals."""
    states: dict[str, State] = {}
    found: list[str] = []
    for home in archive.organizations():
        for document in _list_documents(home):
            name = _recognize(home, document)
            if name is None or name in states:
                found.append(f"{document.name}: {'damaged original' if name is None else f'{name} is there twice'}")
            else:
                tags = frozenset(tag.name for tag in document.tags)
                states[name] = State(document.name, document.content, document.notes, tags, document.is_trashed)
    return states, found


def _list_documents(home: Organization) -> Iterable[Document]:
    for page in (home.list(page_size=100), home.list_trash(page_size=100)):
        for document in page.documents:
            yield home.get(document.id)


def _recognize(home: Organization, document: Document) -> str | None:
    with home.open_original(document.id) as stream:
        content = stream.read().decode(errors="replace")
    return content.removeprefix(_ORIGINAL) if content.startswith(_ORIGINAL) else None


def _judge_organization(archive: Archive, home: Organization) -> list[str]:
    found = []
    live = {document.id: document for document in home.list(page_size=100).documents}
    hits = {hit.document.id for hit in home.search("common", page_size=100, relax=False).hits}
    if hits != set(live):
        found.append(f"searches find {len(hits)} documents, {len(live)} are there")
    for document in live.values():
        if [hit.document.id for hit in home.search(f'="{home.get(document.id).content}"').hits] != [document.id]:
            found.append(f"{document.name} is not found by its content, or more than once")
    tagged = sum(any(tag.name == "paid" for tag in document.tags) for document in live.values())
    if home.search("tag:paid").documents_count != tagged and any(tag.name == "paid" for tag in home.list_tags()):
        found.append("searches find another number of tagged documents")
    with archive._catalog.read() as connection:
        if recount_statistics(connection, home._key) != home.statistics():
            found.append("statistics do not equal a recount")
    return found


def _find_strays(archive: Archive, documents_count: int) -> list[str]:
    originals = [path for path in (archive.folder / "originals").rglob("*") if path.is_file()]
    staged = [path for path in (archive.folder / "staging").rglob("*") if path.is_file() and path.name[0] != "."]
    deadline = time.monotonic() + 20  # the applier removes ended generations when it has nothing else to do
    while len(generations := list((archive.folder / "index").glob("gen-*"))) != 1 and time.monotonic() < deadline:
        time.sleep(0.02)
    temporary = [path for path in archive.folder.rglob("*.tmp*") if "index" not in path.parts]
    found = []
    if len(originals) != documents_count:
        found.append(f"{len(originals)} originals of {documents_count} documents: {[path.name for path in originals]}")
    if staged or temporary:
        found.append(f"left behind: {[*staged, *temporary]}")
    if len(generations) != 1:
        found.append(f"{len(generations)} generations of the index")
    return found

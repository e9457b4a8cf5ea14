"""Random histories of puts, updates, deletions and replacements agree with a plain dict at every step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from papra_index import Archive, BulkStatus, DeleteRequest, PutRequest, Statistics, UpdateRequest
from papra_index.catalog.organizations import recount_statistics
from papra_index.catalog.tags import recount_tags
from papra_index.documents import UNCHANGED

IDS = ("a", "b", "ü 1", "A")
WORDS = ("foo", "bar", "invoice")
FILES = (b"alpha file", b"beta file")

ids = st.sampled_from(IDS)
texts = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
files = st.none() | st.sampled_from(FILES)
tags = st.none() | st.sets(st.sampled_from(("red", "blue"))).map(sorted)
names = st.none() | st.sampled_from(WORDS)
puts = st.builds(PutRequest, ids, files, names, st.none() | texts, notes=st.none() | texts, tags=tags)
kept = st.just(UNCHANGED)
updates = st.builds(
    UpdateRequest, ids, kept | st.sampled_from(WORDS), kept | texts, notes=kept | texts, tags=kept | tags.filter(bool)
)
requests = puts | updates | st.builds(DeleteRequest, ids)


@dataclass
class ModelDocument:
    id: str
    name: str = ""
    content: str = ""
    original: bytes | None = None
    notes: str | None = None
    tags: set[str] = field(default_factory=set)
    versions: list[bytes] = field(default_factory=list)
    is_trashed: bool = False

    def give_original(self, data: bytes | None) -> None:
        if data != self.original:
            if self.original is not None:
                self.versions.append(self.original)
            self.original = data

    def tell(self) -> tuple[Any, ...]:
        return (
            self.name, self.content, self.original, self.notes, set(self.tags), list(self.versions), self.is_trashed,
        )  # fmt: skip


class PuttingMachine(RuleBasedStateMachine):
    """Drives one organization; everything is compared after each step, what searches find when asked."""

    @initialize()
    def open_archive(self) -> None:
        self.archive = Archive.in_memory()
        self.home = self.archive.create_organization("Home")
        self.model: dict[str, ModelDocument] = {}

    def teardown(self) -> None:
        if hasattr(self, "archive"):
            self.archive.close()

    @rule(batch=st.lists(requests, min_size=1, max_size=5))
    def apply(self, batch: list[Any]) -> None:
        # What a file says is known when it was read: a text that is to be read is compared with no other before.
        self.archive.wait_until_searchable()
        outcomes = tuple(self.home.bulk(batch))
        assert [outcome.external_id for outcome in outcomes] == [request.external_id for request in batch]
        for request, outcome in zip(batch, outcomes, strict=True):
            known = self.model.get(request.external_id)
            before = None if known is None else known.tell()
            expected = self._apply(request, outcome.document_id)
            after = None if known is None else known.tell()
            if expected is BulkStatus.UPDATED and before == after:
                # A text given by hand that is the file's: the file is read again all the same.
                assert outcome.status in {BulkStatus.UPDATED, BulkStatus.UNCHANGED}
            else:
                assert outcome.status is expected, request
            if known is not None and outcome.status is not BulkStatus.FAILED:
                assert outcome.document_id == known.id

    def _apply(self, request: Any, document_id: str | None) -> BulkStatus:
        known = self.model.get(request.external_id)
        if isinstance(request, DeleteRequest):
            if known is None:
                return BulkStatus.FAILED
            was_trashed, known.is_trashed = known.is_trashed, True
            return BulkStatus.UNCHANGED if was_trashed else BulkStatus.DELETED
        if isinstance(request, UpdateRequest):
            if all(value is UNCHANGED for value in (request.name, request.content, request.notes, request.tags)):
                return BulkStatus.FAILED
            if known is None:
                return BulkStatus.FAILED
            for name in ("name", "content", "notes"):
                if getattr(request, name) is not UNCHANGED:
                    setattr(known, name, getattr(request, name))
            if request.tags is not UNCHANGED:
                known.tags = set(request.tags)
            return BulkStatus.UPDATED
        status = BulkStatus.UPDATED
        if known is None:
            assert document_id is not None
            known = self.model[request.external_id] = ModelDocument(document_id)
            status = BulkStatus.CREATED
        known.name = request.name or request.external_id
        known.give_original(request.source)
        known.content = (request.source or b"").decode() if request.content is None else request.content
        known.notes = known.notes if request.notes is None else request.notes
        known.tags = known.tags if request.tags is None else set(request.tags)
        known.is_trashed = False
        return status

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def trash_restore_purge(self, data: st.DataObject) -> None:
        external_id = data.draw(st.sampled_from(sorted(self.model)))
        document = self.model[external_id]
        if not document.is_trashed:
            self.home.trash(document.id)
            document.is_trashed = True
        elif data.draw(st.booleans()):
            self.home.restore(document.id)
            document.is_trashed = False
        else:
            self.home.purge(document.id)
            del self.model[external_id]

    @precondition(lambda self: self.model)
    @rule(data=st.data(), source=st.sampled_from(FILES))
    def replace(self, data: st.DataObject, source: bytes) -> None:
        document = self.model[data.draw(st.sampled_from(sorted(self.model)))]
        self.archive.wait_until_searchable()
        self.home.replace(document.id, source)
        document.give_original(source)
        document.content = source.decode()

    @rule(word=st.sampled_from((*WORDS, "alpha", "file", "tag:red", "external_id:a", "-external_id:A")))
    def search(self, word: str) -> None:
        self.archive.wait_until_searchable()
        found = {hit.document.external_id for hit in self.home.search(word, page_size=50, relax=False).hits}
        live = {id_: document for id_, document in self.model.items() if not document.is_trashed}
        if word == "tag:red":
            assert found == {id_ for id_, document in live.items() if "red" in document.tags}
        elif "external_id" in word:
            assert found == ({"a"} & set(live) if word[0] == "e" else set(live) - {"A"})
        else:
            assert found == {
                id_ for id_, item in live.items() if word in f"{item.name} {item.content}".lower().split()
            }  # fmt: skip

    @invariant()
    def everything_agrees(self) -> None:
        if not hasattr(self, "model"):
            return
        self.archive.wait_until_searchable()
        for external_id, document in self.model.items():
            found = self.home.get(external_id=external_id)
            assert (found.id, found.name, found.content) == (document.id, document.name, document.content)
            assert (found.notes, found.is_trashed) == (document.notes, document.is_trashed)
            assert {tag.name for tag in found.tags} == document.tags
            assert found.is_index_only == (document.original is None)
            earlier = [item for item in self.home.versions(found.id) if item.replaced_at is not None]
            assert [self._read(found.id, item.number) for item in earlier] == document.versions[::-1]
            if document.original is not None:
                assert self._read(found.id) == document.original
        self._compare_counts()

    def _read(self, document_id: str, version: int | None = None) -> bytes:
        with self.home.open_original(document_id, version) as stream:
            return stream.read()

    def _compare_counts(self) -> None:
        statistics = self.home.statistics()
        with self.archive._catalog.read() as connection:
            assert statistics == recount_statistics(connection, self.home._key)
            recounted = recount_tags(connection, self.home._key)
        assert {tag.id: tag.documents_count for tag in self.home.list_tags()} == recounted
        live = [len(document.original or b"") for document in self.model.values() if not document.is_trashed]
        gone = [len(document.original or b"") for document in self.model.values() if document.is_trashed]
        assert statistics == Statistics(len(live), sum(live), len(gone), sum(gone))
        kept = sum((item.original is not None) + len(item.versions) for item in self.model.values())
        folder = self.archive.folder / "originals"
        assert sum(path.is_file() for path in folder.rglob("*")) == kept


TestPutting = PuttingMachine.TestCase
TestPutting.settings = settings(max_examples=6, stateful_step_count=12)


@pytest.mark.slow
class TestLongPutting(PuttingMachine.TestCase):
    settings = settings(max_examples=25, stateful_step_count=20)

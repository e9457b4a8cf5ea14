"""Random histories of an archive agree with a plain dict at every step: documents, tags, trash, search, statistics."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from papra_index import Archive, Statistics, Tag
from papra_index.catalog.organizations import recount_statistics
from papra_index.catalog.tags import recount_tags
from papra_index.errors import AlreadyTagged, DocumentNotFound, DocumentNotTrashed, DuplicateDocument
from papra_index.query.parser import parse_query
from tests.query.corpus import CorpusDocument
from tests.query.matching import matches

WORDS = ("foo", "food", "bar", "bär", "Straße", "invoice", "2024", "INV-7")
TAGS = ("paid", "Été", "to do")
QUERIES = (
    "foo", "fo", "foo bar", '"foo bar"', "foo OR invoice", "-foo", "strasse", "bar -food", "name:foo", "content:inv",
    "tag:paid", "-tag:PAID", "has:tags foo", "tag:été OR bar", "has:date", "-date:<2025", "date:2024", "inv-7",
    "NOT (foo OR bar)", "2024 tag:paid", "tag:nothing", "-(tag:paid foo)",
    "extraction:done foo", "-extraction:done", "extraction:incomplete OR foo", "-confidence:<60",
)  # fmt: skip

texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join)
dates = st.none() | st.sampled_from([datetime(2024, 3, 1, tzinfo=UTC), datetime(2025, 6, 30, 12, tzinfo=UTC)])


@dataclass
class ModelDocument:
    name: str
    content: str
    size: int
    document_date: datetime | None
    notes: str | None = None
    tags: set[str] = field(default_factory=set)
    is_trashed: bool = False
    events: list[str] = field(default_factory=lambda: ["created"])


class ArchiveMachine(RuleBasedStateMachine):
    """Drives one organization; a second one beside it must never show through."""

    documents = Bundle("documents")

    @initialize()
    def open_archive(self) -> None:
        self.archive = Archive.in_memory()
        self.home = self.archive.create_organization("Home")
        other = self.archive.create_organization("Other")
        other.add(b"foo bar invoice 2024", name="foo.txt", content="foo bar invoice 2024")
        self.tags: dict[str, Tag] = {name: self.home.create_tag(name) for name in TAGS}
        self.model: dict[str, ModelDocument] = {}
        self.hashes: dict[str, str] = {}

    def teardown(self) -> None:
        if hasattr(self, "archive"):
            self.archive.close()

    @rule(target=documents, content=texts, name=names, date=dates)
    def add(self, content: str, name: str, date: datetime | None):
        data = content.encode()
        digest = hashlib.sha256(data).hexdigest()
        known = self.hashes.get(digest)
        if known is not None and not self.model[known].is_trashed:
            with pytest.raises(DuplicateDocument) as caught:
                self.home.add(data, name=name, content=content, document_date=date)
            assert caught.value.document_id == known
            return multiple()
        added = self.home.add(data, name=name, content=content, document_date=date)
        if known is not None:
            assert added.id == known
            document = self.model[known]
            document.name, document.is_trashed = name, False
            document.tags.clear()
            document.events.append("created")
            return multiple()
        self.model[added.id] = ModelDocument(name, content, len(data), date)
        self.hashes[digest] = added.id
        return added.id

    @rule(document_id=documents, name=names, content=st.none() | texts, date=dates, notes=st.none() | texts)
    def update(self, document_id: str, name: str, content: str | None, date: datetime | None, notes: str | None):
        document = self.model[document_id]
        given = {"name": name, "document_date": date}
        if content is not None:
            given["content"] = document.content = content
        if notes is not None:
            given["notes"] = document.notes = notes
        self.home.update(document_id, **given)
        document.name, document.document_date = name, date
        document.events.append("updated")

    @rule(document_id=documents, name=st.sampled_from(TAGS))
    def tag(self, document_id: str, name: str):
        document = self.model[document_id]
        if name in document.tags:
            with pytest.raises(AlreadyTagged):
                self.home.tag(document_id, self.tags[name].id)
        else:
            self.home.tag(document_id, self.tags[name].id)
            document.tags.add(name)
            document.events.append("tagged")

    @rule(document_id=documents, name=st.sampled_from(TAGS))
    def untag(self, document_id: str, name: str):
        self.home.untag(document_id, self.tags[name].id)
        self.model[document_id].tags.discard(name)
        self.model[document_id].events.append("untagged")

    @rule(name=st.sampled_from(TAGS))
    def delete_and_recreate_tag(self, name: str):
        self.home.delete_tag(self.tags[name].id)
        self.tags[name] = self.home.create_tag(name)
        for document in self.model.values():
            document.tags.discard(name)

    @rule(document_id=documents)
    def trash(self, document_id: str):
        self.home.trash(document_id)
        self.model[document_id].is_trashed = True
        self.model[document_id].events.append("deleted")

    @rule(document_id=documents)
    def restore(self, document_id: str):
        document = self.model[document_id]
        if not document.is_trashed:
            with pytest.raises(DocumentNotTrashed):
                self.home.restore(document_id)
        else:
            self.home.restore(document_id)
            document.is_trashed = False
            document.events.append("restored")

    @rule(target=documents, document_id=consumes(documents))
    def purge(self, document_id: str):
        if not self.model[document_id].is_trashed:
            with pytest.raises(DocumentNotTrashed):
                self.home.purge(document_id)
            return document_id
        self.home.purge(document_id)
        self._forget(document_id)
        with pytest.raises(DocumentNotFound):
            self.home.get(document_id)
        return multiple()

    @rule(search_query=st.sampled_from(QUERIES))
    def search(self, search_query: str):
        self.archive.wait_until_searchable()
        expression = parse_query(search_query, now=0).expression
        expected = {
            document_id
            for document_id, document in self.model.items()
            if not document.is_trashed and matches(expression, _as_corpus_document(document)) is True
        }
        page = self.home.search(search_query, page_size=100, snippets=1, relax=False)
        assert {hit.document.id for hit in page.hits} == expected
        assert page.documents_count == len(expected)
        for hit in page.hits:
            self._compare(hit.document.id, hit.document.name, hit.document.tags)

    @rule(page_size=st.integers(1, 4))
    def list_pages(self, page_size: int):
        live = {document_id for document_id, document in self.model.items() if not document.is_trashed}
        seen: list[str] = []
        for page_index in range(len(live) // page_size + 2):
            page = self.home.list(page_index=page_index, page_size=page_size)
            assert page.documents_count == len(live)
            seen += [document.id for document in page.documents]
        assert sorted(seen) == sorted(live)

    @rule()
    def rebuild(self):
        self.archive.rebuild_index()

    @invariant()
    def everything_agrees(self):
        if not hasattr(self, "model"):
            return
        for document_id, document in self.model.items():
            found = self.home.get(document_id)
            assert (found.content, found.notes) == (document.content, document.notes)
            assert (found.document_date, found.is_trashed) == (document.document_date, document.is_trashed)
            self._compare(document_id, found.name, found.tags)
            events = [entry.event for entry in self.home.activity(document_id)]
            assert events == document.events[::-1][:100]
            with self.home.open_original(document_id) as stream:
                assert self.hashes[hashlib.sha256(stream.read()).hexdigest()] == document_id
        self._compare_counts()

    def _compare_counts(self):
        live = [document for document in self.model.values() if not document.is_trashed]
        gone = [document for document in self.model.values() if document.is_trashed]
        statistics = self.home.statistics()
        assert statistics == Statistics(
            len(live), sum(item.size for item in live), len(gone), sum(item.size for item in gone)
        )
        with self.archive._catalog.read() as connection:
            assert statistics == recount_statistics(connection, self.home._key)
            recounted = recount_tags(connection, self.home._key)
        assert {tag.id: tag.documents_count for tag in self.home.list_tags()} == recounted
        assert self.home.list_trash(page_size=100).documents_count == len(gone)

    def _compare(self, document_id: str, name: str, tags: tuple[Tag, ...]):
        document = self.model[document_id]
        assert (name, {tag.name for tag in tags}) == (document.name, document.tags)

    def _forget(self, document_id: str):
        del self.model[document_id]
        self.hashes = {digest: known for digest, known in self.hashes.items() if known != document_id}


def _as_corpus_document(document: ModelDocument) -> CorpusDocument:
    return CorpusDocument(
        document.name, document.content, datetime.now(UTC), document.document_date, tuple(document.tags)
    )


TestArchiveMachine = ArchiveMachine.TestCase
TestArchiveMachine.settings = settings(max_examples=8, stateful_step_count=30)


@pytest.mark.slow
class TestLongHistories(ArchiveMachine.TestCase):
    settings = settings(max_examples=150, stateful_step_count=60)

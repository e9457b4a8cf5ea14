"""Documents written as their source has them: created, made so, or left alone where they are so already.

A group is written in few statements, however many documents it has: what is there is read first, and only differences
are written. Nothing of a document that does not differ is touched, so the index is not told of it either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, update

from papra_index.catalog.activity import UPDATED_FIELDS, Entry, insert_activity
from papra_index.catalog.additions import find_copies
from papra_index.catalog.changes import allocate_keys, mark_changed
from papra_index.catalog.differences import (
    UNREAD_TEXT,
    WRITTEN_COLUMNS,
    Difference,
    choose_type,
    describe_original,
    describe_text,
    find_difference,
)
from papra_index.catalog.external_ids import find_written
from papra_index.catalog.organizations import StatisticsChange, change_statistics
from papra_index.catalog.pages import content_length, read_texts, replace_pages, tell_languages
from papra_index.catalog.property_edits import Held, PropertyWriting, read_held
from papra_index.catalog.references import save_references
from papra_index.catalog.statements import Statement, insert_rows
from papra_index.catalog.tables import document_tags, documents
from papra_index.catalog.tagging_rules import run_rules
from papra_index.catalog.tags import change_tag_count, fetch_tag_keys, find_or_make_tags
from papra_index.catalog.versions import KeptOriginal, Leftover, retire_originals
from papra_index.catalog.visibility import write_principals
from papra_index.conventions.folding import order_text
from papra_index.conventions.principals import may_see
from papra_index.conventions.references import FileReference
from papra_index.conventions.times import now_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.documents import Page
from papra_index.errors import DocumentNotFound, DuplicateDocument, PapraIndexError
from papra_index.values.bulk import BulkStatus


@dataclass(frozen=True, slots=True)
class DocumentWrite:
    """How a document is to be: `values` are those of `find_difference`, `tags`, ids or names, and
    `properties` (StoredProperty).

    It is the one with the external id or, where that is empty, with the id. With `is_put` it is created if there is
    none, with this id, and brought back if it is in the trash. `max_tags` None means that no tag is made for a new
    name. An original that is not `is_kept` is one that the document is thought to have: where it has another, nothing
    is done (`DocumentOutcome.is_stale`). `held_principals` are those of who asks, None for who sees everything.
    """

    organization_key: int
    external_id: str
    id: str
    values: Mapping[str, Any]
    is_put: bool = False
    is_kept: bool = True
    arrived_at: int = 0
    user_id: str | None = None
    max_tags: int | None = None
    keep_versions: bool = True
    held_principals: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class DocumentOutcome:
    """What became of a write; `left` are originals that are not needed any more, for the caller to remove."""

    status: BulkStatus
    document_id: str | None = None
    restored: bool = False
    error: PapraIndexError | None = None
    is_stale: bool = False
    left: list[Leftover] = field(default_factory=list)
    needs_original: bool = False


_SAVE = Statement(
    update(documents)
    .where(documents.c.key == bindparam("document_key"))
    .values({column.name: bindparam(f"new_{column.name}") for column in (*WRITTEN_COLUMNS, documents.c.updated_at)})
)


def write_documents(connection: Connection, items: Sequence[DocumentWrite]) -> list[DocumentOutcome]:
    """Write documents in order, one after the other where an id comes again; what is wrong with one is its outcome."""
    outcomes: list[DocumentOutcome] = []
    for run in _cut_runs(items):
        outcomes += _Writing(connection, run).write()
    return outcomes


def _cut_runs(items: Sequence[DocumentWrite]) -> Iterator[list[DocumentWrite]]:
    """Yield neighbours of one organization, told by the same kind of id, none of them twice."""
    run: list[DocumentWrite] = []
    ids: set[str] = set()
    for item in items:
        first = run[0] if run else item
        is_other = item.organization_key != first.organization_key or bool(item.external_id) != bool(first.external_id)
        if is_other or _name(item) in ids:
            yield run
            run, ids = [], set()
        run.append(item)
        ids.add(_name(item))
    if run:
        yield run


def _name(item: DocumentWrite) -> str:
    return item.external_id or item.id


class _Writing:
    """The writing of one run; what is found for each document is gathered, then written together."""

    def __init__(self, connection: Connection, items: Sequence[DocumentWrite]) -> None:
        self._connection = connection
        self._items = items
        self._organization_key = items[0].organization_key
        self._now = now_milliseconds()
        self._tag_keys: dict[str, int | PapraIndexError] = {}
        self._statistics: Counter[str] = Counter()
        self._tag_counts: Counter[int] = Counter()
        self._entries: list[Entry] = []
        self._changed: list[int] = []
        self._ruled: list[int] = []
        self._pages: list[tuple[int, tuple[Page, ...]]] = []
        self._fresh_pages: list[tuple[int, tuple[Page, ...]]] = []
        self._new_rows: list[dict[str, Any]] = []
        self._saved_rows: list[dict[str, Any]] = []
        self._tagged: list[dict[str, int]] = []
        self._references: list[tuple[int, FileReference]] = []
        self._properties = PropertyWriting(connection, items[0].organization_key)
        self._held: dict[int, Held] = {}

    def write(self) -> list[DocumentOutcome]:
        """Write the run and return the outcome of each."""
        names, is_external = list(map(_name, self._items)), bool(self._items[0].external_id)
        found = find_written(self._connection, self._organization_key, names, by_external_id=is_external)
        wanted = [(name, item.max_tags) for item in self._items for name in item.values.get("tags") or ()]
        self._tag_keys = find_or_make_tags(self._connection, self._organization_key, wanted) if wanted else {}
        keys = [row.key for row in found.values()]
        tags = fetch_tag_keys(self._connection, keys) if keys else {}
        if any(item.values.get("properties") for item in self._items):
            self._held = read_held(self._connection, keys)
        texts = self._read_texts(found)
        fresh_keys = iter(self._allocate_keys(found))
        outcomes: list[DocumentOutcome] = []
        for item in self._items:
            row = found.get(_name(item))
            key = next(fresh_keys) if row is None and item.is_put else 0
            try:
                if row is not None:
                    stored = [text for _, text, _ in texts.get(row.key, ())]
                    outcome = self._change(item, row, frozenset(tags.get(row.key, ())), stored)
                else:
                    outcome = self._create(item, key)
            except PapraIndexError as error:
                outcome = DocumentOutcome(BulkStatus.FAILED, row and row.id, error=error)
            outcomes.append(outcome)
        self._flush()
        return outcomes

    def _read_texts(self, found: Mapping[str, Row[Any]]) -> dict[int, list[tuple[int, str, str | None]]]:
        """Return the texts by key of those documents whose text may be the same: it has the same length."""
        alike = [
            row.key
            for item in self._items
            if (row := found.get(_name(item))) is not None
            and item.values.get("pages")
            and content_length(item.values["pages"]) == row.content_length
        ]
        return read_texts(self._connection, alike) if alike else {}

    def _allocate_keys(self, found: Mapping[str, Row[Any]]) -> Sequence[int]:
        count = sum(item.is_put and _name(item) not in found for item in self._items)
        return allocate_keys(self._connection, count) if count else ()

    def _choose_tags(self, item: DocumentWrite) -> frozenset[int] | None:
        """Return the keys of the tags a document is to have, None where they stay. Raises what is wrong with one."""
        if item.values.get("tags") is None:
            return None
        keys = [self._tag_keys[reference] for reference in item.values["tags"]]
        for key in keys:
            if isinstance(key, PapraIndexError):
                raise key
        return frozenset(key for key in keys if isinstance(key, int))

    def _create(self, item: DocumentWrite, key: int) -> DocumentOutcome:
        if not item.is_put:
            raise DocumentNotFound(
                f"there is no document {_name(item)[:100]!r} in this organization: put it first, or check the id"
            )
        tags = self._choose_tags(item) or frozenset()
        held = self._properties.resolve(item.values.get("properties", ()))
        values, original = item.values, item.values["original"]
        pages = None if values["pages"] is None else tell_languages(values["pages"])
        if original is not None and not item.is_kept:
            return DocumentOutcome(BulkStatus.FAILED, is_stale=True)
        self._new_rows.append(
            {
                "key": key,
                "id": item.id,
                "organization_key": self._organization_key,
                "external_id": item.external_id,
                "name": values["name"],
                "name_order": order_text(values["name"]),
                "created_at": item.arrived_at,
                "updated_at": item.arrived_at,
                "created_by": item.user_id,
                "mime_type": choose_type(values, None),
                "document_date": values["document_date"],
                "notes": values.get("notes"),
                "ocr_languages": "+".join(values["ocr_languages"]),
                "principals": write_principals(values.get("principals", ())),
                **describe_original(original),
                **describe_text(pages or ()),
                **(UNREAD_TEXT if pages is None else {}),
            }
        )
        if pages:
            self._fresh_pages.append((key, pages))
        self._properties.note(key, {definition: values for definition, values in held.items() if values})
        self._note_place(key, original)
        self._note_live(1, 0 if original is None else original.size)
        self._entries.append(Entry(key, "created", item.user_id, item.arrived_at))
        self._note_tags(item, key, added=tags, removed=frozenset())
        self._tag_counts.update(tags)
        self._changed.append(key)
        self._note_ruled(item, key, is_read=pages is not None or original is None)
        return DocumentOutcome(BulkStatus.CREATED, item.id, needs_original=original is not None)

    def _change(
        self, item: DocumentWrite, row: Row[Any], tags: frozenset[int], stored: Sequence[str]
    ) -> DocumentOutcome:
        wanted = self._choose_tags(item)
        wanted = tags if wanted is None else wanted
        found = find_difference(row, item.values, stored)
        if found.has_other_original and item.values["original"] is not None:
            if not item.is_kept:
                return DocumentOutcome(BulkStatus.FAILED, row.id, is_stale=True)
            if not row.external_id:
                self._check_unique(row, item)
        restored = bool(row.is_trashed) and item.is_put
        is_other = self._note_properties(item, row.key)
        if not found.fields and wanted == tags and not restored:
            if is_other:  # which neither touches `updated_at` nor is told in the history
                self._changed.append(row.key)
            return DocumentOutcome(BulkStatus.UPDATED if is_other else BulkStatus.UNCHANGED, row.id)
        left: list[Leftover] = []
        if found.has_other_original:
            left = retire_originals(self._connection, [row.key], self._now, item.user_id, keep=item.keep_versions)
            self._note_place(row.key, item.values["original"])
        self._save(item, row, found, restored=restored)
        self._note_tags(item, row.key, added=wanted - tags, removed=tags - wanted)
        self._tag_counts.subtract(() if row.is_trashed else tags)
        self._tag_counts.update(() if row.is_trashed and not restored else wanted)
        self._changed.append(row.key)
        self._note_ruled(item, row.key, is_read=restored or found.pages is not None)
        return DocumentOutcome(BulkStatus.UPDATED, row.id, restored, left=left, needs_original=found.has_other_original)

    def _note_ruled(self, item: DocumentWrite, key: int, *, is_read: bool) -> None:
        """Note a put document for the tagging rules, which else run when it is read: not where the put says its tags,
        as the next would take off what rules gave.
        """
        if is_read and item.is_put and item.values.get("tags") is None:
            self._ruled.append(key)

    def _note_properties(self, item: DocumentWrite, key: int) -> bool:
        """Note the properties of which a document has other values; return whether there are any."""
        before = self._held.get(key, {})
        held = self._properties.resolve(item.values.get("properties", ()))
        other = {definition: values for definition, values in held.items() if values != before.get(definition, ())}
        self._properties.note(key, other)
        return bool(other)

    def _check_unique(self, row: Row[Any], item: DocumentWrite) -> None:
        sha256 = item.values["original"].sha256
        for other in find_copies(self._connection, self._organization_key, [sha256]).get(sha256, ()):
            if other.key != row.key and may_see(other.principals, item.held_principals):
                raise DuplicateDocument(other.id, other.name)

    def _save(self, item: DocumentWrite, row: Row[Any], found: Difference, *, restored: bool) -> None:
        values = found.values
        if restored:
            values |= {"is_trashed": 0, "deleted_at": None, "deleted_by": None}
            self._entries.append(Entry(row.key, "restored", item.user_id, self._now))
        if told := tuple(name for name in UPDATED_FIELDS if name in found.fields):
            self._entries.append(Entry(row.key, "updated", item.user_id, self._now, told))
        if found.pages is not None:
            self._pages.append((row.key, found.pages))
        self._saved_rows.append(
            {"document_key": row.key, "new_updated_at": self._now}
            | {f"new_{name}": value for name, value in values.items()}
        )
        if row.is_trashed:
            self._note_trashed(-1, -row.original_size)
        else:
            self._note_live(-1, -row.original_size)
        if values["is_trashed"]:
            self._note_trashed(1, values["original_size"])
        else:
            self._note_live(1, values["original_size"])

    def _note_place(self, key: int, original: KeptOriginal | None) -> None:
        if original is not None and original.reference is not None:
            self._references.append((key, original.reference))

    def _note_live(self, count: int, size: int) -> None:
        self._statistics["documents_count"] += count
        self._statistics["documents_size"] += size

    def _note_trashed(self, count: int, size: int) -> None:
        self._statistics["deleted_documents_count"] += count
        self._statistics["deleted_documents_size"] += size

    def _note_tags(self, item: DocumentWrite, key: int, *, added: frozenset[int], removed: frozenset[int]) -> None:
        for tag_key in sorted(added):
            self._tagged.append({"document_key": key, "tag_key": tag_key})
            self._entries.append(Entry(key, "tagged", item.user_id, self._now, tag_key=tag_key))
        for tag_key in sorted(removed):
            pair = document_tags.c.document_key == key, document_tags.c.tag_key == tag_key
            self._connection.execute(delete(document_tags).where(*pair))
            self._entries.append(Entry(key, "untagged", item.user_id, self._now, tag_key=tag_key))

    def _flush(self) -> None:
        connection = self._connection
        insert_rows(connection, documents, self._new_rows)
        _SAVE.run(connection, self._saved_rows)
        save_references(connection, self._references)
        replace_pages(connection, self._fresh_pages, fresh=True)
        replace_pages(connection, self._pages, fresh=False)
        insert_rows(connection, document_tags, self._tagged)
        self._properties.flush()
        for tag_key, amount in self._tag_counts.items():
            if amount:
                change_tag_count(connection, tag_key, amount)
        insert_activity(connection, self._entries)
        mark_changed(connection, self._changed)
        if any(self._statistics.values()):
            change_statistics(connection, self._organization_key, StatisticsChange(**self._statistics))
        run_rules(connection, self._ruled)

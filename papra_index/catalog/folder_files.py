"""What was found in a folder, written a group at a time: each group leaves the catalog whole, so that a sync that is
killed goes on where it was.

A document is known by its bytes: a path with the bytes of a document is a path of it. A path that has other bytes now
gives them to its document, unless another path still has the old ones. The document that a path leaves is noted under
a path that no file can have, until the end of the sync tells whether it has another.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from sqlalchemy import Connection, update

from papra_index.catalog.activity import Entry, insert_activity
from papra_index.catalog.additions import NewDocument, insert_documents
from papra_index.catalog.changes import mark_changed
from papra_index.catalog.folder_rows import (
    HeldDocument,
    KnownPath,
    find_held,
    find_held_by_key,
    find_path,
    find_place,
    forget_path,
    list_paths,
    save_path,
)
from papra_index.catalog.folders import Folder
from papra_index.catalog.references import save_references
from papra_index.catalog.rereading import retry_extractions
from papra_index.catalog.tables import documents
from papra_index.catalog.tagging import Tagging, tag_documents
from papra_index.catalog.tags import resolve_tags
from papra_index.catalog.trash import TrashMove, restore_documents, trash_documents
from papra_index.catalog.versions import KeptOriginal, Leftover
from papra_index.catalog.writes import DocumentWrite, write_documents
from papra_index.conventions.folding import order_text, replace_surrogates
from papra_index.conventions.references import FileReference
from papra_index.conventions.times import now_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.errors import OriginalChanged, OriginalNotFound
from papra_index.values.syncs import SyncAction

LEFT = b"\0"
"""Begins the path under which a document is noted whose path has other bytes now."""
_LEAST_PATH = b"\1"

_LOST = {OriginalNotFound.code, OriginalChanged.code}


@dataclass(frozen=True, slots=True)
class SyncedFile:
    """A file that was read: `document` is what it is if it is new. Of what `is_kept` the original is on disk."""

    path: bytes
    size: int
    mtime_ns: int
    inode: int
    document: NewDocument
    tag_ids: tuple[str, ...] = ()
    is_kept: bool = True


@dataclass(frozen=True, slots=True)
class FolderChange:
    """A group of files of a folder that were read, and paths that are gone."""

    folder: Folder
    files: tuple[SyncedFile, ...] = ()
    gone: tuple[bytes, ...] = ()
    user_id: str | None = None
    keep_versions: bool = True


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of a path; `left` is where the document is noted that it left.

    `uses_original` tells that the original that was kept for it is needed, `is_stale` that none was and it is: the file
    is to be read again. `leftovers` are for the caller to remove.
    """

    action: SyncAction
    document_id: str | None = None
    left: bytes | None = None
    uses_original: bool = False
    is_stale: bool = False
    leftovers: tuple[Leftover, ...] = ()


def apply_folder_changes(connection: Connection, items: Sequence[FolderChange]) -> list[list[FileOutcome]]:
    """Write groups of files and return an outcome for each file, then for each path that is gone."""
    return [_Change(connection, item).apply() for item in items]


class _Change:
    """The writing of one group."""

    def __init__(self, connection: Connection, item: FolderChange) -> None:
        self._connection = connection
        self._item = item
        self._folder = item.folder
        self._held: dict[str, HeldDocument] = {}
        self._rows: dict[bytes, KnownPath] = {}

    def apply(self) -> list[FileOutcome]:
        """Write the files in order, then forget the paths that are gone."""
        files = self._item.files
        self._rows = {
            file.path: row
            for file in files
            if (row := find_path(self._connection, self._folder.key, file.path)) is not None
        }
        self._find_held(files)
        replaced = self._write_new(files)
        settled = [self._settle_file(file, replaced) for file in files]
        return settled + [self._forget_path(path) for path in self._item.gone]

    def _write_new(self, files: Sequence[SyncedFile]) -> dict[bytes, FileOutcome]:
        """Write the bytes that no document has, into documents whose only path has them now, else into new ones; return
        the outcomes of the former by path.
        """
        claimed: set[str] = set()
        linked: set[int] = set()
        changed: list[tuple[SyncedFile, HeldDocument]] = []
        fresh: list[SyncedFile] = []
        for file in files:
            sha256, row = file.document.original_sha256, self._rows.get(file.path)
            if sha256 in claimed or (row is not None and row.sha256 == sha256):
                continue
            if sha256 in self._held:
                linked.add(self._held[sha256].key)
            elif file.is_kept:
                claimed.add(sha256)
                held = None if row is None else self._find_replaceable(row)
                if held is None or held.key in linked:
                    fresh.append(file)
                else:
                    changed.append((file, held))
                    self._held.pop(held.sha256, None)
        # Before the others, of which one may have the bytes that these have no more.
        replaced = {file.path: self._replace(held, file) for file, held in changed}
        if fresh:
            insert_documents(self._connection, [file.document for file in fresh])
            self._find_held(fresh)
        return replaced

    def _settle_file(self, file: SyncedFile, replaced: dict[bytes, FileOutcome]) -> FileOutcome:
        row = self._rows.get(file.path)
        sha256 = file.document.original_sha256
        if row is not None and row.sha256 == sha256:
            self._save_row(file, row.document_key, row.is_owned)
            if row.document_key is not None:
                self._move_reference(row.document_key, self._refer(file), only_from=self._locate(file.path))
            return FileOutcome(SyncAction.UNCHANGED)
        if file.path in replaced:
            return replaced[file.path]
        if (held := self._held.get(sha256)) is None:
            return FileOutcome(SyncAction.UNCHANGED, is_stale=True)
        left = self._leave(file.path, row, held)
        if held.id == file.document.id:
            self._save_row(file, held.key, 1)
            self._tag(file, held)
            return FileOutcome(SyncAction.ADDED, held.id, left, uses_original=True)
        return self._link(file, held, left)

    def _link(self, file: SyncedFile, held: HeldDocument, left: bytes | None) -> FileOutcome:
        """Make a path one more path of a document, and bring that back if it has no other and is in the trash."""
        others = list_paths(self._connection, held.key)
        restored = bool(held.is_trashed) and not others
        if restored:
            restore_documents(self._connection, [self._move(held)])
            self._held[held.sha256] = held._replace(is_trashed=0)
        self._save_row(file, held.key, int(restored or any(other[3] for other in others)))
        self._move_reference(held.key, self._refer(file))
        self._rename(held.key)
        self._tag(file, held)
        return FileOutcome(SyncAction.RESTORED if restored else SyncAction.DUPLICATE, held.id, left)

    def _leave(self, path: bytes, row: KnownPath | None, held: HeldDocument) -> bytes | None:
        """Note the document that a path had before, for the end of the sync."""
        if row is None or row.document_key in {None, held.key}:
            return None
        left = LEFT + path
        known = (row.sha256, row.document_key, row.is_owned)
        save_path(self._connection, self._folder.key, left, (0, 0, 0), *known)
        return left

    def _forget_path(self, path: bytes) -> FileOutcome:
        row = find_path(self._connection, self._folder.key, path)
        forget_path(self._connection, self._folder.key, path)
        held = None if row is None else find_held_by_key(self._connection, row.document_key)
        if row is None or held is None:
            return FileOutcome(SyncAction.FORGOTTEN)
        others = list_paths(self._connection, held.key)
        if not others and row.is_owned and not held.is_trashed:
            trash_documents(self._connection, [self._move(held)])
            return FileOutcome(SyncAction.TRASHED, held.id)
        for root, other, mtime_ns, _ in list_paths(self._connection, held.key, _LEAST_PATH)[:1]:
            # Of a reference only path and time are saved.
            reference = FileReference(os.fsdecode(os.path.join(root, other)), 0, mtime_ns, held.sha256)  # noqa: PTH118
            self._move_reference(held.key, reference, only_from=self._locate(path.removeprefix(LEFT)))
            self._rename(held.key)
        return FileOutcome(SyncAction.FORGOTTEN, held.id)

    def _replace(self, held: HeldDocument, file: SyncedFile) -> FileOutcome:
        """Give a document the bytes that its path has now, to be read anew."""
        new = file.document
        original = KeptOriginal(
            new.id, new.created_at, new.original_name, new.original_size, new.original_sha256, new.mime_type,
            new.reference,
        )  # fmt: skip
        values = {"original": original, "mime_type": None, "pages": None, "ocr_languages": held.languages()}
        item = self._item
        write = DocumentWrite(
            self._folder.organization_key, "", held.id, values, user_id=item.user_id, keep_versions=item.keep_versions
        )
        [outcome] = write_documents(self._connection, [write])
        if outcome.error is not None:
            raise outcome.error
        self._held[new.original_sha256] = held._replace(sha256=new.original_sha256)
        self._save_row(file, held.key, 1)
        return FileOutcome(SyncAction.CHANGED, held.id, uses_original=True, leftovers=tuple(outcome.left))

    def _find_replaceable(self, row: KnownPath) -> HeldDocument | None:
        """Return the document of a path if it came by the folder, is live, and has no other path."""
        held = find_held_by_key(self._connection, row.document_key)
        if held is None or not row.is_owned or held.is_trashed or held.sha256 != row.sha256:
            return None
        return held if len(list_paths(self._connection, held.key)) == 1 else None

    def _rename(self, key: int) -> None:
        """Give a document that nobody renamed the name of the first of its paths."""
        held = find_held_by_key(self._connection, key)
        paths = list_paths(self._connection, key, _LEAST_PATH)
        if held is None or not paths or not paths[0][3] or held.name != held.original_name:
            return
        name = replace_surrogates(os.fsdecode(paths[0][1].rpartition(b"/")[2]))
        if name != held.name:
            now = now_milliseconds()
            self._connection.execute(
                update(documents)
                .where(documents.c.key == key)
                .values(name=name, original_name=name, name_order=order_text(name), updated_at=now)
            )
            insert_activity(self._connection, [Entry(key, "updated", self._item.user_id, now, ("name",))])
            mark_changed(self._connection, [key])

    def _move_reference(self, key: int, reference: FileReference, *, only_from: str | None = None) -> None:
        """Note where the original of a document lies now, if it is in place and (where that is given) was there; what
        could not be read there is read.
        """
        place = find_place(self._connection, key)
        if place is None or (only_from is not None and os.fsdecode(place[0]) != only_from):
            return
        save_references(self._connection, [(key, reference)])
        if place[1] in _LOST:
            retry_extractions(self._connection, [key])

    def _tag(self, file: SyncedFile, held: HeldDocument) -> None:
        organization_key, user_id = self._folder.organization_key, self._item.user_id
        there = resolve_tags(self._connection, organization_key, file.tag_ids)  # one may have been deleted meanwhile
        taggings = [Tagging(organization_key, held.id, tag_id, user_id, again=True) for tag_id in there]
        tag_documents(self._connection, taggings)

    def _save_row(self, file: SyncedFile, document_key: int | None, is_owned: int) -> None:
        state = (file.size, file.mtime_ns, file.inode)
        known = (file.document.original_sha256, document_key, is_owned)
        save_path(self._connection, self._folder.key, file.path, state, *known)

    def _refer(self, file: SyncedFile) -> FileReference:
        return FileReference(self._locate(file.path), file.size, file.mtime_ns, file.document.original_sha256)

    def _find_held(self, files: Sequence[SyncedFile]) -> None:
        hashes = [file.document.original_sha256 for file in files]
        self._held |= find_held(self._connection, self._folder.organization_key, hashes)

    def _move(self, held: HeldDocument) -> TrashMove:
        return TrashMove(self._folder.organization_key, held.id, self._item.user_id)

    def _locate(self, path: bytes) -> str:
        return os.fsdecode(os.path.join(self._folder.path, path))  # noqa: PTH118

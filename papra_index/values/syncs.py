"""What `sync` is asked and what it says: options, what became of each file, and a report that names what failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import StrEnum

from papra_index.conventions.values import dataclass


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """How a folder is gone through. `include` and `exclude` are patterns as in a .gitignore file, from the folder on;
    with `include` only what it matches is taken. `hidden` takes files and folders whose names begin with a dot, too.

    With `folder_tags` documents are tagged with the names of the folders above them, from the one that is synced on.
    With `dry_run` nothing is written, and nobody is kept from writing; each file that differs takes some 900 bytes of
    the system's temporary folder meanwhile. `allow_empty` lets all documents go to the trash where no file is left, and
    those of disks that were mounted below the folder and are not now.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hidden: bool = False
    folder_tags: bool = False
    dry_run: bool = False
    allow_empty: bool = False


class SyncAction(StrEnum):
    """What became of a path."""

    ADDED = "added"
    CHANGED = "changed"  # its document has its new bytes
    MOVED = "moved"  # its document was at another path
    RESTORED = "restored"  # its document was in the trash
    DUPLICATE = "duplicate"  # its bytes are those of another path or document
    TRASHED = "trashed"  # it is gone, and with it the last path of its document
    FORGOTTEN = "forgotten"  # it is gone, its document stays: it has another path, or came by another way
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class SyncEvent:
    """A path below the folder (bytes that are not UTF-8 as surrogates) and what became of it; `old_path` is where the
    document of a moved file was.
    """

    action: SyncAction
    path: str
    document_id: str | None = None
    old_path: str | None = None


@dataclass(frozen=True, slots=True)
class SyncIssue:
    """A path below the folder that was left out, the code of an error, and why in a sentence."""

    path: str
    code: str
    message: str


@dataclass(slots=True)
class SyncReport:
    """How many files there were and what became of them.

    `failures` are files and folders that could not be read, whose documents were left as they are; `passed_by` what is
    no file: links, pipes, devices. `kept` counts the files that are left as they are known since their folder could not
    be read, or its disk is not mounted.
    """

    folder: str
    in_place: bool
    dry_run: bool = False
    files: int = 0
    unchanged: int = 0
    added: int = 0
    changed: int = 0
    moved: int = 0
    restored: int = 0
    duplicates: int = 0
    trashed: int = 0
    forgotten: int = 0
    kept: int = 0
    failures: list[SyncIssue] = field(default_factory=list)
    passed_by: list[SyncIssue] = field(default_factory=list)

    @property
    def changes(self) -> int:
        """How many documents came, changed or went."""
        return self.added + self.changed + self.moved + self.restored + self.trashed


Observer = Callable[[SyncEvent], None]
"""Called with what became of a path, when it is durable; not for those that are unchanged."""

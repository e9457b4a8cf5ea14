"""The verb that brings documents in line with a folder."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, Unpack

from papra_index.catalog.tags import TagChange, check_tag
from papra_index.errors import ArchiveLocked, FolderEmptied, FolderUnavailable, InvalidInput
from papra_index.organization.base import OrganizationVerbs
from papra_index.settings import COPY, IN_PLACE
from papra_index.values.syncs import Observer, SyncOptions, SyncReport
from papra_index.walks.applying.waiting import Waiting, writes
from papra_index.walks.writing.intake import SyncTarget

_COLOR = "#808080"

logger = logging.getLogger(__name__)


class SyncVerbs(OrganizationVerbs):
    """Folders that documents come from."""

    @writes
    def sync(
        self,
        folder: str | os.PathLike[str],
        *,
        originals: Literal["copy", "in-place"] | None = None,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        hidden: bool = False,
        folder_tags: bool = False,
        dry_run: bool = False,
        allow_empty: bool = False,
        observe: Observer | None = None,
        **_: Unpack[Waiting],
    ) -> SyncReport:
        """Bring the documents that come from a folder in line with it: new, changed, moved and deleted files.

        A changed file's document keeps its id, tags and history, and so does a moved one's; that of a deleted file goes
        to the trash, and comes back from there with the file. A document is known by its bytes: it has all paths with
        these, and goes by the first of them. What was trashed by hand stays there. Files that cannot be read are
        in the report, their documents stay as they are.

        `originals` says where the bytes are to be, from now on; None leaves it as it was, at first as the archive has
        it. `observe` is called with what became of each path. For the rest see `SyncOptions`. Raises FolderUnavailable
        where the folder is not there and FolderEmptied where it has no file any more (both without any change),
        ArchiveLocked while another sync of it runs, InvalidInput.
        """
        from papra_index.walks.sync.syncing import sync_folder

        if self.principals is not None:
            raise InvalidInput("a folder is synced for all who see it: use a handle without principals")
        if originals not in {None, COPY, IN_PLACE}:
            raise InvalidInput(f"originals is {originals!r}: give {COPY} or {IN_PLACE}")
        for patterns in (include, exclude):
            if isinstance(patterns, str):
                raise InvalidInput(f"patterns are a sequence: pass [{patterns!r}]")
        options = SyncOptions(tuple(include), tuple(exclude), hidden, folder_tags, dry_run, allow_empty)
        in_place = None if originals is None else originals == IN_PLACE
        try:
            return sync_folder(self._sync_target(), Path(folder), options, in_place, observe)
        finally:
            self._parts.wake_extraction()

    def watch(
        self,
        folder: str | os.PathLike[str],
        stop: threading.Event,
        *,
        quiet_seconds: float = 1.0,
        rescan_seconds: float = 600.0,
        originals: Literal["copy", "in-place"] | None = None,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        hidden: bool = False,
        folder_tags: bool = False,
        observe: Observer | None = None,
    ) -> Iterator[SyncReport]:
        """Sync a folder at once and whenever something changes in it, until `stop` is set; yield a report of each.

        A sync waits until nothing has happened for `quiet_seconds`, and for ten times that at the most; after
        `rescan_seconds` there is one anyway. A folder that is taken away or emptied changes nothing, is logged as a
        warning, and waited for.
        Needs the extra `watch`. Raises FolderUnavailable where the folder is not there at first or cannot be watched,
        and for the rest what `sync` does.
        """
        from papra_index.walks.sync.watching import await_changes

        path, own = Path(folder), self._parts.folder
        quiet_seconds, is_first = max(0.05, quiet_seconds), True
        for _ in await_changes(path, own, stop, quiet_seconds=quiet_seconds, rescan_seconds=rescan_seconds):
            try:
                yield self.sync(
                    path, originals=originals, include=include, exclude=exclude, hidden=hidden, folder_tags=folder_tags,
                    observe=observe,
                )  # fmt: skip
            except (FolderUnavailable, FolderEmptied, ArchiveLocked) as error:
                if is_first:
                    raise
                logger.warning("%s", error.message)
            is_first = False

    def _sync_target(self) -> SyncTarget:
        folder = self._parts.folder
        settings = self._parts.settings
        return SyncTarget(
            self._target(), folder, folder / "locks", settings.max_original_size, settings.keep_versions,
            self._describe_tag,
        )  # fmt: skip

    def _describe_tag(self, name: str) -> TagChange:
        """Return how the tag of a folder's name is made. Raises InvalidInput."""
        return replace(check_tag(self._key, name, _COLOR, None), max_tags=self._parts.settings.max_tags)

"""The Archive and its Organizations: every public verb, each a call of a walk or of one catalog operation."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Unpack

from papra_index.access import AccessVerbs
from papra_index.awaiting import AwaitingVerbs
from papra_index.catalog.database import CATALOG_NAME, Catalog
from papra_index.catalog.organizations import (
    check_organization_name,
    find_organization,
    list_organizations,
)
from papra_index.catalog.users import NewOrganization, create_organizations, list_memberships
from papra_index.conventions.durability import open_lock
from papra_index.conventions.file_systems import check_file_system
from papra_index.conventions.identifiers import check_id
from papra_index.conventions.times import to_milliseconds
from papra_index.documents import DELETED_FOR, OrganizationDetails
from papra_index.errors import (
    ArchiveError,
)
from papra_index.folder import check_folder, explain_read_only, open_catalog, open_copies, open_generations
from papra_index.index.base import IndexReader
from papra_index.index.current import CurrentReader
from papra_index.listening import ListeningVerbs
from papra_index.organization import Organization
from papra_index.organization.across import search_handles
from papra_index.organization.base import ArchiveParts
from papra_index.originals.in_place import InPlaceOriginals
from papra_index.originals.stores import OriginalStores
from papra_index.results import ResultPage, SearchRequest
from papra_index.settings import SETTINGS_NAME, Settings, load_settings
from papra_index.upkeep import UpkeepVerbs
from papra_index.values.content_hooks import ContentHook
from papra_index.values.rebuilds import RebuildProgress
from papra_index.walks.applying.indexing import Applier, disown_foreign_index
from papra_index.walks.applying.rebuild import rebuild_index
from papra_index.walks.applying.waiting import (
    Waiting,
    writes,
)
from papra_index.walks.searching.fallback import FallbackReader
from papra_index.walks.searching.thesaurus import Thesauri
from papra_index.walks.writing.purge import purge_deleted_organizations, settle_originals

if TYPE_CHECKING:
    from papra_index.walks.reading.extracting import Extraction

__all__ = ["CATALOG_NAME", "SETTINGS_NAME", "Archive"]


class Archive(AccessVerbs, ListeningVerbs, UpkeepVerbs, AwaitingVerbs):
    """An archive folder, open. Shared between threads; any number of processes may open the same folder.

    A context manager: leaving it closes the archive. Reading of originals and updating of the index go on in the
    background while it is open, in one of the processes that have it open.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        *,
        durable: bool = True,
        content_hook: ContentHook | None = None,
        read_only: str | None = None,
    ) -> None:
        """Use `Archive.open` or `Archive.in_memory`; `read_only` says why nothing is to be written."""
        locks = folder / "locks"
        if read_only is None:
            locks.mkdir(parents=True, exist_ok=True)
        else:
            settings = settings.without_background()
        self.folder = folder
        self.settings = settings
        self._locks = locks
        with ExitStack() as opened:
            self._catalog = open_catalog(folder, read_only, durable=durable)
            opened.callback(self._catalog.close)
            self._thesauri = Thesauri(self._catalog)
            copies = open_copies(folder, settings, read_only, durable=durable)
            self._originals = OriginalStores(copies, InPlaceOriginals(max_size=settings.max_original_size))
            opened.callback(self._originals.close)
            if read_only is None:
                settle_originals(self._catalog, self._originals)
            self._generations = open_generations(folder, read_only)
            disown_foreign_index(self._catalog, self._generations)
            current = CurrentReader(self._generations, is_repaired=read_only is None)
            self._reader = FallbackReader(current, self._catalog, locks / "applier.lock")
            self._applier: Applier | None = None
            if settings.index.background:
                self._applier = Applier(self._catalog, self._generations, locks, settings.index)
                opened.callback(self._applier.close)
            self._extraction: Extraction | None = None
            if settings.extraction.background:
                from papra_index.walks.reading.extracting import Extraction

                lock_file = locks / "extraction.lock"
                ocr_cache = folder / "cache" / "ocr" if settings.extraction.ocr_cache else None
                asks_hook = content_hook is not None
                self._extraction = Extraction(
                    self._catalog, self._originals, lock_file, settings.extraction, ocr_cache, asks_hook=asks_hook
                )
                opened.callback(self._extraction.close)
            self._has_hook = content_hook is not None and settings.extraction.background
            if content_hook is not None and settings.extraction.background:
                from papra_index.walks.reading.reading_fields import FieldReading

                reading = FieldReading(self._catalog, locks / "fields.lock", content_hook, settings.max_tags)
                opened.callback(reading.close)
            self._start_listening(opened)
            # In the reverse order: callbacks end, reading stops, what waits is indexed, files and catalog are let go.
            self._parts = opened.pop_all()
        self._closed = False
        self._process = os.getpid()
        self._on_close: Callable[[], object] | None = None

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        settings: Settings | None = None,
        create: bool = True,
        originals: Literal["copy", "in-place"] | None = None,
        content_hook: ContentHook | None = None,
        read_only: bool | None = None,
    ) -> Archive:
        """Open the archive in a folder, which is made at first use unless `create` is False.

        With `read_only` True nothing in the folder is written or made, whoever else writes there: searches, reading,
        exports and backups do all they do, and what would write raises ArchiveReadOnly. Left out, an archive is opened
        so where this user may not write to it, or its disk takes no writes (`is_read_only` tells); False refuses that.

        Settings default to the folder's `settings.toml` and the environment; `originals` goes before theirs, and says
        what becomes of files unless it is said for each: "copy" or "in-place". `content_hook` is called for documents
        whose text this process has read; give it to each that reads. Raises ArchiveNotFound, ArchiveDamaged,
        ArchiveTooNew, ArchiveReadOnly, InvalidSettings, NetworkFolder, and ArchiveError for a folder that cannot be
        used.
        """
        folder = Path(path).absolute()
        check_folder(folder, create=create and not read_only)
        loaded = settings if settings is not None else load_settings(folder / SETTINGS_NAME)
        if originals is not None:
            loaded = replace(loaded, originals=originals)
        if not loaded.network_folder:
            check_file_system(folder)
        reason = explain_read_only(folder, read_only)
        try:
            if reason is None:
                folder.mkdir(parents=True, exist_ok=True)
            return cls(folder, loaded, content_hook=content_hook, read_only=reason)
        except OSError as error:
            raise ArchiveError(
                f"{folder} cannot be used as an archive ({error.strerror}: {error.filename}): "
                "check its permissions and space, and that these names are free"
            ) from error

    @classmethod
    def in_memory(cls, *, settings: Settings | None = None, content_hook: ContentHook | None = None) -> Archive:
        """Open an empty archive that ends with it: the same code in a temporary folder, in memory where there is
        /dev/shm.
        """
        memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
        folder = Path(tempfile.mkdtemp(prefix="papra-index-", dir=memory if memory.is_dir() else None))
        remove = weakref.finalize(cls, _remove_folder, folder, os.getpid())
        loaded = settings if settings is not None else load_settings()
        archive = cls(folder, loaded, durable=False, content_hook=content_hook)
        archive._on_close = remove
        return archive

    @property
    def is_read_only(self) -> bool:
        """Whether this handle only reads; see `open`."""
        return self._catalog.is_read_only

    def create_organization(self, name: str, *, owner_id: str | None = None, max_owned: int = 0) -> Organization:
        """Create an organization, the owner of documents; a user owns it, by default the archive's own.

        Raises InvalidInput for a name that is empty or too long, UserNotFound, and OrganizationLimitReached when the
        user owns `max_owned` already (0: no limit).
        """
        owner = None if owner_id is None else check_id("usr", owner_id)
        new = NewOrganization(check_organization_name(name), owner, max_owned)
        key, details = self._catalog.write(create_organizations, [new])[0]
        return self._build_organization(key, details)

    def organization(self, organization_id: str, *, user_id: str | None = None) -> Organization:
        """Return an organization by id; with `user_id` only if this user is a member of it.

        Raises InvalidIdentifier, OrganizationNotFound.
        """
        check_id("org", organization_id)
        with self._catalog.read() as connection:
            return self._build_organization(*find_organization(connection, organization_id, user_id))

    def organizations(self, *, user_id: str | None = None) -> list[Organization]:
        """Return all organizations, or those a user is a member of, oldest first."""
        with self._catalog.read() as connection:
            listed = list_organizations(connection)
            mine = None if user_id is None else set(list_memberships(connection, user_id))
        return [self._build_organization(key, details) for key, details in listed if mine is None or key in mine]

    def search_organizations(
        self, organizations: Iterable[str | Organization], request: str | SearchRequest, *, user_id: str | None = None
    ) -> ResultPage:
        """Return a page of what a query, or a request, finds in up to 100 organizations, ranked together.

        They are given by id, those of `user_id` only if this user is a member of them, or as handles, which see what
        they see. A hit is one that a search of its organization alone would find: tags, custom properties, synonyms and
        stop words are each organization's own. Facets may be `organization`, too, but not custom properties, nor may
        these order. What was just written is found once the index has it, also without a query. Raises
        OrganizationNotFound, and as `Organization.search`.
        """
        homes = [self.organization(item, user_id=user_id) if isinstance(item, str) else item for item in organizations]
        return search_handles(homes, SearchRequest(request) if isinstance(request, str) else request)

    @writes
    def purge_organizations(self, **_: Unpack[Waiting]) -> int:
        """Purge organizations that were deleted 30 days ago or earlier; return how many documents they had.

        `maintain` does it too.
        """
        before = to_milliseconds(datetime.now(UTC) - DELETED_FOR)
        return purge_deleted_organizations(self._catalog, self._originals, before)

    def rebuild_index(self, progress: Callable[[RebuildProgress], object] | None = None) -> int:
        """Build the index anew from the catalog beside the one that answers, then swap; return the documents indexed.

        One that was interrupted is gone on with, one that runs already, in any process, is waited for. Before the swap
        the new index is compared with the catalog. What `progress` raises ends it, and nothing is left of it. Raises
        SearchIndexError, ArchiveError.
        """
        self._catalog.check_writable()
        lock = open_lock(self._locks / "rebuild.lock")
        try:
            return rebuild_index(self._catalog, self._generations, self.settings.index, lock, progress)
        finally:
            lock.close()

    def close(self) -> None:
        """Commit what is waiting for the index and let the folder go; originals not read yet are read after the
        next open.
        """
        if self._closed or self._process != os.getpid():
            return  # closed already, or the archive of the process this one was forked from
        self._closed = True
        self._parts.close()
        if self._on_close is not None:
            self._on_close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _build_organization(self, key: int, details: OrganizationDetails) -> Organization:
        parts = ArchiveParts(
            self._catalog, self._originals, self._reader, self.settings, self._thesauri, self.folder,
            self._wake_extraction,
        )  # fmt: skip
        return Organization(parts, key, details)

    def _list_waiting_parts(self) -> tuple[Catalog, IndexReader]:
        return self._catalog, self._reader

    def _wake_extraction(self) -> None:
        if self._extraction is not None:
            self._extraction.wake()


def _remove_folder(folder: Path, process: int) -> None:
    if process == os.getpid():
        shutil.rmtree(folder, ignore_errors=True)

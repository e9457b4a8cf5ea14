"""Writing an export: from a copy of the catalog as of one moment, so that it is whole while others write."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from papra_index.catalog.copying import open_copy
from papra_index.catalog.database import Catalog, CatalogConnection
from papra_index.catalog.inventory import InventoryEntry, find_present_inventory
from papra_index.catalog.rows import (
    OWNED_TABLES,
    ExchangeRow,
    iterate_document_rows,
    iterate_owned_rows,
    list_member_rows,
    list_organization_rows,
)
from papra_index.conventions.durability import describe_refusal
from papra_index.errors import ArchiveError, InvalidInput, OrganizationNotFound
from papra_index.originals.stores import OriginalStores
from papra_index.values.exchanges import ExportOutcome
from papra_index.values.integrity import Finding
from papra_index.walks.exchange.layout import LinesFile, Manifest, name_original, write_manifest
from papra_index.walks.writing.places import copy_original

Progress = Callable[[int, int], None]
"""Called with documents done and in all."""

_DOCUMENTS = 100
_CHARACTERS = 8_000_000
_SNAPSHOT = ".catalog.tmp"


class _Export:
    """An export on its way."""

    def __init__(
        self, folder: Path, originals: OriginalStores, connection: CatalogConnection, progress: Progress
    ) -> None:
        self._folder = folder
        self._originals = originals
        self._connection = connection
        self._progress = progress
        self._files: list[LinesFile] = []
        self.documents_count = 0
        self.originals_size = 0
        self.findings: list[Finding] = []

    def write(self, chosen: Sequence[tuple[int, ExchangeRow]]) -> None:
        """Write organizations with all they have, then the manifest."""
        self._write_file("users.jsonl", list_member_rows(self._connection, [key for key, _ in chosen]))
        described = []
        for key, row in chosen:
            before = self.documents_count
            self._write_organization(key, row)
            count = self.documents_count - before
            described.append({"id": row["id"], "name": row["name"], "documents_count": count})
        write_manifest(self._folder, Manifest(tuple(described), {file.path: file.list() for file in self._files}))

    def _write_organization(self, key: int, row: ExchangeRow) -> None:
        own = str(row["id"])
        (self._folder / own).mkdir()
        self._write_file(f"{own}/organization.jsonl", [row])
        for table in OWNED_TABLES:
            self._write_file(f"{own}/{table}.jsonl", iterate_owned_rows(self._connection, table, key))
        with LinesFile(self._folder, f"{own}/documents.jsonl") as file:
            self._files.append(file)
            for portion in iterate_document_rows(self._connection, key, _DOCUMENTS, _CHARACTERS):
                entries = find_present_inventory(self._connection, [str(document["id"]) for _, document in portion])
                for _, document in portion:
                    path = self._copy_original(entries[document["id"]], own, str(document["original_name"]))
                    file.write({**document, "original": path})
                self.documents_count += len(portion)
                self._progress(self.documents_count, 0)

    def _write_file(self, path: str, rows: Iterable[ExchangeRow]) -> None:
        with LinesFile(self._folder, path) as file:
            self._files.append(file)
            for row in rows:
                file.write(row)

    def _copy_original(self, entry: InventoryEntry, own: str, original_name: str) -> str | None:
        """Copy an original and return its path; None for none, and with a finding where it is not as uploaded."""
        if not entry.original_sha256:
            return None  # index-only: there is nothing to copy
        path = f"{own}/{name_original(entry.id, original_name)}"
        place = self._folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        fault = copy_original(entry, self._originals, place)
        if fault is None:
            self.originals_size += entry.original_size
            return path
        self.findings.append(
            Finding(
                "export.original_missing",
                entry.id,
                f"the original of {entry.name!r} ({entry.id}) is not in the export: {fault}",
                "its document is; put the file back (papra-index verify --deep tells where), then export again",
            )
        )
        return None


def write_export(
    archive: Path,
    catalog: Catalog,
    originals: OriginalStores,
    target: Path,
    organization_ids: Sequence[str] | None,
    progress: Progress,
) -> ExportOutcome:
    """Export organizations, or all, into a new or empty folder while others write; ended midway, it leaves nothing.

    Raises InvalidInput for a folder that is not empty or lies in the archive, OrganizationNotFound, ArchiveDamaged, and
    ArchiveError when the disk refuses.
    """
    started = time.monotonic()
    folder = target.absolute()
    if folder.resolve().is_relative_to(archive.resolve()):
        raise InvalidInput(f"{target} lies in the archive: choose a folder elsewhere")
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise InvalidInput(f"{target} is not empty: choose a new folder")
    try:
        with _claim_folder(folder) as snapshot:
            catalog.copy(snapshot)
            with open_copy(snapshot) as connection:
                chosen = list_organization_rows(connection, organization_ids)
                missing = set(organization_ids or ()) - {row["id"] for _, row in chosen}
                if missing:
                    raise OrganizationNotFound(f"there is no organization {min(missing)}: list them for their ids")
                export = _Export(folder, originals, connection, progress)
                export.write(chosen)
    except OSError as error:
        raise ArchiveError(
            f"the export could not be written {describe_refusal(error, target)}, then export again"
        ) from error
    counts = (len(chosen), export.documents_count, export.originals_size)
    return ExportOutcome(*counts, tuple(export.findings), time.monotonic() - started)


@contextmanager
def _claim_folder(folder: Path) -> Iterator[Path]:
    """Give a file for the copy of the catalog in a folder that is this export's alone; what fails leaves nothing."""
    is_new = not folder.exists()
    snapshot = folder / _SNAPSHOT
    folder.mkdir(parents=True, exist_ok=True)
    try:
        snapshot.touch(exist_ok=False)
    except FileExistsError as error:
        raise InvalidInput(f"another export goes to {folder}: choose a new folder") from error
    try:
        yield snapshot
        snapshot.unlink()
    except BaseException:
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        if is_new:
            folder.rmdir()
        raise

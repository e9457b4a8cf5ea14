"""Reading an export: each of its files is checked against the manifest before the first row is taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from papra_index.catalog.rows import ExchangeRow
from papra_index.errors import ExportDamaged
from papra_index.originals.integrity import check_original
from papra_index.walks.exchange.layout import iterate_lines, read_manifest
from papra_index.walks.exchange.sources import IncomingDocument, IncomingOrganization


class ExportFolder:
    """An export of this program, of one organization or several."""

    def __init__(self, folder: Path) -> None:
        """Raises ExportNotFound and ExportDamaged."""
        self._folder = folder
        self._manifest = read_manifest(folder)
        for path, file in self._manifest.files.items():
            if (fault := check_original(folder / path, file.size, file.sha256)) is not None:
                raise ExportDamaged(f"{folder / path} {fault}: nothing was imported; use another export")

    def list_organizations(self) -> list[IncomingOrganization]:
        """Return the organizations of the export."""
        listed: list[IncomingOrganization] = []
        for item in self._manifest.organizations:
            row = next(self._iterate(f"{item['id']}/organization.jsonl"), None)
            if row is None:
                raise ExportDamaged(f"{self._folder} does not describe the organization {item['id']}: export again")
            listed.append(IncomingOrganization(row, documents_count=int(item.get("documents_count", 0))))
        return listed

    def iterate_users(self) -> Iterator[ExchangeRow]:
        """Yield the members of the organizations."""
        return self._iterate("users.jsonl")

    def iterate_rows(self, organization: IncomingOrganization, table: str) -> Iterator[ExchangeRow]:
        """Yield the rows of a table, none of one that was not known when it was exported."""
        return self._iterate(f"{organization.row['id']}/{table}.jsonl")

    def iterate_documents(self, organization: IncomingOrganization) -> Iterator[IncomingDocument]:
        """Yield the documents with their files."""
        for row in self._iterate(f"{organization.row['id']}/documents.jsonl"):
            path = row.get("original")
            if path is None:
                yield IncomingDocument(row, None, "is not in the export")
                continue
            file = (self._folder / str(path)).resolve()
            if not file.is_relative_to(self._folder.resolve()):
                raise ExportDamaged(f"{path} is not a path in the export: nothing outside of it is read")
            yield IncomingDocument(row, file)

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def list_notes(self) -> list[str]:
        """Return nothing: an export holds what an archive does."""
        return []

    def _iterate(self, path: str) -> Iterator[ExchangeRow]:
        if path in self._manifest.files:
            yield from iterate_lines(self._folder, path)

"""What every kind of source gives to be imported: rows in the form of an export, and where the files are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from papra_index.catalog.rows import ExchangeRow
from papra_index.conventions.values import dataclass


@dataclass(frozen=True, slots=True)
class IncomingDocument:
    """A document of a source: its row with what hangs on it, and its file.

    `missing` completes "its original …" where there is no file; a SHA-256 that is not in the row is that of the file.
    With `fault` it is none that can be taken over, for this reason; its row has only an `id`, by which it is named.
    """

    row: ExchangeRow
    original: Path | None
    missing: str | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class IncomingOrganization:
    """An organization of a source; with `key` it is one that is here already, and its row only names it."""

    row: ExchangeRow
    key: int | None = None
    documents_count: int = 0


class ExchangeSource(Protocol):
    """Something that can be imported. Each may be read more than once."""

    def list_organizations(self) -> list[IncomingOrganization]:
        """Return its organizations. Raises ExportNotFound, ExportDamaged, as the others do."""
        ...

    def iterate_users(self) -> Iterator[ExchangeRow]:
        """Yield the users that are members of something in it, or did something."""
        ...

    def iterate_rows(self, organization: IncomingOrganization, table: str) -> Iterator[ExchangeRow]:
        """Yield the rows of a table of `rows.OWNED_TABLES` that an organization has."""
        ...

    def iterate_documents(self, organization: IncomingOrganization) -> Iterator[IncomingDocument]:
        """Yield the documents of an organization."""
        ...

    def close(self) -> None:
        """Let go of its files."""
        ...

    def list_notes(self) -> list[str]:
        """Return what there is in it that this archive has no place for."""
        ...

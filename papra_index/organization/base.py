"""What all verbs of an organization share: the parts of the open archive, and whose verbs they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from papra_index.catalog.database import Catalog
from papra_index.catalog.documents import (
    read_document,
)
from papra_index.documents import Document, OrganizationDetails
from papra_index.index.base import IndexReader
from papra_index.originals.stores import OriginalStores
from papra_index.search import SearchScope
from papra_index.settings import Settings
from papra_index.thesaurus import Thesauri


@dataclass(frozen=True, slots=True)
class ArchiveParts:
    """What an open archive lends to its organizations."""

    catalog: Catalog
    originals: OriginalStores
    reader: IndexReader
    settings: Settings
    thesauri: Thesauri
    wake_extraction: Callable[[], None]


class OrganizationVerbs:
    """What every group of verbs has: the archive's parts, the organization's key and details, and who acts."""

    def __init__(self, parts: ArchiveParts, key: int, details: OrganizationDetails, user_id: str | None = None) -> None:
        """Use `Archive.create_organization` or `Archive.organization`."""
        self._parts = parts
        self._catalog = parts.catalog
        self._key = key
        self._user_id = user_id
        self.details = details

    @property
    def id(self) -> str:
        """The public id, `org_…`."""
        return self.details.id

    @property
    def name(self) -> str:
        """The name when this handle was made."""
        return self.details.name

    @property
    def _scope(self) -> SearchScope:
        return SearchScope(self._catalog, self._parts.reader, self._key, self.id, self._parts.thesauri)

    def _read(self, document_id: str, *, content: bool) -> Document:
        with self._catalog.read() as connection:
            return read_document(connection, self._key, self.id, document_id, content=content)

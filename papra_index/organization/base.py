"""What all verbs of an organization share: the parts of the open archive, and whose verbs they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from papra_index.catalog.database import Catalog
from papra_index.catalog.documents import find_key, read_document
from papra_index.catalog.visibility import CatalogView
from papra_index.conventions.identifiers import check_id
from papra_index.conventions.principals import narrow_principals
from papra_index.conventions.values import dataclass
from papra_index.documents import Document, OrganizationDetails
from papra_index.errors import PrincipalsRestricted
from papra_index.index.base import IndexReader
from papra_index.originals.stores import OriginalStores
from papra_index.settings import IN_PLACE, RankingSettings, Settings
from papra_index.walks.searching.search import SearchScope
from papra_index.walks.searching.thesaurus import Thesauri
from papra_index.walks.writing.uploads import IngestTarget


@dataclass(frozen=True, slots=True)
class ArchiveParts:
    """What an open archive lends to its organizations."""

    catalog: Catalog
    originals: OriginalStores
    reader: IndexReader
    settings: Settings
    thesauri: Thesauri
    folder: Path
    wake_extraction: Callable[[], None]


class OrganizationVerbs:
    """What every group of verbs has: the archive's parts, the organization's key and details, and who acts."""

    def __init__(
        self,
        parts: ArchiveParts,
        key: int,
        details: OrganizationDetails,
        user_id: str | None = None,
        principals: tuple[str, ...] | None = None,
    ) -> None:
        """Use `Archive.create_organization` or `Archive.organization`."""
        self._parts = parts
        # The one way of the verbs to documents, in the index too: `SearchScope.reach` is read off it.
        self._catalog = CatalogView(parts.catalog, principals)
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
    def ranking(self) -> RankingSettings:
        """How the archive's settings have searches rank; `dataclasses.replace` of it is for `search(ranking=…)`."""
        return self._parts.settings.ranking

    @property
    def principals(self) -> tuple[str, ...] | None:
        """The principals that this handle sees documents for, None where it sees all."""
        return self._catalog.principals

    def _list_waiting_parts(self) -> tuple[Catalog, IndexReader]:
        return self._parts.catalog, self._parts.reader

    @property
    def _scope(self) -> SearchScope:
        return SearchScope(self._catalog, self._parts.reader, self._key, self.id, self._parts.thesauri, self.ranking)

    def _target(self) -> IngestTarget:
        in_place = self._parts.settings.originals == IN_PLACE
        return IngestTarget(self._catalog, self._parts.originals, self._key, self.id, self._user_id, in_place)

    def _narrow(self, principals: Iterable[str] | None, ranking: RankingSettings | None) -> SearchScope:
        """Return where to look for who holds principals, never beyond what this handle sees, and how to rank there."""
        scope = self._scope if ranking is None else replace(self._scope, ranking=ranking)
        if principals is None:
            return scope
        return replace(scope, catalog=CatalogView(self._parts.catalog, narrow_principals(principals, self.principals)))

    def _check_sees_all(self) -> None:
        """Raise PrincipalsRestricted on a handle that does not see all documents."""
        if self.principals is not None:
            raise PrincipalsRestricted(
                "this reaches all documents of the organization: use a handle that sees them all"
            )

    def _check_document(self, document_id: str) -> str:
        """Return the id of a document to change.

        Raises InvalidIdentifier, and DocumentNotFound for one that is not seen, as the write itself does for one that
        is not there.
        """
        return next(iter(self._check_documents([document_id])))

    def _check_documents(self, document_ids: Iterable[str]) -> tuple[str, ...]:
        """As `_check_document` for several."""
        checked = tuple(check_id("doc", document_id) for document_id in document_ids)
        if self.principals is not None:
            with self._catalog.read() as connection:
                for document_id in dict.fromkeys(checked):
                    find_key(connection, self._key, document_id)
        return checked

    def _read(self, document_id: str, *, content: bool) -> Document:
        with self._catalog.read() as connection:
            return read_document(connection, self._key, self.id, document_id, content=content)

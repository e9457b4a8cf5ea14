"""The verb that says who may see documents; `Organization.visible_to` gives a handle that keeps to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from papra_index.catalog.principals import PrincipalsChange, change_principals
from papra_index.conventions.principals import check_named
from papra_index.organization.base import OrganizationVerbs
from papra_index.walks.applying.waiting import Waiting, writes


class VisibilityVerbs(OrganizationVerbs):
    """Who may see documents."""

    @writes
    def set_principals(self, document_ids: str | Iterable[str], principals: Iterable[str], **_: Unpack[Waiting]) -> int:
        """Have a document, or several in one write, be for who holds any of these principals; none: for everyone.

        All or nothing; returns how many had others. Who sees them follows at once where documents are read, and with
        the index's next commit where they are counted, as with the trash. Raises DocumentNotFound, InvalidInput for
        more than 100 principals, for what is none, and for such as this handle could not see the documents with.
        """
        ids = self._check_documents([document_ids] if isinstance(document_ids, str) else document_ids)
        named = check_named(principals, self.principals)
        return self._catalog.write(change_principals, [PrincipalsChange(self._key, ids, named, self._user_id)])[0]

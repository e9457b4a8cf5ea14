"""An organization of an open archive: documents, tags, trash and search, which never reach beyond it.

Its verbs stand in a module for each subject; the one class that has them all is made here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from papra_index.catalog.organizations import check_organization_name, rename_organizations
from papra_index.conventions.identifiers import check_id
from papra_index.conventions.principals import narrow_principals
from papra_index.organization.content import ContentVerbs
from papra_index.organization.documents import DocumentVerbs
from papra_index.organization.properties import PropertyVerbs
from papra_index.organization.putting import PuttingVerbs
from papra_index.organization.resemblances import ResemblanceVerbs
from papra_index.organization.saved_searches import SavedSearchVerbs
from papra_index.organization.searching import SearchVerbs
from papra_index.organization.suggesting import SuggestingVerbs
from papra_index.organization.syncing import SyncVerbs
from papra_index.organization.tagging_rules import TaggingRuleVerbs
from papra_index.organization.tags import TagVerbs
from papra_index.organization.thesaurus import ThesaurusVerbs
from papra_index.organization.trash import TrashVerbs
from papra_index.organization.visibility import VisibilityVerbs
from papra_index.organization.webhooks import WebhookVerbs
from papra_index.walks.applying.waiting import Waiting, writes


class Organization(
    ContentVerbs,
    DocumentVerbs,
    PropertyVerbs,
    PuttingVerbs,
    ResemblanceVerbs,
    SavedSearchVerbs,
    SearchVerbs,
    SyncVerbs,
    SuggestingVerbs,
    TagVerbs,
    TaggingRuleVerbs,
    ThesaurusVerbs,
    TrashVerbs,
    VisibilityVerbs,
    WebhookVerbs,
):
    """One organization. Every verb reaches its documents only; an id of another organization is not found.

    Every verb that takes an id raises InvalidIdentifier for one of the wrong form.
    """

    def __repr__(self) -> str:
        return f"<Organization {self.name!r} {self.id}>"

    def acting_as(self, user_id: str) -> Organization:
        """Return a handle whose writes are noted in the activity as this user's."""
        return Organization(self._parts, self._key, self.details, check_id("usr", user_id), self.principals)

    def visible_to(self, principals: Iterable[str]) -> Organization:
        """Return a handle that sees the documents which are for everyone or for any of these principals, no others.

        To all its verbs another document is one that does not exist: they neither return, count, suggest nor change it.
        Tags, synonyms, stop words and saved searches are the organization's, whoever looks. Of a handle that is
        restricted already, only principals count that both have. Raises InvalidInput.
        """
        held = narrow_principals(principals, self.principals)
        return Organization(self._parts, self._key, self.details, self._user_id, held)

    @writes
    def rename(self, name: str, **_: Unpack[Waiting]) -> None:
        """Give the organization another name. Raises InvalidInput for one that is empty or too long."""
        self._catalog.write(rename_organizations, [(self._key, check_organization_name(name))])

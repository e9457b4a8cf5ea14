"""The verbs for what a content hook, given to `Archive.open`, found in documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from papra_index.catalog.content_fields import list_failed_ids, read_report, request_fields
from papra_index.catalog.documents import find_key
from papra_index.catalog.selection import list_all_ids
from papra_index.conventions.identifiers import check_id
from papra_index.organization.base import OrganizationVerbs
from papra_index.values.content_hooks import ContentReport
from papra_index.walks.applying.waiting import Waiting, writes


class ContentVerbs(OrganizationVerbs):
    """Fields read off texts by a callable."""

    def content_report(self, document_id: str) -> ContentReport | None:
        """Return what became of the content hook for a document, None where it was never to be called.

        Raises DocumentNotFound.
        """
        with self._catalog.read() as connection:
            return read_report(connection, find_key(connection, self._key, check_id("doc", document_id)))

    def list_content_failures(self) -> tuple[str, ...]:
        """Return the ids of live documents for which the content hook failed, oldest first."""
        with self._catalog.read() as connection:
            return tuple(list_failed_ids(connection, self._key))

    @writes
    def read_fields_again(self, document_ids: str | Iterable[str] | None = None, **_: Unpack[Waiting]) -> int:
        """Have the content hook called for documents with text, None: for all; return how many these are.

        For those that were there before the hook, for texts that were given, and after a failure; any process that has
        opened the archive with a hook does it. Raises DocumentNotFound.
        """
        asked = [document_ids] if isinstance(document_ids, str) else document_ids
        ids = None if asked is None else self._check_documents(asked)
        if ids is None and self.principals is not None:
            with self._catalog.read() as connection:
                ids = tuple(list_all_ids(connection, self._key))
        return self._catalog.write(request_fields, [(self._key, ids)])[0]

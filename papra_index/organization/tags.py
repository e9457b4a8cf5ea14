"""The verbs for tags, and for putting them on documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Unpack

from papra_index.catalog.tagging import Retagging, Tagging, retag_documents, tag_documents, untag_documents
from papra_index.catalog.tags import (
    DEFAULT_COLOR,
    check_tag,
    delete_tags,
    find_tag,
    list_tags,
    save_tags,
)
from papra_index.conventions.identifiers import check_id
from papra_index.documents import Tag
from papra_index.organization.base import OrganizationVerbs
from papra_index.walks.applying.waiting import Waiting, writes


class TagVerbs(OrganizationVerbs):
    """Tags of an organization."""

    @writes
    def create_tag(
        self, name: str, *, color: str = DEFAULT_COLOR, description: str | None = None, **_: Unpack[Waiting]
    ) -> Tag:
        """Create a tag. Raises TagAlreadyExists (letter case apart), TagLimitReached, InvalidInput."""
        change = check_tag(self._key, name, color, description)
        change = replace(change, max_tags=self._parts.settings.max_tags)
        return self._catalog.write(save_tags, [change])[0]

    @writes
    def update_tag(
        self,
        tag_id: str,
        *,
        name: str | None = None,
        color: str | None = None,
        description: str | None = None,
        **_: Unpack[Waiting],
    ) -> Tag:
        """Change what is given of a tag and return it. Raises TagNotFound, TagAlreadyExists, InvalidInput."""
        key, tag = self._find_tag(tag_id)
        change = replace(check_tag(self._key, name, color, description), key=key)
        unchanged = name is None and color is None and description is None
        return tag if unchanged else self._catalog.write(save_tags, [change])[0]

    @writes
    def delete_tag(self, tag_id: str, **_: Unpack[Waiting]) -> None:
        """Delete a tag; its documents stay. Raises TagNotFound."""
        key = self._find_tag(tag_id)[0]
        self._catalog.write(delete_tags, [key])

    def list_tags(self) -> tuple[Tag, ...]:
        """Return the tags with their counts of live documents, newest first."""
        with self._catalog.read() as connection:
            return tuple(tag for _, tag in list_tags(connection, self._key))

    @writes
    def tag(self, document_id: str, tag_id: str, **_: Unpack[Waiting]) -> None:
        """Put a tag on a document. Raises DocumentNotFound, TagNotFound, AlreadyTagged."""
        self._catalog.write(tag_documents, [self._tagging(document_id, tag_id)])

    @writes
    def tag_many(self, document_ids: Iterable[str], tag_id: str, **_: Unpack[Waiting]) -> None:
        """Put a tag on all of these in one write; those that have it keep it. Raises as `tag` does otherwise."""
        ids = self._check_documents(document_ids)
        items = [Tagging(self._key, id_, check_id("tag", tag_id), self._user_id, again=True) for id_ in ids]
        self._catalog.write(tag_documents, items)

    @writes
    def retag(
        self, document_ids: Iterable[str], *, add: Iterable[str] = (), remove: Iterable[str] = (), **_: Unpack[Waiting]
    ) -> None:
        """Put tags on documents and take others off in one write, all or nothing; what is so already stays so.

        Raises DocumentNotFound, then TagNotFound.
        """
        documents = self._check_documents(document_ids)
        added, removed = (tuple(check_id("tag", tag_id) for tag_id in ids) for ids in (add, remove))
        self._catalog.write(retag_documents, [Retagging(self._key, documents, added, removed, self._user_id)])

    @writes
    def untag(self, document_id: str, tag_id: str, **_: Unpack[Waiting]) -> None:
        """Take a tag off a document; one that is not on it is no error. Raises DocumentNotFound, TagNotFound."""
        self._catalog.write(untag_documents, [self._tagging(document_id, tag_id)])

    def _find_tag(self, tag_id: str) -> tuple[int, Tag]:
        check_id("tag", tag_id)
        with self._catalog.read() as connection:
            return find_tag(connection, self._key, tag_id)

    def _tagging(self, document_id: str, tag_id: str) -> Tagging:
        return Tagging(self._key, self._check_document(document_id), check_id("tag", tag_id), self._user_id)

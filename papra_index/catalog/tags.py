"""Tags and which documents have them; live-document counts are kept on the tag's row (papra-api, section 10)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from papra_index.catalog.changes import allocate_keys, mark_changed
from papra_index.catalog.keys import LISTED_KEYS, list_keys
from papra_index.catalog.statements import Statement
from papra_index.catalog.tables import document_tags, documents, organizations, tags
from papra_index.catalog.visibility import is_restricted
from papra_index.conventions.folding import replace_surrogates, tidy_name
from papra_index.conventions.identifiers import generate_id, has_id_form
from papra_index.conventions.times import now_milliseconds, to_datetime
from papra_index.conventions.values import dataclass
from papra_index.documents import Tag
from papra_index.errors import InvalidInput, PapraIndexError, TagAlreadyExists, TagLimitReached, TagNotFound

MAX_NAME_LENGTH = 64
MAX_DESCRIPTION_LENGTH = 256
DEFAULT_COLOR = "#808080"
_COLOR = re.compile("#[0-9A-F]{6}")

_SELECT_TAGS = select(
    tags.c.key, tags.c.id, organizations.c.id.label("organization_id"), tags.c.name, tags.c.color,
    tags.c.description, tags.c.created_at, tags.c.updated_at, tags.c.documents_count,
).join(organizations, organizations.c.key == tags.c.organization_key)  # fmt: skip

_DOCUMENT_TAGS = Statement(
    select(
        document_tags.c.document_key, tags.c.key, tags.c.id, tags.c.name, tags.c.color, tags.c.description,
        tags.c.created_at, tags.c.updated_at,
    )
    .join(tags, tags.c.key == document_tags.c.tag_key)
    .where(document_tags.c.document_key.in_(LISTED_KEYS))
    .order_by(tags.c.normalized_name)
)  # fmt: skip
_TAG_KEYS = Statement(
    select(document_tags.c.document_key, document_tags.c.tag_key).where(document_tags.c.document_key.in_(LISTED_KEYS))
)

_KEY = select(tags.c.key).where(tags.c.organization_key == bindparam("organization"))
_KEY_BY_ID = _KEY.where(tags.c.id == bindparam("reference"))
_KEY_BY_NAME = _KEY.where(tags.c.normalized_name == bindparam("reference"))


@dataclass(frozen=True, slots=True)
class TagChange:
    """A tag to create (`key` None) or the new values of one; None leaves a value as it is."""

    organization_key: int
    name: str | None = None
    color: str | None = None
    description: str | None = None
    key: int | None = None
    max_tags: int = 0


def check_tag(organization_key: int, name: str | None, color: str | None, description: str | None) -> TagChange:
    """Return what is given of a tag, checked. Raises InvalidInput."""
    return TagChange(
        organization_key,
        None if name is None else check_tag_name(name),
        None if color is None else check_color(color),
        None if description is None else replace_surrogates(check_description(description)),
    )


def check_tag_name(name: str) -> str:
    """Return the name on one line; raises InvalidInput unless it has 1 to 64 UTF-16 units."""
    trimmed = tidy_name(name)
    if not 1 <= len(trimmed.encode("utf-16-le")) // 2 <= MAX_NAME_LENGTH:
        raise InvalidInput(f"a tag name has 1 to {MAX_NAME_LENGTH} characters, this has {len(trimmed)}")
    return trimmed


def check_color(color: str) -> str:
    """Return the colour in upper case; raises InvalidInput unless it is # and six hexadecimal digits."""
    if not _COLOR.fullmatch(color.upper()):
        raise InvalidInput(f"{color!r} is not a colour: give # and six hexadecimal digits, such as #2ECC71")
    return color.upper()


def check_description(description: str) -> str:
    """Return the trimmed description; raises InvalidInput when it is longer than 256 characters."""
    trimmed = description.strip()
    if len(trimmed) > MAX_DESCRIPTION_LENGTH:
        raise InvalidInput(
            f"a tag description has at most {MAX_DESCRIPTION_LENGTH} characters, this has {len(trimmed)}"
        )
    return trimmed


def save_tags(connection: Connection, items: Sequence[TagChange]) -> list[Tag]:
    """Create or change tags and return them. Raises TagAlreadyExists, TagLimitReached."""
    return [_insert_tag(connection, item) if item.key is None else _update_tag(connection, item) for item in items]


def find_or_save_tags(connection: Connection, items: Sequence[TagChange]) -> list[Tag]:
    """Return the tags that have these names, letter case apart, made where there are none. Raises TagLimitReached."""
    found: list[Tag] = []
    for item in items:
        named = tags.c.organization_key == item.organization_key, tags.c.normalized_name == (item.name or "").lower()
        row = connection.execute(_SELECT_TAGS.where(*named)).first()
        found.append(_insert_tag(connection, item) if row is None else build_tag(row))
    return found


def find_tag(connection: Connection, organization_key: int, tag_id: str) -> tuple[int, Tag]:
    """Return key and tag by id. Raises TagNotFound."""
    row = connection.execute(
        _SELECT_TAGS.where(tags.c.organization_key == organization_key, tags.c.id == tag_id)
    ).first()
    if row is None:
        raise TagNotFound(f"there is no tag {tag_id} in this organization: list the tags for their ids")
    return row.key, build_tag(row)


def list_tags(connection: Connection, organization_key: int) -> list[tuple[int, Tag]]:
    """Return (key, tag) of an organization with `documents_count`, newest first."""
    rows = connection.execute(
        _SELECT_TAGS.where(tags.c.organization_key == organization_key).order_by(tags.c.key.desc())
    )
    listed = [(row.key, build_tag(row, counted=True)) for row in rows]
    if not is_restricted(connection):
        return listed
    counts = recount_tags(connection, organization_key)
    return [(key, replace(tag, documents_count=counts[tag.id])) for key, tag in listed]


def resolve_tags(connection: Connection, organization_key: int, references: Iterable[str]) -> dict[str, int]:
    """Return the key of each reference (tag id, or whole name in any letter case) that names a tag here."""
    keys: dict[str, int] = {}
    for reference in references:
        statement = _KEY_BY_ID if has_id_form("tag", reference) else _KEY_BY_NAME
        values = {"organization": organization_key, "reference": reference.lower()}
        key = connection.execute(statement, values).scalar()
        if key is not None:
            keys[reference] = key
    return keys


def find_or_make_tags(
    connection: Connection, organization_key: int, wanted: Iterable[tuple[str, int | None]]
) -> dict[str, int | PapraIndexError]:
    """Return the key of each reference, or why there is none: TagNotFound, TagLimitReached.

    `wanted` are references as in `resolve_tags`, each with the most tags that an organization may have (0: no limit)
    where a tag is to be made of a new name, with None where not.
    """
    keys: dict[str, int | PapraIndexError] = {}
    for reference, max_tags in wanted:
        if isinstance(keys.get(reference), int):
            continue
        key = resolve_tags(connection, organization_key, [reference]).get(reference)
        if key is not None:
            keys[reference] = key
        elif max_tags is None or has_id_form("tag", reference):
            keys[reference] = TagNotFound(
                f"there is no tag {reference!r} in this organization: list the tags, or create it"
            )
        else:
            try:
                save_tags(connection, [TagChange(organization_key, reference, DEFAULT_COLOR, max_tags=max_tags)])
                keys[reference] = resolve_tags(connection, organization_key, [reference])[reference]
            except TagLimitReached as error:
                keys[reference] = error
    return keys


def fetch_document_tags(
    connection: Connection, organization_id: str, document_keys: Sequence[int]
) -> dict[int, list[Tag]]:
    """Return the tags of each document that has any, by name; the documents are of one organization."""
    found: dict[int, list[Tag]] = {}
    known: dict[int, Tag] = {}
    for document_key, key, id_, name, color, description, created_at, updated_at in _DOCUMENT_TAGS.fetch(
        connection, list_keys(document_keys)
    ):
        tag = known.get(key)
        if tag is None:
            times = to_datetime(created_at), to_datetime(updated_at)
            tag = known[key] = Tag(id_, organization_id, name, color, description, *times)
        found.setdefault(document_key, []).append(tag)
    return found


def fetch_tag_keys(connection: Connection, document_keys: Sequence[int]) -> dict[int, list[int]]:
    """Return the tag keys of each document that has any."""
    found: dict[int, list[int]] = {}
    for document_key, tag_key in _TAG_KEYS.fetch(connection, list_keys(document_keys)):
        found.setdefault(document_key, []).append(tag_key)
    return found


def delete_tags(connection: Connection, items: Sequence[int]) -> list[None]:
    """Delete tags by key; their documents stay and are marked as changed."""
    for key in items:
        touched = connection.execute(
            select(document_tags.c.document_key).where(document_tags.c.tag_key == key)
        ).scalars()
        mark_changed(connection, list(touched))
        connection.execute(delete(tags).where(tags.c.key == key))
    return [None] * len(items)


def count_tags_of(connection: Connection, document_keys: Sequence[int], amount: int) -> None:
    """Add `amount` to the live-document count of every tag on each of these documents."""
    rows = connection.execute(
        select(document_tags.c.tag_key, func.count())
        .where(document_tags.c.document_key.in_(document_keys))
        .group_by(document_tags.c.tag_key)
    ).all()
    for tag_key, count in rows:
        change_tag_count(connection, tag_key, amount * count)


def change_tag_count(connection: Connection, tag_key: int, amount: int) -> None:
    """Add to a tag's live-document count."""
    connection.execute(
        update(tags).where(tags.c.key == tag_key).values(documents_count=tags.c.documents_count + amount)
    )


def recount_tags(connection: Connection, organization_key: int) -> dict[str, int]:
    """Count the live documents of each tag by its id; always equals the kept counts."""
    rows = connection.execute(
        select(tags.c.id, func.count(documents.c.key))
        .outerjoin(document_tags, document_tags.c.tag_key == tags.c.key)
        .outerjoin(documents, (documents.c.key == document_tags.c.document_key) & (documents.c.is_trashed == 0))
        .where(tags.c.organization_key == organization_key)
        .group_by(tags.c.id)
    )
    return {row[0]: row[1] for row in rows}


def build_tag(row: Row[*tuple[Any, ...]], *, counted: bool = False) -> Tag:
    """Return the tag of a selected row."""
    return Tag(
        id=row.id,
        organization_id=row.organization_id,
        name=row.name,
        color=row.color,
        description=row.description,
        created_at=to_datetime(row.created_at),
        updated_at=to_datetime(row.updated_at),
        documents_count=row.documents_count if counted else None,
    )


def _insert_tag(connection: Connection, item: TagChange) -> Tag:
    if item.max_tags:
        count = connection.execute(
            select(func.count()).select_from(tags).where(tags.c.organization_key == item.organization_key)
        ).scalar_one()
        if count >= item.max_tags:
            raise TagLimitReached(
                f"this organization has {count} tags, the limit: delete one, or raise the setting max_tags"
            )
    name = item.name or ""
    _check_unique(connection, item.organization_key, name, None)
    now = now_milliseconds()
    tag_id = generate_id("tag")
    connection.execute(
        insert(tags).values(
            key=allocate_keys(connection, 1)[0],
            id=tag_id,
            organization_key=item.organization_key,
            name=name,
            normalized_name=name.lower(),
            color=item.color,
            description=item.description,
            created_at=now,
            updated_at=now,
        )
    )
    return find_tag(connection, item.organization_key, tag_id)[1]


def _update_tag(connection: Connection, item: TagChange) -> Tag:
    values: dict[str, object] = {"updated_at": now_milliseconds()}
    if item.name is not None:
        _check_unique(connection, item.organization_key, item.name, item.key)
        values |= {"name": item.name, "normalized_name": item.name.lower()}
    if item.color is not None:
        values["color"] = item.color
    if item.description is not None:
        values["description"] = item.description
    tag_id = connection.execute(
        update(tags).where(tags.c.key == item.key).values(values).returning(tags.c.id)
    ).scalar_one_or_none()
    if tag_id is None:
        raise TagNotFound("the tag was deleted meanwhile: list the tags")
    return find_tag(connection, item.organization_key, tag_id)[1]


def _check_unique(connection: Connection, organization_key: int, name: str, key: int | None) -> None:
    other = connection.execute(
        select(tags.c.key, tags.c.id).where(
            tags.c.organization_key == organization_key, tags.c.normalized_name == name.lower()
        )
    ).first()
    if other is not None and other.key != key:
        raise TagAlreadyExists(f"the tag {name!r} already exists ({other.id}): use it, or choose another name")

"""Users, membership and API keys: what is kept of a token, where a key may act, and archives made before them."""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from papra_index import Archive, Organization, Permission
from papra_index.catalog import migrations
from papra_index.errors import (
    ApiKeyNotFound,
    InvalidIdentifier,
    InvalidInput,
    InvalidToken,
    OrganizationLimitReached,
    OrganizationNotFound,
    UserNotFound,
)

NOBODY = "usr_" + "0" * 24


def test_an_organization_belongs_to_the_archive_s_own_user_unless_told_otherwise(archive: Archive) -> None:
    own = archive.users()[0]
    assert re.fullmatch("usr_[a-z][a-z0-9]{23}", own.id)
    ann = archive.create_user(" Ann ")
    archive.create_organization("Home")
    archive.create_organization("Hers", owner_id=ann.id)
    assert ann.name == "Ann"
    assert [item.name for item in archive.organizations()] == ["Home", "Hers"]
    assert [item.name for item in archive.organizations(user_id=own.id)] == ["Home"]
    assert [item.name for item in archive.organizations(user_id=ann.id)] == ["Hers"]
    assert archive.organizations(user_id=NOBODY) == []
    with pytest.raises(UserNotFound):
        archive.create_organization("Nobody's", owner_id=NOBODY)
    with pytest.raises(InvalidIdentifier):
        archive.create_organization("Nobody's", owner_id="x")


def test_members_come_and_go(archive: Archive, home: Organization) -> None:
    ann = archive.create_user("Ann")
    with pytest.raises(OrganizationNotFound):
        archive.organization(home.id, user_id=ann.id)
    for role in ("member", "owner"):
        archive.add_member(home.id, ann.id, role=role)
        assert archive.organization(home.id, user_id=ann.id).id == home.id
    with pytest.raises(OrganizationLimitReached):
        archive.create_organization("Second", owner_id=ann.id, max_owned=1)
    for _ in range(2):
        archive.remove_member(home.id, ann.id)
    with pytest.raises(OrganizationNotFound):
        archive.organization(home.id, user_id=ann.id)
    with pytest.raises(InvalidInput, match="owner, admin, member"):
        archive.add_member(home.id, ann.id, role="king")
    with pytest.raises(UserNotFound):
        archive.add_member(home.id, NOBODY)


def test_only_the_hash_of_a_token_is_kept(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "papers") as archive:
        key, token = archive.create_api_key("phone")
        assert re.fullmatch("ppapi_[A-Za-z0-9]{64}", token)
        assert key.prefix == token[:11]
        assert archive.authenticate(token).id == key.id
    kept = b"".join(path.read_bytes() for path in (tmp_path / "papers").glob("catalog.sqlite*"))
    digest = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=")
    assert token.encode() not in kept
    assert digest in kept


def test_a_key_ends(archive: Archive) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=60)
    key, token = archive.create_api_key("short", expires_at=soon)
    assert key.expires_at == soon.replace(microsecond=soon.microsecond // 1000 * 1000)
    assert archive.authenticate(token).id == key.id
    _, past = archive.create_api_key("past", expires_at=soon - timedelta(seconds=61))
    for refused in (past, token[:-1] + ("a" if token[-1] != "a" else "b"), "", "ppapi_"):
        with pytest.raises(InvalidToken):
            archive.authenticate(refused)
    archive.revoke_api_key(key.id)
    with pytest.raises(InvalidToken):
        archive.authenticate(token)
    with pytest.raises(ApiKeyNotFound):
        archive.revoke_api_key(key.id)


def test_what_a_key_may_is_checked(archive: Archive, home: Organization) -> None:
    key, _ = archive.create_api_key("k", permissions=["tags:read", "tags:read"], organization_ids=[home.id])
    assert (key.permissions, key.organization_ids) == ((Permission.TAGS_READ,), (home.id,))
    assert [item.id for item in archive.api_keys()] == [key.id]
    assert archive.api_keys(user_id=NOBODY) == []
    for wrong in ({"permissions": ["tags:eat"]}, {"permissions": []}, {"organization_ids": []}):
        with pytest.raises(InvalidInput):
            archive.create_api_key("k", **wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        archive.create_api_key("")
    with pytest.raises(OrganizationNotFound):
        archive.create_api_key("k", organization_ids=["org_" + "0" * 24])
    assert len(archive.api_keys()) == 1, "nothing of one that failed is left"


def test_the_organizations_of_an_older_archive_get_an_owner(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    connection = sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)
    for number, name in migrations.list_migrations():
        if number < 5:
            connection.executescript(resources.files(migrations).joinpath(name).read_text(encoding="utf-8"))
            connection.execute(f"PRAGMA user_version = {number}")
    id_ = "org_" + "a" * 24
    connection.execute("UPDATE counters SET value = 1 WHERE name = 'key'")
    connection.execute(
        "INSERT INTO organizations (key, id, name, created_at, updated_at) VALUES (1, ?, 'Old', 5, 5)", (id_,)
    )
    connection.close()
    with Archive.open(folder) as archive:
        (own,) = archive.users()
        assert archive.organization(id_, user_id=own.id).name == "Old"
        assert own.created_at - datetime.now(UTC) < timedelta(minutes=1)


def test_many_are_trashed_and_tagged_in_one_write(archive: Archive, home: Organization) -> None:
    ids = [home.add(f"text {number}".encode(), name=f"{number}.txt").id for number in range(3)]
    first, second = home.create_tag("first").id, home.create_tag("second").id
    home.retag(ids, add=[first])
    home.retag(ids[:2], add=[second], remove=[first])
    assert [tag.documents_count for tag in home.list_tags()] == [2, 1]
    archive.wait_until_searchable()
    assert home.select("name:1 OR name:2") == (ids[2], ids[1])
    assert home.select("") == tuple(reversed(ids))
    assert home.trash_many(ids[:2]) == 2
    assert home.trash_many(ids) == 1
    assert home.select("") == ()


def test_organizations_deleted_long_ago_are_purged(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    with Archive.open(folder) as archive:
        kept, gone = archive.create_organization("Kept"), archive.create_organization("Gone")
        theirs = gone.add(b"to be purged", name="a.txt")
        gone.create_tag("theirs", color="#000000")
        document = kept.add(b"to be kept", name="b.txt")
        archive.create_api_key("theirs", organization_ids=[gone.id])
        archive.wait_until_searchable(30)
        with gone.open_original(theirs.id) as stream:
            original = Path(stream.name)
        archive.delete_organization(gone.id)
        assert archive.purge_organizations() == 0
        assert [item.id for item in archive.deleted_organizations()] == [gone.id]
    with sqlite3.connect(folder / "catalog.sqlite") as connection:
        connection.execute("UPDATE organizations SET deleted_at = deleted_at - 86400000 * 30")
    connection.close()
    with Archive.open(folder) as archive:
        assert original.exists()
        assert archive.purge_organizations() == 1
        assert archive.deleted_organizations() == []
        assert not original.exists()
        with pytest.raises(OrganizationNotFound):
            archive.restore_organization(gone.id)
        archive.wait_until_searchable(30)
        assert archive.organization(kept.id).get(document.id).content == "to be kept"
        assert archive.organization(kept.id).search("kept").documents_count == 1
        assert archive.api_keys()[0].organization_ids == ()

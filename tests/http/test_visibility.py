"""Keys with principals: on every route a document that they do not see is one that does not exist."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from papra_index import Permission
from papra_index.http import Caller, create_app
from papra_index.http.routing import Operation
from tests.http.conftest import PLAIN, Home, Server, read_error, serve
from tests.http.test_authentication import GUARDED, fill_path, find_body, name_operation


@pytest.fixture
def anna(home: Home) -> Iterator[httpx.Client]:
    """A client that sees what is for everyone or for Anna."""
    with home.with_permissions(Permission, principals=["user:anna"]) as client:
        yield client


@pytest.mark.parametrize("item", [item for item in GUARDED if "{documentId}" in item.path], ids=name_operation)
def test_what_is_not_seen_is_as_if_it_were_not(home: Home, anna: httpx.Client, item: Operation) -> None:
    hidden, tag = home.upload(f"for bob alone {item}"), home.create_tag("paid")
    home.organization.tag(hidden["id"], tag["id"])
    if "trash" in item.path or "restore" in item.path:
        home.organization.trash(hidden["id"])
    home.organization.set_principals(hidden["id"], ["user:bob"])
    home.wait()  # else its text may come between the looks at it
    before = home.organization.get(hidden["id"])
    body = find_body(item)
    if item.path.endswith("{documentId}/tags") and item.method == "POST":
        body = {"json": {"tagId": tag["id"]}}
    own = home.organization.id
    theirs = fill_path(item, organizationId=own, documentId=hidden["id"], tagId=tag["id"])
    nobodys = fill_path(item, organizationId=own, tagId=tag["id"])
    first, second = anna.request(item.method, theirs, **body), anna.request(item.method, nobodys, **body)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert home.organization.get(hidden["id"]) == before


def test_lists_counts_and_uploads_know_only_what_is_seen(home: Home, anna: httpx.Client) -> None:
    hidden, tag = home.upload("zebrafish of bob", "zebrafish.txt"), home.create_tag("paid")
    mine = home.upload("papers of everyone", "everyone.txt")
    home.organization.tag(hidden["id"], tag["id"])
    home.organization.set_principals(hidden["id"], ["user:bob"])
    home.wait()

    def ask(path: str, **params: str) -> httpx.Response:
        return anna.get(home.path + path, params=params)

    assert [item["id"] for item in ask("/documents").json()["documents"]] == [mine["id"]]
    assert ask("/documents").json()["documentsCount"] == 1
    assert ask("/documents/statistics").json()["organizationStats"]["documentsCount"] == 1
    assert ask("/documents/search", searchQuery="zebrafish").json()["documentsCount"] == 0
    assert ask("/documents/suggest", searchQuery="zeb").json() == {"suggestions": []}
    assert [item["documentsCount"] for item in ask("/tags").json()["tags"]] == [0]
    batch = {"filter": {"documentIds": [mine["id"], hidden["id"]]}}
    assert anna.post(f"{home.path}/documents/batch/trash", json=batch).status_code == 400
    assert anna.post(f"{home.path}/documents/batch/trash", json={"filter": {"query": ""}}).status_code == 204
    assert home.organization.list().documents_count == 1, "what is not seen is in no query"
    again = {"file": ("same.txt", b"zebrafish of bob", "text/plain")}
    assert anna.post(f"{home.path}/documents", files=again).status_code == 200, "the bytes tell of nothing"
    assert anna.delete(f"{home.path}/documents/trash").status_code == 204
    assert home.organization.get(hidden["id"]).is_trashed is False


def test_metrics_of_all_are_not_for_who_sees_some(anna: httpx.Client, home: Home) -> None:
    assert read_error(anna.get("/api/metrics"))[0] == 401
    assert home.client.get("/api/metrics").status_code == 200


def test_a_mounting_application_says_whom_it_answers(server: Server, home: Home) -> None:
    hidden = home.upload("for bob only, mounted")
    home.organization.set_principals(hidden["id"], ["user:bob"])
    for principals, status in ((frozenset({"user:anna"}), 404), (frozenset({"user:bob"}), 200), (None, 200)):
        caller = Caller(home.user_id, principals=principals)
        app = create_app(server.archive, authenticate=lambda _request, caller=caller: caller)
        for port in serve(app):
            url = f"http://127.0.0.1:{port}{home.path}/documents/{hidden['id']}"
            assert httpx.get(url, verify=PLAIN).status_code == status
            made = httpx.post(
                f"http://127.0.0.1:{port}/api/api-keys",
                verify=PLAIN,
                json={"name": "own", "permissions": ["documents:read"]},
            )
            with server.connect(made.json()["token"]) as client:
                assert client.get(f"{home.path}/documents/{hidden['id']}").status_code == status, "keys see no more"

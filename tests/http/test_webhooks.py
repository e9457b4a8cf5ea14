"""The routes of webhooks over a real socket: for sessions, not for API keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from papra_index import Archive, Organization, Settings, WebhookSettings
from papra_index.http import Caller, create_app
from papra_index.http.routing import OPERATIONS
from tests.http.conftest import PLAIN, UNKNOWN, Home, Server, read_error, serve, wait_for
from tests.http.test_authentication import fill_path, find_body
from tests.receiver import receive


@dataclass(frozen=True)
class Session:
    """A browser's session, as an application that mounts the API would know it by a header."""

    archive: Archive
    home: Organization
    client: httpx.Client

    @property
    def path(self) -> str:
        """Where its webhooks are."""
        return f"/api/organizations/{self.home.id}/webhooks"


@pytest.fixture(scope="module")
def mounted() -> Iterator[Server]:
    """An application that lets everybody in as the archive's own user; its webhooks may be on this machine."""
    settings = replace(Settings(), webhooks=WebhookSettings(allow_private=True))
    with Archive.in_memory(settings=settings) as archive:

        def authenticate(request: object) -> Caller:
            held = request.headers.get("x-principals")  # type: ignore[attr-defined]
            return Caller(archive.users()[0].id, principals=None if held is None else frozenset(held.split(",")))

        app = create_app(archive, authenticate=authenticate)  # type: ignore[arg-type]
        for port in serve(app):
            yield Server(archive, f"http://127.0.0.1:{port}", port)


@pytest.fixture
def session(mounted: Server) -> Iterator[Session]:
    with mounted.connect(None) as client:
        yield Session(mounted.archive, mounted.archive.create_organization("Home"), client)


def test_a_webhook_is_made_changed_called_and_deleted(session: Session) -> None:
    client, path = session.client, session.path
    with receive() as receiver:
        body = {"name": "books", "url": receiver.url, "events": ["document:created"], "secret": "s"}
        made = client.post(path, json=body)
        assert made.status_code == 200, made.text
        webhook = made.json()["webhook"]
        assert webhook["id"].startswith("wbh_")
        assert webhook | {"name": "books", "url": receiver.url, "events": ["document:created"]} == webhook
        assert (webhook["enabled"], webhook["hasSecret"], webhook["organizationId"]) == (True, True, session.home.id)
        assert "secret" not in webhook
        one = f"{path}/{webhook['id']}"
        assert client.get(path).json() == {"webhooks": [webhook]}
        assert client.get(one).json() == {"webhook": webhook}
        document = session.home.add(b"one", name="one.txt", content="one")
        wait_for(lambda: client.get(f"{one}/deliveries").json()["deliveries"][0]["status"] == "delivered")
        [delivery] = client.get(f"{one}/deliveries", params={"pageSize": 10}).json()["deliveries"]
        assert (delivery["type"], delivery["documentId"]) == ("document:created", document.id)
        assert (delivery["responseStatus"], delivery["attempts"], delivery["nextAttemptAt"]) == (204, 1, None)
        assert receiver.received[0][1]["webhook-id"] == delivery["id"]
    changed = client.put(one, json={"enabled": False, "secret": None}).json()["webhook"]
    assert (changed["enabled"], changed["hasSecret"], changed["name"]) == (False, False, "books")
    assert client.delete(one).status_code == 204
    for response in (client.get(one), client.put(one, json={"name": "x"}), client.delete(one)):
        assert read_error(response) == (404, "webhooks.not_found", None)
        assert response.json()["error"]["message"] == "Webhook not found"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"name": ""}, "name"), ({"name": "x" * 129}, "name"), ({"events": []}, "events"),
        ({"events": ["document:opened"]}, "events.0"), ({"url": ""}, "url"), ({"enabled": "yes"}, "enabled"),
        ({"more": 1}, "more"), ({"url": "ftp://8.8.8.8"}, None),
    ],
)  # fmt: skip
def test_bodies_that_are_not_valid_are_refused(session: Session, change: dict[str, object], path: str | None) -> None:
    body = {"name": "books", "url": "http://8.8.8.8/", "events": ["document:created"]} | change
    assert read_error(session.client.post(session.path, json=body)) == (400, "server.invalid_request.body", path)


def test_ids_of_other_forms_and_organizations(session: Session) -> None:
    client = session.client
    assert read_error(client.get(f"{session.path}/xyz")) == (400, "server.invalid_request.params", "webhookId")
    assert read_error(client.get(f"{session.path}/wbh_{UNKNOWN}"))[:2] == (404, "webhooks.not_found")
    other = session.archive.create_organization("Other")
    webhook = other.create_webhook("theirs", "http://8.8.8.8/")
    for method in ("GET", "PUT", "DELETE"):
        response = client.request(
            method, f"{session.path}/{webhook.id}", json={"name": "x"} if method == "PUT" else None
        )
        assert read_error(response)[:2] == (404, "webhooks.not_found")
    assert read_error(client.get(f"{session.path}/{webhook.id}/deliveries"))[:2] == (404, "webhooks.not_found")
    assert other.get_webhook(webhook.id).name == "theirs"


def test_who_does_not_see_all_is_refused(session: Session) -> None:
    for method, below in (("GET", ""), ("GET", f"/wbh_{UNKNOWN}"), ("DELETE", f"/wbh_{UNKNOWN}")):
        response = session.client.request(method, session.path + below, headers={"x-principals": "user:anna"})
        assert read_error(response)[:2] == (403, "auth.forbidden")


def test_addresses_within_networks_are_refused(home: Home) -> None:
    organization, server = home.organization, home.server
    app = create_app(server.archive, authenticate=lambda _: Caller(home.user_id))
    for port in serve(app):
        path = f"http://127.0.0.1:{port}/api/organizations/{organization.id}/webhooks"
        for url in ("http://127.0.0.1/", "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/", "http://localhost/"):
            body = {"name": "books", "url": url, "events": ["document:created"]}
            response = httpx.post(path, json=body, verify=PLAIN)
            assert read_error(response) == (400, "webhooks.ssrf_unsafe_url", None)
            message = response.json()["error"]["message"]
            assert message == "The provided URL is not safe to perform requests to"


@pytest.mark.parametrize(
    "item",
    [item for item in OPERATIONS if item.sessions and "/organizations/{organizationId}" in item.path],
    ids=lambda item: f"{item.method} {item.path}",
)
def test_an_api_key_is_refused_on_every_route_for_sessions(home: Home, item: object) -> None:
    path = fill_path(item, organizationId=home.organization.id)  # type: ignore[arg-type]
    response = home.client.request(item.method, path, **find_body(item))  # type: ignore[attr-defined, arg-type]
    assert read_error(response)[:2] == (401, "auth.unauthorized")

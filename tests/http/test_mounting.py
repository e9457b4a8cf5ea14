"""Mounted in applications of others: below a prefix, with their own authentication, beside their routes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from a2wsgi import ASGIMiddleware
from fastapi import Depends, FastAPI, HTTPException
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount

from papra_index import Archive, Organization, Permission
from papra_index.http import Caller, create_app, create_router
from tests.http.conftest import UNKNOWN, read_error, serve


@pytest.fixture
def own(archive: Archive) -> Organization:
    return archive.create_organization("Home")


@contextmanager
def run(app: Any) -> Iterator[httpx.Client]:
    for port in serve(app):
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            yield client


def test_the_application_below_a_prefix(archive: Archive, own: Organization) -> None:
    _, token = archive.create_api_key("k")
    headers = {"Authorization": f"Bearer {token}"}
    with run(Starlette(routes=[Mount("/papers", app=create_app(archive))])) as client:
        listed = client.get("/papers/api/organizations", headers=headers).json()["organizations"]
        assert [item["id"] for item in listed] == [own.id]
        assert read_error(client.get("/papers/api/nothing")) == (404, "api.not-found", None)
        assert read_error(client.delete("/papers/api/ping")) == (404, "api.not-found", None)
        document = client.get("/papers/api/openapi.json").json()
        assert document["servers"] == [{"url": "/papers"}]


def test_the_routes_among_those_of_another_application(archive: Archive, own: Organization) -> None:
    app = FastAPI()
    app.include_router(create_router(archive, prefix="/v1"))

    @app.get("/v1/mine")
    def mine() -> str:
        return "mine"

    with run(app) as client:
        assert client.get("/v1/mine").json() == "mine"
        assert client.get("/v1/ping").json() == {"status": "ok"}
        assert read_error(client.get(f"/v1/organizations/{own.id}/tags"))[0] == 401


def test_dependencies_of_another_application_run_before_the_routes(archive: Archive) -> None:
    def refuse() -> None:
        raise HTTPException(402)

    app = FastAPI()
    app.include_router(create_router(archive), dependencies=[Depends(refuse)])
    with run(app) as client:
        assert client.get("/api/ping").status_code == 402


@pytest.mark.parametrize("asynchronous", [True, False])
def test_authentication_of_the_mounting_application(archive: Archive, own: Organization, asynchronous: bool) -> None:
    other, user = archive.create_organization("Other"), archive.users()[0]
    callers = {
        "all": Caller(),
        "member": Caller(user.id),
        "limited": Caller(f"usr_{UNKNOWN}", frozenset({Permission.TAGS_READ}), frozenset({own.id})),
    }

    def authenticate(request: Request) -> Caller | None:
        return callers.get(request.headers.get("x-user", ""))

    async def authenticate_later(request: Request) -> Caller | None:
        return authenticate(request)

    app = create_app(archive, authenticate=authenticate_later if asynchronous else authenticate)
    path = f"/api/organizations/{own.id}"
    with run(app) as client:
        assert read_error(client.get(f"{path}/tags"))[0] == 401
        assert client.get("/api/ping", headers={"authorization": "Basic x"}).status_code == 200
        for name in callers:
            assert client.get(f"{path}/tags", headers={"x-user": name}).status_code == 200
        limited = {"x-user": "limited"}
        assert read_error(client.get(f"{path}/documents", headers=limited))[0] == 401
        assert read_error(client.get(f"/api/organizations/{other.id}/tags", headers=limited))[0] == 403
        uploaded = client.post(f"{path}/documents", headers={"x-user": "all"}, files={"file": ("a.txt", b"x")})
        assert uploaded.json()["document"]["createdBy"] is None
        uploaded = client.post(f"{path}/documents", headers={"x-user": "member"}, files={"file": ("b.txt", b"y")})
        assert uploaded.json()["document"]["createdBy"] == user.id


def test_sessions_manage_the_keys_of_their_user(archive: Archive, own: Organization) -> None:
    user, stranger = archive.users()[0], archive.create_user("Ben")
    app = create_app(archive, authenticate=lambda request: Caller(request.headers["x-user"]))
    with run(app) as client:
        mine, theirs = {"x-user": user.id}, {"x-user": stranger.id}
        current = client.get("/api/api-keys/current", headers=mine)
        assert read_error(current) == (401, "api_keys.authentication_not_api_key", None)
        body = {"name": "script", "permissions": ["documents:read"]}
        made = client.post("/api/api-keys", headers=mine, json=body).json()
        assert made["apiKey"]["allOrganizations"] is True
        assert made["token"].startswith(made["apiKey"]["prefix"])
        assert "keyHash" not in made["apiKey"]
        assert archive.authenticate(made["token"]).user_id == user.id
        listed = client.get("/api/api-keys", headers=mine).json()["apiKeys"]
        assert [(item["id"], item["organizations"]) for item in listed] == [(made["apiKey"]["id"], [])]
        assert client.get("/api/api-keys", headers=theirs).json() == {"apiKeys": []}
        path = f"/api/api-keys/{made['apiKey']['id']}"
        assert client.delete(path, headers=theirs).status_code == 204
        assert archive.authenticate(made["token"]).user_id == user.id, "it is not theirs to delete"
        for _ in range(2):
            assert client.delete(path, headers=mine).status_code == 204
        assert archive.api_keys() == []
        for permissions in ([], ["x:y"], None):
            refused = client.post("/api/api-keys", headers=mine, json={"name": "k", "permissions": permissions})
            assert read_error(refused)[:2] == (400, "server.invalid_request.body")
        assert read_error(client.post("/api/api-keys", headers={"x-user": f"usr_{UNKNOWN}"}, json=body))[:2] == (
            403,
            "auth.forbidden",
        )


@pytest.mark.slow
def test_pages_of_other_origins_are_let_in_when_told_so(archive: Archive) -> None:
    with run(create_app(archive, allowed_origins=["http://localhost:3000"])) as client:
        asked = {"origin": "http://localhost:3000", "access-control-request-method": "PATCH"}
        reply = client.options("/api/organizations", headers=asked)
        assert (reply.status_code, reply.content) == (204, b"")
        assert reply.headers["access-control-allow-origin"] == "http://localhost:3000"
        assert "PATCH" in reply.headers["access-control-allow-methods"]
        foreign = client.options("/api/organizations", headers=asked | {"origin": "http://evil.example"})
        assert "access-control-allow-origin" not in foreign.headers


def test_under_wsgi_through_an_adapter(archive: Archive, own: Organization) -> None:
    _, token = archive.create_api_key("k")
    path = f"/api/organizations/{own.id}/documents"
    with httpx.Client(
        transport=httpx.WSGITransport(ASGIMiddleware(create_app(archive))),  # type: ignore[arg-type]
        base_url="http://localhost",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        document = client.post(path, files={"file": ("a.txt", b"x" * 300_000)}).json()["document"]
        assert client.get(f"{path}/{document['id']}/file").content == b"x" * 300_000
        assert read_error(client.delete("/api/ping")) == (404, "api.not-found", None)


def run_example(number: int, **known: object) -> dict[str, Any]:
    """Run an example of the README's chapter on HTTP, with what it takes for granted; return what it defines."""
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", readme.split("## Over HTTP")[1].split("\n## ")[0], re.DOTALL)
    scope: dict[str, Any] = {"__name__": "example", **known}
    exec(examples[number], scope)
    return scope


def test_the_readme_s_application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    scope = run_example(0)
    with scope["archive"], run(scope["app"]) as client:
        assert client.get("/api/ping").json() == {"status": "ok"}


def test_the_readme_s_routes_in_fastapi(archive: Archive, own: Organization) -> None:
    scope = run_example(1, archive=archive, SESSIONS={"s1": archive.users()[0].id})

    @scope["app"].get("/papers/mine")  # type: ignore[untyped-decorator]
    def mine() -> str:
        return "mine"

    with run(scope["app"]) as client:
        assert client.get("/papers/mine").json() == "mine"
        assert read_error(client.get("/papers/organizations"))[:2] == (401, "auth.unauthorized")
        assert read_error(client.get("/papers/organizations", headers={"cookie": "session=s2"}))[0] == 401
        listed = client.get("/papers/organizations", headers={"cookie": "session=s1"}).json()["organizations"]
        assert [item["id"] for item in listed] == [own.id]


@pytest.mark.slow
def test_the_readme_s_application_in_starlette(archive: Archive, own: Organization) -> None:
    scope = run_example(2, archive=archive, home=own)
    document = own.add(b"to be read", name="a.txt")
    with run(scope["app"]) as client:
        path = f"/papers/api/organizations/{own.id}/documents/{document.id}"
        assert read_error(client.get(path))[0] == 401
        known = {"x-intranet-user": "ann"}
        assert client.get(path, headers=known).json()["document"]["id"] == document.id
        assert read_error(client.delete(path, headers=known))[0] == 401


@pytest.mark.slow
def test_the_readme_s_application_in_flask(archive: Archive, own: Organization) -> None:
    site = run_example(3, archive=archive)["site"]
    site.add_url_rule("/", view_func=lambda: "home page")
    _, token = archive.create_api_key("k")
    transport = httpx.WSGITransport(site)
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(transport=transport, base_url="http://localhost", headers=headers) as client:
        assert client.get("/").text == "home page"
        path = f"/papers/api/organizations/{own.id}/documents"
        document = client.post(path, files={"file": ("a.txt", b"x" * 3_000_000)}).json()["document"]
        assert client.get(f"{path}/{document['id']}/file").content == b"x" * 3_000_000
        assert read_error(client.get("/papers/api/nothing")) == (404, "api.not-found", None)
        assert client.get("/papers/api/openapi.json").json()["servers"] == [{"url": "/papers"}]
        assert '"/papers/api/openapi.json"' in client.get("/papers/api/docs").text.replace("'", '"')

"""The catalogue of errors (papra-api, section 2.2), row by row, as a server process answers them on its socket.

Not here are the rows of what is not part of this API (plans, invitations,
limits on rates), and `organization.not_found`, which the membership check keeps anybody from seeing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from papra_index import Archive, IndexSettings, Permission, Settings
from papra_index.http import Caller, create_app
from papra_index.http.failures import _TRANSLATED
from papra_index.http.routing import OPERATIONS
from papra_index.values.webhooks import MAX_WEBHOOKS
from tests.http.conftest import PLAIN, UNKNOWN, Home, Server, make_home, serve
from tests.http.processes import serve_process
from tests.http.test_uploads import FILE, MULTIPART, connect, form, part

DOCUMENT, TAG = f"doc_{UNKNOWN}", f"tag_{UNKNOWN}"
LIMIT, PATIENCE = 100_000, 1
SETTINGS = {
    "MAX_ORIGINAL_SIZE": str(LIMIT),
    "MAX_TAGS": "3",
    "MAX_PROPERTIES": "2",
    "HTTP_UPLOAD_SECONDS": str(PATIENCE),
}

Provoke = Callable[[Home], httpx.Response]


@dataclass(frozen=True)
class Row:
    """A row of the catalogue, and a request that is answered so; `details` are the paths that are told."""

    status: int
    code: str
    message: str
    provoke: Provoke
    details: tuple[str | None, ...] | None = None


ROWS: list[Row] = []


def row(status: int, code: str, message: str, *details: str | None) -> Callable[[Provoke], Provoke]:
    """Note a function as what provokes a row."""

    def note(provoke: Provoke) -> Provoke:
        ROWS.append(Row(status, code, message, provoke, details or None))
        return provoke

    return note


def post_form(home: Home, *parts: tuple[str, bytes], end: bool = True) -> httpx.Response:
    return home.send("POST", "/documents", content=form(*parts, end=end), headers=MULTIPART)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("served") / "papers"
    with serve_process(folder, settings=SETTINGS) as server:
        yield server


@row(400, "server.invalid_request.params", "Invalid URL parameters", "documentId")
def give_a_malformed_id(home: Home) -> httpx.Response:
    return home.send("GET", "/documents/xyz")


@row(400, "server.invalid_request.query", "Invalid query parameters", "pageSize", "foo")
def give_malformed_parameters(home: Home) -> httpx.Response:
    return home.send("GET", "/documents?pageSize=101&foo=1")


@row(400, "server.invalid_request.body", "Invalid request body", "color")
def leave_out_the_colour(home: Home) -> httpx.Response:
    return home.send("POST", "/tags", json={"name": "x"})


@row(400, "server.invalid_request.form_data", "Invalid form data", "ocrLanguages")
def ask_for_an_unknown_language(home: Home) -> httpx.Response:
    return post_form(home, (part('name="ocrLanguages"', None), b"klingon"), (FILE, b"x"))


@row(400, "server.invalid_request.malformed_json", "Invalid request body")
def send_half_of_a_json(home: Home) -> httpx.Response:
    return home.send("POST", "/tags", content=b'{"name":', headers={"content-type": "application/json"})


@row(401, "auth.unauthorized", "Unauthorized")
def send_no_token(home: Home) -> httpx.Response:
    return httpx.get(f"{home.server.url}{home.path}/documents", verify=PLAIN)


@row(401, "auth.unauthorized", "Unauthorized")
def send_a_malformed_header(home: Home) -> httpx.Response:
    return httpx.get(f"{home.server.url}/api/nothing", headers={"Authorization": "Basic x"}, verify=PLAIN)


@row(401, "auth.unauthorized", "Unauthorized")
def lack_a_permission(home: Home) -> httpx.Response:
    with home.with_permissions([Permission.DOCUMENTS_READ]) as client:
        return client.get(f"{home.path}/tags")


@row(401, "auth.unauthorized", "Unauthorized")
def manage_keys_with_a_key(home: Home) -> httpx.Response:
    return home.client.get("/api/api-keys")


@row(401, "api_keys.authentication_not_api_key", "Authentication must be done using an API key to access this resource")
def ask_for_the_key_of_a_session(home: Home) -> httpx.Response:
    return ask_as_session(home, "GET", "/api/api-keys/current")


@row(403, "auth.forbidden", "Forbidden")
def make_a_key_for_a_user_nobody_knows(home: Home) -> httpx.Response:
    return ask_as_session(home, "POST", "/api/api-keys", {"name": "k", "permissions": ["tags:read"]})


@row(403, "user.not_in_organization", "You are not part of this organization.")
def ask_for_an_organization_that_is_not(home: Home) -> httpx.Response:
    return home.client.get(f"/api/organizations/org_{UNKNOWN}/tags")


@row(403, "user.not_organization_owner", "You are not the owner of this organization.")
def delete_the_organization_of_another(home: Home) -> httpx.Response:
    archive = home.server.archive
    other = archive.create_organization("Other", owner_id=archive.create_user("Ben").id)
    archive.add_member(other.id, home.user_id)
    return home.client.delete(f"/api/organizations/{other.id}")


@row(403, "user.max_organization_count_reached", "You have reached the maximum number of organizations.")
def create_the_eleventh_organization(home: Home) -> httpx.Response:
    for number in range(9):
        assert home.client.post("/api/organizations", json={"name": f"Number {number}"}).status_code == 200
    return home.client.post("/api/organizations", json={"name": "One more"})


@row(403, "tags.organization_limit_reached", "The maximum number of tags for this organization has been reached.")
def create_a_tag_too_many(home: Home) -> httpx.Response:
    for number in range(3):
        home.create_tag(f"number {number}")
    return home.send("POST", "/tags", json={"name": "one more", "color": "#000000"})


@row(404, "api.not-found", "API route not found")
def ask_for_no_route(home: Home) -> httpx.Response:
    return home.client.get("/api/nothing")


@row(404, "api.not-found", "API route not found")
def use_a_method_that_a_route_has_not(home: Home) -> httpx.Response:
    return home.client.put("/api/organizations")


@row(404, "document.not_found", "Document not found.")
def ask_for_no_document(home: Home) -> httpx.Response:
    return home.send("GET", f"/documents/{DOCUMENT}")


@row(
    403,
    "custom_property_definition.organization_limit_reached",
    "The maximum number of custom properties for this organization has been reached.",
)
def create_too_many_properties(home: Home) -> httpx.Response:
    for name in "ab":
        home.create_property(name)
    return home.send("POST", "/custom-properties", json={"name": "one more", "type": "text"})


@row(404, "custom_property_definition.not_found", "Custom property definition not found.")
def get_no_property(home: Home) -> httpx.Response:
    return home.send("GET", f"/custom-properties/cpd_{UNKNOWN}")


@row(
    409,
    "custom_property_definition.already_exists",
    "A custom property definition with this name or key already exists in this organization.",
)
def create_a_property_twice(home: Home) -> httpx.Response:
    home.create_property("Due date")
    return home.send("POST", "/custom-properties", json={"name": "due-date", "type": "text"})


@row(
    400,
    "custom_property_definition.invalid_update",
    "The provided update data is invalid for this property type.",
)
def give_a_text_options(home: Home) -> httpx.Response:
    return change_property(home, "text", {"options": [{"name": "a"}]})


@row(
    400,
    "custom_property_select_option.unknown_id",
    "One or more provided select option IDs do not belong to this property definition.",
)
def keep_an_unknown_option(home: Home) -> httpx.Response:
    return change_property(home, "select", {"options": [{"id": f"cpso_{UNKNOWN}", "name": "a"}]})


def change_property(home: Home, kind: str, body: dict[str, object]) -> httpx.Response:
    made = home.create_property("State", kind, options=[{"name": "Open"}])
    return home.send("PUT", f"/custom-properties/{made['id']}", json=body)


def set_value(home: Home, kind: str, value: object) -> httpx.Response:
    made, document = home.create_property("State", kind, options=[{"name": "Open"}]), home.upload("with a value")
    return home.send("PUT", f"/documents/{document['id']}/custom-properties/{made['id']}", json={"value": value})


@row(400, "custom_property_value.invalid", "The provided value is invalid for this property type.")
def give_a_number_a_text(home: Home) -> httpx.Response:
    return set_value(home, "number", "5")


@row(
    400,
    "custom_property_select_option.not_found",
    "The provided value is not a valid option for this select property.",
)
def choose_no_option(home: Home) -> httpx.Response:
    return set_value(home, "select", f"cpso_{UNKNOWN}")


@row(
    400,
    "custom_property_value.user_not_found",
    "One or more provided user IDs are not members of this organization.",
)
def relate_a_stranger(home: Home) -> httpx.Response:
    return set_value(home, "user_relation", [f"usr_{UNKNOWN}"])


@row(
    400,
    "custom_property_value.related_document_not_found",
    "One or more provided document IDs do not belong to this organization.",
)
def relate_an_unknown_document(home: Home) -> httpx.Response:
    return set_value(home, "document_relation", [DOCUMENT])


@row(404, "tags.not_found", "Tag not found")
def delete_no_tag(home: Home) -> httpx.Response:
    return home.send("DELETE", f"/tags/{TAG}")


@row(404, "documents.storage.file_not_found", "File not found")
def ask_for_a_file_that_is_gone(home: Home) -> httpx.Response:
    document = home.upload("whose original is lost")
    originals = home.server.archive.folder / "originals" / home.organization.id
    next(path for path in originals.rglob(document["id"]) if path.is_file()).unlink()
    return home.send("GET", f"/documents/{document['id']}/file")


@row(404, "documents.no_original", "Document has no original file.")
def ask_for_the_file_of_a_document_that_has_none(home: Home) -> httpx.Response:
    """A row of our own: index-only documents."""
    home.organization.put("crm:1017", name="Note of a call", content="asked for a new boiler")
    document = home.get("/documents")["documents"][0]
    return home.send("GET", f"/documents/{document['id']}/file")


@row(404, "documents.version_not_found", "Document version not found.")
def ask_for_a_version_that_a_document_never_had(home: Home) -> httpx.Response:
    """A row of our own."""
    return home.send("GET", f"/documents/{home.upload('of one version')['id']}/versions/7/file")


@row(400, "document.not_deleted", "Document is not deleted, cannot restore.")
def restore_what_is_not_in_the_trash(home: Home) -> httpx.Response:
    return home.send("POST", f"/documents/{home.upload('live')['id']}/restore")


@row(400, "document.not_deleted", "Document is not deleted, cannot delete.")
def purge_what_is_not_in_the_trash(home: Home) -> httpx.Response:
    return home.send("DELETE", f"/documents/trash/{home.upload('live')['id']}")


@row(400, "document.no_body", "Missing body")
def upload_nothing(home: Home) -> httpx.Response:
    return home.send("POST", "/documents", headers=MULTIPART)


@row(400, "document.no_file", "No file in the form")
def upload_a_form_without_a_file(home: Home) -> httpx.Response:
    return post_form(home, (part('name="title"', None), b"only a text"))


@row(400, "document.no_file", "No file in the form")
def upload_a_file_without_a_name(home: Home) -> httpx.Response:
    return post_form(home, (part('name="file"; filename=""'), b"x"))


@row(400, "document.invalid_file_fieldname", "Invalid file fieldname")
def upload_under_another_name(home: Home) -> httpx.Response:
    return post_form(home, (part('name="document"; filename="a.txt"'), b"x"))


@row(400, "document.parse_error", "Error parsing multipart form")
def upload_half_of_a_form(home: Home) -> httpx.Response:
    return post_form(home, (FILE, b"truncated"), end=False)


@row(409, "document.already_exists", "Document already exists.")
def upload_twice(home: Home) -> httpx.Response:
    home.upload("twice")
    return home.send("POST", "/documents", files={"file": ("again.txt", b"twice", "text/plain")})


@row(409, "tags.already_exists", "Tag already exists")
def create_a_tag_twice(home: Home) -> httpx.Response:
    home.create_tag("Twice")
    return home.send("POST", "/tags", json={"name": "TWICE", "color": "#000000"})


@row(409, "documents.already_has_tag", "Document already has tag")
def tag_twice(home: Home) -> httpx.Response:
    path, body = f"/documents/{home.upload('tagged')['id']}/tags", {"tagId": home.create_tag("twice")["id"]}
    assert home.send("POST", path, json=body).status_code == 204
    return home.send("POST", path, json=body)


@row(413, "document.size_too_large", "Document size too large.")
def upload_a_byte_too_many(home: Home) -> httpx.Response:
    return home.send("POST", "/documents", files={"file": ("a.bin", b"x" * (LIMIT + 1), "x/y")})


@row(
    400,
    "documents.batch.documents_not_from_organization",
    "Some documents do not exist or do not belong to the organization.",
)
def trash_documents_that_are_not(home: Home) -> httpx.Response:
    return home.send("POST", "/documents/batch/trash", json={"filter": {"documentIds": [DOCUMENT]}})


@row(416, "documents.range_not_satisfiable", "Range not satisfiable")
def ask_for_what_is_behind_the_end(home: Home) -> httpx.Response:
    """A row of our own: the reference knows no ranges."""
    return home.send("GET", f"/documents/{home.upload('short')['id']}/file", headers={"range": "bytes=100-"})


@row(500, "internal.error", "An error occurred")
def have_the_disk_refuse(home: Home) -> httpx.Response:
    staging = home.server.archive.folder / "staging"
    aside = staging.rename(staging.with_name("aside"))
    staging.write_bytes(b"where a folder was")
    try:
        return home.send("POST", "/documents", files={"file": ("a.txt", b"refused", "text/plain")})
    finally:
        staging.unlink()
        aside.rename(staging)


WEBHOOK = {"name": "books", "url": "http://8.8.8.8/", "events": ["document:created"]}


@row(404, "tagging-rules.not-found", "Tagging rule not found")
def apply_a_rule_that_is_not(home: Home) -> httpx.Response:
    return ask_as_member(home, "POST", f"/tagging-rules/tr_{UNKNOWN}/apply")


@row(404, "webhooks.not_found", "Webhook not found")
def ask_for_a_webhook_that_is_not(home: Home) -> httpx.Response:
    return ask_as_member(home, "GET", f"/webhooks/wbh_{UNKNOWN}")


@row(400, "webhooks.ssrf_unsafe_url", "The provided URL is not safe to perform requests to")
def have_the_machine_itself_called(home: Home) -> httpx.Response:
    return ask_as_member(home, "POST", "/webhooks", WEBHOOK | {"url": "http://127.0.0.1/"})


@row(
    403,
    "webhooks.organization_limit_reached",
    "The maximum number of webhooks for this organization has been reached.",
)
def make_too_many_webhooks(home: Home) -> httpx.Response:
    """A row of our own."""
    for number in range(MAX_WEBHOOKS):
        home.organization.create_webhook(str(number), "http://8.8.8.8/", enabled=False)
    return ask_as_member(home, "POST", "/webhooks", WEBHOOK)


@row(504, "api.timeout", "The request timed out")
def stall(home: Home) -> httpx.Response:
    with connect(home, "Content-Length: 50000", home.token) as connection:
        connection.sendall(form((FILE, b"never more"), end=False))
        return read_response(connection)


@row(403, "server.read_only", "The archive is open for reading only: nothing can be changed here.")
def create_a_tag_where_all_is_read_only(home: Home) -> httpx.Response:
    """A row of our own."""
    with Archive.open(home.server.archive.folder, read_only=True) as archive:
        for port in serve(create_app(archive)):
            with Server(archive, f"http://127.0.0.1:{port}", port).connect(home.token) as client:
                response = client.post(f"{home.path}/tags", json={"name": "x", "color": "#00FF00"})
    return response


@row(507, "server.insufficient_storage", "The server has no space left: delete documents, or ask its owner.")
def upload_to_a_disk_of_which_all_is_reserved(_home: Home) -> httpx.Response:
    """A row of our own."""
    settings = replace(Settings(), reserve_bytes=2**61)
    with TemporaryDirectory() as folder, Archive.open(Path(folder) / "papers", settings=settings) as archive:
        for port in serve(create_app(archive)):
            for home in make_home(Server(archive, f"http://127.0.0.1:{port}", port)):
                response = home.send("POST", "/documents", files={"file": ("a.txt", b"refused", "text/plain")})
    return response


@row(409, "document.external_id_taken", "Another document has this external id.")
def give_an_external_id_twice(home: Home) -> httpx.Response:
    """A row of our own."""
    home.organization.put("crm:1", content="a call")
    return home.send("PATCH", f"/documents/{home.upload('letter')['id']}", json={"externalId": "crm:1"})


@row(503, "server.index_rebuilding", "The search index is being rebuilt: try again in a moment.")
def ask_for_copies_without_an_index(_home: Home) -> httpx.Response:
    """A row of our own."""
    settings = replace(Settings(), index=IndexSettings(background=False))
    with TemporaryDirectory() as folder, Archive.open(Path(folder) / "papers", settings=settings) as archive:
        for port in serve(create_app(archive)):
            for home in make_home(Server(archive, f"http://127.0.0.1:{port}", port)):
                document = home.organization.add(b"roof", name="roof.txt")
                response = home.send("GET", f"/documents/{document.id}/similar")
    return response


def ask_as_session(home: Home, method: str, path: str, body: object = None) -> httpx.Response:
    """Send a request to an application that lets everybody in without a key, as a user whom the archive has not."""
    app = create_app(home.server.archive, authenticate=lambda _request: Caller(f"usr_{UNKNOWN}"))
    for port in serve(app):
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", verify=PLAIN) as client:
            response = client.request(method, path, json=body)
    return response


def ask_as_member(home: Home, method: str, path: str, body: object = None) -> httpx.Response:
    """Send a request to a route of the organization in a session of its owner."""
    app = create_app(home.server.archive, authenticate=lambda _request: Caller(home.user_id))
    for port in serve(app):
        response = httpx.request(method, f"http://127.0.0.1:{port}{home.path}{path}", json=body, verify=PLAIN)
    return response


def read_response(connection: socket.socket) -> httpx.Response:
    """Read an answer whose end is that of its JSON."""
    raw = b""
    while not raw.endswith(b"}}"):
        raw += connection.recv(65_536)
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines[1:]]
    return httpx.Response(int(lines[0].split(" ")[1]), headers=headers, content=body)


@pytest.mark.parametrize("told", ROWS, ids=lambda told: f"{told.code} {told.provoke.__name__}")
def test_row(home: Home, told: Row) -> None:
    response = told.provoke(home)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    details = body["error"].pop("details", None)
    assert (response.status_code, body) == (told.status, {"error": {"message": told.message, "code": told.code}})
    assert (None if details is None else tuple(detail["path"] for detail in details)) == told.details


def test_no_row_is_left_out() -> None:
    known = {*_TRANSLATED.values()}
    known |= {(failure.status, failure.code, failure.message) for item in OPERATIONS for failure in item.errors}
    assert known <= {(told.status, told.code, told.message) for told in ROWS}

"""An archive that is only read, over HTTP: what is asked is answered, what would change it is refused as forbidden."""

from __future__ import annotations

from pathlib import Path

import httpx

from papra_index import Archive
from papra_index.http import create_app
from tests.archives import fill_archive
from tests.http.conftest import PLAIN, read_error, serve


def test_reading_is_answered_and_writing_is_forbidden(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    fill_archive(folder, 4)
    with Archive.open(folder) as archive:
        home = archive.organizations()[0]
        _, token = archive.create_api_key("test")
    with Archive.open(folder, read_only=True) as archive:
        for port in serve(create_app(archive)):
            base = f"http://127.0.0.1:{port}/api/organizations/{home.id}"
            headers = {"Authorization": f"Bearer {token}"}
            with httpx.Client(base_url=base, headers=headers, timeout=30, verify=PLAIN) as client:
                documents = client.get("/documents/search", params={"searchQuery": "boiler"}).json()["documents"]
                assert documents
                one = f"/documents/{documents[0]['id']}"
                assert client.get(f"{one}/file").content.startswith(b"original")
                refused = [
                    client.post("/documents", files={"file": ("a.txt", b"new", "text/plain")}),
                    client.patch(one, json={"name": "x"}),
                    client.delete(one),
                    client.post("/tags", json={"name": "x", "color": "#00FF00"}),
                    client.put("/documents/by-external-id/x", json={"content": "x"}),
                    client.post(f"{one}/extract"),
                ]
                assert {read_error(response)[:2] for response in refused} == {(403, "server.read_only")}

"""Suggestions and similar documents, which the contract does not know."""

from __future__ import annotations

from tests.http.conftest import UNKNOWN, Home, read_error

LETTER = "The annual maintenance of the boiler in the cellar of the house at Linden Road costs more than last year. "


def test_suggestions_find_something(home: Home) -> None:
    document = home.upload("annual maintenance", "boiler contract.txt")
    home.wait()
    offered = home.get("/documents/suggest", searchQuery="annual main")["suggestions"]
    assert offered[0] == {
        "kind": "word", "text": "maintenance", "searchQuery": "annual maintenance", "documentsCount": 1,
        "documentId": None,
    }  # fmt: skip
    assert home.get("/documents/search", searchQuery=offered[0]["searchQuery"])["documentsCount"] == 1
    names = home.get("/documents/suggest", searchQuery="boil", limit="25")["suggestions"]
    assert document["id"] in {item["documentId"] for item in names}
    for query, path in (("", "searchQuery"), ("searchQuery=x&limit=26", "limit"), ("searchQuery=x&foo=1", "foo")):
        refused = home.send("GET", f"/documents/suggest?{query}")
        assert read_error(refused) == (400, "server.invalid_request.query", path)


def test_similar_documents(home: Home) -> None:
    first = home.upload(LETTER * 3 + "Yours, Ann", "first.txt")
    second = home.upload(LETTER * 2 + "Regards, Ben", "second.txt")
    for number in range(5):
        home.upload(f"plum cake number {number} with sugar and flour", f"cake {number}.txt")
    home.wait()
    found = home.get(f"/documents/{first['id']}/similar")
    assert found["documents"][0]["id"] == second["id"]
    assert 0 < found["documents"][0]["score"] <= 1
    assert found["documents"][0]["words"]
    assert found["documentsCount"] >= 1
    assert read_error(home.send("GET", f"/documents/doc_{UNKNOWN}/similar"))[1] == "document.not_found"

"""Lists and searches: parameters, orders, paging, tags, snippets, facets (papra-api, sections 6.2 and 6.3)."""

from __future__ import annotations

import pytest

from tests.http.conftest import UNKNOWN, Home, read_error


def name_all(reply: dict[str, list[dict[str, str]]]) -> list[str]:
    return [document["name"] for document in reply["documents"]]


@pytest.fixture
def filled(home: Home) -> Home:
    """A home with three documents, read and searchable: b is dated, c is not text."""
    for name, content in (("a.txt", "alpha invoice"), ("b.txt", "beta invoice invoice"), ("C.txt", "gamma")):
        home.upload(content, name)
    documents = {document["name"]: document["id"] for document in home.get("/documents")["documents"]}
    home.send("PATCH", f"/documents/{documents['b.txt']}", json={"documentDate": "2024-05-06"})
    home.wait()
    return home


@pytest.mark.parametrize("route", ["/documents", "/documents/search"])
@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("pageSize=101", "pageSize"),
        ("pageSize=0", "pageSize"),
        ("pageSize=abc", "pageSize"),
        ("pageSize=1_0", "pageSize"),
        ("pageSize=1e400", "pageSize"),
        ("pageIndex=-1", "pageIndex"),
        ("pageIndex=1.5", "pageIndex"),
        ("pageIndex=NaN", "pageIndex"),
        ("pageIndex=1&pageIndex=2", "pageIndex"),
        ("foo=1", "foo"),
        ("sortField=owner", "sortField"),
        ("sortField=CreatedAt", "sortField"),
        ("sortOrder=ASC", "sortOrder"),
        ("searchQuery=" + "x" * 1025, "searchQuery"),
        ("searchQuery=" + "%F0%9F%98%80" * 513, "searchQuery"),
        ("tags=x", "tags"),
        (f"tags=tag_{UNKNOWN},", "tags"),
    ],
)
def test_queries_that_are_refused(home: Home, route: str, query: str, path: str) -> None:
    given = query if query.startswith("searchQuery") or route == "/documents" else f"searchQuery=x&{query}"
    assert read_error(home.send("GET", f"{route}?{given}")) == (400, "server.invalid_request.query", path)


def test_a_search_needs_a_query(home: Home) -> None:
    assert read_error(home.send("GET", "/documents/search"))[1:] == ("server.invalid_request.query", "searchQuery")
    assert home.get("/documents/search", searchQuery="") == {"documents": [], "documentsCount": 0, "totalCount": 0}


def test_a_nul_in_a_query_is_a_separator(filled: Home) -> None:
    assert name_all(filled.get("/documents", searchQuery="alpha\0invoice")) == ["a.txt"]


def test_orders(filled: Home) -> None:
    assert name_all(filled.get("/documents")) == ["C.txt", "b.txt", "a.txt"]
    assert name_all(filled.get("/documents", sortOrder="asc")) == ["a.txt", "b.txt", "C.txt"]
    assert name_all(filled.get("/documents", sortField="name", sortOrder="asc")) == ["a.txt", "b.txt", "C.txt"]
    assert name_all(filled.get("/documents", sortField="documentDate"))[0] == "b.txt"
    assert name_all(filled.get("/documents", sortField="documentDate", sortOrder="asc"))[-1] == "b.txt"
    assert name_all(filled.get("/documents", searchQuery="invoice")) == ["b.txt", "a.txt"]
    assert name_all(filled.get("/documents", searchQuery="invoice", sortOrder="asc")) == ["a.txt", "b.txt"]
    assert name_all(filled.get("/documents/search", searchQuery="invoice"))[0] == "b.txt"


def test_pages(filled: Home) -> None:
    page = filled.get("/documents", pageSize=2, pageIndex=1)
    assert (name_all(page), page["documentsCount"]) == (["a.txt"], 3)
    for route in ("/documents", "/documents/search"):
        past = filled.get(route, searchQuery="invoice", pageIndex=1000, pageSize=100)
        assert (past["documents"], past["documentsCount"]) == ([], 2)


def test_tags_are_all_required(filled: Home) -> None:
    first, second = filled.create_tag("first"), filled.create_tag("second")
    documents = {document["name"]: document["id"] for document in filled.get("/documents")["documents"]}
    for name, tag in (("a.txt", first), ("b.txt", first), ("b.txt", second)):
        filled.send("POST", f"/documents/{documents[name]}/tags", json={"tagId": tag["id"]})
    filled.wait()
    one, both = first["id"], f"{first['id']},{second['id']}"
    assert name_all(filled.get("/documents", tags=one)) == ["b.txt", "a.txt"]
    assert name_all(filled.get("/documents", tags=both)) == ["b.txt"]
    repeated = filled.get("/documents", tags=[first["id"], second["id"]])
    assert name_all(repeated) == ["b.txt"]
    assert {tag["name"] for tag in repeated["documents"][0]["tags"]} == {"first", "second"}
    assert name_all(filled.get("/documents", tags=one, searchQuery="alpha")) == ["a.txt"]
    assert name_all(filled.get("/documents", tags=one, searchQuery="alpha OR gamma)")) == ["a.txt"]
    assert name_all(filled.get("/documents", tags=f"tag_{UNKNOWN}")) == []


def test_a_search_tells_more_when_asked(filled: Home) -> None:
    reply = filled.get("/documents/search", searchQuery="inv OR foo:x", snippets=1, facets="mimeType,tag")
    assert reply["documentsCount"] == reply["totalCount"] == 2
    assert "content" not in reply["documents"][0]
    snippet = reply["documents"][0]["snippets"][0]
    start, end = snippet["highlights"][0]
    assert snippet["text"][start:end].startswith("inv")
    assert snippet["pageNumber"] == 1
    assert "<mark>inv" in snippet["html"]
    assert reply["documents"][0]["nameHighlights"] == []
    (count,) = reply["facets"]["mimeType"]
    assert (count["value"], count["count"]) == ("text/plain", 2)
    assert filled.get("/documents", searchQuery=f"inv {count['filter']}")["documentsCount"] == 2
    assert reply["facets"]["tag"] == []
    assert reply["searchIssues"][0]["code"]
    plain = filled.get("/documents/search", searchQuery="invoice")
    assert sorted(plain) == ["documents", "documentsCount", "totalCount"]
    assert "snippets" not in plain["documents"][0]
    refused = filled.send("GET", "/documents/search?searchQuery=x&facets=owner")
    assert read_error(refused) == (400, "server.invalid_request.query", "facets")


def test_a_search_that_nothing_matches_says_what_was_searched_for(filled: Home) -> None:
    tag = filled.create_tag("only c")
    (gamma,) = filled.get("/documents", searchQuery="gamma")["documents"]
    filled.send("POST", f"/documents/{gamma['id']}/tags?wait=searchable", json={"tagId": tag["id"]})
    reply = filled.get("/documents/search", searchQuery="alpha invoixe")
    assert (name_all(reply), reply["documentsCount"]) == (["a.txt"], 1)
    assert reply["relaxed"]["searchQuery"] == "alpha invoice"
    assert reply["relaxed"]["replaced"] == {"invoixe": ["invoice"]}
    assert filled.get("/documents", searchQuery="alpha invoixe")["documents"] == []
    assert filled.get("/documents/search", searchQuery="alpha invoixe", tags=tag["id"])["documents"] == []


def test_places_are_counted_as_javascript_does(home: Home) -> None:
    home.upload("😀😀 invoice", "😀 invoice.txt")
    home.wait()
    reply = home.get("/documents/search", searchQuery="invoice OR 😀x foo:y", snippets=1)
    found = reply["documents"][0]
    assert found["snippets"][0]["highlights"] == [[5, 12]]
    assert found["nameHighlights"] == [[3, 10]]
    assert (reply["searchIssues"][0]["start"], reply["searchIssues"][0]["end"]) == (15, 20)


def test_a_write_waits_for_the_index_when_asked(home: Home) -> None:
    for number in range(3):
        file = {"file": (f"waited{number}.txt", f"for {number}".encode(), "text/plain")}
        written = home.send("POST", "/documents?wait=searchable", files=file)
        assert (written.status_code, written.headers["x-papra-searchable"]) == (200, "true")
        assert home.get("/documents", searchQuery=f"waited{number}")["documentsCount"] == 1
        path = f"/documents/{written.json()['document']['id']}"
        changed = home.send("PATCH", path, json={"name": f"other{number}"}, headers={"X-Papra-Wait": "searchable"})
        assert changed.headers["x-papra-searchable"] == "true"
        assert home.get("/documents", searchQuery=f"other{number}")["documentsCount"] == 1
        assert home.send("DELETE", f"{path}?wait=searchable").headers["x-papra-searchable"] == "true"
        assert home.get("/documents", searchQuery=f"other{number}")["documentsCount"] == 0
    assert "x-papra-searchable" not in home.send("POST", "/documents?wait=x", files={"file": ("a", b"a")}).headers


def test_a_new_document_is_listed_at_once(home: Home) -> None:
    document = home.upload("listed at once")
    assert [item["id"] for item in home.get("/documents")["documents"]] == [document["id"]]

"""Commands that read: what people see, and that --json is JSON with everything in it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from papra_index import Archive, ExtractionState, ExtractionStatus, Page, PageSource, Provenance, Snippet
from papra_index.cli.hits import name_page
from papra_index.cli.showing import print_pages
from papra_index.cli.tables import draw_state
from papra_index.results import FACET_NAMES
from tests.cli.conftest import LETTERS, CommandLine
from tests.conftest import FIXTURES


def test_search_shows_hits_with_passages_and_pages(shared: CommandLine) -> None:
    printed = shared.do("search", "estimate")
    assert "roof.txt" in printed
    assert "p. 2" in printed
    assert "*estimate*" in printed


def test_search_json_has_everything(shared: CommandLine) -> None:
    page = shared.json("search", '"annual maintenance"', "--facet", "tag")
    assert page["documents_count"] == 1
    hit = page["hits"][0]
    assert hit["document"]["name"] == "boiler.txt"
    assert hit["document"]["id"].startswith("doc_")
    assert hit["score"] > 0
    snippet = hit["snippets"][0]
    assert snippet["page_number"] == 1
    assert [snippet["text"][start:end] for start, end in snippet["highlights"]]
    assert page["facets"]["tag"][0]["label"] == "post"


def test_search_explains_its_scores(shared: CommandLine) -> None:
    printed = shared.do("search", "boiler", "--explain")
    assert re.search(r"^ +found +boiler in the name$", printed, re.MULTILINE)
    assert re.search(r"^ +found +boiler in the content$", printed, re.MULTILINE)
    assert re.search(r"^ +[0-9.]+ +the word \*boiler\* in the content$", printed, re.MULTILINE)
    assert "the word" not in shared.do("search", "boiler")
    hit = shared.json("search", "boiler", "--explain")["hits"][0]
    assert hit["matched"] == {"name": ["boiler"], "content": ["boiler"]}
    assert (hit["name_highlights"], hit["name_html"]) == ([[0, 6]], "<mark>boiler</mark>.txt")
    assert "<mark>boiler</mark>" in hit["snippets"][0]["html"]
    [[start, end]] = hit["snippets"][0]["page_highlights"]
    assert LETTERS["boiler.txt"][start:end] == "boiler"
    assert sum(part["score"] for part in hit["explanation"]["parts"]) == pytest.approx(hit["score"], rel=1e-4)
    assert hit["explanation"]["parts"][0]["described"]
    assert "explanation" not in shared.json("search", "boiler")["hits"][0]


def test_why_says_what_keeps_a_document_out(shared: CommandLine) -> None:
    document_id = shared.find_id("roof.txt")
    assert "roof.txt is at rank 1 of the 1 found, by relevance: storm" in shared.do("why", document_id[:12], "storm")
    printed = shared.do("why", document_id, "storm", "boiler", "-tiles", "tag:bills")
    assert "The word *boiler* is neither in the name nor in the content." in printed
    assert "-tiles excludes it: *tiles* is in the content." in printed
    assert "tag:bills does not hold: there is no tag bills." in printed
    why = shared.json("why", document_id, "storm", "boiler")
    assert (why["is_found"], why["rank"], why["sort"]["field"]) == (False, None, "relevance")
    assert [part["is_met"] for part in why["verdict"]["parts"]] == [True, False]
    assert why["blame"] == ["The word *boiler* is neither in the name nor in the content."]
    assert why["verdict"]["parts"][0]["words"] == [{"word": "storm", "stem": "storm"}]
    assert shared.json("why", document_id, "who", "fears", "the", "storm", "--any")["is_found"]
    mistaken = shared.run("why", document_id, "date:soon")
    assert (mistaken.exit_code, "is not a date" in mistaken.stderr) == (0, True)
    assert shared.run("why", "nothing", "x").exit_code == 2
    assert shared.run("why", document_id, "--explian").exit_code == 2


def test_pages_go_on_by_their_cursors(shared: CommandLine) -> None:
    for command in (["search", "tag:post", "--sort", "name"], ["list", "--sort", "name"]):
        shown: list[str] = []
        arguments: list[str] = []
        for _ in LETTERS:
            result = shared.run(*command, "--page-size", "1", *arguments)
            assert result.exit_code == 0, result.output
            shown.append(next(name for name in LETTERS if name in result.stdout))
            arguments = re.findall(r"--cursor \S+", result.stderr)[:1]
            arguments = arguments[0].split() if arguments else []
        assert shown == ["boiler.txt", "recipe.md", "roof.txt", "日本語の手紙.txt"]
        assert arguments == []
    first = shared.json("search", "tag:post", "--page-size", "3", "--sort", "size")
    rest = shared.json("search", "tag:post", "--page-size", "3", "--cursor", first["next_cursor"])
    assert (rest["page_index"], len(rest["hits"]), rest["documents_count"]) == (1, 1, 4)
    assert rest["next_cursor"] is None


def test_facets_are_shown_with_what_selects_them(shared: CommandLine) -> None:
    result = shared.do("search", "tag:post", "--facet", "tag", "--facet", "size", "--facet", "document_month")
    rows = [line.split() for line in result.splitlines()]
    assert ["post", "4", "tag:post"] in rows
    assert ["under", "100", "kB", "4", "size:<100kB"] in rows
    assert ["2024-05", "4", "date:2024-05"] in rows
    facets = shared.json("search", "maintenance", "--facet", "all")["facets"]
    assert facets["mime_type"][0]["filter"] == f"mime:{facets['mime_type'][0]['value']}"
    assert set(facets) == set(FACET_NAMES)


def test_stats_of_a_query_are_those_of_its_matches(shared: CommandLine) -> None:
    printed = shared.do("stats", "maintenance", "-boiler")
    assert printed.startswith("1 document, ")
    assert "tag:post" in printed
    summary = shared.json("stats", "tag:post")["summary"]
    assert summary["documents_count"] == summary["by_tag"][0]["documents_count"] == len(LETTERS)
    assert summary["documents_size"] == summary["by_month"][0]["documents_size"]
    assert shared.do("stats", "absent").splitlines() == ["0 documents, 0 B, 0 pages"]


def test_search_joins_its_arguments_and_takes_negations(shared: CommandLine) -> None:
    assert [hit["document"]["name"] for hit in shared.json("search", "maintenance", "-boiler")["hits"]] == ["recipe.md"]
    assert shared.json("search", "tag:post", "date:2024-05")["documents_count"] == len(LETTERS)


def test_search_takes_any_word_of_a_question(shared: CommandLine) -> None:
    asked = ["what", "maintenance", "does", "the", "roof", "need"]
    assert shared.json("search", "--no-relax", *asked)["documents_count"] == 0
    found = shared.json("search", "--any", *asked)["hits"]
    assert {hit["document"]["name"] for hit in found} == {"boiler.txt", "recipe.md", "roof.txt"}


def test_search_says_what_it_searched_for_instead(shared: CommandLine) -> None:
    result = shared.run("search", "maintanence", "boiler")
    assert result.exit_code == 0
    assert "Nothing matches as typed: showing results for maintenance boiler" in result.stderr
    assert "boiler.txt" in result.stdout
    page = shared.json("search", "plums", "tiles", "qqqwww")
    assert (page["relaxed"]["kind"], page["relaxed"]["words_needed"]) == ("fewer-words", 1)
    result = shared.run("search", "plums", "tiles", "qqqwww")
    assert "showing what has 1 or more of the words; leaving out qqqwww" in result.stderr
    result = shared.run("search", "--no-relax", "maintanence")
    assert "No document matches." in result.stdout
    assert shared.json("search", "--no-relax", "maintanence")["relaxed"] is None


def test_search_finds_text_in_any_script(shared: CommandLine) -> None:
    assert shared.json("search", "町内会")["documents_count"] == 1


def test_mistakes_in_a_query_are_shown_under_it(shared: CommandLine) -> None:
    result = shared.run("search", "手紙 date:soon")
    assert result.exit_code == 0
    query, mark = result.stderr.splitlines()[-2:]
    assert query == "  手紙 date:soon"
    assert mark == "       ^^^^^^^^^"
    refused = shared.run("search", "a  date:soon", "--strict")
    assert refused.exit_code == 2
    assert refused.stderr.splitlines()[1:] == ["  a  date:soon", "     ~~~~~~~~^"]


def test_an_order_can_be_chosen(shared: CommandLine) -> None:
    names = [document["name"] for document in shared.lines("list", "--sort", "name")]
    assert names == sorted(names, key=str.casefold)
    assert [document["name"] for document in shared.lines("list", "--sort", "name", "--desc")] == names[::-1]
    assert [hit["document"]["name"] for hit in shared.json("search", "the", "--sort", "size", "--asc")["hits"]]


def test_pages_are_counted_from_one(shared: CommandLine) -> None:
    first = shared.lines("list", "--page-size", "3")
    second = shared.lines("list", "--page-size", "3", "--page", "2")
    assert len({document["id"] for document in first + second}) == len(LETTERS)
    assert "1 to 3 of 4 documents; more: --page 2" in shared.run("list", "--page-size", "3").stderr


def test_show_prints_facts_content_and_pages(shared: CommandLine, tmp_path: Path) -> None:
    document_id = shared.find_id("roof.txt")
    assert document_id in shared.do("show", document_id[:12])
    assert "storm" in shared.do("show", document_id, "--content")
    assert "page 2 · text" in shared.do("show", document_id, "--pages")
    assert len(shared.json("show", document_id, "--pages")["pages"]) == 2
    assert "content" not in shared.json("show", document_id)
    assert "storm" in shared.json("show", document_id, "--content")["content"]


def test_show_tells_how_a_text_was_read(line: CommandLine) -> None:
    line.do("add", FIXTURES / "storm-fax.tiff", FIXTURES / "salary-locked.pdf")
    scan, locked = line.find_id("storm-fax.tiff"), line.find_id("salary-locked.pdf")
    shown = line.do("show", scan, "--extraction")
    assert re.search(r"^Status +done$", shown, re.MULTILINE)
    assert re.search(r"^Confidence +\d+ % ", shown, re.MULTILINE)
    assert re.search(r"^ +2 +OCR +tesseract \S+ +\d+ % +\d+ % +en +\d+\.\d{3}$", shown, re.MULTILINE)
    described = line.json("show", scan, "--extraction")
    assert described["extraction"]["pages_awaiting_ocr"] == 0
    assert described["extraction"]["confidence"] > 50
    assert described["language"] == "en"
    assert [(page["number"], page["provenance"]["source"]) for page in described["pages"]] == [(1, "ocr"), (2, "ocr")]
    assert all("text" not in page for page in described["pages"])
    assert "extraction.encrypted: the PDF needs a password" in line.do("show", locked, "--extraction")
    assert [hit["document"]["id"] for hit in line.json("search", "extraction:encrypted")["hits"]] == [locked]
    assert [hit["document"]["id"] for hit in line.json("search", "confidence:>50")["hits"]] == [scan]


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (ExtractionState(ExtractionStatus.PENDING), "to be read"),
        (ExtractionState(ExtractionStatus.PENDING, page_count=30, pages_awaiting_ocr=12), "30 pages, 12 await OCR"),
        (ExtractionState(ExtractionStatus.PENDING, page_count=1, pages_awaiting_ocr=1), "1 page, 1 awaits OCR"),
        (ExtractionState(ExtractionStatus.DONE, page_count=2), "2 pages"),
        (ExtractionState(ExtractionStatus.PARTIAL, page_count=2), "read in part"),
    ],
)
def test_a_listing_says_how_far_a_text_is_known(shared: CommandLine, state: ExtractionState, shown: str) -> None:
    with Archive.open(shared.archive) as archive:
        document = archive.organizations()[0].list().documents[0]
    assert draw_state(replace(document, extraction=state)).plain == shown


def test_pages_show_their_labels(capsys: pytest.CaptureFixture[str]) -> None:
    given = Provenance(PageSource.GIVEN)
    pages = [Page(1, "preface", given, "iv"), Page(2, "", replace(given, source=PageSource.LAYER), awaits_ocr=True)]
    print_pages(pages)
    assert capsys.readouterr().out == "── page 1 (iv) · given\npreface\n\n── page 2 · text layer · awaits OCR\n\n"
    assert name_page(Snippet("preface", 1, page_label="iv\n")) == "p. iv"
    assert name_page(Snippet("preface", 1234)) == "p. 1,234"


def test_show_writes_the_original(shared: CommandLine, tmp_path: Path) -> None:
    document_id = shared.find_id("roof.txt")
    assert shared.do("show", document_id, "--original", "-") == LETTERS["roof.txt"]
    shared.do("show", document_id, "--original", tmp_path)
    assert (tmp_path / "roof.txt").read_text() == LETTERS["roof.txt"]
    (tmp_path / "roof.txt").write_text("mine")
    assert shared.run("show", document_id, "--original", tmp_path / "roof.txt").exit_code == 2
    assert (tmp_path / "roof.txt").read_text() == "mine"
    shared.do("show", document_id, "--original", tmp_path / "roof.txt", "--force")
    assert (tmp_path / "roof.txt").read_text() == LETTERS["roof.txt"]


@pytest.mark.parametrize("name", ["a\x1b[31m[bold]red[/bold].txt", "a\u202efdp.txt", "\udcff.txt"])
def test_nothing_a_document_says_is_obeyed(line: CommandLine, tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_text("nautilus [red]not red[/red] \x1b[2Jcleared \x07bell")
    line.do("add", tmp_path / "a.txt", "--name", name)
    for command in (
        ["list"],
        ["search", "nautilus"],
        ["show", line.lines("list")[0]["id"]],
        ["search", "bell", "--json"],
        ["search", "a", "--explain"],
        ["why", line.lines("list")[0]["id"], "a nautilus"],
    ):
        printed = line.do(*command)
        assert not {"\x1b", "\x07", "\u202e"} & set(printed)
    assert "[red]not red[/red]" in line.do("search", "nautilus")
    assert not name.startswith("a\x1b") or "[bold]red[/bold]" in line.do("list")


def test_statistics_count_documents_and_trash(line: CommandLine, letters: Path) -> None:
    line.do("add", letters, "--no-wait")
    line.do("trash", line.find_id("roof.txt"))
    counts = line.json("stats")
    assert (counts["documents_count"], counts["deleted_documents_count"], counts["total_documents_count"]) == (3, 1, 4)
    assert "In the trash" in line.do("stats")


def test_an_empty_archive_is_no_error(line: CommandLine) -> None:
    for command in (["list"], ["search", "x"], ["tags"], ["trash", "--list"], ["stats"], ["reindex"], ["wait"]):
        line.do(*command)
    assert line.do("list", "--json") == ""
    assert line.json("search", "")["hits"] == []


def test_what_is_wrong_with_a_long_query_is_shown_in_a_few_short_lines(shared: CommandLine) -> None:
    told = shared.run("search", "(" * 300 + "boiler " + "foo:bar " * 60).stderr
    assert "more: --json lists all" in told
    drawn = [row for row in told.splitlines() if row.startswith("  ")]
    assert len(drawn) <= 20
    assert max(len(row) for row in drawn) < 150
    assert any("^" in row for row in drawn)

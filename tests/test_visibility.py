"""Who may see what: no verb tells of a document that is not seen, and what is seen is what brute force says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import papra_index
from papra_index import Archive, Document, Organization
from papra_index.conventions.principals import MAX_PRINCIPALS
from papra_index.errors import DocumentNotFound, DuplicateDocument, InvalidInput
from papra_index.settings import ExtractionSettings, Settings
from tests.leaks import iterate_leaks, list_cases

PACKAGE = Path(papra_index.__file__).parent
NAMES = ("user:anna", "user:bob", "group:finance", "group:all staff", "Gruppe:Käufer", "x")
WORDS = ("invoice", "boiler", "lease", "travel")


def test_every_verb_is_asked() -> None:
    verbs = {name for name in dir(Organization) if not name.startswith("_")}
    assert verbs == set(list_cases()), "a new verb needs its cases in tests/leaks.py"


def test_no_verb_tells_of_what_is_not_seen() -> None:
    assert list(iterate_leaks()) == []


ALTERATIONS = {
    "engine": ("index/tantivy/filters.py", "if part.principals is None:", "if True:"),
    "catalog": ("catalog/visibility.py", "WHERE principals IS NULL OR EXISTS (", "WHERE 1 OR EXISTS ("),
    "originals": ("catalog/additions.py", "if may_see(other.principals, item.held_principals)", "if True"),
    "statistics": ("catalog/organizations.py", "if is_restricted(connection):", "if False:"),
    "tags": ("catalog/tags.py", "if not is_restricted(connection):", "if True:"),
    "writes": ("organization/base.py", "if self.principals is not None:", "if False:"),
    "trash": ("organization/trash.py", "with self._catalog.read()", "with self._parts.catalog.read()"),
    "reading again": ("organization/documents.py", "elif self.principals is not None:", "elif False:"),
    "census": (
        "index/tantivy/census.py",
        "if any(part.principals is not None for part in reach) else None",
        "if 0 else None",
    ),
}
"""Where something is looked after, by what: the module, what stands there, and what would leave it out."""


@pytest.mark.parametrize(
    "altered",
    [pytest.param(name, marks=[] if name == "engine" else pytest.mark.slow) for name in ALTERATIONS],
)
def test_what_is_left_out_is_found(altered: str, tmp_path: Path) -> None:
    module, clause, without = ALTERATIONS[altered]
    shutil.copytree(PACKAGE, tmp_path / "papra_index", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(Path(__file__).parent / "leaks.py", tmp_path / "leaks.py")
    path = tmp_path / "papra_index" / module
    text = path.read_text(encoding="utf-8")
    assert clause in text
    path.write_text(text.replace(clause, without), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "leaks.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 1, ended.stderr[-2000:]
    assert " is not " in ended.stdout or "was changed" in ended.stdout


@pytest.fixture(scope="module")
def mixed() -> Iterator[tuple[Organization, dict[str, tuple[Document, str]]]]:
    """An organization with documents for every few principals and for all, and their words by id."""
    with Archive.in_memory(settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
        home = archive.create_organization("Home")
        added: dict[str, tuple[Document, str]] = {}
        for number in range(60):
            principals = [name for place, name in enumerate(NAMES) if number % (place + 2) == 0][: number % 4]
            content = " ".join(WORDS[number % 4 :])
            document = home.add(f"{number}".encode(), name=f"{number}.txt", content=content, principals=principals)
            added[document.id] = document, content
            if number % 9 == 0:
                home.trash(document.id)
        archive.wait_until_searchable(extraction=False)
        yield home, added


@settings(max_examples=25)
@given(held=st.sets(st.sampled_from((*NAMES, "nobody"))), word=st.sampled_from((*WORDS, "")))
def test_what_is_seen_is_what_brute_force_says(
    mixed: tuple[Organization, dict[str, tuple[Document, str]]], held: set[str], word: str
) -> None:
    home, added = mixed
    seen = home.visible_to(held)
    visible = {
        id_: content
        for id_, (document, content) in added.items()
        if not document.principals or held & {*document.principals}
    }
    live = {id_ for id_ in visible if not home.get(id_, content=False).is_trashed}
    wanted = {id_ for id_ in live if word in visible[id_]}
    page = seen.search(word, page_size=100, facets=["mime_type", "month"])
    assert {hit.document.id for hit in page.hits} == wanted == set(seen.select(word))
    assert page.documents_count == len(wanted) == seen.summarize(word).documents_count
    assert sum(count.count for count in page.facets["mime_type"]) == len(wanted)
    assert {document.id for document in seen.list(page_size=100).documents} == live
    assert {document.id for document in seen.list_trash(page_size=100).documents} == visible.keys() - live
    counted = seen.statistics()
    assert (counted.documents_count, counted.total_documents_count) == (len(live), len(visible))
    told = {count.word: count.documents_count for count in seen.terms("")}
    assert told == {name: count for name in WORDS if (count := sum(name in visible[id_] for id_ in live))}


def test_principals_are_said_when_a_document_is_added_and_later(archive: Archive, home: Organization) -> None:
    one = home.add(b"one", name="one.txt", content="one", principals=["user:bob", "user:anna", "user:bob"])
    other = home.add(b"other", name="other.txt", content="other")
    assert (one.principals, other.principals) == (("user:anna", "user:bob"), ())
    anna, carl = home.visible_to(["user:anna"]), home.visible_to(["user:carl"])
    assert home.set_principals([one.id, other.id], ["user:carl"]) == 2
    assert home.set_principals([one.id, other.id], ["user:carl"]) == 0, "nothing changed"
    with pytest.raises(DocumentNotFound):
        anna.get(one.id)
    assert carl.get(one.id).principals == ("user:carl",)
    archive.wait_until_searchable(extraction=False)
    assert (anna.search("one").documents_count, carl.search("one").documents_count) == (0, 1)
    home.set_principals(one.id, [])
    archive.wait_until_searchable(extraction=False)
    assert anna.search("one").documents_count == 1
    assert [entry.event_data for entry in home.activity(one.id) if entry.event == "updated"] == [
        {"updatedFields": ["principals"]}
    ] * 2


def test_principals_outlive_a_rebuild(archive: Archive, home: Organization) -> None:
    home.add(b"one", name="one.txt", content="secret", principals=["user:bob"])
    archive.rebuild_index()
    archive.wait_until_searchable(extraction=False)
    assert home.search("secret").documents_count == 1
    assert home.visible_to(["user:bob"]).search("secret").documents_count == 1
    assert home.visible_to(["user:ann", "=user:bob", "user:bob2", "*x"]).search("secret").documents_count == 0


def test_a_document_comes_back_from_the_trash_for_whom_it_was(home: Organization) -> None:
    document = home.add(b"one", name="one.txt", content="one", principals=["user:bob"])
    home.trash(document.id)
    assert home.add(b"one", name="two.txt").principals == ("user:bob",)
    home.trash(document.id)
    assert home.add(b"one", name="two.txt", principals=[]).principals == ()


def test_the_same_bytes_are_archived_once_for_each_who_see_them(home: Organization) -> None:
    anna, bob = home.visible_to(["user:anna"]), home.visible_to(["user:bob"])
    first = anna.add(b"same", name="same.txt", content="same", principals=["user:anna"])
    second = bob.add(b"same", name="same.txt", content="same", principals=["user:bob"])
    assert first.id != second.id
    for view, document in ((anna, first), (bob, second), (home, first)):
        with pytest.raises(DuplicateDocument) as raised:
            view.add(b"same", name="again.txt")
        assert raised.value.document_id == document.id


def test_a_restricted_handle_never_sees_more(home: Organization) -> None:
    home.add(b"one", name="one.txt", content="one", principals=["user:bob"])
    anna = home.visible_to(["user:anna", "group:all"])
    assert anna.principals == ("group:all", "user:anna")
    assert anna.visible_to(["user:bob", "group:all"]).principals == ("group:all",)
    assert anna.acting_as("usr_" + "a" * 24).principals == anna.principals
    assert home.visible_to([]).statistics().documents_count == 0
    with pytest.raises(InvalidInput, match="would not see"):
        anna.add(b"two", name="two.txt", principals=["user:bob"])


@pytest.mark.parametrize(
    "principals",
    ["user:anna", [""], [" user:anna"], ["a" * 256], ["a\nb"], ["\ud800"], [7], 7, [f"user:{i}" for i in range(101)]],
)
def test_what_is_no_principal_is_refused(home: Organization, principals: object) -> None:
    document = home.add(b"one", name="one.txt", content="one")
    for ask in (
        lambda: home.set_principals(document.id, principals),  # type: ignore[arg-type]
        lambda: home.add(b"two", name="two.txt", principals=principals),  # type: ignore[arg-type]
    ):
        with pytest.raises(InvalidInput, match="principal"):
            ask()
    assert home.get(document.id).principals == ()
    assert home.statistics().documents_count == 1


def test_as_many_principals_as_may_be_are_found_again(archive: Archive, home: Organization) -> None:
    named = [f"group:{number} {'ö' * 200}" for number in range(MAX_PRINCIPALS)]
    home.add(b"one", name="one.txt", content="one", principals=named)
    archive.wait_until_searchable(extraction=False)
    held = [f"user:{number}" for number in range(999)]
    assert home.visible_to([*held, named[99]]).search("one").documents_count == 1
    assert home.visible_to(held).search("one").documents_count == 0
    with pytest.raises(InvalidInput, match="more than 1000"):
        home.visible_to([*held, "a", "b"])

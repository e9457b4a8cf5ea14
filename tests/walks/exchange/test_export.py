"""What is exported and imported again is the same; importing merges by one rule, and twice is once."""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from papra_index import Archive, Document, Organization
from papra_index.catalog.rows import DOCUMENT_TABLES, LEFT_OUT, OWNED_TABLES
from papra_index.catalog.tables import metadata
from papra_index.errors import (
    ArchiveError,
    ArchiveLocked,
    ExportDamaged,
    ExportNotFound,
    InvalidInput,
    OrganizationNotFound,
)
from papra_index.originals.placing import Placing
from papra_index.upkeep import verify_archive
from papra_index.walks.exchange.layout import MANIFEST
from tests.archives import NO_READING, describe, describe_archive, fill_archive
from tests.cli.conftest import CommandLine


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "archive"
    fill_archive(folder, 12)
    with Archive.open(folder, settings=NO_READING) as archive:
        home = archive.organizations()[0]
        first, second = home.list(page_size=2).documents
        home.update(first.id, document_date=datetime(2024, 5, 17, tzinfo=UTC), name="dated.pdf")
        home.add_stop_words(["firma"])
        ann = archive.create_user("Ann")
        archive.add_member(home.id, ann.id, role="admin")
        amount = home.create_property("Amount", "number")
        state = home.create_property("State", "select", options=["open", "paid"])
        related = home.create_property("Belongs to", "document_relation")
        asks = home.create_property("Asks", "user_relation")
        home.set_property(first.id, amount.id, 12.5)
        home.set_property(first.id, state.id, state.options[1].id)
        home.set_property(first.id, related.id, [second.id])
        home.set_property(second.id, related.id, [first.id])
        home.set_property(second.id, asks.id, [ann.id])
        home.add(b"secret", name="for few.txt", content="boiler", principals=["team:x"])
        home.put("erp:1", b"first state", name="put.txt", content="boiler")
        home.put("erp:1", b"second state", name="put.txt", content="boiler again")
        home.put("erp:2", b"second state", name="put.txt", content="boiler again")
        home.put("erp:3", name="no file", content="boiler without a file")
        others = home.visible_to(["team:y"])
        others.add(b"secret", name="for others.txt", content="boiler", principals=["team:y"])
    return folder


@pytest.fixture(scope="module")
def exported(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("exported") / "export"
    with Archive.open(filled, settings=NO_READING) as archive:
        outcome = archive.export(target)
        assert (outcome.documents_count, outcome.findings) == (18, ())
    return target


def test_every_table_goes_along_or_is_left_out_with_a_reason() -> None:
    named = {"organizations", "documents", "users", *OWNED_TABLES, *DOCUMENT_TABLES}
    assert named | set(LEFT_OUT) == set(metadata.tables)
    assert not named & set(LEFT_OUT)


def test_an_archive_comes_back_the_same(filled: Path, exported: Path, tmp_path: Path) -> None:
    with Archive.open(tmp_path / "new", settings=NO_READING) as archive:
        outcome = archive.import_folder(exported)
        assert (outcome.organizations_added, outcome.documents_added, outcome.findings) == (2, 18, ())
        archive.wait_until_searchable()
        home = archive.organizations()[0]
        assert home.search("boiler").documents_count > 0
        assert home.search("amount:12.5").documents_count == 1
        assert [user.name for user in archive.users()][1:] == ["Ann"]
        ann = archive.users()[1].id
        assert archive.organization(home.id, user_id=ann).id == home.id
    assert describe_archive(tmp_path / "new") == describe_archive(filled)
    assert verify_archive(tmp_path / "new", deep=True).findings == ()


def test_twice_is_once(exported: Path, tmp_path: Path) -> None:
    with Archive.open(tmp_path / "new", settings=NO_READING) as archive:
        planned = archive.import_folder(exported, dry_run=True)
        assert (planned.documents_added, planned.organizations_added, archive.organizations()) == (18, 2, [])
        archive.import_folder(exported)
        before = [describe(organization) for organization in archive.organizations()]
        again = archive.import_folder(exported)
        assert (again.documents_added, again.present_count, again.organizations_added) == (0, 18, 0)
        assert not any(again.rows_added.values())
        assert [describe(organization) for organization in archive.organizations()] == before


def find_by_content(home: Organization, content: bytes) -> Document:
    sha256 = hashlib.sha256(content).hexdigest()
    return next(item for item in home.list(page_size=100).documents if item.original_sha256 == sha256)


def test_what_is_there_stays_and_namesakes_are_one(exported: Path, tmp_path: Path) -> None:
    with Archive.open(tmp_path / "new", settings=NO_READING) as archive:
        archive.import_folder(exported)
        home = archive.organizations()[0]
        changed = find_by_content(home, b"original 3")
        home.update(changed.id, name="mine.txt")
        gone = find_by_content(home, b"original 0")
        tag = home.list_tags()[0]
        home.delete_tag(tag.id)
        other = home.create_tag("PAID", color="#000000")
        home.trash(gone.id)
        home.purge(gone.id)
        same = find_by_content(home, b"original 4")
        home.trash(same.id)
        home.purge(same.id)
        mine = home.add(b"original 4", name="mine too.txt", content="mine")
        outcome = archive.import_folder(exported)
        assert (outcome.documents_added, outcome.present_count) == (1, 17)
        assert home.get(changed.id).name == "mine.txt"
        assert home.get(mine.id).name == "mine too.txt"
        assert [item.id for item in home.get(gone.id).tags] == [other.id], "the tag of that name is this one now"
        assert len(home.list_tags()) == 1
    assert verify_archive(tmp_path / "new", deep=True).findings == ()


def test_an_interrupted_import_goes_on(filled: Path, exported: Path, tmp_path: Path) -> None:
    class Interrupted(Exception):
        pass

    def interrupt(done: int, _total: int) -> None:
        if done >= 17:
            raise Interrupted

    with Archive.open(tmp_path / "new", settings=NO_READING) as archive:
        with pytest.raises(Interrupted):
            archive.import_folder(exported, progress=interrupt)
        assert archive.import_folder(exported).documents_added == 1
        assert archive.organizations()[0].search("has:belongsto") is not None
    assert describe_archive(tmp_path / "new") == describe_archive(filled), "links between documents, too"


def test_two_imports_at_once_are_refused(exported: Path, filled: Path, tmp_path: Path) -> None:
    refused = []

    def import_again(_done: int, _total: int) -> None:
        with Archive.open(tmp_path / "new", settings=NO_READING) as other:
            assert other.import_folder(exported, dry_run=True).documents_added <= 18
            with pytest.raises(ArchiveLocked, match="another import") as told:
                other.import_folder(exported)
            refused.append(told.value)

    with Archive.open(tmp_path / "new", settings=NO_READING) as archive:
        assert archive.import_folder(exported, progress=import_again).documents_added == 18
        assert refused
        assert archive.import_folder(exported).documents_added == 0
    assert verify_archive(tmp_path / "new", deep=True).findings == (), "neither took the other's files"
    assert describe_archive(tmp_path / "new") == describe_archive(filled)


def test_a_killed_import_keeps_nobody_out(exported: Path, filled: Path, tmp_path: Path) -> None:
    program = """
import sys, time
from papra_index import Archive
with Archive.open(sys.argv[2]) as archive:
    archive.import_folder(sys.argv[1], progress=lambda *_: (print("begun", flush=True), time.sleep(60)))
"""
    command = [sys.executable, "-c", program, exported, tmp_path / "new"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.kill()
    with Archive.open(tmp_path / "new", settings=NO_READING) as archive:
        archive.import_folder(exported)
    assert verify_archive(tmp_path / "new", deep=True).findings == ()
    assert describe_archive(tmp_path / "new") == describe_archive(filled)


def test_files_of_an_import_are_no_strays_before_their_documents_are_written(exported: Path, tmp_path: Path) -> None:
    with Archive.open(tmp_path / "new", settings=NO_READING) as archive, ThreadPoolExecutor(1) as threads:
        placing = Placing(archive.folder / "staging" / ".placing")
        with placing.alone():  # as who looks for strays does
            importing = threads.submit(archive.import_folder, exported)
            with pytest.raises(TimeoutError):
                importing.result(timeout=0.5)
            assert not list((archive.folder / "originals").rglob("doc_*"))
        placing.close()
        assert importing.result().documents_added == 18


def test_one_organization_is_exported_alone(filled: Path, tmp_path: Path) -> None:
    with Archive.open(filled, settings=NO_READING) as archive:
        work = archive.organizations()[1]
        assert archive.export(tmp_path / "export", organization_ids=[work.id]).documents_count == 1
        with pytest.raises(OrganizationNotFound):
            archive.export(tmp_path / "none", organization_ids=["org_" + "a" * 24])
        with pytest.raises(InvalidInput):
            archive.export(tmp_path / "export")
    text = "".join(path.read_text() for path in (tmp_path / "export").rglob("*.json*"))
    assert "Ann" not in text
    assert "letter" not in text


def test_the_layout_is_open(exported: Path) -> None:
    manifest = json.loads((exported / MANIFEST).read_text())
    assert (manifest["format"], manifest["version"]) == ("papra-index-export", 1)
    for path, listed in manifest["files"].items():
        content = (exported / path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == listed["sha256"]
        assert (len(content), content.count(b"\n")) == (listed["size"], listed["lines"])
    home = manifest["organizations"][0]
    documents = [json.loads(line) for line in (exported / home["id"] / "documents.jsonl").read_text().splitlines()]
    assert len(documents) == home["documents_count"] == 17
    for document in documents:
        if document["original_sha256"] is None:
            continue
        original = (exported / document["original"]).read_bytes()
        assert hashlib.sha256(original).hexdigest() == document["original_sha256"]
    dated = next(document for document in documents if document["name"] == "dated.pdf")
    assert dated["document_date"] == "2024-05-17T00:00:00.000Z"
    assert dated["pages"][0]["text"]
    assert dated["activity"][0]["event"] == "created"


def copy_export(exported: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported, tmp_path / "copy"))


def test_a_damaged_export_is_refused_before_anything_is_taken(exported: Path, tmp_path: Path) -> None:
    copy = copy_export(exported, tmp_path)
    documents = sorted(copy.glob("*/documents.jsonl"))[-1]
    whole = documents.read_bytes()
    with Archive.open(tmp_path / "new", settings=NO_READING) as archive:
        documents.write_bytes(whole[:-2])
        with pytest.raises(ExportDamaged, match="nothing was imported"):
            archive.import_folder(copy)
        documents.unlink()
        with pytest.raises(ExportDamaged):
            archive.import_folder(copy)
        (copy / MANIFEST).write_text("[]")
        with pytest.raises(ExportDamaged):
            archive.import_folder(copy)
        (copy / MANIFEST).unlink()
        for folder in (copy, tmp_path / "nothing"):
            with pytest.raises(ExportNotFound):
                archive.import_folder(folder)
        with pytest.raises(InvalidInput):
            archive.import_folder(copy, "else")  # type: ignore[arg-type]
        assert archive.organizations() == []


def test_a_missing_original_is_named_and_put_in_its_place_later(exported: Path, tmp_path: Path) -> None:
    copy = copy_export(exported, tmp_path)
    missing, damaged = sorted(copy.glob("*/originals/*/*"))[:2]
    kept = {path: path.read_bytes() for path in (missing, damaged)}
    missing.unlink()
    damaged.write_bytes(b"x")
    with Archive.open(tmp_path / "new", settings=NO_READING) as archive:
        outcome = archive.import_folder(copy)
        assert [finding.code for finding in outcome.findings] == ["import.original_missing"] * 2
        assert outcome.documents_added == 18
        for path, content in kept.items():
            path.write_bytes(content)
        assert archive.import_folder(copy).completed_count == 2
    assert verify_archive(tmp_path / "new", deep=True).findings == ()


def rewrite(copy: Path, **changes: object) -> None:
    """Change the first document of an export, and the manifest with it."""
    path = min(copy.glob("*/documents.jsonl"), key=lambda file: file.stat().st_size)
    first, *rest = path.read_text().splitlines(keepends=True)
    content = "".join([json.dumps({**json.loads(first), **changes}) + "\n", *rest]).encode()
    path.write_bytes(content)
    manifest = json.loads((copy / MANIFEST).read_text())
    listed = manifest["files"][str(path.relative_to(copy))]
    listed |= {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    (copy / MANIFEST).write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "doc_1"},
        {"name": None},
        {"name": 5},
        {"mime_type": 5},
        {"created_at": "yesterday"},
        {"document_tags": [{"tag": "tag_" + "a" * 24}]},
        {"pages": [{"page_number": 1}]},
        {"pages": "text"},
        {"updated_at": "yesterday"},
        {"created_at": 1 << 62},
        {"page_count": 1 << 63},
        {"extraction_status": "read"},
        {"pages": [{"page_number": 1, "text": "x", "source": "x", "engine": "", "confidence": 0, "seconds": 0}]},
        {"principals": "everyone"},
        {"principals": '{"a": 1}'},
    ],
)
def test_rows_that_do_not_fit_are_named_and_the_rest_is_taken(
    exported: Path, tmp_path: Path, changes: dict[str, object]
) -> None:
    copy = copy_export(exported, tmp_path)
    rewrite(copy, **changes)
    with Archive.open(tmp_path / "new", settings=NO_READING) as archive:
        outcome = archive.import_folder(copy)
        assert [finding.code.partition("_")[2] for finding in outcome.findings] == ["refused"]
        assert outcome.documents_added == 17 or outcome.documents_added == 18
        for home in archive.organizations():
            assert home.visible_to(["team:x"]).list(page_size=100).documents_count <= 18
            assert all(home.pages(document.id) is not None for document in home.list(page_size=100).documents)
    assert verify_archive(tmp_path / "new").findings == ()


def test_nothing_outside_of_an_export_is_read(exported: Path, tmp_path: Path) -> None:
    copy = copy_export(exported, tmp_path)
    (tmp_path / "secret.txt").write_text("secret")
    rewrite(copy, original="../secret.txt")
    with Archive.open(tmp_path / "new", settings=NO_READING) as archive, pytest.raises(ExportDamaged, match="outside"):
        archive.import_folder(copy)


def test_documents_of_another_organization_are_not_taken_from_it(exported: Path, tmp_path: Path) -> None:
    with Archive.open(tmp_path / "new", settings=NO_READING) as archive:
        archive.import_folder(exported)
        stolen = archive.organizations()[0].list(page_size=1).documents[0]
        copy = copy_export(exported, tmp_path)
        rewrite(copy, id=stolen.id)
        outcome = archive.import_folder(copy)
        assert [finding.code for finding in outcome.findings] == ["import.document_refused"]
        assert replace(archive.organizations()[0].get(stolen.id), content=None) == stolen


def test_the_commands_export_and_import(filled: Path, tmp_path: Path) -> None:
    program = CommandLine(filled)
    assert "Exported 18 documents" in program.do("export", tmp_path / "export")
    assert program.json("export", tmp_path / "work", "--org", "Work")["documents_count"] == 1
    other = CommandLine(tmp_path / "new")
    assert "Would import 18 documents" in other.do("import", tmp_path / "export", "--dry-run")
    assert "Imported 18 documents" in other.do("import", tmp_path / "export")
    assert other.json("import", tmp_path / "export")["present_count"] == 18
    assert other.run("import", tmp_path / "nothing").exit_code == 2


@pytest.mark.parametrize("most", [100_000, 2_000_000])
def test_a_disk_that_refuses_leaves_nothing_of_an_export(tmp_path: Path, most: int) -> None:
    _, bound = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        archive.create_organization("Home").add(b"x" * 3_000_000, name="large.bin", content="large")
        kept = tmp_path / "kept"
        kept.mkdir()
        for target in (tmp_path / "export", kept):
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, bound))
            try:
                with pytest.raises(ArchiveError, match="free space there"):
                    archive.export(target)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (bound, bound))
        assert list(kept.iterdir()) == []
        assert not (tmp_path / "export").exists()
        assert archive.export(kept).documents_count == 1


def test_an_export_goes_to_a_folder_of_its_own(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    with Archive.open(filled, settings=NO_READING) as archive:
        with pytest.raises(InvalidInput, match="lies in the archive"):
            archive.export(filled / "export")
        with pytest.raises(ArchiveError, match="choose another folder"):
            archive.export(tmp_path / "file" / "export")
        with pytest.raises(OrganizationNotFound):
            archive.export(tmp_path / "export", organization_ids=["org_" + "0" * 24])
    assert not (filled / "export").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]

"""An archive that is only read, as was asked for or because nobody here may write to it: everything is answered, what
would write is refused, and nothing in the folder is another than before.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from papra_index import Archive, PutRequest, SearchRequest, verify_archive, verify_backup
from papra_index.catalog.database import CATALOG_NAME
from papra_index.errors import ArchiveError, ArchiveReadOnly, ArchiveTooNew, IndexRebuilding, WaitTimedOut
from tests.archives import NO_READING, describe, fill_archive
from tests.test_forking import call, list_verbs

NO_INDEXING = replace(NO_READING, index=replace(NO_READING.index, background=False))

OTHER_VERBS = {
    "create_organization", "create_user", "add_member", "remove_member", "create_api_key", "delete_api_key",
    "delete_organization", "restore_organization", "rebuild_index", "maintain", "subscribe", "unsubscribe",
    "watch", "receive",
}  # fmt: skip
"""Verbs that write and wait for no index; those with `wait_for` are found by themselves."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive") / "archive"
    fill_archive(folder, 8)
    return folder


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "archive"))


def take_stock(folder: Path) -> dict[str, object]:
    """What each file is, to the last byte and nanosecond."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None,
        )
        for path in [folder, *folder.rglob("*")]
    }


def write_as_another_process(folder: Path, script: str, *, kill: bool = False) -> None:
    """Run a script with the archive open as `archive` and its first organization as `home`."""
    end = "os.kill(os.getpid(), 9)" if kill else "archive.close()"
    program = (
        "import os, sys\nfrom papra_index import Archive\nfrom tests.archives import NO_READING\n"
        "archive = Archive.open(sys.argv[1], settings=NO_READING)\nhome = archive.organizations()[0]\n"
        f"{script}\n{end}\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(folder)], check=False, cwd=Path(__file__).parent.parent)
    assert done.returncode == (-signal.SIGKILL if kill else 0)


def test_everything_is_answered_and_nothing_changes(folder: Path, tmp_path: Path) -> None:
    with Archive.open(folder, settings=NO_READING) as archive:
        expected = [describe(organization) for organization in archive.organizations()]
        found = archive.organizations()[0].search("boiler maintenance", snippets=2, facets=["tag"])
    before = take_stock(folder)
    with Archive.open(folder, read_only=True) as archive:
        assert archive.is_read_only
        assert [describe(organization) for organization in archive.organizations()] == expected
        home = archive.organizations()[0]
        again = home.search("boiler maintenance", snippets=2, facets=["tag"])
        assert again.hits
        assert (again.hits, again.facets, again.issues) == (found.hits, found.facets, ())
        assert home.visible_to(["anybody"]).search("boiler").documents_count == home.search("boiler").documents_count
        assert home.summarize("boiler").documents_count
        assert home.suggest("boil")
        assert archive.verify(deep=True).findings == ()
        assert archive.export(tmp_path / "export").findings == ()
        assert archive.backup(tmp_path / "backup").findings == ()
    assert take_stock(folder) == before
    assert verify_archive(folder, deep=True, read_only=True).findings == ()
    assert take_stock(folder) == before
    assert verify_backup(tmp_path / "backup") == ()


def test_every_verb_that_writes_is_refused_by_name(folder: Path, tmp_path: Path) -> None:
    before = take_stock(folder)
    with Archive.open(folder, read_only=True) as archive:
        home = archive.organizations()[0]
        document, tag = home.list().documents[0], home.list_tags()[0]
        stop = threading.Event()
        known: dict[str, Any] = {
            "document_id": document.id, "document_ids": [document.id], "tag_id": tag.id, "organization_id": home.id,
            "organizations": [home.id], "source": b"new", "uploads": [b"new"], "requests": [PutRequest("x:1")],
            "external_ids": ["x:1"], "values": {}, "principals": ["group:x"], "terms": ["a", "b"], "words": ["a"],
            "ticket": 0, "folder": tmp_path, "target": tmp_path / "target", "stop": stop, "callback": print,
            "searches": [SearchRequest("boiler")], "request": "boiler", "user_id": "usr_" + "0" * 24,
        }  # fmt: skip
        for handle in (archive, home):
            for name in list_verbs(handle):
                verb = getattr(type(handle), name)
                outcome = call(handle, name, known)
                if hasattr(verb, "__wrapped__"):
                    assert outcome == "ArchiveReadOnly", name
                else:
                    assert name not in OTHER_VERBS or outcome, name
                    assert name in OTHER_VERBS or outcome != "ArchiveReadOnly", name
        stop.set()
        with pytest.raises(ArchiveReadOnly, match="opened for reading only"):
            archive.verify(repair=True)
    with pytest.raises(ArchiveReadOnly):
        verify_archive(folder, repair=True, read_only=True)
    assert take_stock(folder) == before


def test_what_others_write_meanwhile_is_seen(folder: Path) -> None:
    with Archive.open(folder, read_only=True) as reading:
        home = reading.organizations()[0]
        count = home.statistics().documents_count
        with Archive.open(folder, settings=NO_READING) as writing:
            theirs = writing.organization(home.id)
            for number in range(3):
                added = theirs.add(f"{number}".encode(), name="new.txt", content="zeppelin", wait_for="searchable")
                assert home.get(added.id).name == "new.txt"
                page = home.search("zeppelin")
                assert (page.documents_count, page.is_degraded) == (number + 1, False)
                assert home.statistics().documents_count == count + number + 1
            writing.rebuild_index()
            assert home.search("zeppelin").documents_count == 3
        assert home.search("zeppelin").documents_count == 3
    with Archive.open(folder, settings=NO_READING) as writing:
        assert writing.organizations()[0].search("zeppelin").documents_count == 3
    assert not folder.joinpath(f"{CATALOG_NAME}-wal").exists()


@pytest.mark.slow
def test_many_threads_read_while_another_process_comes_writes_and_goes(folder: Path) -> None:
    with Archive.open(folder, read_only=True) as reading:
        home = reading.organizations()[0]
        failures: list[str] = []
        ended = threading.Event()

        def read() -> None:
            last = 0
            while not ended.is_set():
                try:
                    with reading._catalog.read() as connection:
                        [[live]] = connection.exec_driver_sql("SELECT count(*) FROM documents WHERE NOT is_trashed")
                        kept = connection.exec_driver_sql("SELECT sum(documents_count) FROM organizations").scalar()
                    assert live == kept >= last
                    last = live
                    home.search("boiler")
                except ArchiveError as error:  # said when it came between, and none of the archive's states
                    failures.append(error.message)

        threads = [threading.Thread(target=read) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(2):
            write_as_another_process(folder, "for n in range(30): home.add(os.urandom(9), name='n', content='boiler')")
        ended.set()
        for thread in threads:
            thread.join()
        assert all("changed while it was read" in message for message in failures)
        assert home.statistics().documents_count >= 60


def test_a_search_says_that_the_index_lacks_the_newest_changes(folder: Path) -> None:
    with Archive.open(folder, settings=NO_INDEXING) as writing:
        writing.organizations()[0].add(b"late", name="late.txt", content="boiler zeppelin")
    with Archive.open(folder, read_only=True) as reading:
        home = reading.organizations()[0]
        page = home.search("boiler")
        assert page.hits
        assert page.is_degraded
        assert [issue.code for issue in page.issues] == ["index-behind"]
        assert "newest change is not in the search index" in page.issues[0].message
        assert home.search("zeppelin", strict=True).documents_count == 0
        assert [issue.code for issue in home.summarize("boiler").issues] == ["index-behind"]
        with Archive.open(folder, settings=NO_READING) as writing:  # somebody who applies them
            writing.wait_until_searchable()
            assert not home.search("zeppelin").is_degraded
        with pytest.raises(WaitTimedOut):
            reading.wait_for(reading.ticket() + 1, timeout=0.1)


@pytest.mark.parametrize("how", ["removed", "damaged", "foreign"])
def test_without_an_index_the_catalog_answers_and_says_so(folder: Path, how: str) -> None:
    if how == "removed":
        shutil.rmtree(folder / "index")
    elif how == "damaged":
        max(folder.glob("index/gen-*/*.term"), key=lambda path: path.stat().st_size).write_bytes(b"\0" * 100)
    else:
        with closing(sqlite3.connect(folder / CATALOG_NAME)) as connection, connection:
            connection.execute("DELETE FROM generations")
    before = take_stock(folder)
    with Archive.open(folder, read_only=True) as reading:
        home = reading.organizations()[0]
        page = home.search("boiler")
        assert page.hits
        assert page.is_degraded
        assert "only read here" in page.issues[0].message
        with pytest.raises(IndexRebuilding):
            home.search("boiler", strict=True)
        findings = reading.verify().findings
        assert findings
        assert not any(finding.repaired for finding in findings)
    assert take_stock(folder) == before


def test_what_a_killed_process_acknowledged_is_read_from_the_log_it_left(folder: Path) -> None:
    write_as_another_process(folder, "home.add(b'last', name='last.txt', content='zeppelin')", kill=True)
    assert folder.joinpath(f"{CATALOG_NAME}-wal").stat().st_size
    before = {path: content for path, content in take_stock(folder).items() if not path.endswith("-shm")}
    with Archive.open(folder, read_only=True) as reading:
        assert "last.txt" in [document.name for document in reading.organizations()[0].list().documents]
    assert {path: content for path, content in take_stock(folder).items() if not path.endswith("-shm")} == before
    folder.joinpath(f"{CATALOG_NAME}-shm").unlink()
    with pytest.raises(ArchiveReadOnly, match="is missing: open the archive once where it may be written"):
        Archive.open(folder, read_only=True)


def test_a_change_in_the_middle_of_a_read_is_told(folder: Path) -> None:
    with Archive.open(folder, read_only=True) as reading:

        def read() -> None:
            with reading._catalog.read() as connection:
                connection.exec_driver_sql("SELECT count(*) FROM documents").all()
                with closing(sqlite3.connect(folder / CATALOG_NAME)) as other, other:
                    other.execute("UPDATE documents SET notes = 'changed'")

        with pytest.raises(ArchiveError, match="was changed while it was read"):
            read()
        assert reading.organizations()[0].list().documents[0].notes == "changed"


def test_an_archive_of_another_version_is_not_read(folder: Path) -> None:
    for version, error in ((1, ArchiveReadOnly), (10_000, ArchiveTooNew)):
        with closing(sqlite3.connect(folder / CATALOG_NAME)) as connection:
            connection.execute(f"PRAGMA user_version = {version}")
        with pytest.raises(error):
            Archive.open(folder, read_only=True)


@contextmanager
def without_permission(folder: Path) -> Iterator[list[str]]:
    """Let nobody write to a folder; give how a program has to be started so that this holds for it."""
    before: list[str] = []
    if os.geteuid() == 0:
        if (program := shutil.which("setpriv")) is None:
            pytest.skip("root may write anywhere, and there is no setpriv (util-linux) to have it not")
        before = [program, "--bounding-set=-dac_override,-dac_read_search,-fowner"]
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, 65534, 65534)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield before
    finally:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755)


def run_program(before: list[str], folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*before, sys.executable, "-m", "papra_index", "--archive", folder, *arguments]
    return subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True)


def test_the_program_reads_what_it_may_not_write(folder: Path) -> None:
    before = take_stock(folder)
    with without_permission(folder) as prefix:
        found = run_program(prefix, folder, "search", "--org", "Home", "maintenance")
        assert (found.returncode, found.stderr) == (0, "")
        assert "letter" in found.stdout
        refused = run_program(prefix, folder, "add", "--org", "Home", __file__)
        assert refused.returncode == 1
        assert refused.stderr.startswith(f"error: {folder} cannot be written, so this archive is only read here")
        assert refused.stderr.count("\n") == 1
    assert {name: content for name, (_, content) in take_stock(folder).items()} == {
        name: content for name, (_, content) in before.items()
    }


@pytest.mark.slow
def test_a_read_only_mount_is_read_also_while_somebody_writes_elsewhere(folder: Path, tmp_path: Path) -> None:
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    commands = (["mount", "--bind", folder, mounted], ["mount", "-o", "remount,bind,ro", mounted])
    try:
        if any(subprocess.run(command, check=False, capture_output=True).returncode for command in commands):
            pytest.skip("mounting takes root")
        with pytest.raises(ArchiveReadOnly):
            Archive.open(mounted, read_only=False)
        with Archive.open(mounted) as reading:
            assert reading.is_read_only
            home = reading.organizations()[0]
            assert home.search("boiler").hits
            with Archive.open(folder, settings=NO_READING) as writing:
                for number in range(20):
                    writing.organizations()[0].add(
                        f"{number}".encode(), name="new.txt", content="zeppelin", wait_for="searchable"
                    )
                    assert home.search("zeppelin").documents_count == number + 1
                writing.rebuild_index()
                assert home.search("zeppelin").documents_count == 20
            assert home.search("zeppelin").documents_count == 20
        write_as_another_process(folder, "home.add(b'last', name='last.txt', content='airship')", kill=True)
        with Archive.open(mounted) as reading:
            assert reading.organizations()[0].list().documents[0].name == "last.txt"
            assert reading.verify(deep=True).findings == ()
    finally:
        subprocess.run(["umount", "--lazy", mounted], check=False, capture_output=True)

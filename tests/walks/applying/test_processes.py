"""Several processes on one archive, and processes that die: what was acknowledged is there, once, and found."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from papra_index import Archive
from papra_index.catalog.trash import TrashMove, purge_documents
from papra_index.errors import ArchiveClosed

ADDER = """
import sys
from papra_index import Archive
path, organization, prefix, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
with Archive.open(path) as archive:
    home = archive.organization(organization)
    for number in range(count):
        added = home.add(f"{prefix} {number} shared".encode(), name=f"{prefix}-{number}.txt")
        print(added.id, flush=True)
"""


def start_adder(path: Path, organization_id: str, prefix: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", ADDER, str(path), organization_id, prefix, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_four_processes_add_to_one_archive(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    with Archive.open(path) as archive:
        home = archive.create_organization("Home")
        adders = [start_adder(path, home.id, f"process{number}", 25) for number in range(4)]
        acknowledged = [line.strip() for adder in adders for line in adder.communicate(timeout=60)[0].splitlines()]
        assert [adder.returncode for adder in adders] == [0] * 4
        assert len(set(acknowledged)) == 100
        archive.wait_until_searchable()
        found = {hit.document.id for hit in home.search("shared", page_size=100).hits}
        assert found == set(acknowledged)
        assert home.statistics().documents_count == 100


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.4])
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, delay: float) -> None:
    path = tmp_path / "archive"
    with Archive.open(path) as archive:
        organization_id = archive.create_organization("Home").id
    adder = start_adder(path, organization_id, "killed", 5000)
    assert adder.stdout is not None
    acknowledged = [adder.stdout.readline().strip() for _ in range(30)]
    time.sleep(delay)
    adder.send_signal(signal.SIGKILL)
    acknowledged += [line.strip() for line in adder.communicate()[0].splitlines() if len(line.strip()) == 28]
    with Archive.open(path) as archive:
        home = archive.organization(organization_id)
        archive.wait_until_searchable()
        assert not [path for path in (path / "staging").rglob("*") if path.is_file() and path.name[0] != "."]
        count = home.statistics().documents_count
        assert count >= len(acknowledged)
        assert home.search("shared").documents_count == count
        for document_id in acknowledged:
            document = home.get(document_id)
            assert home.search(f'content:"{document.content}"').hits[0].document.id == document_id
            with home.open_original(document_id) as stream:
                assert stream.read().decode() == document.content


def test_another_process_takes_the_applier_over(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    with Archive.open(path) as archive:
        home = archive.create_organization("Home")
        home.add(b"first", name="first.txt")
        archive.wait_until_searchable()
        adder = start_adder(path, home.id, "later", 3)
        adder.communicate(timeout=60)
        archive.wait_until_searchable()
        assert home.search("shared").documents_count == 3
    with Archive.open(path) as first, Archive.open(path) as second:
        (home,) = second.organizations()
        first.close()
        home.add(b"after the other closed", name="x.txt")
        second.wait_until_searchable()
        assert home.search("closed").documents_count == 1


def test_a_kill_between_purge_and_removal_leaves_no_original(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    with Archive.open(path) as archive:
        home = archive.create_organization("Home")
        added = home.add(b"secret", name="x.txt", content="secret")
        home.trash(added.id)
        # What a process that is killed right after the transaction has done.
        archive._catalog.write(purge_documents, [TrashMove(home._key, added.id)])
    assert len(list((path / "originals").rglob("doc_*"))) == 1
    with Archive.open(path) as archive:
        assert not list((path / "originals").rglob("doc_*"))
        assert archive.organizations()[0].statistics().total_documents_count == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_an_archive_is_refused_after_a_fork(archive: Archive) -> None:
    home = archive.create_organization("Home")
    child = os.fork()
    if child == 0:
        try:
            home.statistics()
        except ArchiveClosed:
            os._exit(17)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 17
    assert home.statistics().documents_count == 0


def test_a_script_from_standard_input_can_extract(tmp_path: Path) -> None:
    script = (
        "from papra_index import Archive\n"
        f"with Archive.open({str(tmp_path / 'archive')!r}) as archive:\n"
        "    home = archive.create_organization('Home')\n"
        "    home.add(b'read by a worker', name='x.txt')\n"
        "    archive.wait_until_searchable()\n"
        "    print(home.search('worker').documents_count)\n"
    )
    result = subprocess.run([sys.executable, "-"], input=script, capture_output=True, text=True, timeout=60, check=True)
    assert result.stdout.strip() == "1"

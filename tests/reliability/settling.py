"""Runs writes whose files are not all needed in the end under `disk.c`, once for each change that is made to fail; a
program of its own, so that the library is loaded before Python is.

    python -m tests.reliability.settling FOLDER ERRNO FOREVER   one line of JSON
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

from papra_index import Archive, Organization, PutRequest, verify_archive
from papra_index.errors import PapraIndexError
from tests.reliability.histories import SETTINGS

_disk = ctypes.CDLL(None)


def add_twice(home: Organization, number: int) -> None:
    """Add the same bytes twice in one group: the second file is not needed."""
    first, second = home.add_many([f"added {number}".encode()] * 2)
    assert second.document_id in {None, first.document_id}


def put_back_and_forth(home: Organization, number: int) -> None:
    """Put bytes that the document has, others, and the first again, which are needed again by then."""
    for texts in (("one",), ("one", "two", "one")):
        home.put_many([PutRequest(f"id {number}", f"{text} {number}".encode(), "name.txt") for text in texts])


def sync_twice(home: Organization, number: int) -> None:
    """Sync files with the bytes of one another and of a document."""
    folder = home._parts.folder.parent / f"papers {number}"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(f"synced {number}")
    home.sync(folder, originals="copy")


def purge(home: Organization, number: int) -> None:
    """Purge a document."""
    document = home.add(f"purged {number}".encode(), name="name.txt")
    home.trash(document.id)
    home.purge(document.id)


def fail_each(home: Organization, act: Callable[[Organization, int], None], error: int, forever: int) -> list[str]:
    """Let every change of an action fail in turn, or it and all after it; return what was raised that is no error of
    the library.
    """
    raised = []
    for nth in count(1):
        _disk.disk_fail(nth, error, forever)
        before = _disk.disk_failed()
        try:
            act(home, nth)
        except PapraIndexError:
            pass
        except BaseException as other:
            raised.append(f"{act.__name__} {nth}: {other!r}")
        _disk.disk_fail(0, 0, 0)
        if _disk.disk_failed() == before:
            return raised
    raise AssertionError


def main() -> None:
    """Do what the arguments say; print what was raised, what staging holds, and what is found after the next open."""
    folder, error, forever = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    with Archive.open(folder, settings=SETTINGS) as archive:
        home = archive.create_organization("Home")
        _disk.disk_watch(bytes(folder), None)
        actions = (add_twice, put_back_and_forth, sync_twice, purge)
        raised = [line for act in actions for line in fail_each(home, act, error, forever)]
    staged = sum(path.is_file() and path.name[0] != "." for path in (folder / "staging").rglob("*"))
    with Archive.open(folder, settings=SETTINGS) as archive:
        archive.wait_until_searchable(extraction=False)
        count = archive.organizations()[0].statistics().documents_count
    # Closed, as files that have just come are nothing to wonder at in an archive that is open.
    found = [finding.message for finding in verify_archive(folder, deep=True).findings]
    sys.stdout.write(json.dumps({"raised": raised, "staged": staged, "found": found, "documents": count}))


if __name__ == "__main__":
    main()

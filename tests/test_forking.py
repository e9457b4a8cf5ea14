"""An archive that was open when its process forked: the child is refused by every verb, the parent goes on."""

from __future__ import annotations

import inspect
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from papra_index import Archive, Organization, PapraIndexError, PutRequest
from papra_index.errors import ArchiveClosed

# What reads nothing of the archive or only the files of the index; closing, which leaves the parent's as it is; and
# watching, each of whose syncs is refused.
ALLOWED = {"acting_as", "visible_to", "close", "open", "in_memory", "terms", "wait_for", "watch"}

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")


def list_verbs(handle: Archive | Organization) -> list[str]:
    names = [name for name in dir(type(handle)) if not name.startswith("_")]
    return [name for name in names if name not in ALLOWED and inspect.isroutine(getattr(type(handle), name))]


def call(handle: Archive | Organization, name: str, known: dict[str, Any]) -> str:
    """Call a verb with what it needs; return the name of its error, and "" where it has none."""
    verb = getattr(handle, name)
    parameters = inspect.signature(verb).parameters.values()
    needed = [each for each in parameters if each.default is each.empty and each.kind is not each.VAR_KEYWORD]
    try:
        result = verb(**{each.name: known.get(each.name, "x") for each in needed})
        if isinstance(result, Iterator):
            list(result)
        if hasattr(result, "close"):
            result.close()
    except (PapraIndexError, TypeError, AttributeError, ValueError, OSError) as error:
        return type(error).__name__
    return ""


def list_files(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*") if path.is_file() and "cache" not in path.parts)


def test_every_verb_is_refused_in_a_forked_child(archive: Archive, home: Organization, tmp_path: Path) -> None:
    document = home.add(b"kept", name="kept.txt", content="word", wait_for="searchable")
    tag = home.create_tag("paid")
    known: dict[str, Any] = {
        "document_id": document.id,
        "document_ids": [document.id],
        "tag_id": tag.id,
        "organization_id": home.id,
        "organizations": [home.id],
        "source": b"new",
        "uploads": [b"new"],
        "requests": [PutRequest("x:1", content="new")],
        "external_ids": ["x:1"],
        "values": {"Amount": 1},
        "principals": ["group:x"],
        "terms": ["a", "b"],
        "words": ["a"],
        "ticket": 0,
        "folder": tmp_path,
        "target": tmp_path / "target",
        "stop": threading.Event(),
        "callback": print,
        "searches": ["word"],
    }
    known["stop"].set()
    before = list_files(archive.folder)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        outcomes: dict[str, str] = {}
        try:
            for handle in (home, archive):
                for name in list_verbs(handle):
                    outcomes[f"{type(handle).__name__}.{name}"] = call(handle, name, known)
            archive.close()
            os.write(writing, json.dumps(outcomes).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        outcomes = json.loads(stream.read() or "{}")
    os.waitpid(child, 0)
    assert len(outcomes) > 60
    assert {name for name, error in outcomes.items() if not error} == set()
    refused = [name for name, error in outcomes.items() if error == ArchiveClosed.__name__]
    assert {"Organization.add", "Organization.put", "Archive.rebuild_index", "Organization.search"} <= set(refused)
    assert list_files(archive.folder) == before
    assert home.get(document.id).content == "word"
    home.add(b"after", name="after.txt", content="word", wait_for="searchable")
    assert home.search("word").documents_count == 2

"""Each file of an archive flipped, cut off, emptied, overwritten and deleted: named, healed or refused, never a crash.

All of it happens in processes of its own, whose exit statuses tell of a crash.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from papra_index.index.tantivy.checkpoint import CHECKPOINT_NAME
from tests.archives import damage_file, fill_archive

WAYS = ("flip", "truncate", "empty", "zero", "delete")

# What a user does: look, search and add as ever, repair, and look again. Errors of the library are answers, others not.
LIFE = """
import json, sys
from pathlib import Path
from papra_index import Archive
from papra_index.errors import PapraIndexError
from papra_index.settings import ExtractionSettings, Settings
from papra_index.upkeep import verify_archive

folder = sys.argv[1]
told = {"open": None, "failures": []}

def look(**options):
    try:
        outcome = verify_archive(folder, deep=True, **options)
    except PapraIndexError as error:
        return {"refused": error.code, "message": error.message}
    return {"sound": outcome.is_sound, "codes": [item.code for item in outcome.findings],
            "steps": [item.next_step for item in outcome.findings],
            "subjects": [item.subject for item in outcome.findings]}

def use():
    try:
        with Archive.open(folder, settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
            for home in archive.organizations():
                for query in ("boiler", '"annual maintenance"', "inv", "*oil", "tag:paid", "-boiler"):
                    try:
                        home.search(query, snippets=2, facets=["tag", "year"])
                    except PapraIndexError as error:
                        told["failures"].append(error.code)
                for document in home.list(page_size=100).documents:
                    try:
                        home.open_original(document.id).close()
                        home.get(document.id)
                    except PapraIndexError as error:
                        told["failures"].append(error.code)
    except PapraIndexError as error:
        told["open"] = {"refused": error.code, "message": error.message}

told["before"] = look()
use()
told["repair"] = look(repair=True)
told["after"] = look()
if told["after"].get("sound"):
    with Archive.open(folder, settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
        archive.wait_until_searchable(120)
        told["found"] = [home.search("boiler", page_size=1).documents_count for home in archive.organizations()]
        told["counts"] = [home.statistics().documents_count for home in archive.organizations()]
print(json.dumps(told))
"""


@dataclass(frozen=True)
class Sound:
    """An archive in order, and what it answers."""

    folder: Path
    found: list[int]
    counts: list[int]


def live(folder: Path) -> dict[str, Any]:
    result = subprocess.run(
        [sys.executable, "-c", LIFE, str(folder)], capture_output=True, text=True, timeout=240, check=False
    )
    assert result.returncode == 0, f"exit status {result.returncode}: {result.stderr[-2000:]}"
    answer = json.loads(result.stdout.splitlines()[-1])
    assert isinstance(answer, dict)
    return answer


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    folder = tmp_path_factory.mktemp("sound") / "archive"
    fill_archive(folder)
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    answer = live(copy)
    assert answer["before"]["codes"] == []
    assert answer["failures"] == []
    return Sound(folder, answer["found"], answer["counts"])


def list_kinds(folder: Path) -> list[str]:
    """Files as globs: one original and one of each kind of file of the index stand for all."""
    kinds: set[str] = set()
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if path.is_dir() or not path.stat().st_size or relative.parts[0] in {"locks", "staging"}:
            continue
        if relative.parts[0] == "originals":
            kinds.add("originals/**/doc_*")
        elif path.suffix:
            kinds.add(f"{relative.parent}/*{path.suffix}")
        else:
            kinds.add(str(relative))
    return sorted(kinds)


def check_life(sound: Sound, folder: Path, kind: str, how: str, seed: int) -> None:
    target = sorted(folder.glob(kind))[0]
    damage_file(target, how, seed)
    answer = live(folder)
    named = answer["before"]
    assert "refused" in named or all(named["steps"]), "each finding says what to do"
    if kind.startswith("originals"):
        assert named["codes"] == ["originals.missing" if how == "delete" else "originals.damaged"]
        assert target.name in named["subjects"]
        assert answer["after"]["codes"] == named["codes"], "an original cannot be made anew"
        assert answer["open"] is None
    elif kind.startswith("index"):
        # A flipped bit of a number that no search reads may still be JSON; everything else is seen.
        assert (
            not named["sound"] or (how == "flip" and target.suffix in {".json", ""}) or target.name == CHECKPOINT_NAME
        )
        assert answer["after"]["sound"]
        assert (answer["found"], answer["counts"]) == (sound.found, sound.counts), "the index is as it was"
        assert set(answer["failures"]) <= {"index.failed", "index.unusable"}
    elif how in {"truncate", "empty", "zero", "delete"}:
        assert "refused" in named or not named["sound"]
        assert answer["open"] is not None, "an archive without its catalog is refused"
        assert "restore" in answer["open"]["message"]
    # A flipped bit of the catalog is in free space, in a text, or named.


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("index/gen-*/*.term", "flip"),
        ("originals/**/doc_*", "flip"),
        ("catalog.sqlite", "truncate"),
    ],
)
def test_damage_is_named_and_healed_or_refused(sound: Sound, tmp_path: Path, kind: str, how: str) -> None:
    shutil.copytree(sound.folder, tmp_path / "archive")
    check_life(sound, tmp_path / "archive", kind, how, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("how", WAYS)
def test_every_file_may_be_damaged(sound: Sound, tmp_path: Path, how: str) -> None:
    for kind in list_kinds(sound.folder):
        for seed in range(2 if how in {"flip", "truncate"} else 1):
            folder = tmp_path / f"{seed}-{how}"
            shutil.copytree(sound.folder, folder)
            check_life(sound, folder, kind, how, seed)
            shutil.rmtree(folder)

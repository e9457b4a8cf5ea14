"""Each file of an archive flipped, cut off, emptied, overwritten and deleted: named, healed or refused, never a crash.

Damage to the index is looked for by nobody in half of the tests: searches notice it and go on. All of it happens in
processes of its own, whose exit statuses tell of a crash.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from papra_index import Archive
from papra_index.index.tantivy.checkpoint import CHECKPOINT_NAME
from tests.archives import NO_READING, damage_file, damage_file_in_use, fill_archive

_LONGEST_HEALING_SECONDS = 20.0
_NOTICED_SECONDS = 0.2
"""Between two looks at the files are 50 ms; an answer that was asked for before may be of a damaged index."""

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


# What a user does who knows of nothing: opens archives and searches. No answer may be wrong, at once or later.
UNAWARE = """
import json, sys, time
from papra_index import Archive
from papra_index.settings import ExtractionSettings, Settings

QUERIES = ("boiler", '"annual maintenance"', "inv", "tag:paid", "-boiler", "word1 OR word2")
found = []
for folder in sys.argv[1:]:
    with Archive.open(folder, settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
        def answer():
            pages = [home.search(query, page_size=100, relax=False) for home in archive.organizations()
                     for query in QUERIES]
            return [sorted(hit.document.id for hit in page.hits) for page in pages], any(p.is_degraded for p in pages)
        began = time.monotonic()
        first = answer()[0]
        seconds = time.monotonic() - began
        archive.wait_until_searchable(60)
        last, is_degraded = answer()
        found.append({"first": first, "last": last, "degraded": is_degraded, "seconds": seconds,
                      "sound": archive.verify(deep=True).is_sound})
print(json.dumps(found))
"""

# A process that only searches, all the while; it tells what it answered otherwise than at first, and when it asked.
ONLOOKER = """
import json, sys, threading, time
from papra_index import Archive
from papra_index.settings import ExtractionSettings, IndexSettings, Settings

idle = Settings(extraction=ExtractionSettings(background=False), index=IndexSettings(background=False))
with Archive.open(sys.argv[1], settings=idle) as archive:
    home = archive.organizations()[0]
    def answer():
        pages = [home.search(query, page_size=100, relax=False) for query in ("boiler", "inv", "tag:paid", "-boiler")]
        return [sorted(hit.document.id for hit in page.hits) for page in pages], any(p.is_degraded for p in pages)
    right, _ = answer()
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    told = {"searches": 0, "wrong": [], "failed": [], "degraded": 0, "last_degraded": False}
    print("ready", flush=True)
    while not ended.is_set():
        began = time.monotonic()
        try:
            found, is_degraded = answer()
        except Exception as error:
            told["failed"].append(repr(error)[:300])
            continue
        told["searches"] += 1
        told["degraded"] += is_degraded
        told["last_degraded"] = is_degraded
        if found != right:
            told["wrong"].append(began)
    print(json.dumps(told), flush=True)
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
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound") / "archive"
    fill_archive(folder)
    return folder


@pytest.fixture(scope="module")
def sound(filled: Path) -> Sound:
    folder = filled
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    answer = live(copy)
    assert answer["before"]["codes"] == []
    assert answer["failures"] == []
    return Sound(folder, answer["found"], answer["counts"])


def use_unaware(folders: list[Path]) -> list[dict[str, Any]]:
    result = subprocess.run(
        [sys.executable, "-c", UNAWARE, *map(str, folders)], capture_output=True, text=True, timeout=280, check=False
    )
    assert result.returncode == 0, f"exit status {result.returncode}: {result.stderr[-2000:]}"
    told = json.loads(result.stdout.splitlines()[-1])
    assert isinstance(told, list)
    return told


def check_healing(filled: Path, root: Path, cases: list[tuple[str, str, int]]) -> None:
    """Damage a copy for each case, then open and search them all: nothing is verified or repaired by anybody."""
    folders = [root / f"{number}" for number in range(len(cases) + 1)]
    for folder in folders:
        shutil.copytree(filled, folder)
    for folder, (kind, how, seed) in zip(folders[1:], cases, strict=True):
        damage_file(sorted(folder.glob(kind))[0], how, seed)
    unharmed, *healed = use_unaware(folders)
    assert sum(map(len, unharmed["first"])) > 50
    for case, told in zip(cases, healed, strict=True):
        assert told["first"] == unharmed["first"], f"{case}: right at once"
        assert told["last"] == unharmed["first"], f"{case}: right afterwards"
        assert not told["degraded"], f"{case}: by an index again"
        assert told["sound"], case
        assert told["seconds"] < _LONGEST_HEALING_SECONDS, case


def check_onlooker(filled: Path, folder: Path, kind: str, how: str, seed: int) -> None:
    """Damage an index that a process searches all the while, while another one is there that may build it anew."""
    shutil.copytree(filled, folder)
    arguments = [sys.executable, "-c", ONLOOKER, str(folder)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as onlooker:
        assert onlooker.stdin is not None
        assert onlooker.stdout is not None
        with Archive.open(folder, settings=NO_READING) as archive:
            archive.wait_until_searchable()
            assert onlooker.stdout.readline() == "ready\n"
            pointer = folder / "index" / "CURRENT"
            before = pointer.read_text()
            damage_file_in_use(sorted(folder.glob(kind))[0], how, seed)
            damaged_at = time.monotonic()
            while not pointer.exists() or pointer.read_text() == before:
                if time.monotonic() > damaged_at + _LONGEST_HEALING_SECONDS:
                    break  # what is asserted below tells
                time.sleep(0.02)
            time.sleep(0.3)
            healed = archive.verify(deep=True)
        onlooker.stdin.close()
        told = json.loads(onlooker.stdout.read().splitlines()[-1])
        assert onlooker.wait(30) == 0, "never a crash"
    assert healed.is_sound, [finding.message for finding in healed.findings]
    assert told["failed"] == []
    assert told["searches"] > 5
    assert [began for began in told["wrong"] if began > damaged_at + _NOTICED_SECONDS] == []
    assert not told["last_degraded"]


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


def test_searches_notice_damage_and_are_right_at_once(filled: Path, tmp_path: Path) -> None:
    check_healing(filled, tmp_path, [("index/gen-*/*.term", "flip", 1)])


@pytest.mark.slow
@pytest.mark.parametrize("how", WAYS)
def test_searches_notice_damage_to_every_file_of_the_index(filled: Path, tmp_path: Path, how: str) -> None:
    kinds = [*(kind for kind in list_kinds(filled) if kind.startswith("index")), "index/gen-*/meta.json"]
    seeds = range(3 if how in {"flip", "truncate"} else 1)
    check_healing(filled, tmp_path, [(kind, how, seed) for kind in kinds for seed in seeds])


def test_a_process_that_searches_all_the_while_answers_right(filled: Path, tmp_path: Path) -> None:
    check_onlooker(filled, tmp_path / "archive", "index/gen-*/*.term", "zero", seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("how", WAYS)
def test_a_process_that_searches_outlives_damage_to_every_segment_file(filled: Path, tmp_path: Path, how: str) -> None:
    kinds = [kind for kind in list_kinds(filled) if kind.startswith("index/gen") and "json" not in kind]
    for kind in kinds:
        folder = tmp_path / "archive"
        check_onlooker(filled, folder, kind, how, seed=2)
        shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.parametrize("how", WAYS)
def test_every_file_may_be_damaged(sound: Sound, tmp_path: Path, how: str) -> None:
    for kind in list_kinds(sound.folder):
        for seed in range(2 if how in {"flip", "truncate"} else 1):
            folder = tmp_path / f"{seed}-{how}"
            shutil.copytree(sound.folder, folder)
            check_life(sound, folder, kind, how, seed)
            shutil.rmtree(folder)

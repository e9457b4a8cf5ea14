"""Building the archive that searches are measured in: filled once through the library, kept for further runs.

Syncing is off while it is filled and the index is built once at the end: how fast that is otherwise, the benchmark of
ingest tells.
"""

from __future__ import annotations

import itertools
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Stopwatch
from benchmarks.population import Entry, Population
from papra_index import Archive, Organization, Settings, Upload
from papra_index.conventions.durability import FileLock
from papra_index.settings import ExtractionSettings, IndexSettings

SETTINGS = Settings(extraction=ExtractionSettings(background=False), index=IndexSettings(heap_bytes=256_000_000))

_CHUNK = 2_000
_PATIENCE_SECONDS = 3_600.0
_TAGGED_AT_ONCE = 5_000


def open_filled(folder: Path, population: Population) -> Archive:
    """Return the archive of a population in a folder, filled if it is not there, its index built if it has none.

    Raises RuntimeError where the folder holds other documents.
    """
    if not (folder / "catalog.sqlite").exists():
        _fill_archive(folder, population)
    archive = Archive.open(folder, settings=SETTINGS)
    held = sum(organization.statistics().documents_count for organization in archive.organizations())
    if held != population.count:
        archive.close()
        raise RuntimeError(f"{folder} holds {held} documents, not {population.count}: remove it, or give its count")
    return archive


def build_archive(folder: Path, population: Population) -> None:
    """Fill the archive of a population in a folder if it is not there, and see its index to the end."""
    with open_filled(folder, population) as archive:
        archive.wait_until_searchable(_PATIENCE_SECONDS)


def _fill_archive(folder: Path, population: Population) -> None:
    folder.mkdir(parents=True)
    watch = Stopwatch()
    (folder / "locks").mkdir()
    # Who holds it keeps the index from being written while documents come in.
    applier = FileLock(folder / "locks" / "applier.lock")
    applier.acquire_within(10.0)
    with Archive(folder, SETTINGS, durable=False) as archive:
        homes = [archive.create_organization(f"o{place:03}") for place in range(population.organizations_count)]
        tagged = _add_entries(homes, population)
        for place, home in enumerate(homes):
            _tag_documents(home, tagged[place])
    applier.release()
    applier.close()
    cost = watch.stop()
    print(f"{population.count:,} documents added in {cost.wall:.0f} s, {cost.cpu:.0f} CPU s", file=sys.stderr)


def _add_entries(homes: list[Organization], population: Population) -> dict[int, dict[str, list[str]]]:
    """Add all documents, those of all organizations in turns; return the ids by organization and tag."""
    tagged: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    left = population.iterate_entries()
    while entries := list(itertools.islice(left, _CHUNK)):
        by_organization: dict[int, list[Entry]] = defaultdict(list)
        for entry in entries:
            by_organization[entry.organization].append(entry)
        for place, own in by_organization.items():
            outcomes = homes[place].add_many(map(_make_upload, own))
            for entry, outcome in zip(own, outcomes, strict=True):
                if outcome.document_id is None:
                    raise RuntimeError(f"document {entry.number} was not added: {outcome.error}")
                for tag in entry.tags:
                    tagged[place][tag].append(outcome.document_id)
    return tagged


def _make_upload(entry: Entry) -> Upload:
    # The original is not searched: a few bytes of it are enough.
    original = str(entry.number).encode()
    date = datetime.fromtimestamp(entry.date, UTC)
    return Upload(original, name=entry.name, mime_type="text/plain", content=entry.text, document_date=date)


def _tag_documents(home: Organization, tagged: dict[str, list[str]]) -> None:
    for name, ids in tagged.items():
        tag = home.create_tag(name)
        for start in range(0, len(ids), _TAGGED_AT_ONCE):
            home.tag_many(ids[start : start + _TAGGED_AT_ONCE], tag.id)

"""What the processes of `benchmarks.memory` do, each in an interpreter of its own, on an archive that is there.

    python -m benchmarks.residents TASK ARCHIVE COUNT SEED

says `ready` once the archive is open and everything is imported that opening it imports; begins at a line of JSON with
the folder it may write to, and answers with the number of documents it had to do with.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.population import Population
from benchmarks.questions import make_questions
from papra_index import Archive, Upload
from papra_index.settings import ExtractionSettings, IndexSettings, Settings

# The least heap that the engine takes: what is written fills it in archives of some thousand documents, too, and what
# grows beyond it shows.
SETTINGS = Settings(extraction=ExtractionSettings(background=False), index=IndexSettings(heap_bytes=15_000_000))
_PAGE = 100
_SEARCHES = 400
_PATIENCE_SECONDS = 600.0


def _rest(_archive: Archive, _population: Population, _scratch: Path) -> int:
    """Do nothing: what an open archive takes."""
    return 0


def _search(archive: Archive, population: Population, _scratch: Path) -> int:
    """Search with snippets and facets for words of all frequencies."""
    home = archive.organizations()[0]
    for kind in ("one word, frequent", "two words"):
        for question in make_questions(population, kind, _SEARCHES // 2):
            home.search(question.text, snippets=1, facets=["tag", "mime_type"])
    return home.search("qocommon").documents_count


def _add(archive: Archive, population: Population, _scratch: Path) -> int:
    """Add as many documents again, made as they are taken, until they are searchable."""
    home = archive.organizations()[0]
    count = population.count
    uploads = (_make_upload(population, number) for number in range(count, 2 * count))
    failures = [outcome.error for outcome in home.add_stream(uploads) if outcome.document_id is None]
    if failures:
        raise RuntimeError(f"{len(failures)} documents were not added: {failures[0]}")
    archive.wait_until_searchable(_PATIENCE_SECONDS)
    return home.search("qocommon").documents_count


def _make_upload(population: Population, number: int) -> Upload:
    entry = population.make_entry(number)
    return Upload(entry.text.encode(), name=entry.name, mime_type="text/plain", content=entry.text)


def _rebuild(archive: Archive, _population: Population, _scratch: Path) -> int:
    """Build the index anew."""
    return archive.rebuild_index()


def _list(archive: Archive, _population: Population, _scratch: Path) -> int:
    """Go through all matches of the empty query by cursor."""
    return sum(1 for _ in _iterate_pages(archive))


def _iterate_pages(archive: Archive) -> Iterator[str]:
    home, cursor = archive.organizations()[0], None
    while True:
        page = home.search("", page_size=_PAGE, cursor=cursor)
        for hit in page.hits:
            yield hit.document.id
        cursor = page.next_cursor
        if cursor is None:
            return


def _export(archive: Archive, _population: Population, scratch: Path) -> int:
    """Write the archive into a folder."""
    archive.export(scratch / "export")
    lines = scratch.glob("export/**/documents.jsonl")
    return sum(1 for file in lines for _ in file.open("rb"))


TASKS: dict[str, Callable[[Archive, Population, Path], int]] = {
    "rest": _rest,
    "search": _search,
    "list": _list,
    "add": _add,
    "rebuild": _rebuild,
    "export": _export,
}
"""None changes what the others find but `add`, which is given a copy."""


def main() -> None:
    """Do one task."""
    name, folder, count, seed = sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:5])
    population = Population("documents", count, seed, organizations=1)
    population.make_entry(0)  # the vocabulary is the benchmark's own
    with Archive.open(folder, settings=SETTINGS) as archive:
        print("ready", flush=True)
        scratch = Path(json.loads(sys.stdin.readline())["scratch"])
        print(json.dumps({"documents": TASKS[name](archive, population, scratch)}), flush=True)


if __name__ == "__main__":
    main()

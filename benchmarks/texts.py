"""A folder of texts that is given, or made by the seeded generator for as long as it is needed."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.corpus import Corpus

_COUNT = 300
_BYTES = 1_500


@contextmanager
def open_texts(folder: Path | None, seed: int) -> Iterator[Path]:
    """Give a folder with sub-folders of texts by language; one that is made holds made-up words, and that is told."""
    if folder is not None:
        yield folder
        return
    print("SKIPPED real texts: these are made up; give a folder, such as benchmarks.manuals writes", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="papra-index-benchmark-") as made:
        for file in Corpus(seed, _BYTES, grows=True).iterate_files(_COUNT):
            path = Path(made) / "en" / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text, encoding="utf-8")
        yield Path(made)

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.index.corpus import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    opened = Shelf.open(tmp_path / "gen")
    yield opened
    opened.writer.close()


@pytest.fixture(scope="module")
def shared_shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """One index for many examples: each replaces what the one before left."""
    opened = Shelf.open(tmp_path_factory.mktemp("shared") / "gen")
    yield opened
    opened.writer.close()

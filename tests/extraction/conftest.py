"""Shared by the tests of extraction: where the fixtures are, and one pool of workers for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from papra_index.extraction.content import ExtractionLimits
from papra_index.extraction.workers import WorkerPool

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture(scope="session")
def documents() -> Path:
    return FIXTURES / "documents"


@pytest.fixture(scope="session")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(2, ExtractionLimits(seconds=60)) as pool:
        yield pool

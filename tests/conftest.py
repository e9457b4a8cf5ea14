"""Fixtures all tests share: archives in memory and on disk, with one organization."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from papra_index import Archive, Organization

settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("default")

FIXTURES = Path(__file__).parent.parent / "fixtures" / "documents"


@pytest.fixture
def archive() -> Iterator[Archive]:
    with Archive.in_memory() as opened:
        yield opened


@pytest.fixture
def home(archive: Archive) -> Organization:
    return archive.create_organization("Home")

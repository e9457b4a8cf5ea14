"""Disks that fail, compiled once a run, and a folder for archives in memory, where syncing costs nothing."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Compile a source of this folder into a library to be preloaded."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler: install gcc, and the disk that fails can be built")
    folder = tmp_path_factory.mktemp("disk")

    @cache
    def build(name: str) -> Path:
        library, source = (folder / name).with_suffix(".so"), Path(__file__).with_name(name)
        command = [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, source, "-ldl"]
        subprocess.run(command, check=True)
        return library

    return build


@pytest.fixture(scope="session")
def disk(build: Callable[[str], Path]) -> Path:
    return build("disk.c")


@pytest.fixture
def folder() -> Iterator[Path]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="papra-index-", dir=memory if memory.is_dir() else None) as path:
        yield Path(path)

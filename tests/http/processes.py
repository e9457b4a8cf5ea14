"""A server in a process of its own for the tests of a module, which shares its archive as any process may."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from papra_index import Archive
from papra_index.settings import load_settings
from tests.http.conftest import Server
from tests.serving import run_server


def open_beside(folder: Path) -> Archive:
    """Open an archive that another process serves, to make users and keys; that one reads and indexes."""
    return Archive.open(folder, settings=load_settings().without_background())


@contextmanager
def serve_process(
    folder: Path, fill: Callable[[Archive], object] | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Serve a new archive, which `fill` may put something into first, for as long as the block runs."""
    with Archive.open(folder) as archive:
        if fill is not None:
            fill(archive)
            archive.wait_until_searchable()
    with run_server(folder, settings=settings) as running, open_beside(folder) as archive:
        yield Server(archive, running.url, running.port)

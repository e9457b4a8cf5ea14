"""The server: the HTTP API under uvicorn, in this process or in several workers beside it.

With workers this process reads originals and updates the index, and the workers answer requests; alone it does both.
"""

from __future__ import annotations

import logging
import os
import signal
from typing import TYPE_CHECKING, Any

import click

from papra_index.cli.opening import open_archive
from papra_index.cli.options import ARCHIVE_VARIABLE, find_archive_path, take_place
from papra_index.cli.output import print_message
from papra_index.errors import InvalidInput

if TYPE_CHECKING:
    from types import FrameType

_GRACE_SECONDS = 30
_KEEP_ALIVE_SECONDS = 60
_LISTENING = "Serving %s at http://%s:%d%s/api, its documentation at /api/docs; Ctrl-C ends it."


@click.command("serve")
@click.option("--host", help="Address to listen at (default: the setting http.host, 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port (default: the setting http.port, 1221).")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer (default: http.workers, 1).")
@click.option("--root-path", help="Beginning of the paths that a proxy takes off (default: http.root_path).")
@take_place
def serve_command(host: str | None, port: int | None, workers: int | None, root_path: str | None) -> None:
    """Serve the archive over HTTP.

    `papra-index token create` makes the tokens that open it.
    """
    try:
        import uvicorn

        from papra_index.http import create_app
    except ImportError as error:
        raise InvalidInput(f"{error.name} is not installed: pip install 'papra-index[http]'") from error
    with open_archive(reading=True) as archive:
        settings = archive.settings.http
        prefix = settings.root_path if root_path is None else root_path
        options: dict[str, Any] = {
            "host": settings.host if host is None else host,
            "port": settings.port if port is None else port,
            "root_path": prefix,
            "server_header": False,
            "access_log": False,
            "log_level": "warning",
            "timeout_graceful_shutdown": _GRACE_SECONDS,
            "timeout_keep_alive": _KEEP_ALIVE_SECONDS,
        }
        print_message(_LISTENING % (archive.folder, options["host"], options["port"], prefix))
        # What is wrong with a client's form is told to the client.
        logging.getLogger("python_multipart").setLevel(logging.ERROR)
        # uvicorn ends in good order and then raises the signal again: the archive is closed on the way out.
        signal.signal(signal.SIGTERM, _leave)
        count = settings.workers if workers is None else workers
        try:
            if count == 1:
                uvicorn.run(create_app(archive, allowed_origins=settings.list_origins()), **options)
            else:
                os.environ[ARCHIVE_VARIABLE] = str(find_archive_path().absolute())
                uvicorn.run("papra_index.cli.serve:create_worker", factory=True, workers=count, **options)
        except KeyboardInterrupt:
            pass


def create_worker() -> object:
    """Return the ASGI application of a worker process, which closes its archive when it ends."""
    from dataclasses import replace
    from pathlib import Path

    from papra_index.archive import SETTINGS_NAME, Archive
    from papra_index.http import create_app
    from papra_index.settings import load_settings

    folder = Path(os.environ[ARCHIVE_VARIABLE])
    settings = load_settings(folder / SETTINGS_NAME)
    settings = replace(settings, extraction=replace(settings.extraction, background=False))
    archive = Archive.open(folder, settings=settings, create=False)
    return create_app(archive, allowed_origins=settings.http.list_origins(), on_shutdown=archive.close)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)

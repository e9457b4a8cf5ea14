"""The server: the HTTP API under uvicorn, in this process or in several workers beside it.

With workers this process reads originals and updates the index, and the workers answer requests; alone it does both.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import tempfile
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from papra_index.cli.opening import open_archive
from papra_index.cli.options import ARCHIVE_VARIABLE, take_place
from papra_index.cli.output import print_message
from papra_index.errors import ArchiveClosed, InvalidInput, PapraIndexError

if TYPE_CHECKING:
    from types import FrameType

    from papra_index.archive import Archive

_GRACE_SECONDS = 30
_KEEP_ALIVE_SECONDS = 60
_BACKLOG = 2048
_DAY = 86_400
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
        from uvicorn.supervisors import Multiprocess

        from papra_index.cli.connections import BoundedProtocol
        from papra_index.http import create_app
        from papra_index.http.metrics import SHARED_VARIABLE
    except ImportError as error:
        raise InvalidInput(f"{error.name} is not installed: pip install 'papra-index[http]'") from error
    with open_archive(reading=True) as archive:
        settings = archive.settings.http
        prefix = settings.root_path if root_path is None else root_path
        count = settings.workers if workers is None else workers
        listener = _listen(settings.host if host is None else host, settings.port if port is None else port)
        options: dict[str, Any] = {
            "http": BoundedProtocol,
            "ws": "none",
            "limit_concurrency": settings.max_connections,
            "root_path": prefix,
            "server_header": False,
            "access_log": False,
            "log_level": "warning",
            "timeout_graceful_shutdown": _GRACE_SECONDS,
            "timeout_keep_alive": _KEEP_ALIVE_SECONDS,
        }
        address, given_port = listener.getsockname()[:2]
        print_message(_LISTENING % (archive.folder, f"[{address}]" if ":" in address else address, given_port, prefix))
        # What is wrong with a client's form is told to the client.
        logging.getLogger("python_multipart").setLevel(logging.ERROR)
        # uvicorn ends in good order and then raises the signal again: the archive is closed on the way out.
        signal.signal(signal.SIGTERM, _leave)
        threading.Thread(target=_purge_daily, args=(archive,), daemon=True).start()
        with listener, suppress(KeyboardInterrupt):
            if count == 1:
                app = create_app(archive, allowed_origins=settings.list_origins())
                uvicorn.Server(uvicorn.Config(app, **options)).run(sockets=[listener])
            else:
                os.environ[ARCHIVE_VARIABLE] = str(archive.folder)
                worker = "papra_index.cli.serve:create_worker"
                with tempfile.TemporaryDirectory(prefix="papra-index-metrics-") as shared:
                    os.environ[SHARED_VARIABLE] = shared
                    Multiprocess(uvicorn.Config(worker, factory=True, workers=count, **options), [listener]).run()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (")[0]
        raise InvalidInput(f"cannot listen at {host}:{port} ({reason}): choose another --host or --port") from error


def _purge_daily(archive: Archive) -> None:
    while True:
        try:
            archive.purge_organizations()
        except ArchiveClosed:
            return
        except PapraIndexError:
            logging.getLogger("papra_index.http").exception("deleted organizations could not be purged")
        time.sleep(_DAY)


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

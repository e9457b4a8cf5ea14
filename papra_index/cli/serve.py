"""The server: the HTTP API under uvicorn, in processes that this one starts and keeps running."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from papra_index.cli.options import (
    ARCHIVE_VARIABLE,
    READ_ONLY_VARIABLE,
    find_archive_path,
    is_read_only_asked,
    take_place,
)
from papra_index.cli.output import print_message
from papra_index.errors import InvalidInput

if TYPE_CHECKING:
    from types import FrameType

    from papra_index.settings import HttpSettings

_KEEP_ALIVE_SECONDS = 60
_BACKLOG = 2048
_LISTENING = "Serving %s at http://%s:%d%s/api, its documentation at /api/docs; Ctrl-C ends it."


@click.command("serve")
@click.option("--host", help="Address to listen at (default: the setting http.host, 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port (default: the setting http.port, 1221).")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer (default: http.workers, 1).")
@click.option("--root-path", help="Beginning of the paths that a proxy takes off (default: http.root_path).")
@click.option(
    "--content-hook", metavar="MODULE:NAME", help="Callable that reads fields off each text, a ContentHook or function."
)
@take_place
def serve_command(
    host: str | None, port: int | None, workers: int | None, root_path: str | None, content_hook: str | None
) -> None:
    """Serve the archive over HTTP.

    `papra-index token create` makes the tokens that open it.
    """
    try:
        import uvicorn

        from papra_index.cli.connections import BoundedProtocol
        from papra_index.cli.supervision import BackgroundProcess, Supervisor, load_content_hook
        from papra_index.http.metrics import SHARED_VARIABLE
    except ImportError as error:
        raise InvalidInput(f"{error.name} is not installed: pip install 'papra-index[http]'") from error
    if content_hook is not None:
        load_content_hook(content_hook)  # what is wrong with it is told here, once
    folder, settings, is_read_only = _check_archive()
    prefix = settings.root_path if root_path is None else root_path
    listener = _listen(settings.host if host is None else host, settings.port if port is None else port)
    config = uvicorn.Config(
        "papra_index.cli.supervision:create_worker",
        factory=True,
        workers=settings.workers if workers is None else workers,
        http=BoundedProtocol,
        ws="none",
        limit_concurrency=settings.max_connections,
        root_path=prefix,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=settings.shutdown_seconds,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    address, given_port = listener.getsockname()[:2]
    print_message(_LISTENING % (folder, f"[{address}]" if ":" in address else address, given_port, prefix))
    if is_read_only:
        print_message("The archive is open for reading only: what would change it is refused.")
        os.environ[READ_ONLY_VARIABLE] = "1"  # for the processes that answer
    signal.signal(signal.SIGTERM, _leave)
    os.environ[ARCHIVE_VARIABLE] = str(folder)
    with listener, suppress(KeyboardInterrupt), tempfile.TemporaryDirectory(prefix="papra-index-metrics-") as shared:
        if config.workers > 1:
            os.environ[SHARED_VARIABLE] = shared
        Supervisor(config, [listener], None if is_read_only else BackgroundProcess(folder, content_hook)).run()


def _check_archive() -> tuple[Path, HttpSettings, bool]:
    """Return the archive's folder, how it is to be served, and whether it is only read. What keeps it from being opened
    is told here, once.
    """
    from papra_index.archive import SETTINGS_NAME, Archive
    from papra_index.settings import load_settings

    folder = find_archive_path().absolute()
    settings = load_settings(folder / SETTINGS_NAME)
    asked = True if is_read_only_asked() else None
    with Archive.open(folder, settings=settings.without_background(), create=False, read_only=asked) as archive:
        return folder, settings.http, archive.is_read_only


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (")[0]
        raise InvalidInput(f"cannot listen at {host}:{port} ({reason}): choose another --host or --port") from error


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)

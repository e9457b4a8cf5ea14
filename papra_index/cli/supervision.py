"""The processes of the server: some answer requests, one beside them reads originals and updates the index.

Each may die alone, by a fault of a native library or for want of memory, and is started anew: what was acknowledged is
in the catalog, from which all of them go on. They end with the process that started them, however that ends.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import pkgutil
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from socket import socket

from uvicorn import Config
from uvicorn.supervisors import Multiprocess

from papra_index.archive import SETTINGS_NAME, Archive
from papra_index.cli.connections import EndingApplication
from papra_index.cli.options import ARCHIVE_VARIABLE, READ_ONLY_VARIABLE
from papra_index.cli.output import relay_warnings
from papra_index.errors import ArchiveClosed, InvalidInput, PapraIndexError
from papra_index.settings import load_settings
from papra_index.values.content_hooks import ContentHook

_LOOK_SECONDS = 0.05
_CLOSING_SECONDS = 120.0
_LONG_SECONDS = 10.0
_MAX_PAUSE_SECONDS = 60.0
"""A process that lives no longer than the former is started again after pauses that grow to the latter."""
_HOUR = 3_600

_logger = logging.getLogger("papra_index.http")
_spawn = multiprocessing.get_context("spawn")


class Supervisor(Multiprocess):
    """Keeps all processes running until it is told to end; there is none in the background of what is only read."""

    def __init__(self, config: Config, sockets: list[socket], background: BackgroundProcess | None) -> None:
        super().__init__(config, sockets)
        self._background = background

    def run(self) -> None:
        """Run until a signal says otherwise; requests and uploads in progress are answered first."""
        try:
            super().run()
        finally:
            # Last, so that what was uploaded until the end is indexed.
            if self._background is not None:
                self._background.close()

    def init_processes(self) -> None:
        """Start all of them."""
        if self._background is not None:
            self._background.start()
        super().init_processes()

    def terminate_all(self) -> None:
        """Have those that answer end; who calls from now on is refused, and does not wait for nobody."""
        for listener in self.sockets:
            listener.close()
        super().terminate_all()

    def keep_subprocess_alive(self) -> None:
        """Start what has died."""
        if self._background is not None:
            self._background.keep_alive()
        super().keep_subprocess_alive()


class BackgroundProcess:
    """The process that reads and indexes: it lives as long as the other end of its connection is open.

    `content_hook` is the name of a callable, as `load_content_hook` takes it.
    """

    def __init__(self, folder: Path, content_hook: str | None = None) -> None:
        self._folder, self._content_hook = folder, content_hook
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None
        self._started_at = self._pause = 0.0

    def start(self) -> None:
        """Start it."""
        ours, theirs = _spawn.Pipe()
        arguments = (self._folder, theirs, self._content_hook)
        self._process = _spawn.Process(target=run_background, args=arguments, name="papra-index-background")
        self._process.start()
        theirs.close()
        self._connection, self._started_at = ours, time.monotonic()

    def keep_alive(self) -> None:
        """Start it anew if it has died."""
        if self._process is None or self._process.is_alive():
            return
        lived = time.monotonic() - self._started_at
        if lived < self._pause:
            return
        _logger.warning("the process that reads and indexes has ended (%s): another is started", self._process.exitcode)
        self._pause = 0.0 if lived > _LONG_SECONDS + self._pause else min(max(2 * self._pause, 1.0), _MAX_PAUSE_SECONDS)
        self._let_go()
        self.start()

    def close(self) -> None:
        """Have it index what is waiting and end."""
        if self._process is None:
            return
        self._let_go()
        self._process.join(_CLOSING_SECONDS)
        if self._process.is_alive():
            _logger.warning("the process that reads and indexes does not end: it is killed, and the next one goes on")
            self._process.kill()
            self._process.join()

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def load_content_hook(name: str) -> ContentHook:
    """Return what `module:name` says: a ContentHook, or a callable of which one is made.

    Modules of the folder that the program was started in are found, too. Raises InvalidInput when there is none.
    """
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found = pkgutil.resolve_name(name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InvalidInput(f"there is no content hook {name!r} ({error}): give it as module:name") from error
    return found if isinstance(found, ContentHook) else ContentHook(found)


def run_background(folder: Path, parent: Connection, content_hook: str | None = None) -> None:
    """Read and index what the other processes archive, until the other end of the connection is closed."""
    # Ctrl-C, and the end of a service, reach all processes: this one outlives those that still write.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    relay_warnings()
    hook = None if content_hook is None else load_content_hook(content_hook)
    with Archive.open(folder, create=False, content_hook=hook) as archive:
        threading.Thread(target=_maintain_hourly, args=(archive,), daemon=True).start()
        while not parent.poll(_LOOK_SECONDS):
            archive.notice_writes()


def _maintain_hourly(archive: Archive) -> None:
    while True:
        try:
            archive.maintain()
        except ArchiveClosed:
            return
        except PapraIndexError as error:
            _logger.warning("the archive could not be maintained; trying again in an hour: %s", error)
        time.sleep(_HOUR)


def create_worker() -> object:
    """Return the ASGI application of a process that answers, which closes its archive when it ends."""
    from papra_index.http import create_app

    relay_warnings()
    # What is wrong with a client's form is told to the client.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    folder = Path(os.environ[ARCHIVE_VARIABLE])
    settings = load_settings(folder / SETTINGS_NAME).without_background()
    read_only = True if os.environ.get(READ_ONLY_VARIABLE) else None
    archive = Archive.open(folder, settings=settings, create=False, read_only=read_only)
    app = create_app(archive, allowed_origins=settings.http.list_origins(), on_shutdown=archive.close)
    return EndingApplication(app)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

"""Programs of this machine that read what no library here does: LibreOffice, antiword, catdoc, where installed.

LibreOffice comes first: it turns a document into its modern format, which our own readers take in whole, with headers,
notes and text boxes and without deleted revisions; the small programs are hundreds of times faster and lose those.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from papra_index.conventions.values import dataclass
from papra_index.errors import ContentDamaged, ExtractionTimedOut

_READ_BYTES = 1 << 16
_VERSION_SECONDS = 10.0
_MAX_MESSAGE_BYTES = 4096
_OFFICE_PROGRAMS = ("soffice", "libreoffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice")

# A fresh profile each time, so that no run depends on another; in it nothing of a document is run or fetched.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


@dataclass(frozen=True, slots=True)
class TextProgram:
    """A program that writes the text of a file to its standard output as UTF-8."""

    name: str
    options: tuple[str, ...]
    version_option: str


@dataclass(frozen=True, slots=True)
class ConvertedText:
    """What a program wrote, cut at the bytes that were allowed, and the program with its version."""

    text: str
    is_whole: bool
    engine: str


def find_office() -> str | None:
    """Return the path of LibreOffice: the one on PATH or, on macOS, among the applications; None where it is not."""
    return next(filter(None, map(shutil.which, _OFFICE_PROGRAMS)), None)


@contextmanager
def convert_by_office(path: Path, office: str, source: str, target: str, seconds: float) -> Iterator[tuple[Path, str]]:
    """Give a file of extension `source` as one of extension `target` while the block runs, and LibreOffice's version.

    Raises ContentDamaged when it makes nothing of the file and ExtractionTimedOut.
    """
    with tempfile.TemporaryDirectory(prefix="papra-office-") as name:
        folder = Path(name)
        user = folder / "profile" / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
        # Under a name of our own: it puts its lock file beside what it opens.
        original = folder / f"original.{source}"
        original.symlink_to(path.absolute())
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        options = ["--headless", "--norestore", "--nolockcheck", "--convert-to", target, "--outdir", name]
        _read_output([office, profile, *options, str(original)], folder, seconds, _MAX_MESSAGE_BYTES)
        converted = folder / f"original.{target}"
        if not converted.is_file():
            raise ContentDamaged("LibreOffice cannot open it")
        yield converted, find_version(office, "--version")


def convert_to_text(path: Path, program: TextProgram, seconds: float, max_bytes: int) -> ConvertedText:
    """Return the text of a file by a program that is on PATH.

    Raises ContentDamaged when it makes nothing of the file and ExtractionTimedOut.
    """
    with tempfile.TemporaryDirectory(prefix="papra-convert-") as folder:
        command = [shutil.which(program.name) or program.name, *program.options, str(path.absolute())]
        output = _read_output(command, Path(folder), seconds, max_bytes)
    version = find_version(command[0], program.version_option)
    return ConvertedText(output[:max_bytes].decode("utf-8", "replace"), len(output) <= max_bytes, version)


@cache
def find_version(command: str, option: str) -> str:
    """Return a program's name and version as it says itself; looked up once per process."""
    name = Path(command).name
    with suppress(ContentDamaged, ExtractionTimedOut), tempfile.TemporaryDirectory(prefix="papra-convert-") as folder:
        _, output = _run_program([command, option], Path(folder), _VERSION_SECONDS, _MAX_MESSAGE_BYTES)
        if number := re.search(rb"\d+(?:\.\d+)+", output):
            return f"{name} {number.group().decode()}"
    return name


def _read_output(command: Sequence[str], folder: Path, seconds: float, max_bytes: int) -> bytes:
    """Return what a program writes, at most one byte more than `max_bytes`; raises ContentDamaged if it fails."""
    status, output = _run_program(command, folder, seconds, max_bytes, errors=subprocess.DEVNULL)
    if status != 0 and len(output) <= max_bytes:
        raise ContentDamaged(f"{Path(command[0]).name} cannot read it")
    return output


def _run_program(
    command: Sequence[str], folder: Path, seconds: float, max_bytes: int, errors: int = subprocess.STDOUT
) -> tuple[int, bytes]:
    """Return a program's exit status and what it writes; it and what it started end when that is too much or late."""
    deadline = time.monotonic() + seconds
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "TMPDIR": str(folder)}
    try:
        process = subprocess.Popen(  # noqa: S603 - a program found on PATH, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=folder,
            env={**environment, "LC_ALL": "C.UTF-8"},
        )
    except OSError as error:
        raise ContentDamaged(f"{command[0]} does not start: {error}") from error
    with process:
        try:
            output = _collect_output(process, deadline, max_bytes)
            if len(output) <= max_bytes:
                process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            raise ExtractionTimedOut(f"{Path(command[0]).name} took longer than {seconds:.0f} seconds") from error
        finally:
            _end_program(process)
    return process.returncode, output


def _collect_output(process: subprocess.Popen[bytes], deadline: float, max_bytes: int) -> bytes:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    descriptor = process.stdout.fileno()
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    output = bytearray()
    while len(output) <= max_bytes:
        left = deadline - time.monotonic()
        if left <= 0 or not waiting.poll(left * 1000):
            raise subprocess.TimeoutExpired(process.args, left)
        chunk = os.read(descriptor, min(_READ_BYTES, max_bytes + 1 - len(output)))
        if not chunk:
            break
        output += chunk
    return bytes(output)


def _end_program(process: subprocess.Popen[bytes]) -> None:
    """Kill a program that still runs, and what it started: its group is the worker's, so they are looked up."""
    if process.poll() is not None:
        return
    for pid in [process.pid, *_list_descendants(process.pid)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _list_descendants(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, file.read_text(encoding="ascii").split()):
                found += [child, *_list_descendants(child)]
    return found

"""Where a file's bytes come from: a path, bytes or a binary stream, opened alike, and why they cannot be read."""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from papra_index.conventions.folding import replace_surrogates
from papra_index.errors import InvalidInput, SourceUnreadable

Source = str | os.PathLike[str] | bytes | BinaryIO

_CHARSET_PARAMETER = re.compile(r""";\s*charset\s*=\s*["']?([\w.:+-]{1,40})""", re.IGNORECASE)
_LANGUAGE = re.compile("[a-z]{3}(_[a-z]+)*")
_AUTOMATIC = ("auto",)
_NO_NAMES = frozenset(("", ".", ".."))


def find_name(source: Source) -> str | None:
    """Return the file name of a source, None where it has none. Raises InvalidInput for what is no source."""
    if isinstance(source, str | os.PathLike):
        path = os.fspath(source)
        last = os.path.basename(path)  # noqa: PTH119 - once for each of many small files
        return last if last not in _NO_NAMES else Path(source).name or Path(source).absolute().name or None
    if not isinstance(source, bytes) and not hasattr(source, "read"):
        raise InvalidInput(f"cannot read a {type(source).__name__}: give a path, bytes or a binary stream")
    name = getattr(source, "name", None)
    return Path(name).name or None if isinstance(name, str) else None


def open_source(source: Source) -> AbstractContextManager[BinaryIO]:
    """Return the bytes of a source as a stream; a stream is not closed by it.

    Raises SourceUnreadable for a pipe or a device given by its path, and what `describe_failure` describes.
    """
    if isinstance(source, bytes):
        return nullcontext(io.BytesIO(source))
    if isinstance(source, str | os.PathLike):
        mode = os.stat(source).st_mode  # noqa: PTH116 - once for each of many small files
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise SourceUnreadable(f"{source} is a pipe or a device: open it and pass the stream (or - to the command)")
        return open(source, "rb", buffering=0)  # noqa: PTH123 - a Path costs as much again
    return nullcontext(source)


def iterate_chunks(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield what a stream holds, at most `size` bytes at a time. Raises InvalidInput when it gives no bytes."""
    while (chunk := stream.read(size)) != b"":
        if not isinstance(chunk, bytes):
            raise InvalidInput(
                "the stream gives no bytes: open the file in binary mode, a socket or pipe in blocking mode"
            )
        yield chunk


def describe_failure(source: Source, error: OSError | ValueError) -> SourceUnreadable:
    """Return what kept a source from being opened or read as an error that says what to do."""
    path = replace_surrogates(str(source)) if isinstance(source, str | os.PathLike) else "the stream"
    if isinstance(error, FileNotFoundError):
        return SourceUnreadable(f"{path} does not exist: check the path")
    if isinstance(error, IsADirectoryError):
        return SourceUnreadable(f"{path} is a folder: give the files in it (the command line does so by itself)")
    if isinstance(error, PermissionError):
        return SourceUnreadable(f"{path} may not be read: check its permissions")
    return SourceUnreadable(f"{path} could not be read: {getattr(error, 'strerror', None) or error}")


def check_languages(codes: Sequence[str]) -> tuple[str, ...]:
    """Return Tesseract language codes, or `auto` alone. Raises InvalidInput for a code of another form, and for one
    text instead of several."""
    if isinstance(codes, str):
        raise InvalidInput(f"ocr_languages is a sequence of codes: pass [{codes!r}]")
    for code in () if tuple(codes) == _AUTOMATIC else codes:
        if not _LANGUAGE.fullmatch(code):
            raise InvalidInput(
                f"{code!r} is not a Tesseract language code: expected one such as eng or chi_sim, or auto alone"
            )
    return tuple(codes)


def normalize_mime_type(declared: str | None) -> str:
    """Return a declared mime type in lower case, empty for none; of its parameters, the charset of a text is kept where
    its bytes do not show it, as decoding may need it."""
    kind = replace_surrogates((declared or "").split(";")[0].strip().lower())
    charset = find_charset(declared)
    if charset in {None, "utf-8", "us-ascii"} or not kind.startswith("text/"):
        return kind
    return f"{kind}; charset={charset}"


def find_charset(declared_type: str | None) -> str | None:
    """Return the charset parameter of a declared type such as `text/plain; charset=cp500`."""
    found = _CHARSET_PARAMETER.search(declared_type or "")
    return found.group(1).lower() if found else None

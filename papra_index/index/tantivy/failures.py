"""What the engine raises, as errors of this library: its panics are BaseExceptions, which `except Exception` misses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from papra_index.errors import IndexDamaged, IndexUnusable, PapraIndexError, SearchIndexError

# How the engine names a lock that is taken and what the operating system refused (files, space, threads, a bad disk).
_PASSING = ("LockBusy", "Os { code:", "(os error ")


@contextmanager
def translate_failures(doing: str) -> Iterator[None]:
    """Raise SearchIndexError for whatever the engine raises meanwhile; `doing` completes "could not ..."."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, PapraIndexError):
        raise
    except BaseException as error:
        raise SearchIndexError(f"the search engine could not {doing}: {error}") from error


@contextmanager
def translate_open_failures(doing: str) -> Iterator[None]:
    """Do the same for an index that is being opened, and raise IndexDamaged where trying again cannot help."""
    try:
        with translate_failures(doing):
            yield
    except IndexUnusable:
        raise
    except SearchIndexError as error:
        if isinstance(error.__cause__, OSError | MemoryError) or any(sign in error.message for sign in _PASSING):
            raise
        raise IndexDamaged(error.message) from error

"""What the engine raises, as errors of this library: its panics are BaseExceptions, which `except Exception` misses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from papra_index.errors import PapraIndexError, SearchIndexError


@contextmanager
def translate_failures(doing: str) -> Iterator[None]:
    """Raise SearchIndexError for whatever the engine raises meanwhile; `doing` completes "could not ..."."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, PapraIndexError):
        raise
    except BaseException as error:
        raise SearchIndexError(f"the search engine could not {doing}: {error}") from error

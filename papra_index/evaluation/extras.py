"""Libraries of the extra `eval`: what is missing is told with the command that installs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from papra_index.errors import InvalidInput


@contextmanager
def need_extra() -> Iterator[None]:
    """Have an import that fails raise InvalidInput with the next step."""
    try:
        yield
    except ImportError as error:
        library = (error.name or "a library").partition(".")[0]
        raise InvalidInput(f"{library} is not installed: pip install 'papra-index[eval]'") from error

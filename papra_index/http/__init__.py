"""The document API over HTTP, for whoever mounts it; the names are imported at first use, as FastAPI is an extra."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from papra_index.http.application import create_app, create_router
    from papra_index.http.authentication import Caller

__all__ = ["Caller", "create_app", "create_router"]

_HOMES = {
    "Caller": "papra_index.http.authentication",
    "create_app": "papra_index.http.application",
    "create_router": "papra_index.http.application",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'papra_index.http' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

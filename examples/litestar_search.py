"""An archive in Litestar: handlers that are plain functions run in its threads, and the archive is part of the state.

PAPRA_INDEX_ARCHIVE=archive uvicorn --app-dir examples litestar_search:app
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from litestar import Litestar, Request, get, post
from litestar.datastructures import State

from papra_index import Archive, Organization


@asynccontextmanager
async def open_archive(app: Litestar) -> AsyncIterator[None]:
    """Open the archive once for the process, and close it with the server."""
    with Archive.open(os.environ.get("PAPRA_INDEX_ARCHIVE", "archive")) as archive:
        listed = archive.organizations()
        app.state.home = listed[0] if listed else archive.create_organization("Home")
        yield


def take_in(home: Organization, name: str, body: bytes) -> dict[str, str]:
    """Archive some bytes."""
    return {"id": home.add(body, name=name).id}


@post("/documents/{name:str}")
async def add_document(request: Request[Any, Any, State], name: str) -> dict[str, str]:
    """Archive the body of a request: read by the event loop, written in a thread."""
    body = await request.body()
    return await anyio.to_thread.run_sync(take_in, request.app.state.home, name, body)


@get("/search", sync_to_thread=True)
def search(state: State, search_query: str) -> dict[str, Any]:
    """Search; `query` is a name that Litestar has for itself."""
    found = state.home.search(search_query)
    return {"count": found.documents_count, "names": [hit.document.name for hit in found.hits]}


app = Litestar([add_document, search], lifespan=[open_archive])

"""An archive in FastAPI, from asyncio: the verbs are called in threads, as many at once as there are cores.

    PAPRA_INDEX_ARCHIVE=archive uvicorn --app-dir examples fastapi_search:app

To serve the whole document API instead, see "Over HTTP" in the README.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any

import anyio
from fastapi import FastAPI, HTTPException, Request, UploadFile
from fastapi.params import Query

from papra_index import Archive, Organization
from papra_index.errors import DuplicateDocument, PapraIndexError

LIMITER = anyio.CapacityLimiter(os.cpu_count() or 1)


@asynccontextmanager
async def open_archive(app: FastAPI) -> AsyncIterator[None]:
    """Open the archive once for the process, and close it with the server."""
    with Archive.open(os.environ.get("PAPRA_INDEX_ARCHIVE", "archive")) as archive:
        listed = archive.organizations()
        app.state.home = listed[0] if listed else archive.create_organization("Home")
        yield


app = FastAPI(lifespan=open_archive)


async def in_thread(verb: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Call a verb of the archive without holding up the event loop."""
    return await anyio.to_thread.run_sync(partial(verb, *arguments, **options), limiter=LIMITER)


@app.post("/documents", status_code=201)
async def add_document(request: Request, file: UploadFile) -> dict[str, str]:
    """Archive an upload; it is durable when this answers, and found when its text has been read."""
    home: Organization = request.app.state.home
    try:
        document = await in_thread(home.add, file.file, name=file.filename)
    except DuplicateDocument as error:
        raise HTTPException(409, error.message) from error
    except PapraIndexError as error:
        raise HTTPException(400, error.message) from error
    return {"id": document.id}


@app.get("/search")
async def search(request: Request, query: Annotated[str, Query()], page: int = 0) -> dict[str, Any]:
    """Search; several at once share the threads."""
    home: Organization = request.app.state.home
    found = await in_thread(home.search, query, page_index=page, snippets=1)
    hits = [{"name": hit.document.name, "passages": [part.html for part in hit.snippets]} for hit in found.hits]
    return {"count": found.documents_count, "hits": hits}

"""The application and the router: every operation bound to an archive, for whoever mounts them.

    app = create_app(archive)                            # an ASGI application; `app.mount("/papers", app)` in another
    app.include_router(create_router(archive))           # or its routes among others

What is unknown under the application is answered as the contract says; among the routes of another application, that
application answers what nobody knows.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.to_thread
from fastapi import APIRouter, FastAPI, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from papra_index import __version__
from papra_index.archive import Archive
from papra_index.http import (  # noqa: F401 - importing them registers their operations
    api_keys,
    batch,
    bulk,
    documents,
    external_ids,
    files,
    health,
    organizations,
    properties,
    searching,
    suggesting,
    tagging_rules,
    tags,
    trash,
    uploads,
    versions,
    visibility,
    webhooks,
)
from papra_index.http.authentication import Authenticate, read_token
from papra_index.http.bounds import RequestBound
from papra_index.http.browsers import Preflights, add_page
from papra_index.http.description import (
    GROUPS,
    INTRODUCTION,
    describe_errors,
    describe_operation,
    describe_reply,
    find_group,
)
from papra_index.http.examples import add_examples
from papra_index.http.failures import Failure, fail_inside, refuse_unknown_route
from papra_index.http.routing import OPERATIONS, Gate, Operation, answer_request

PREFIX = "/api"
_FILE_RESPONSES = {
    status: {"description": text, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
    for status, text in ((200, "The file"), (206, "The range of it that was asked for"))
} | {304: {"description": "The client has it already"}}
_LINE_RESPONSES = {200: {"description": "A line for each", "content": {"application/x-ndjson": {"schema": {}}}}}
_ANYTHING = "anything"
"""The kind of a parameter that is the rest of the path, whatever it holds."""

_SCHEME = HTTPBearer(
    scheme_name="apiKey", bearerFormat="ppapi_…", description="`papra-index token create` makes one.", auto_error=False
)


class _Anything(Convertor[str]):
    regex = "(?s:.*)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor(_ANYTHING, _Anything())


def create_router(archive: Archive, *, authenticate: Authenticate | None = None, prefix: str = PREFIX) -> APIRouter:
    """Return the routes of the document API for an open archive, which stays the caller's to close.

    `authenticate` says who sends a request, from its head; by default the archive's API keys do.
    """
    return _build_router(_build_gate(archive, authenticate), prefix)


def create_app(
    archive: Archive,
    *,
    authenticate: Authenticate | None = None,
    prefix: str = PREFIX,
    allowed_origins: Sequence[str] = (),
    max_requests: int | None = None,
    on_shutdown: Callable[[], object] | None = None,
) -> FastAPI:
    """Return an application with the routes, their OpenAPI document and its interactive page.

    `authenticate` as of `create_router`; `allowed_origins` are those of pages that may call it from a browser (`*` for
    any); requests beyond `max_requests` at once are answered 503 (default: the setting http.max_connections; 0: no
    bound); `on_shutdown` is called when the server ends, for an archive that is to be closed then.
    """

    @asynccontextmanager
    async def live(_app: FastAPI) -> AsyncIterator[None]:
        yield
        if on_shutdown is not None:
            await anyio.to_thread.run_sync(on_shutdown)

    app = _Application(
        title="papra_index",
        version=__version__,
        summary="Document archives with full-text search.",
        description=INTRODUCTION,
        openapi_tags=[{"name": name, "description": about} for name, (_, about) in GROUPS.items()],
        openapi_url=f"{prefix}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=live,
    )
    gate = _build_gate(archive, authenticate)
    _add_routes(app.router, gate, prefix, _DirectRoute)
    add_page(app, prefix)
    metrics = next(item for item in OPERATIONS if item.path == "/metrics")  # also where Prometheus looks by itself
    app.add_api_route(metrics.path, _bind(gate, metrics), methods=["GET", "HEAD"], include_in_schema=False)

    async def answer_unknown(request: Request, _error: Exception) -> Response:
        try:
            if authenticate is None:
                read_token(request)
            return refuse_unknown_route().build_response()
        except Failure as failure:
            return failure.build_response()

    async def answer_unexpected(_request: Request, _error: Exception) -> Response:
        return fail_inside().build_response()

    if allowed_origins:
        app.add_middleware(
            Preflights,
            allow_origins=list(allowed_origins),
            allow_credentials=True,
            allow_methods=["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"],
            allow_headers=["*"],
        )
    limit = archive.settings.http.max_connections if max_requests is None else max_requests
    app.add_middleware(RequestBound, max_requests=limit)  # the last is the first to be asked
    app.add_exception_handler(HTTPException, answer_unknown)
    app.add_exception_handler(Exception, answer_unexpected)
    return app


class _Application(FastAPI):
    """An application whose OpenAPI document has examples."""

    def openapi(self) -> dict[str, Any]:
        """Return the document."""
        return add_examples(super().openapi())


def _build_gate(archive: Archive, authenticate: Authenticate | None) -> Gate:
    return Gate(archive, authenticate, anyio.CapacityLimiter(max(2, os.cpu_count() or 1)))


def _build_router(gate: Gate, prefix: str) -> APIRouter:
    router = APIRouter(prefix=prefix)
    _add_routes(router, gate)
    return router


def _add_routes(router: APIRouter, gate: Gate, prefix: str = "", kind: type[APIRoute] = APIRoute) -> None:
    for item in sorted(OPERATIONS, key=_order_path):
        _add_route(router, gate, item, prefix, kind)


class _DirectRoute(APIRoute):
    """A route that goes past FastAPI's dependencies and models, which operations do not have, to its operation.

    For our own application alone: where routes are included in another, that one's dependencies have to run.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request whose path is this route's."""
        if self.methods is not None and scope["method"] in self.methods:
            response = await self.endpoint(Request(scope, receive))
            await response(scope, receive, send)
        else:
            await super().handle(scope, receive, send)


def _order_path(item: Operation) -> list[bool]:
    """Order `documents/search` before `documents/{documentId}`."""
    return [segment.startswith("{") for segment in item.path.split("/")]


def _bind(gate: Gate, item: Operation) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await answer_request(gate, item, request)

    return answer


def _add_route(router: APIRouter, gate: Gate, item: Operation, prefix: str, kind: type[APIRoute]) -> None:
    bound = _bind(gate, item)
    name = item.endpoint.__name__
    shown: dict[str, Any] = {
        "response_model": item.reply,
        "status_code": _find_status(item),
        "summary": name.replace("_", " ").capitalize(),
        "description": item.endpoint.__doc__,
        "operation_id": name,
        "response_class": Response if item.replies_bytes or item.replies_lines else JSONResponse,
        "tags": [find_group(item)],
        "response_description": describe_reply(item),
        "responses": {
            **describe_errors(item),
            **(_FILE_RESPONSES if item.replies_bytes else _LINE_RESPONSES if item.replies_lines else {}),
        },
        "openapi_extra": describe_operation(item),
        "route_class_override": kind,
        "dependencies": [] if item.permissions is None else [Security(_SCHEME)],
    }
    path = prefix + item.path.replace("{externalId}", f"{{externalId:{_ANYTHING}}}")
    router.add_api_route(path, bound, methods=[item.method], name=name, include_in_schema=item.described, **shown)
    if item.method == "GET":
        router.add_api_route(path, bound, methods=["HEAD"], include_in_schema=False)


def _find_status(item: Operation) -> int:
    """Return the status of an answer to a request that succeeds."""
    if item.accepts:
        return 202
    return 200 if item.reply is not None or item.replies_bytes or item.replies_lines else 204

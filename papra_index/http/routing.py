"""Operations and how each request goes through them, in the contract's order of checks (papra-api, section 1).

    authentication and permissions -> path -> query -> body -> membership -> the verb

An operation is a function with the models of its query and body in its signature. What blocks runs in few threads.
"""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from functools import partial
from typing import Any, TypeVar, cast, get_type_hints

import anyio.to_thread
from pydantic_core import to_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from papra_index.archive import Archive
from papra_index.conventions.values import dataclass
from papra_index.documents import Permission
from papra_index.errors import DocumentNotFound, PapraIndexError, TagNotFound, WaitTimedOut
from papra_index.http.authentication import (
    Authenticate,
    Caller,
    authenticate_token,
    check_permissions,
    open_organization,
    read_token,
)
from papra_index.http.bodies import read_body
from papra_index.http.failures import SECURITY_HEADERS, Failure, fail_inside, refuse, translate_error
from papra_index.http.metrics import RequestMetrics
from papra_index.http.validation import WireModel, check_body, check_ids, check_query
from papra_index.organization import Organization

_logger = logging.getLogger("papra_index.http")
_Result = TypeVar("_Result")

ID_PREFIXES = {
    "organizationId": "org",
    "documentId": "doc",
    "tagId": "tag",
    "apiKeyId": "ak",
    "propertyDefinitionId": "cpd",
    "webhookId": "wbh",
    "taggingRuleId": "tr",
}
"""The ids in paths, by the parameter's name."""

_INDEX_SECONDS = 10.0
_WRITING_THREADS = 32
"""Writes mostly wait for the disk, and those that wait together share a commit."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A method on a path. `permissions` None means that anybody may; a model is None where there is nothing to check.

    With `sessions` only callers may that were let in by other means than an API key, which may not make others.
    `reply` is the type of what is answered in JSON, None for an empty answer (204) and for one of bytes.
    """

    method: str
    path: str
    endpoint: Callable[..., object]
    permissions: frozenset[Permission] | None
    sessions: bool
    errors: tuple[Failure, ...]
    forms: bool
    max_body: int
    patient: bool
    query: type[WireModel] | None
    body: type[WireModel] | None
    reply: object
    replies_bytes: bool
    replies_lines: bool
    accepts: bool
    request_body: Mapping[str, Any] | None
    deleted: bool
    described: bool

    @property
    def is_streaming(self) -> bool:
        """Whether the endpoint is a coroutine that reads the body, or makes the response, by itself."""
        return inspect.iscoroutinefunction(self.endpoint)

    @property
    def scope(self) -> str | None:
        """The name of the organization in the path that the caller has to be in, if it has one."""
        return "organizationId" if "{organizationId}" in self.path and not self.deleted else None


HOME = "/organizations/{organizationId}"
DOCUMENTS = HOME + "/documents"
DOCUMENT = DOCUMENTS + "/{documentId}"

_MISSING = {"{documentId}": DocumentNotFound, "{tagId}": TagNotFound}
"""What is said of ids in paths that nothing has."""

OPERATIONS: list[Operation] = []
"""Every operation there is; the modules of this package fill it when they are imported."""

_Endpoint = TypeVar("_Endpoint", bound=Callable[..., object])


def operation(
    method: str,
    path: str,
    *permissions: Permission,
    public: bool = False,
    sessions: bool = False,
    errors: tuple[Failure, ...] = (),
    forms: bool = False,
    max_body: int = 1024 * 1024,
    patient: bool = False,
    reply: object = None,
    request_body: Mapping[str, Any] | None = None,
    deleted: bool = False,
    lenient: bool = False,
    lines: bool = False,
    accepts: bool = False,
    described: bool = True,
) -> Callable[[_Endpoint], _Endpoint]:
    """Register a function as the operation of a method and a path below the prefix.

    `errors` are those besides what all with such a path may answer; to one that is `lenient`, ids of what is not there
    are none. `reply` is the type of what a function answers itself, `request_body` what OpenAPI says of a body that it
    reads itself. What is `patient` may take as long as an upload; what `accepts` answers 202, not done yet; `lines` are
    JSON texts. With `deleted` nobody need be in the organization; without `described` OpenAPI has nothing of it.
    """

    def register(endpoint: _Endpoint) -> _Endpoint:
        hints = get_type_hints(endpoint)
        missing = () if lenient else tuple(refuse(kind) for part, kind in _MISSING.items() if part in path)
        returned = hints.get("return")
        OPERATIONS.append(
            Operation(
                method=method,
                path=path,
                endpoint=endpoint,
                permissions=None if public else frozenset(permissions),
                sessions=sessions,
                errors=missing + errors,
                forms=forms,
                max_body=max_body,
                patient=patient,
                query=hints.get("query"),
                body=hints.get("body"),
                reply=reply if returned is Response else None if returned is type(None) else returned,
                replies_bytes=returned is Response and reply is None and not lines,
                replies_lines=lines,
                accepts=accepts,
                request_body=request_body,
                deleted=deleted,
                described=described,
            )
        )
        return endpoint

    return register


@dataclass(frozen=True, slots=True)
class Gate:
    """What all requests share: the archive, who says who calls, and the threads that may be busy at once."""

    archive: Archive
    authenticate: Authenticate | None
    reading: anyio.CapacityLimiter
    writing: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(_WRITING_THREADS))
    metrics: RequestMetrics = field(default_factory=RequestMetrics)

    def find_patience(self, item: Operation) -> float:
        """Return the seconds that a request of an operation may take."""
        settings = self.archive.settings.http
        return settings.upload_seconds if item.patient else settings.request_seconds

    async def run(self, function: Callable[[], _Result], *, writes: bool = False, abandon: bool = True) -> _Result:
        """Run what blocks in a thread; with `abandon`, a time-out does not wait for its end."""
        limiter = self.writing if writes else self.reading
        return await anyio.to_thread.run_sync(function, limiter=limiter, abandon_on_cancel=abandon)


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has passed the checks: who calls, and the ids of the path."""

    gate: Gate
    request: Request
    caller: Caller
    ids: Mapping[str, str]
    organization: Organization | None = None

    @property
    def archive(self) -> Archive:
        """The archive that is served."""
        return self.gate.archive

    @property
    def home(self) -> Organization:
        """The organization of the path, acted in as the caller."""
        assert self.organization is not None, "the operation has no organization in its path"  # noqa: S101
        return self.organization

    @property
    def document_id(self) -> str:
        """The document of the path."""
        return self.ids["documentId"]

    @property
    def property_id(self) -> str:
        """The custom property of the path."""
        return self.ids["propertyDefinitionId"]

    @property
    def tag_id(self) -> str:
        """The tag of the path."""
        return self.ids["tagId"]


async def answer_request(gate: Gate, item: Operation, request: Request) -> Response:
    """Return the response to a request of an operation; whatever is raised becomes the error it means."""
    began = time.perf_counter()
    response = await _answer_or_fail(gate, item, request)
    gate.metrics.note(request.method, item.path, response.status_code, time.perf_counter() - began)
    return response


async def _answer_or_fail(gate: Gate, item: Operation, request: Request) -> Response:
    try:
        with anyio.fail_after(gate.find_patience(item)):
            return await _answer(gate, item, request)
    except Failure as failure:
        return failure.build_response()
    except PapraIndexError as error:
        translated = translate_error(error)
        if translated.status == 500:
            _logger.error("%s %s failed", item.method, item.path, exc_info=error)
        return translated.build_response()
    except TimeoutError:
        return Failure(504, "api.timeout", "The request timed out").build_response()
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    except Exception:
        _logger.exception("%s %s failed", item.method, item.path)
        return fail_inside().build_response()


async def _answer(gate: Gate, item: Operation, request: Request) -> Response:
    custom = gate.authenticate
    if inspect.iscoroutinefunction(custom):
        caller = _admit(item, await cast("Awaitable[Caller | None]", custom(request)))
    elif item.body is None and item.is_streaming:
        call, arguments = await gate.run(partial(_open_call, gate, item, request))
        return await cast("Awaitable[Response]", item.endpoint(call, **arguments))
    elif item.body is None:
        # All in one thread: going there and back costs about as much as looking up a token.
        return await gate.run(partial(_answer_at_once, gate, item, request), writes=item.method != "GET")
    else:
        caller = await gate.run(partial(_identify, gate, item, request))
    ids, arguments = _check_head(item, request)
    if item.body is not None:
        value = await read_body(request, forms=item.forms, max_size=item.max_body)
        arguments["body"] = check_body(item.body, value)
    if item.is_streaming:
        organization = await gate.run(partial(_open_organization, gate, item, caller, ids))
        call = Call(gate, request, caller, ids, organization)
        return await cast("Awaitable[Response]", item.endpoint(call, **arguments))
    run = partial(_call_verb, gate, item, request, caller, ids, arguments)
    return await gate.run(run, writes=item.method != "GET")


def _answer_at_once(gate: Gate, item: Operation, request: Request) -> Response:
    caller = _identify(gate, item, request)
    ids, arguments = _check_head(item, request)
    return _call_verb(gate, item, request, caller, ids, arguments)


def _open_call(gate: Gate, item: Operation, request: Request) -> tuple[Call, dict[str, Any]]:
    caller = _identify(gate, item, request)
    ids, arguments = _check_head(item, request)
    return Call(gate, request, caller, ids, _open_organization(gate, item, caller, ids)), arguments


def _identify(gate: Gate, item: Operation, request: Request) -> Caller:
    if gate.authenticate is not None:
        return _admit(item, cast("Caller | None", gate.authenticate(request)))
    if item.permissions is None:
        read_token(request)  # a header of the wrong form is refused even where nobody asks for one
        return Caller(permissions=frozenset())
    return _admit(item, authenticate_token(gate.archive, request))


def _admit(item: Operation, caller: Caller | None) -> Caller:
    if item.permissions is None:
        return caller or Caller(permissions=frozenset())
    return check_permissions(caller, item.permissions, sessions=item.sessions)


def _check_head(item: Operation, request: Request) -> tuple[dict[str, str], dict[str, Any]]:
    ids = dict(request.path_params)
    check_ids(ID_PREFIXES, ids)
    if item.query is None:
        return ids, {}
    return ids, {"query": check_query(item.query, request.query_params.multi_items(), writes=item.method != "GET")}


def _open_organization(gate: Gate, item: Operation, caller: Caller, ids: Mapping[str, str]) -> Organization | None:
    return None if item.scope is None else open_organization(gate.archive, caller, ids[item.scope])


def _call_verb(
    gate: Gate,
    item: Operation,
    request: Request,
    caller: Caller,
    ids: Mapping[str, str],
    arguments: Mapping[str, Any],
) -> Response:
    organization = _open_organization(gate, item, caller, ids)
    reply = item.endpoint(Call(gate, request, caller, ids, organization), **arguments)
    if isinstance(reply, Response):
        return reply
    return build_reply(reply, {} if item.method == "GET" else wait_for_index(gate.archive, request))


def build_reply(reply: object, headers: Mapping[str, str]) -> Response:
    """Return the response to an operation that is done."""
    if reply is None:
        return Response(status_code=204, headers={**SECURITY_HEADERS, **headers})
    return Response(to_json(reply), 200, {**SECURITY_HEADERS, **headers}, "application/json")


def wait_for_index(archive: Archive, request: Request) -> dict[str, str]:
    """Wait until searches see what was written, if the request asks for it; return headers that say whether they do.

    The write is durable either way. Texts of originals come later, when they were read.
    """
    if "searchable" not in (request.query_params.get("wait"), request.headers.get("x-papra-wait")):
        return {}
    try:
        archive.wait_for(archive.ticket(), _INDEX_SECONDS)
    except WaitTimedOut:
        return {"x-papra-searchable": "false"}
    return {"x-papra-searchable": "true"}

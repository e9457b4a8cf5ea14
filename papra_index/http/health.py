"""Whether the server lives, whether its archive answers (papra-api, section 1), and what it has done."""

from __future__ import annotations

from pydantic_core import to_json
from starlette.responses import Response
from typing_extensions import TypedDict

from papra_index.errors import InvalidToken, PapraIndexError
from papra_index.http.failures import SECURITY_HEADERS, refuse
from papra_index.http.metrics import CONTENT_TYPE
from papra_index.http.routing import Call, operation


class PingReply(TypedDict):
    """That the server lives."""

    status: str


class HealthReply(TypedDict):
    """Whether the catalog and everything else is well."""

    isDatabaseHealthy: bool
    isEverythingOk: bool
    status: str


@operation("GET", "/ping", public=True)
def ping(_call: Call) -> PingReply:
    """Whether the server lives."""
    return {"status": "ok"}


@operation("GET", "/health", public=True, reply=HealthReply)
def get_health(call: Call) -> Response:
    """Whether the archive answers; 500 when it does not."""
    try:
        call.archive.pending_extractions()
        reply: HealthReply = {"isDatabaseHealthy": True, "isEverythingOk": True, "status": "ok"}
        status = 200
    except PapraIndexError:
        reply = {"isDatabaseHealthy": False, "isEverythingOk": False, "status": "error"}
        status = 500
    return Response(to_json(reply), status, SECURITY_HEADERS, "application/json")


@operation("GET", "/metrics", described=False)
def show_metrics(call: Call) -> Response:
    """Requests and backlog for Prometheus, to any valid token that sees all documents."""
    if call.caller.principals is not None:
        raise refuse(InvalidToken)
    return Response(call.gate.metrics.write(call.archive), 200, {**SECURITY_HEADERS, "content-type": CONTENT_TYPE})

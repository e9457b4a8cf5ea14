"""Whether the server lives, and whether its archive answers (papra-api, section 1)."""

from __future__ import annotations

from pydantic_core import to_json
from starlette.responses import Response
from typing_extensions import TypedDict

from papra_index.errors import PapraIndexError
from papra_index.http.failures import SECURITY_HEADERS
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

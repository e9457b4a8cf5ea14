"""How many requests are in progress at once: those beyond are refused in the envelope, in front of everything else, so
that a busy server answers quickly wherever the application is mounted.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from papra_index.http.failures import refuse_when_busy


class RequestBound:
    """An ASGI application in front of another one; 0 is no bound."""

    def __init__(self, app: ASGIApp, max_requests: int) -> None:
        self._app = app
        self._max_requests = max_requests
        self._in_progress = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it unread."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._max_requests and self._in_progress >= self._max_requests:
            await answer_busy(scope, receive, send)
            return
        self._in_progress += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._in_progress -= 1


async def answer_busy(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse whatever is asked, as an ASGI application."""
    await refuse_when_busy().build_response()(scope, receive, send)

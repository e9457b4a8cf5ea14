"""Connections of the server, with bounds that uvicorn's have not: on heads, on the wait for them, on bodies of requests
that were refused. What is no HTTP, or too many, is answered in the envelope of errors: clients read nothing else.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from papra_index.http.bounds import answer_busy
from papra_index.http.failures import Failure, refuse_unknown_route

_NO_HTTP = Failure(400, "server.invalid_request", "Invalid HTTP request")
_LARGE_HEAD = Failure(431, "server.invalid_request", "Request header fields too large")


class BoundedProtocol(HttpToolsProtocol):
    """One connection. A subclass may have other bounds: sizes in bytes, times in seconds."""

    max_head = 64 * 1024
    max_dropped = 64 * 1024 * 1024
    head_seconds = 20.0
    dropping_seconds = 60.0

    _timer: asyncio.TimerHandle | None = None
    _head_size = 0
    _unended = 0
    _dropped = 0
    _in_head = False

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Not uvicorn's, whose refusal is plain text and counts the requests that a mounted application bounds itself.
        self._max_connections, self.limit_concurrency = self.limit_concurrency, None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._set_timer(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._set_timer(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what comes, unless it is a head without end."""
        began_before = self._in_head
        super().data_received(data)
        if began_before and self._in_head and not self.transport.is_closing():
            # A value that has not ended is not seen by `on_header`.
            self._unended += len(data)
            if self._unended > self.max_head:
                self._refuse(_LARGE_HEAD)

    def on_message_begin(self) -> None:
        """Begin to count."""
        super().on_message_begin()
        self._in_head, self._head_size, self._unended, self._dropped = True, 0, 0, 0
        self._set_timer(self.head_seconds)

    def on_url(self, url: bytes) -> None:
        """Take the path, or a piece of it."""
        self._count_head(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._count_head(name, value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        self._in_head = False
        self._set_timer(None)
        served = self.app
        if self._max_connections is not None and len(self.connections) > self._max_connections:
            self.app = answer_busy
        try:
            super().on_headers_complete()
        finally:
            self.app = served

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body; one that was answered already is dropped, so that its sender reads the answer."""
        if self.cycle.response_complete:
            self._dropped += len(body)
            if self._dropped > self.max_dropped:
                self.transport.close()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait no longer for the end of a body."""
        self._set_timer(None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the rest of a body that nobody reads, but not for ever."""
        if self.cycle.more_body:
            self._set_timer(self.dropping_seconds)
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """Answer what the parser refused, or a callback of it."""
        error = sys.exception()
        if self._head_size > self.max_head:
            self._refuse(_LARGE_HEAD)
        elif isinstance(error, httptools.HttpParserInvalidMethodError):
            self._refuse(refuse_unknown_route())
        else:
            self._refuse(_NO_HTTP)

    def _count_head(self, *pieces: bytes) -> None:
        self._head_size += sum(map(len, pieces))
        if self._head_size > self.max_head:
            raise ValueError("the head is too large")  # the parser makes an error of its own of it

    def _refuse(self, failure: Failure) -> None:
        response = failure.build_response()
        phrase = HTTPStatus(failure.status).phrase
        lines = [f"HTTP/1.1 {failure.status} {phrase}".encode(), b"connection: close"]
        lines += [name + b": " + value for name, value in response.raw_headers]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + bytes(response.body))
        self.transport.close()

    def _set_timer(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


class EndingApplication:
    """An ASGI application that answers in the envelope, too, what the end of the server has left no time for."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request; one that is cancelled before the answer has begun is told to come again."""
        begun = False

        async def note(message: Any) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, note)
        except asyncio.CancelledError:
            if scope["type"] != "http":
                raise
            if not begun:
                await answer_busy(scope, receive, send)

"""The request of a delivery over TLS: to the address that was checked, by the certificate of the name."""

from __future__ import annotations

import asyncio
import http.server
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from papra_index.notification.posting import Answer, Message, post_message

# Made for tests by `openssl req -x509`, for the name localhost alone, until 2126.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUAxjIm3q/w9qxpl7E8RUfmZRO9o4wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNjA1MDQzNloYDzIxMjYxMTAy
MDUwNDM2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARsCF61INinlW95lq/axX1V9Sm+weUSfext672dXUJ5YkJ/rNhkyOeK
PIYMbLhCvYKwk0N7bvag9Lpd5vfMAp+yo2kwZzAdBgNVHQ4EFgQU804bLsMNW4qv
DleOc7JRJYON5lwwHwYDVR0jBBgwFoAU804bLsMNW4qvDleOc7JRJYON5lwwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIhAJqS2e28iUmBlynnDRD2b8jzYJ5B6s/c3WoA1O5yQsgRAiBdUKhOq0RV
3Kbpc9xmcSsYzzrpzXTU8lPefJL1GO7IoA==
-----END CERTIFICATE-----
"""
KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg154uGrqClST5KwlP
5KHWVOaGhtEK6UvR/aiwY/DKNA2hRANCAARsCF61INinlW95lq/axX1V9Sm+weUS
fext672dXUJ5YkJ/rNhkyOeKPIYMbLhCvYKwk0N7bvag9Lpd5vfMAp+y
-----END PRIVATE KEY-----
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate.write_text(CERTIFICATE)
    key.write_text(KEY)
    return certificate, key


@pytest.fixture
def port(files: tuple[Path, Path]) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200 if self.headers["host"] == f"localhost:{server.server_port}" else 421)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def post(url: str, certificate: Path | None) -> Answer:
    async def run() -> Answer:
        trusted = ssl.create_default_context(cafile=certificate)
        async with httpx.AsyncClient(verify=trusted, trust_env=False) as client:
            return await post_message(client, Message("msg_1", url, "s", {}), 5, allow_private=True)

    return asyncio.run(run())


def test_the_certificate_is_that_of_the_name(files: tuple[Path, Path], port: int) -> None:
    assert post(f"https://localhost:{port}/", files[0]) == Answer(200, None)
    by_address = post(f"https://127.0.0.1:{port}/", files[0])
    assert by_address.status is None
    assert "certificate" in (by_address.error or "")
    assert "certificate" in (post(f"https://localhost:{port}/", None).error or "")

"""The one request of a delivery: to an address that was checked, without redirects and proxies, within bounded time."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from papra_index.conventions.values import dataclass
from papra_index.errors import PapraIndexError
from papra_index.notification.addresses import check_addresses, parse_url, resolve_host
from papra_index.notification.signature import sign_delivery

if TYPE_CHECKING:
    import httpx

_MAX_REASON = 300


WebhookClient: TypeAlias = "httpx.AsyncClient"
"""What `open_client` gives, for signatures elsewhere."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted, where to, and with which secret it is signed, if any."""

    id: str
    url: str
    secret: str | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of it: the status that was answered, or why there was none."""

    status: int | None
    error: str | None

    @property
    def is_accepted(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


def open_client(seconds: float) -> WebhookClient:
    """Return a client for `post_message`. No connection is used twice: it may have been made for another name."""
    import httpx

    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(follow_redirects=False, trust_env=False, limits=limits, timeout=seconds)


async def post_message(client: WebhookClient, message: Message, seconds: float, *, allow_private: bool) -> Answer:
    """Post a message and return what is answered; nothing of the answer's body is read. Raises nothing."""
    import httpx

    try:
        async with asyncio.timeout(seconds):
            return Answer(await _post(client, message, allow_private=allow_private), None)
    except TimeoutError:
        return Answer(None, f"no answer within {seconds:g} s")
    except PapraIndexError as error:
        return Answer(None, error.message[:_MAX_REASON])
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return Answer(None, f"{type(error).__name__}: {error}"[:_MAX_REASON])


async def _post(client: WebhookClient, message: Message, *, allow_private: bool) -> int:
    url = parse_url(message.url)
    addresses = await asyncio.to_thread(resolve_host, url)
    if not allow_private:
        check_addresses(url, addresses)
    body = json.dumps(message.payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    timestamp = int(time.time())
    headers = {
        "host": url.netloc.decode("ascii"),
        "content-type": "application/json",
        "user-agent": "papra-webhook-client",
        "webhook-id": message.id,
        "webhook-timestamp": str(timestamp),
    }
    if message.secret:
        headers["webhook-signature"] = sign_delivery(message.secret, message.id, timestamp, body)
    request = client.build_request("POST", url.copy_with(host=addresses[0]), content=body, headers=headers)
    # The certificate is that of the name, though the connection is made to the address.
    request.extensions["sni_hostname"] = url.raw_host.decode("ascii")
    response = await client.send(request, stream=True)
    await response.aclose()
    return response.status_code

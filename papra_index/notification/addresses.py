"""Which addresses a webhook may have: those of the public internet, unless the settings say otherwise.

A name is resolved once and the connection is made to the address that was checked, so that a name that means another
machine a moment later (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from papra_index.errors import InvalidInput, UnsafeUrl
from papra_index.values.webhooks import MAX_URL_LENGTH

if TYPE_CHECKING:
    import httpx

_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")
"""IPv6 networks whose last 32 bits are an IPv4 address (RFC 6052; RFC 4291, section 2.5.5.1)."""

_HOST = re.compile(rb"[A-Za-z0-9._:-]+")
_SPECIAL = tuple(
    map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "100::/64", "3fff::/20", "5f00::/16"))
)
"""Of the registries of special addresses (RFC 6890), those that not every Python knows."""

_PORTS = {"http": 80, "https": 443}


def parse_url(url: str) -> httpx.URL:
    """Return a URL that can be posted to. Raises InvalidInput for one that is none."""
    import httpx

    if not isinstance(url, str) or not 1 <= len(url) <= MAX_URL_LENGTH:
        raise InvalidInput(f"a URL has 1 to {MAX_URL_LENGTH} characters: give one such as https://example.com/hook")
    try:
        parsed = httpx.URL(url)
        # Read here, as a port or name that is none shows only then.
        usable = parsed.scheme in _PORTS and _HOST.fullmatch(parsed.raw_host) and not parsed.userinfo
        usable = usable and (parsed.port is None or 1 <= parsed.port <= 65_535)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise InvalidInput(f"{url[:200]!r} is no URL ({error}): give one such as https://example.com/hook") from error
    if not usable:
        raise InvalidInput(f"{url[:200]!r} cannot be posted to: give an http or https URL without user and password")
    return parsed


def resolve_host(url: httpx.URL) -> list[str]:
    """Return the addresses of a URL's host; it may be an address itself, in any notation. Raises OSError."""
    found = socket.getaddrinfo(
        url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme], type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def check_addresses(url: httpx.URL, addresses: Sequence[str]) -> None:
    """Raise UnsafeUrl unless all addresses of a URL's host are public."""
    for address in addresses:
        if not is_public(address):
            raise UnsafeUrl(
                f"{url.host} is {address}, an address within a network: give a public one, or set allow_private under "
                "[webhooks] where all who make webhooks may reach what this machine reaches"
            )


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet, also where an IPv6 address holds one of IPv4."""
    parsed = ip_address(address.split("%")[0])
    held = _find_held(parsed) if isinstance(parsed, IPv6Address) else []
    if held:
        return all(map(_is_global, held))
    return _is_global(parsed)


def _find_held(address: IPv6Address) -> list[IPv4Address]:
    """Return the IPv4 addresses within an IPv6 address: mapped, compatible, NAT64, 6to4, Teredo."""
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if (address in _COMPATIBLE and int(address) > 1) or address in _NAT64:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [item for item in found if item is not None]


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    site_local = isinstance(address, IPv6Address) and address.is_site_local
    special = any(address in network for network in _SPECIAL)
    return address.is_global and not (address.is_multicast or address.is_reserved or site_local or special)

"""Which addresses webhooks may have."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.errors import InvalidInput, UnsafeUrl
from papra_index.notification.addresses import check_addresses, is_public, parse_url, resolve_host

WITHIN = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1",
    "100::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::", "2002:c0a8:101::1", "2001:0:7f00:1::1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808",
    "2002:808:808::1",
]  # fmt: skip


@pytest.mark.parametrize("address", WITHIN)
def test_addresses_within_networks_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_public(address)


@given(st.integers(0, 2**32 - 1))
def test_an_address_is_judged_alike_in_each_form_that_ipv6_has_for_it(number: int) -> None:
    address = ipaddress.IPv4Address(number)
    low = f"{number >> 16:x}:{number & 0xFFFF:x}"
    assert is_public(f"::ffff:{address}") == is_public(f"64:ff9b::{low}") == is_public(f"2002:{low}::1")
    assert is_public(f"::ffff:{address}") == is_public(str(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost:8080/x", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/",
        "http://127.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[0:0:0:0:0:ffff:7f00:1]/",
        "http://169.254.169.254/latest/meta-data/", "http://①②⑦.0.0.1/",
    ],
)  # fmt: skip
def test_urls_to_this_machine_are_refused_however_they_are_written(url: str) -> None:
    try:
        parsed = parse_url(url)
        addresses = resolve_host(parsed)
    except (InvalidInput, socket.gaierror):
        return  # it leads nowhere
    with pytest.raises(UnsafeUrl, match="within a network"):
        check_addresses(parsed, addresses)


def test_one_address_within_a_network_is_too_many() -> None:
    with pytest.raises(UnsafeUrl):
        check_addresses(parse_url("http://two.example/"), ["8.8.8.8", "10.0.0.1"])
    check_addresses(parse_url("http://two.example/"), ["8.8.8.8", "1.1.1.1"])


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://8.8.8.8/", "file:///etc/passwd", "http://", "http:///x", "http://a:b@8.8.8.8/", "http://8.8.8.8:99999/",
     "http://[::1", "//8.8.8.8/", "javascript:alert(1)", "http://x" + "y" * 3000, "http://exa mple/"],
)  # fmt: skip
def test_what_is_no_url_to_post_to_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        parse_url(url)

"""Who is on the other end: what a trusted proxy says counts, what anybody else says does not."""

from ipaddress import ip_network

import pytest
from starlette.types import Scope

from api.proxies import Proxies, household

OURS = Proxies((ip_network("10.0.0.0/8"), ip_network("127.0.0.1"), ip_network("fd00::/8")))
NONE = Proxies()


def asked(peer: str | None, **headers: str) -> Scope:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "client": (peer, 4711) if peer is not None else None, "headers": raw}


@pytest.mark.parametrize(
    ("proxies", "peer", "told", "address"),
    [
        (NONE, "203.0.113.7", None, "203.0.113.7"),
        (NONE, "203.0.113.7", "1.2.3.4", "203.0.113.7"),
        (NONE, "127.0.0.1", "1.2.3.4", "127.0.0.1"),
        (OURS, "203.0.113.7", "1.2.3.4", "203.0.113.7"),
        (OURS, "10.1.2.3", "1.2.3.4", "1.2.3.4"),
        (OURS, "10.1.2.3", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (OURS, "10.1.2.3", "6.6.6.6, 1.2.3.4, 10.9.9.9", "1.2.3.4"),
        (OURS, "10.1.2.3", "10.4.4.4, 10.9.9.9", "10.4.4.4"),
        (OURS, "10.1.2.3", "1.2.3.4, nonsense, 10.9.9.9", "10.9.9.9"),
        (OURS, "10.1.2.3", "", "10.1.2.3"),
        (OURS, "10.1.2.3", None, "10.1.2.3"),
        (OURS, "::ffff:10.1.2.3", "1.2.3.4", "1.2.3.4"),
        (OURS, "fd00::1", "2001:db8::7", "2001:db8::7"),
        (OURS, "testclient", "1.2.3.4", "testclient"),
        (OURS, None, "1.2.3.4", ""),
    ],
)
def test_address(proxies: Proxies, peer: str | None, told: str | None, address: str) -> None:
    headers = {} if told is None else {"x_forwarded_for": told}
    assert proxies.origin(asked(peer, **headers)).address == address


@pytest.mark.parametrize(
    ("proxies", "peer", "headers", "here"),
    [
        (NONE, "127.0.0.1", {}, True),
        (NONE, "::1", {}, True),
        (NONE, "127.0.0.1", {"x_forwarded_for": "127.0.0.1"}, False),
        (NONE, "127.0.0.1", {"via": "1.1 proxy"}, False),
        (NONE, "127.0.0.1", {"forwarded": "for=1.2.3.4"}, False),
        (NONE, "203.0.113.7", {}, False),
        (NONE, "testclient", {}, False),
        (OURS, "127.0.0.1", {}, False),
        (OURS, "127.0.0.1", {"x_forwarded_for": "127.0.0.1"}, False),
    ],
)
def test_only_this_computer_without_a_proxy_is_here(
    proxies: Proxies, peer: str, headers: dict[str, str], here: bool
) -> None:
    assert proxies.origin(asked(peer, **headers)).here is here


@pytest.mark.parametrize(
    ("peer", "told", "secure"),
    [
        ("10.1.2.3", "https", True),
        ("10.1.2.3", "http", False),
        ("10.1.2.3", "https, http", False),
        ("1.2.3.4", "https", False),
    ],
)
def test_tls_is_what_a_trusted_proxy_says(peer: str, told: str, secure: bool) -> None:
    assert OURS.origin(asked(peer, x_forwarded_proto=told)).secure is secure


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_what_counts_as_one_sender(address: str, counted: str) -> None:
    assert household(address) == counted

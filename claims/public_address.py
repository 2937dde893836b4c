"""Is this an address of the public internet? Only then may the service connect to it on somebody's word.

Allowed is what IANA lists as globally reachable (``ipaddress.is_global``), less what leads somewhere else: multicast,
addresses that carry an IPv4 address inside, and cloud services that answer to whoever runs inside.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

_GLOBAL_V6 = ip_network("2000::/3")
"""The only IPv6 space handed out; site-local, IPv4-mapped, IPv4-compatible and NAT64 addresses lie outside it."""

_LOOPBACK_V4, _LOOPBACK_V6 = ip_network("127.0.0.0/8"), ip_address("::1")

_NOT_THE_INTERNET = tuple(
    ip_network(text)
    for text in (
        "100.64.0.0/10",  # carrier-grade NAT, RFC 6598; a metadata service at 100.100.100.200
        "168.63.129.16/32",  # a cloud's platform service, public by number only
        "192.0.0.0/24",  # protocol assignments; a metadata service at 192.0.0.192
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "2001::/23",  # Teredo and other protocol assignments, RFC 2928
        "2002::/16",  # 6to4: an IPv4 address inside, RFC 3056
        "3fff::/20",  # documentation, RFC 9637
    )
)
"""Named here because Python versions differ on some of them."""


def public(text: str) -> Address | None:
    """The address if it is one of the public internet, else None; a zone index (``%eth0``) never is."""
    found = address(text)
    if found is None or not found.is_global or found.is_multicast or found.is_reserved:
        return None
    if isinstance(found, IPv6Address) and found not in _GLOBAL_V6:
        return None
    return None if any(found in network for network in _NOT_THE_INTERNET) else found


def loopback(text: str) -> Address | None:
    """The address if it is this machine's own, and not one inside another (``::ffff:127.0.0.1``)."""
    found = address(text)
    own = found in _LOOPBACK_V4 if isinstance(found, IPv4Address) else found == _LOOPBACK_V6
    return found if own else None


def address(text: str) -> Address | None:
    """An address in its usual form, without a zone index."""
    try:
        return None if "%" in text else ip_address(text)
    except ValueError:
        return None

"""Who is on the other end of a connection: the sender itself, or whom a trusted proxy says that it speaks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_LEFT_BY_PROXIES: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a request comes from. ``here``: from this computer itself, with no sign of a proxy in between."""

    address: str
    here: bool = False
    secure: bool = False


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies in front. What anybody else says in ``X-Forwarded-*`` counts for nothing."""

    trusted: tuple[Network, ...] = ()

    def origin(self, scope: Scope) -> Origin:
        """Of a request. ``secure``: it came by TLS to the proxy."""
        headers = Headers(scope=scope)
        peer = (scope.get("client") or ("", 0))[0]
        if not self._trusts(_address(peer)):
            own = _address(peer)
            alone = not any(name in headers for name in _LEFT_BY_PROXIES)
            return Origin(address=peer, here=alone and own is not None and own.is_loopback)
        secure = _last(headers.getlist("x-forwarded-proto")).lower() == "https"
        return Origin(address=self._behind(peer, headers.getlist("x-forwarded-for")), secure=secure)

    def _behind(self, peer: str, told: Iterable[str]) -> str:
        """The last address that is no proxy of ours: what stands before it, anybody may have made up."""
        seen = peer
        for text in reversed(",".join(told).split(",")):
            hop = _address(text.strip())
            if hop is None:
                break
            seen = str(hop)
            if not self._trusts(hop):
                break
        return seen

    def _trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self.trusted)


def household(address: str) -> str:
    """What counts as one sender: an IPv4 address, the /64 of an IPv6 address, which is what one customer line gets."""
    found = _address(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, 64), strict=False))
    return str(found or address)


def _address(text: str) -> Address | None:
    """IPv4 inside of IPv6 is IPv4: a listener on both sees it so."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _last(values: list[str]) -> str:
    return values[-1].rpartition(",")[2].strip() if values else ""

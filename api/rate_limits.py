"""Whose requests are counted, and how that is told (draft-ietf-httpapi-ratelimit-headers-10).

A request pays for its address. Once it is known who asks, the address is paid back and the actor pays, so that
an insurer's app is not counted by the address that all its requests come from, and wrong keys still are.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final, Self

from api.proxies import household
from api.rate import WINDOW_S, Buckets
from api.settings import Settings
from api.visit import Visit
from claims.actors import Actor
from model.errors import RequestError

ADDRESS: Final = "address"
ACTOR: Final = "actor"
LOGIN: Final = "login"


class RateLimits:
    """The limits of one process. A quota of 0 is no limit."""

    def __init__(
        self, *, address: int = 0, actor: int = 0, login: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Requests a minute."""
        quotas = {ADDRESS: address, ACTOR: actor, LOGIN: login}
        self._buckets: Mapping[str, Buckets] = {
            name: Buckets(quota, clock=clock) for name, quota in quotas.items() if quota
        }

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the installation sets them."""
        return cls(address=settings.rate_address, actor=settings.rate_actor, login=settings.rate_login)

    def enter(self, visit: Visit) -> None:
        """Before anything else is done for a request. Raises ``request.too_many``, as all of these do."""
        self._pay(ADDRESS, household(visit.origin.address), visit)

    def know(self, visit: Visit, actor: Actor) -> None:
        """It is known who asks."""
        visit.actor = actor.kind
        if visit.standings.pop(ADDRESS, None):
            self._buckets[ADDRESS].give_back(household(visit.origin.address))
        self._pay(ACTOR, actor.name, visit)

    def login(self, visit: Visit) -> None:
        """Somebody tries a password."""
        self._pay(LOGIN, household(visit.origin.address), visit)

    def _pay(self, name: str, key: str, visit: Visit) -> None:
        if name in self._buckets:
            visit.standings[name] = standing = self._buckets[name].take(key)
            if not standing.allowed:
                raise RequestError("too_many", wait_s=standing.wait_s)


def told(visit: Visit) -> dict[str, str]:
    """The headers that say how a request stands; ``Retry-After`` where it was refused."""
    standings = visit.standings.items()
    if not standings:
        return {}
    headers = {
        "RateLimit-Policy": ", ".join(f'"{name}";q={its.quota};w={WINDOW_S:.0f}' for name, its in standings),
        "RateLimit": ", ".join(f'"{name}";r={its.remaining};t={its.full_s}' for name, its in standings),
    }
    waits = [its.wait_s for _, its in standings if not its.allowed]
    return headers | ({"Retry-After": str(max(waits))} if waits else {})

"""Who pays for a request, and how that is told."""

from uuid import uuid4

import pytest

from api.proxies import Origin
from api.rate_limits import RateLimits, told
from api.visit import Visit
from claims.actors import Actor, ActorKind
from claims.states import Role
from model.errors import RequestError

APP = Actor(kind=ActorKind.APP, id=uuid4(), role=Role.APP)
OTHER_APP = Actor(kind=ActorKind.APP, id=uuid4(), role=Role.APP)


def still() -> float:
    """A clock that stands."""
    return 0.0


def visit(address: str = "203.0.113.7") -> Visit:
    return Visit(request_id="7", origin=Origin(address=address))


def refused(limits: RateLimits, visit: Visit) -> bool:
    try:
        limits.enter(visit)
    except RequestError as error:
        return error.code == "request.too_many"
    return False


def test_strangers_pay_by_their_address() -> None:
    limits = RateLimits(address=2, clock=still)
    assert [refused(limits, visit()) for _ in range(3)] == [False, False, True]
    assert not refused(limits, visit("203.0.113.8"))


def test_addresses_of_one_line_are_one() -> None:
    limits = RateLimits(address=2, clock=still)
    assert [refused(limits, visit(f"2001:db8:1:2::{host}")) for host in (1, 2, 3)] == [False, False, True]
    assert not refused(limits, visit("2001:db8:1:3::1"))


def test_who_is_known_pays_and_the_address_is_paid_back() -> None:
    limits = RateLimits(address=1, actor=3, clock=still)
    for _ in range(3):
        asked = visit()
        limits.enter(asked)
        limits.know(asked, APP)
        assert asked.actor is ActorKind.APP
        assert set(asked.standings) == {"actor"}
    asked = visit()
    limits.enter(asked)
    with pytest.raises(RequestError) as caught:
        limits.know(asked, APP)
    assert (caught.value.code, caught.value.facts["wait_s"]) == ("request.too_many", 20)
    limits.know(visit("203.0.113.9"), OTHER_APP)


def test_wrong_keys_are_counted_by_the_address() -> None:
    limits = RateLimits(address=2, actor=1000, clock=still)
    assert [refused(limits, visit()) for _ in range(3)] == [False, False, True]


def test_logins_have_a_bucket_of_their_own() -> None:
    limits = RateLimits(address=100, login=1, clock=still)
    limits.login(visit())
    asked = visit()
    limits.enter(asked)
    with pytest.raises(RequestError):
        limits.login(asked)
    assert set(asked.standings) == {"address", "login"}


def test_nothing_is_no_limit() -> None:
    limits = RateLimits()
    for _ in range(1000):
        asked = visit()
        limits.enter(asked)
        limits.login(asked)
        limits.know(asked, APP)
        assert told(asked) == {}


def test_headers_as_the_draft_has_them() -> None:
    limits = RateLimits(address=120, login=2, clock=still)
    asked = visit()
    limits.enter(asked)
    assert told(asked) == {"RateLimit-Policy": '"address";q=120;w=60', "RateLimit": '"address";r=119;t=1'}
    limits.login(asked)
    limits.login(asked)
    with pytest.raises(RequestError):
        limits.login(asked)
    assert told(asked) == {
        "RateLimit-Policy": '"address";q=120;w=60, "login";q=2;w=60',
        "RateLimit": '"address";r=119;t=1, "login";r=0;t=60',
        "Retry-After": "30",
    }

"""A whole service with cases in many states and somebody of every role: what fuzzing and the matrix of rights ask."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import UUID

from desks import AT, picture, scene
from fastapi.testclient import TestClient
from nursery import scripted_eyes, view_of
from reports import report, stamped
from sites import COVER, Case, Clock, Site, app_key

from api.app import create_app
from api.settings import Settings
from claims.bearer import issue
from claims.ids import new_id
from claims.passwords import Passwords
from claims.repository import claims, people
from claims.repository.people import Person
from claims.review_queue import Lease
from claims.states import Role

STAFF: Final = (Role.FRONT_LINE, Role.JUNIOR, Role.SENIOR, Role.EXPERT, Role.AUDITOR, Role.ADMIN)
"""Those who sign in."""
CHEAP: Final = Passwords(memory_kib=64, passes=1)
_UNLIMITED: Final = {"rate_address": 0, "rate_actor": 0, "rate_login": 0, "max_waiting": 600}
_VIEWS: Final = len(scene("01-scratched-door-two-views").photos)


@dataclass(frozen=True)
class Member:
    """Somebody of the staff with a token."""

    person: Person
    token: str = field(repr=False)


@contextmanager
def opened_site(home: Path) -> Iterator[Site]:
    """The service on SQLite while the block runs. The detector sees a scratched door; nobody is drawn for a check."""
    settings = Settings(home=home, language="en", hosts=("*",), **_UNLIMITED)
    eyes, clock = scripted_eyes(), Clock()
    app = create_app(settings, open_eyes=lambda _: eyes, clock=clock)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        service = app.state.service
        cheap = replace(service.entrance, passwords=CHEAP, refusal_s=0.0)
        app.state.service = replace(service, entrance=cheap)
        yield Site(client, service.house, clock, app_key(service.books), _notice())


def member(site: Site, role: Role) -> Member:
    """Somebody new of the staff."""
    at = site.clock()
    person = Person(id=new_id(at), subject=uuid.uuid4().hex, name="李娜", role=role, made_at=at)
    with site.house.books.writing() as book:
        people.add(book, person)
    entrance = site.client.app.state.service.entrance  # type: ignore[attr-defined]
    return Member(person, issue(person.id, role, person.rights_version, at=at, by=entrance.own))


def hold(site: Site, claim_id: str, person: UUID | None) -> None:
    """The case is in somebody's hands from now on, or in nobody's."""
    at = site.clock()
    with site.house.books.writing() as book:
        claim = claims.locked(book, UUID(claim_id))
        assert claim is not None
        lease = None if person is None else Lease(holder=person, taken_at=at, until=at + timedelta(minutes=30))
        claims.save(book, replace(claim, lease=lease))


def photographed(case: Case, seed: int) -> list[str]:
    """The SHA-256 of two photos like no others that the case has now."""
    sent = [_photo(2 * seed + view, view) for view in range(_VIEWS)]
    assert case.send(*sent).status_code == 201
    return [sha256(photo).hexdigest() for photo in sent]


def assessed(case: Case, seed: int) -> dict[str, object]:
    """The case with photos, cover, and what the machine makes of it."""
    photographed(case, seed)
    assert case.ask("PUT", "/cover", case.site.app, json=COVER).status_code == 200
    return case.assessed()


def _photo(seed: int, view: int) -> bytes:
    plain = picture(10_000 + seed)
    tries = (stamped(plain, str(number)) for number in range(1000))
    return next(photo for photo in tries if view_of(sha256(photo).hexdigest()) == view)


def _notice() -> dict[str, object]:
    told: dict[str, object] = report(1)["notice"]
    return {**told, "happened_at": (AT - timedelta(hours=5)).isoformat()}

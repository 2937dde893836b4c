"""The service over HTTP, as tests meet it: its callers, one case, a clock that is turned by hand."""

import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2
from desks import AT, scene
from fastapi.testclient import TestClient

from claims.bearer import issue
from claims.desk.house import House
from claims.ids import new_id
from claims.repository import apps, people
from claims.repository.apps import App, AppKey
from claims.repository.book import Books
from claims.repository.people import Person
from claims.states import Role
from claims.tokens import new_api_key

SCRATCH = scene("01-scratched-door-two-views")
OTHER = scene("01-scratched-door-two-views", seed=2)
CAR = {"vehicle_class": "CN2_60_150k", "adas": False, "new_energy": False}
COVER = {"policy_active": True, "plate_matches_policy": True}


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@dataclass(frozen=True)
class Site:
    """The service as its callers meet it. ``app`` is the key of an app whose word on cover counts."""

    client: TestClient
    house: House
    clock: Clock
    app: str = field(repr=False)
    notice: dict[str, Any] = field(repr=False)

    def ask(self, method: str, path: str, token: str | None = None, **given: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.client.request(method, path, headers=headers | given.pop("headers", {}), **given)

    def opened(self, token: str | None = None, **changes: Any) -> dict[str, Any]:
        body = {"notice": {**self.notice, **changes}, "vehicle": CAR}
        answer = self.ask("POST", "/v1/claims", token, json=body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def case(self) -> "Case":
        """A case that the app opened."""
        made = self.opened(self.app)
        return Case(self, made["claim"]["id"], made["token"])

    def staff(self, role: Role, person_id: uuid.UUID | None = None) -> str:
        """The token of somebody of the staff."""
        at = self.clock()
        person = Person(id=person_id or new_id(at), subject=uuid.uuid4().hex, name="李娜", role=role, made_at=at)
        with self.house.books.writing() as book:
            people.add(book, person)
        entrance = self.client.app.state.service.entrance  # type: ignore[attr-defined]
        return issue(person.id, role, person.rights_version, at=at, by=entrance.own)


@dataclass(frozen=True)
class Case:
    """One case over HTTP; ``token`` is its customer's."""

    site: Site
    id: str
    token: str = field(repr=False)

    def ask(self, method: str, path: str = "", token: str | None = None, **given: Any) -> httpx2.Response:
        return self.site.ask(method, f"/v1/claims/{self.id}{path}", token or self.token, **given)

    def now(self, token: str | None = None) -> dict[str, Any]:
        answer = self.ask("GET", "", token)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def send(self, *photos: bytes, token: str | None = None) -> httpx2.Response:
        files = [("photos", (f"{index}.jpg", content, "image/jpeg")) for index, content in enumerate(photos)]
        return self.ask("POST", "/photos", token, files=files)

    def offered(self) -> dict[str, Any]:
        """The same with two photos, cover, and the machine's offer."""
        assert self.send(*SCRATCH.photos).status_code == 201
        assert self.ask("PUT", "/cover", self.site.app, json=COVER).status_code == 200
        return self.assessed()

    def assessed(self) -> dict[str, Any]:
        """The case after the machine has looked, however long that takes here."""
        return self.after(self.ask("POST", "/assess"))

    def after(self, answer: httpx2.Response) -> dict[str, Any]:
        """The case once the job of an answer is done, where there is one."""
        until = time.monotonic() + 60
        while answer.status_code == 202 or answer.json().get("state") in ("waiting", "running"):
            assert time.monotonic() < until, answer.text
            time.sleep(0.1)
            answer = self.site.ask("GET", f"/v1/jobs/{answer.json()['id']}", self.token)
        assert answer.status_code == 200, answer.text
        return self.now()


def app_key(books: Books, *, states_cover: bool = True) -> str:
    """The key of a new app."""
    app = App(id=new_id(AT), name=uuid.uuid4().hex, states_cover=states_cover, made_at=AT)
    issued = new_api_key()
    with books.writing() as book:
        apps.add(book, app)
        apps.add_key(book, AppKey(id=new_id(AT), app=app.id, prefix=issued.prefix, digest=issued.digest, made_at=AT))
    return issued.text

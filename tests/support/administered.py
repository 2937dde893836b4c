"""What administrators change at a time: a person, an app and a receiver, each just made over HTTP."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx2
from sites import Site

PERSON: Final = {"name": "李娜", "role": "junior", "password": "four words of my own"}
MOVED: Final = (412, "storage.moved")


@dataclass(frozen=True)
class Thing:
    """What two administrators may change: how it was made, where it is, and two changes to it."""

    site: Site
    admin: str
    made: httpx2.Response
    path: str
    changes: tuple[dict[str, Any], dict[str, Any]]

    def read(self, **headers: str) -> httpx2.Response:
        return self.site.ask("GET", self.path, self.admin, headers=headers)

    def change(self, tag: str | None, number: int = 0, by: str | None = None) -> httpx2.Response:
        headers = {} if tag is None else {"If-Match": tag}
        return self.site.ask("PATCH", self.path, by or self.admin, json=self.changes[number], headers=headers)

    def reset(self, tag: str | None, password: str, by: str | None = None) -> httpx2.Response:
        """Another password for a person."""
        headers, asked = {} if tag is None else {"If-Match": tag}, {"password": password}
        return self.site.ask("POST", f"{self.path}/password", by or self.admin, json=asked, headers=headers)

    @property
    def listed(self) -> Any:
        """The same, as its list tells it."""
        rows = self.site.ask("GET", self.path.rpartition("/")[0], self.admin).json()
        return next(row for row in rows if row["id"] == self.made.json()["id"])


def _made(site: Site, admin: str, path: str, document: dict[str, Any], *changes: dict[str, Any]) -> Thing:
    made = site.ask("POST", path, admin, json=document)
    assert made.status_code == 201, made.text
    first, second = changes or ({"active": False}, {"active": True})
    return Thing(site, admin, made, f"{path}/{made.json()['id']}", (first, second))


def person(site: Site, admin: str) -> Thing:
    asked = {"login": uuid4().hex, **PERSON}
    return _made(site, admin, "/v1/admin/people", asked, {"role": "senior"}, {"active": False})


def app(site: Site, admin: str) -> Thing:
    return _made(site, admin, "/v1/admin/apps", {"name": uuid4().hex})


def receiver(site: Site, admin: str) -> Thing:
    return _made(site, admin, f"{app(site, admin).path}/webhooks", {"url": "https://8.8.8.8/hook"})


MAKERS: Final = (person, app, receiver)


def outcome(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]

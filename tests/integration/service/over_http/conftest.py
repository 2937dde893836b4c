"""The whole service on both databases, with photos whose detections are scripted.

On PostgreSQL jobs are done by a worker beside the service, as they are there; on SQLite by the service itself.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bank import arrives
from desks import AT, known_notice, open_house
from fastapi.testclient import TestClient
from gates import Gate
from pydantic import SecretStr
from sites import OTHER, SCRATCH, Case, Clock, Site, app_key

from api.app import create_app
from api.settings import Settings
from claims.actors import Actor, ActorKind
from claims.db import is_embedded
from claims.desk.house import House
from claims.jobs.embedded import at_work
from claims.jobs.kinds import kinds
from claims.jobs.queue import LocalQueue
from claims.jobs.worker import Worker
from claims.keys import Keys
from claims.notice import Notice
from claims.repository.book import Books
from claims.states import Role
from inference.testing import ScriptedDetector, shipped_manifest


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate() -> Gate:
    """The detector of this test, open unless it is closed."""
    behind = ScriptedDetector({**SCRATCH.script, **OTHER.script}, shipped_manifest("joint-v0"))
    opened = Gate(behind)
    opened.open.set()
    return opened


@pytest.fixture
def open_site(
    url: str, keys: Keys, books: Books, clock: Clock, notice: Notice, gate: Gate, tmp_path: Path
) -> Iterator[Callable[..., Site]]:
    """``open_site(works=False)``: no job is ever done."""
    with ExitStack() as held:

        def make(*, works: bool = True, **changes: Any) -> Site:
            scripted = open_house(books, tmp_path, keys)
            house = replace(scripted, eyes=replace(scripted.eyes, detector=gate))
            unlimited = {"rate_address": 0, "rate_actor": 0, "rate_login": 0, "max_waiting": 600}
            own = {"home": tmp_path, "database": url, "keys": SecretStr(keys.text()), "language": "en", "hosts": ("*",)}
            app = create_app(Settings(**{**own, **unlimited, **changes}), open_eyes=lambda _: house.eyes, clock=clock)
            if works and not is_embedded(books.engine):
                held.enter_context(_worker(house, clock, tmp_path / "worker"))
            client = held.enter_context(TestClient(app, base_url="http://localhost"))
            told = known_notice(notice, AT - timedelta(hours=5)).model_dump(mode="json", warnings=False)
            return Site(client, house, clock, app_key(books), told)

        yield make


@pytest.fixture
def site(open_site: Callable[..., Site]) -> Site:
    return open_site()


@pytest.fixture
def case(site: Site) -> Case:
    return site.case()


def _worker(house: House, clock: Clock, home: Path) -> AbstractContextManager[None]:
    queue = LocalQueue()
    worker = Worker(books=house.books, kinds=kinds(house, clock), queue=queue, name="beside", now=clock)
    return at_work(home, worker, queue, poll_s=0.05)


@pytest.fixture
def another_app(books: Books) -> str:
    """The key of an app whose word on cover does not count."""
    return app_key(books, states_cover=False)


@pytest.fixture
def pay(site: Site) -> Callable[[str], None]:
    """The money goes out: ``pay(claim)``."""

    def confirm(claim: str) -> None:
        senior = Actor(kind=ActorKind.STAFF, id=uuid.UUID(int=7), role=Role.SENIOR)
        arrives(site.house, senior, uuid.UUID(claim), site.clock())

    return confirm

"""More requests at a time than the database has connections: they wait for a turn, never for a connection."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import anyio
from desks import AT, customer, open_house
from sites import Case, Site
from sqlalchemy import Pool

from api.working import AT_ONCE, changing, looking
from claims import db
from claims.db import Database
from claims.desk.desk import Desk
from claims.keys import Keys
from claims.repository.book import Books, Secrets

MANY = 60
WAIT_S = 0.3


def test_sixty_look_at_once(site: Site, case: Case) -> None:
    assert site.client.app.state.service.books.engine.pool.size() == 20  # type: ignore[attr-defined]
    with ThreadPoolExecutor(MANY) as pool:
        answers = list(pool.map(lambda _: case.ask("GET"), range(MANY)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.headers["ETag"] for answer in answers}) == 1


def test_whoever_has_a_thread_has_a_connection(url: str, keys: Keys, tmp_path: Path) -> None:
    """Each holds its connection longer than anybody would wait for one."""
    books = Books(db.open_engine(Database(url=url, wait_s=WAIT_S)), Secrets.of(keys))
    house, held = open_house(books, tmp_path, keys), []

    def look(desk: Desk) -> None:
        held.append(_out(books.engine.pool))
        time.sleep(2 * WAIT_S)

    async def all_at_once() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(MANY):
                group.start_soon(looking, house, customer(AT), AT, look)

    anyio.run(all_at_once)
    assert len(held) == MANY
    assert 10 < max(held) <= AT_ONCE < 20
    books.engine.dispose()


def test_what_changes_something_waits_in_the_same_line(site: Site) -> None:
    """Counted are the changes under way: the site has work of its own that borrows a connection now and then."""
    under_way: list[int] = []
    inside, lock = 0, Lock()

    def change(_: Desk) -> None:
        nonlocal inside
        with lock:
            inside += 1
            under_way.append(inside)
        time.sleep(0.01)
        with lock:
            inside -= 1

    async def all_at_once() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(MANY):
                group.start_soon(changing, site.house, customer(AT), AT, change)

    anyio.run(all_at_once)
    assert len(under_way) == MANY
    assert max(under_way) <= AT_ONCE


def _out(pool: Pool) -> int:
    """Connections in use."""
    found: int = pool.checkedout()  # type: ignore[attr-defined]
    return found

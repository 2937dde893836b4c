"""While too much waits for the machine, more of it is refused, and nothing is lost by it."""

import time
from concurrent.futures import ThreadPoolExecutor

from gates import Gate
from sites import SCRATCH, Case, Site
from sqlalchemy import delete, func, select

from claims.tables import idempotency, jobs, observations

THREADS = 2
KEY = {"Idempotency-Key": "0d9f8a52-51d6-4be5-9f80-f8b0a7a1d6c1"}


def photographed(site: Site) -> Case:
    case = site.case()
    assert case.send(*SCRATCH.photos).status_code in {200, 201}
    return case


def counted(site: Site) -> list[int]:
    with site.house.books.reading() as book:
        query = (select(func.count()).select_from(table) for table in (idempotency, jobs))
        return [book.connection.execute(one).scalar_one() for one in query]


def test_who_is_refused_has_lost_nothing_and_is_welcome_later(site: Site, gate: Gate) -> None:
    """Every thread is busy, because what was seen on the photos is lost and the network takes its time."""
    *busy, late = (photographed(site) for _ in range(THREADS + 2))
    with site.house.books.writing() as book:
        book.connection.execute(delete(observations))
    gate.open.clear()
    try:
        with ThreadPoolExecutor(len(busy)) as pool:
            answers = list(pool.map(lambda case: case.ask("POST", "/assess"), busy))
        assert {answer.status_code for answer in answers} == {202}
        before = counted(site), late.now()
        site.clock.turn(seconds=2)
        time.sleep(0.2)
        refused = late.ask("POST", "/assess", headers=dict(KEY))
        assert (refused.status_code, refused.json()["code"]) == (503, "service.busy")
        assert int(refused.headers["Retry-After"]) >= 2
        assert (counted(site), late.now()) == before
    finally:
        gate.open.set()
    for case, answer in zip(busy, answers, strict=True):
        assert case.after(answer)["assessment"]
    again = late.ask("POST", "/assess", headers=dict(KEY))
    assert late.after(again)["assessment"]
    assert late.ask("POST", "/assess", headers=dict(KEY)).headers["Idempotency-Replayed"] == "true"

"""While too much waits for the machine, more of it is refused, and nothing is lost by it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from gates import Gate
from httpx2 import Response
from sites import CAR, SCRATCH, Case, Site
from sqlalchemy import delete, func, select, update

from claims.jobs.backlog import FRESH_S
from claims.tables import idempotency, jobs, observations

THREADS = 2
SOON_S = 0.4
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


def test_no_new_case_comes_in_while_one_that_is_in_waits(open_site: Callable[..., Site], gate: Gate) -> None:
    site = open_site(works=False, max_assessments=1, max_waiting=3)
    first = photographed(site)
    time.sleep(SOON_S)  # who opened a case a moment ago is expected with its photos
    inside = [first, photographed(site)]
    with site.house.books.writing() as book:
        book.connection.execute(delete(observations))
    gate.open.clear()
    try:
        with ThreadPoolExecutor(len(inside)) as pool:
            assert {one.status_code for one in pool.map(lambda case: case.ask("POST", "/assess"), inside)} == {202}
        site.clock.turn(seconds=1)
        time.sleep(2 * FRESH_S)
        before = counted(site)
        report = {"notice": site.notice, "vehicle": CAR}
        refused = site.ask("POST", "/v1/claims", json=report, headers=dict(KEY))
        assert (refused.status_code, refused.json()["code"]) == (503, "service.busy")
        assert int(refused.headers["Retry-After"]) >= 3
        assert counted(site) == before
        assert inside[0].ask("GET", "").status_code == 200, "whoever is in goes on"
        with site.house.books.writing() as book:
            book.connection.execute(update(jobs).values(not_before=site.clock() + timedelta(hours=1)))
        time.sleep(2 * FRESH_S)
        assert site.ask("POST", "/v1/claims", json=report, headers=dict(KEY)).status_code == 201
    finally:
        gate.open.set()


def opened(site: Site) -> Response:
    return site.ask("POST", "/v1/claims", json={"notice": site.notice, "vehicle": CAR})


def test_cases_without_photos_are_opened_as_fast_as_they_come(site: Site) -> None:
    assert {opened(site).status_code for _ in range(12)} == {201}


def test_one_customer_after_the_other_is_never_refused(open_site: Callable[..., Site]) -> None:
    """A case that was assessed is in nobody's way, however lately it was opened."""
    site = open_site(max_assessments=2, max_waiting=6)
    for _ in range(6):
        case = photographed(site)
        assert case.ask("POST", "/assess").status_code in {200, 202}

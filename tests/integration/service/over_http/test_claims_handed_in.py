"""What is handed in is looked at, and once, whether or not its customer asks for it besides."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from sites import COVER, SCRATCH, Case
from sqlalchemy import func, select
from tables import Table, paper, referred

from claims.repository import assessments, audit
from claims.states import Role
from claims.tables import jobs


def ready(case: Case) -> Case:
    assert case.send(*SCRATCH.photos).status_code == 201
    assert case.ask("PUT", "/cover", case.site.app, json=COVER).status_code == 200
    return case


def offered(case: Case) -> bool:
    until = time.monotonic() + 30
    while case.now()["offer"] is None and time.monotonic() < until:
        time.sleep(0.05)
    return case.now()["offer"] is not None


def looks(case: Case) -> tuple[int, int]:
    """Jobs of the case, and assessments that are kept."""
    with case.site.house.books.reading() as book:
        count = book.connection.execute(select(func.count()).where(jobs.c.claim == UUID(case.id))).scalar_one()
        return int(count), len(assessments.of_claim(book, UUID(case.id)))


def test_whoever_hands_in_need_not_ask_for_more(case: Case) -> None:
    answer = ready(case).ask("POST", "/submit")
    assert answer.status_code == 200, answer.text
    assert offered(case)
    assert looks(case) == (1, 1)
    again = case.ask("POST", "/submit")
    assert (again.status_code, again.json()["code"]) == (409, "claim.impossible_move")
    with case.site.house.books.reading() as book:
        log = [entry.actor.partition(":")[0] for entry in audit.entries(book) if entry.action == "assess"]
        assert set(log) == {"system"}


def test_handed_in_and_asked_for_at_once_is_looked_at_once(case: Case) -> None:
    ready(case)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda path: case.ask("POST", path), ["/submit", "/assess", "/submit", "/assess"]))
    assert {answer.status_code for answer in answers} <= {200, 202, 409}
    assert offered(case)
    assert looks(case) == (1, 1)


def test_what_a_person_has_asked_for_goes_back_to_the_person(case: Case) -> None:
    expert = Table(referred(case), case.site.staff(Role.EXPERT)).taken()
    before = looks(case)
    assert expert.ask("POST", "/ask-materials", json={}).status_code == 200
    for item in case.now()["missing"]:
        if item["needed"]:
            assert (
                case.ask("POST", f"/materials/{item['material']}", content=paper(item["material"])).status_code == 201
            )
    answer = case.ask("POST", "/submit")
    assert answer.status_code == 200, answer.text
    assert case.now(expert.token)["inside"]["state"] == "in_review"
    assert looks(case) == before

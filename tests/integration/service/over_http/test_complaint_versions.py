"""Two people and one complaint: ``ETag`` on what is read, ``If-Match`` on what is taken or answered."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sites import Case, Site
from sqlalchemy import select

from claims.desk.overdue import act_on_overdue
from claims.repository import complaints
from claims.states import Role
from claims.tables import idempotency

SOLVED = {"how": "explained", "words": "called"}


@pytest.fixture
def path(case: Case) -> str:
    """Where a complaint is, below its case."""
    assert case.ask("POST", "/complaints", json={"words": "nobody calls"}).status_code == 200
    return f"/complaints/{case.now()['complaints'][0]['id']}"


def steps(case: Case, path: str) -> list[tuple[str, dict[str, Any]]]:
    """Everything that changes it, by its whole address."""
    below = f"/v1/claims/{case.id}{path}"
    every = [(f"/v1{path}/take", {}), (f"/v1{path}/release", {})]
    said = (("reply", {"words": "called"}), ("told", {"what": "result", "words": "called"}), ("solve", SOLVED))
    return [*every, *((f"{below}/{name}", {"json": document}) for name, document in said)]


def test_one_is_read_with_its_version_and_not_again(site: Site, case: Case, path: str) -> None:
    front = site.staff(Role.FRONT_LINE)
    read = case.ask("GET", path, front)
    assert (read.status_code, read.json()["text"], read.json()["version"]) == (200, "nobody calls", 1)
    assert read.headers["ETag"].startswith('"1.')
    known = case.ask("GET", path, front, headers={"If-None-Match": read.headers["ETag"]})
    assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", read.headers["ETag"])
    [listed] = case.ask("GET", "/complaints", front).json()
    assert listed == read.json()
    assert site.ask("GET", "/v1/complaints", front).json()[0]["version"] == 1
    assert case.ask("GET", path).status_code == 403


def test_whoever_changes_it_says_what_they_have_seen(site: Site, case: Case, path: str) -> None:
    front = site.staff(Role.FRONT_LINE)
    before = case.ask("GET", path, front)
    for address, given in steps(case, path):
        answer = site.ask("POST", address, front, **given)
        assert (answer.status_code, answer.json()["code"]) == (428, "request.precondition_needed"), address
        for tag in ('"2"', '"2.0123456789abcdef"', "1", "x", '"x"', 'W/"1"'):
            answer = site.ask("POST", address, front, headers={"If-Match": tag}, **given)
            assert (answer.status_code, answer.json()["code"]) == (412, "storage.moved"), (address, tag)
    assert case.ask("GET", path, front).headers["ETag"] == before.headers["ETag"]


def test_who_may_not_is_told_so_before_anything_else(site: Site, case: Case, path: str) -> None:
    junior, strange = site.staff(Role.JUNIOR), site.case()
    for address, given in steps(case, path):
        assert site.ask("POST", address, junior, **given).json()["code"] == "rights.forbidden"
        elsewhere = address.replace(case.id, strange.id)
        if elsewhere != address:
            answer = site.ask("POST", elsewhere, site.staff(Role.FRONT_LINE), **given)
            assert (answer.status_code, answer.json()["code"]) == (404, "claim.no_complaint")


def test_every_answer_has_the_tag_that_the_next_step_sends(site: Site, case: Case, path: str) -> None:
    front = site.staff(Role.FRONT_LINE)
    tag, seen = case.ask("GET", path, front).headers["ETag"], []
    for address, given in steps(case, path):
        answer = site.ask("POST", address, front, headers={"If-Match": tag}, **given)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Location"] == f"/v1/claims/{case.id}{path}"
        tag = answer.headers["ETag"]
        assert tag.startswith(f'"{answer.json()["version"]}.')
        seen.append(answer.json()["version"])
    assert seen == sorted(set(seen))
    assert case.ask("GET", path, front).json()["version"] == seen[-1]


def test_what_somebody_has_seen_no_longer_counts_once_another_has_changed_it(site: Site, case: Case, path: str) -> None:
    one, other = site.staff(Role.FRONT_LINE), site.staff(Role.SENIOR)
    tag = {"If-Match": case.ask("GET", path, other).headers["ETag"]}
    assert site.ask("POST", f"/v1{path}/take", one, headers=tag).status_code == 200
    for address, given in steps(case, path):
        answer = site.ask("POST", address, other, headers=tag, **given)
        assert (answer.status_code, answer.json()["code"]) == (412, "storage.moved"), address
    fresh = {"If-Match": case.ask("GET", path, other).headers["ETag"]}
    refused = site.ask("POST", f"/v1{path}/take", other, headers=fresh)
    assert (refused.status_code, refused.json()["code"]) == (409, "claim.complaint_taken")


def test_of_many_at_once_one_takes_it(site: Site, case: Case, path: str) -> None:
    people = [site.staff(Role.FRONT_LINE) for _ in range(6)]
    tag = {"If-Match": case.ask("GET", path, people[0]).headers["ETag"]}
    with ThreadPoolExecutor(len(people)) as pool:
        answers = list(pool.map(lambda token: site.ask("POST", f"/v1{path}/take", token, headers=tag), people))
    assert sorted(one.status_code for one in answers) == [200, *[412] * 5]
    assert case.ask("GET", path, people[0]).json()["version"] == 2


def test_a_level_above_and_an_erasure_are_changes_too(site: Site, case: Case, path: str) -> None:
    front = site.staff(Role.FRONT_LINE)
    tag = {"If-Match": case.ask("GET", path, front).headers["ETag"]}
    assert act_on_overdue(site.house, site.clock() + timedelta(hours=3)) >= 1
    assert site.ask("POST", f"/v1{path}/take", front, headers=tag).json()["code"] == "storage.moved"
    assert case.ask("GET", path, front).json()["version"] == 2
    with site.house.books.writing() as book:
        complaints.erase_words(book, UUID(case.id))
    erased = case.ask("GET", path, front).json()
    assert (erased["version"], erased["text"]) == (3, None)


def test_the_same_step_again_is_told_as_the_complaint_is_by_then(site: Site, case: Case, path: str) -> None:
    front = site.staff(Role.FRONT_LINE)
    take = {"If-Match": case.ask("GET", path, front).headers["ETag"], "Idempotency-Key": "take"}
    first = site.ask("POST", f"/v1{path}/take", front, headers=take)
    again = site.ask("POST", f"/v1{path}/take", front, headers=take)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.json() == case.ask("GET", path, front).json()
    assert again.json()["version"] == first.json()["version"] == 2
    site.clock.turn(minutes=1)
    solved = {"If-Match": again.headers["ETag"]}
    assert case.ask("POST", f"{path}/solve", front, json=SOLVED, headers=solved).status_code == 200
    later = site.ask("POST", f"/v1{path}/take", front, headers=take)
    assert (later.status_code, later.json()["state"]) == (200, "solved")
    assert later.headers["ETag"].startswith(f'"{later.json()["version"]}.')
    with site.house.books.reading() as book:
        [row] = book.connection.execute(select(idempotency).where(idempotency.c.actor.startswith("staff:")))
        kept = book.opened(row.answer_sealed, "idempotency", f"{row.actor}/{row.key_sha256}", "answer")
    assert kept == ""

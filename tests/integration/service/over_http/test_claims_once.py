"""Idempotency-Key: what was done is done once, whoever asks how often; other content is refused."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sites import SCRATCH, Case, Site
from sqlalchemy import select
from tables import Table, amounting_to, referred

from claims.repository import claims
from claims.states import Role
from claims.tables import idempotency


def test_the_same_report_is_one_case(site: Site) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    body = {"notice": site.notice}
    first, again = (site.ask("POST", "/v1/claims", json=body, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["Location"] == first.headers["Location"]
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    other = site.ask("POST", "/v1/claims", json={"notice": {**site.notice, "cause": "hail"}}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "request.key_reused")
    own = site.ask("POST", "/v1/claims", site.app, json=body, headers=key)
    assert own.json()["claim"]["id"] != first.json()["claim"]["id"]
    assert site.opened()["claim"]["id"] != site.opened()["claim"]["id"]


@pytest.mark.parametrize(
    "key", ["1", "report", "00000000-0000-0000-0000-000000000001", "0d9f8a52-51d6-4be5-9f80-f8b0a7a"]
)
def test_a_stranger_needs_a_key_that_nobody_comes_upon(site: Site, key: str) -> None:
    answer = site.ask("POST", "/v1/claims", json={"notice": site.notice}, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.weak_key")
    with site.house.books.reading() as book:
        assert claims.listed(book) == ()


def test_staff_are_told_again_what_they_may_see_by_then(site: Site, case: Case) -> None:
    """What somebody saw while they held a case is not told to them again afterwards."""
    token = site.staff(Role.SENIOR)
    table = Table(referred(case), token)
    key, other = {"Idempotency-Key": "take"}, {"Idempotency-Key": "correct"}
    first = table.ask("POST", "/take", headers=dict(key))
    assert first.json()["notice"]["plate"] == "沪A12345"
    again = table.ask("POST", "/take", headers=dict(key))
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    asked = {"json": {"changes": [amounting_to("500.00")]}, "headers": {**other, "If-Match": table.tag}}
    assert table.ask("POST", "/corrections", **asked).status_code == 200
    assert table.ask("POST", "/release").status_code == 200
    again = table.ask("POST", "/take", headers=dict(key))
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.json()["notice"]["plate"] != "沪A12345"
    assert again.json()["inside"]["holder"] is None
    refused = table.ask("POST", "/corrections", **asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "rights.not_held")
    with site.house.books.reading() as book:
        rows = book.connection.execute(select(idempotency).where(idempotency.c.actor.startswith("staff:")))
        opened = [
            book.opened(row.answer_sealed, "idempotency", f"{row.actor}/{row.key_sha256}", "answer") for row in rows
        ]
    assert opened == ["", ""]


def test_many_at_once_make_one_case(site: Site) -> None:
    key = {"Idempotency-Key": "all-the-same"}

    def report(_: int) -> tuple[int, str]:
        answer = site.ask("POST", "/v1/claims", site.app, json={"notice": site.notice}, headers=key)
        if answer.status_code == 409:
            assert (answer.json()["code"], answer.headers["Retry-After"]) == ("request.still_running", "1")
            return 409, ""
        return answer.status_code, answer.json()["claim"]["id"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(report, range(16)))
    made = {claim for status, claim in answers if status == 201}
    assert len(made) == 1
    assert {status for status, _ in answers} <= {201, 409}
    with site.house.books.reading() as book:
        assert len(claims.listed(book)) == 1


def test_an_error_leaves_the_key_free(case: Case) -> None:
    key = {"Idempotency-Key": "assess"}
    assert case.ask("POST", "/assess", headers=key).json()["code"] == "claim.no_photos"
    case.send(*SCRATCH.photos)
    assert case.ask("POST", "/assess", headers=key).status_code in {200, 202}


def test_a_second_yes_is_the_first_one(case: Case) -> None:
    offer = case.offered()["offer"]["id"]
    yes = {"json": {"offer": offer, "signature": "王小明"}, "headers": {"Idempotency-Key": "yes"}}
    first, again = (case.ask("POST", "/accept", **yes) for _ in range(2))
    assert (first.status_code, again.content) == (200, first.content)
    assert case.ask("POST", "/accept", json=yes["json"]).json()["offer"] == first.json()["offer"]


def test_photos_under_one_key_are_the_same_photos(case: Case) -> None:
    def send(*photos: bytes) -> tuple[int, str]:
        files = [("photos", ("a.jpg", content, "image/jpeg")) for content in photos]
        answer = case.ask("POST", "/photos", files=files, headers={"Idempotency-Key": "photos"})
        return answer.status_code, answer.json().get("code", "")

    assert send(SCRATCH.photos[0]) == (201, "")
    assert send(SCRATCH.photos[0]) == (201, "")
    assert send(SCRATCH.photos[1]) == (422, "request.key_reused")


def test_keys_that_cannot_be_kept_apart_are_refused(case: Case) -> None:
    for key in ("", "x" * 256, "a b"):
        answer = case.ask("POST", "/withdraw", headers={"Idempotency-Key": key})
        assert answer.status_code == 422, key
    assert case.now()["state"]["code"] == "submitted"

"""Two adjusters on one case, stale versions, authority: what is refused over HTTP, and what the log keeps of it."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from bank import proof_of
from sites import COVER, Case, Site
from tables import Table, amounting_to, referred

from claims.desk.desk import thing_of
from claims.repository import audit
from claims.states import Role


@pytest.fixture
def waiting(case: Case) -> Case:
    return referred(case)


def test_one_case_is_in_one_pair_of_hands(site: Site, waiting: Case) -> None:
    one, other = (Table(waiting, site.staff(Role.SENIOR)) for _ in range(2))
    assert one.taken().ask("POST", "/take").status_code == 200
    assert other.ask("POST", "/take").json()["code"] == "review.held_by_other"
    assert other.ask("POST", "/extend").json()["code"] == "review.held_by_other"
    assert other.ask("POST", "/approve", json={}).json()["code"] == "review.held_by_other"
    assert other.ask("POST", "/decline", json={"words": "no", "terms": "7"}).json()["code"] == "review.held_by_other"
    assert site.ask("GET", "/v1/reviews", other.token).json() == []
    assert one.ask("POST", "/release").status_code == 200
    assert one.ask("POST", "/extend").json()["code"] == "review.not_held"
    assert other.ask("POST", "/take").status_code == 200


def test_a_lease_ends_and_is_extended(site: Site, waiting: Case) -> None:
    table = Table(waiting, site.staff(Role.SENIOR)).taken()
    site.clock.turn(minutes=12)
    assert table.ask("POST", "/extend").status_code == 200
    for minutes, status in ((19, 409), (1, 200)):
        site.clock.turn(minutes=minutes)
        assert Table(waiting, site.staff(Role.SENIOR)).ask("POST", "/take").status_code == status


def test_at_once_only_one_of_many_takes_it(site: Site, waiting: Case) -> None:
    tokens = [site.staff(Role.SENIOR) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda token: site.ask("POST", "/v1/reviews/next", token).status_code, tokens))
    assert sorted(answers) == [200, *[204] * 5]


def test_a_version_that_is_over_is_refused(site: Site, waiting: Case) -> None:
    table = Table(waiting, site.staff(Role.SENIOR)).taken()
    seen = table.tag
    for path, document in (("/corrections", {"changes": [amounting_to("500.00")]}), ("/approve", {"words": "seen"})):
        assert table.ask("POST", path, json=document).json()["code"] == "request.precondition_needed"
        for tag in ("*", '"7"', "W/" + seen, seen.replace(".0.", ".1.")):
            answer = table.ask("POST", path, json=document, headers={"If-Match": tag})
            assert (answer.status_code, answer.json()["code"]) == (412, "review.stale_version"), tag
    assert table.correct(amounting_to("500.00"), tag=seen).status_code == 200
    assert table.correct(amounting_to("600.00"), tag=seen).status_code == 412
    assert table.approve(seen, words="seen").status_code == 412
    assert table.ask("GET").json()["lines"][0]["amount"] == 500.0


def test_a_correction_sent_twice_is_made_once(site: Site, waiting: Case) -> None:
    table = Table(waiting, site.staff(Role.SENIOR)).taken()
    asked = {"json": {"changes": [amounting_to("500.00")]}, "headers": {"If-Match": table.tag, "Idempotency-Key": "k1"}}
    first, again = (table.ask("POST", "/corrections", **{**asked, "headers": dict(asked["headers"])}) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert table.ask("GET").json()["version"].split(".")[1] == "1"


@pytest.mark.parametrize(
    ("role", "too_much", "enough"),
    [
        (Role.JUNIOR, ("1000.00", "5000.01"), "999.99"),
        (Role.SENIOR, ("5000.01",), "5000.00"),
        (Role.EXPERT, (), "5000.01"),
    ],
)
def test_each_role_approves_up_to_its_limit(
    site: Site, waiting: Case, role: Role, too_much: tuple[str, ...], enough: str
) -> None:
    table = Table(waiting, site.staff(role)).taken()
    for total in too_much:
        assert table.correct(amounting_to(total)).status_code == 200
        answer = table.approve(words="offer of the shop")
        assert (answer.status_code, answer.json()["code"]) == (403, "rights.beyond_authority")
    assert table.correct(amounting_to(enough)).status_code == 200
    assert table.approve(words="offer of the shop").status_code == 200
    with site.house.books.reading() as book:
        refused = [one for one in audit.entries(book) if one.action == "rights.beyond_authority"]
        assert not audit.verify(book)
    assert [one.facts["amount"] for one in refused] == list(too_much)
    assert {(one.role, one.object) for one in refused} == ({(role.value, f"claim:{waiting.id}")} if refused else set())


def test_who_differs_by_more_than_a_tenth_says_why(site: Site, waiting: Case) -> None:
    table = Table(waiting, site.staff(Role.SENIOR)).taken()
    table.correct(amounting_to("4000.00"))
    assert table.approve().json()["code"] == "rights.reason_needed"
    assert table.approve(reasons=["other"]).json()["code"] == "rights.reason_needed"
    assert waiting.ask("PUT", "/cover", site.app, json=COVER).status_code == 200
    assert table.approve(reasons=["quotation"]).status_code == 200


@pytest.mark.parametrize("role", [Role.FRONT_LINE, Role.AUDITOR, Role.ADMIN])
def test_who_decides_nothing_is_refused_and_noted(site: Site, waiting: Case, role: Role) -> None:
    table = Table(waiting, site.staff(role))
    for path, document in (("/approve", {}), ("/decline", {"words": "no", "terms": "7"}), ("/recall", {"words": "no"})):
        answer = table.ask("POST", path, json=document, headers={"If-Match": '"none.0.0"'})
        assert (answer.status_code, answer.json()["code"]) == (403, "rights.forbidden")
    proof = proof_of({"id": waiting.id, "amount": 1.0, "currency": "CNY"})
    assert waiting.ask("POST", "/payments/confirm", table.token, json=proof).status_code == 403
    with site.house.books.reading() as book:
        noted = audit.about(book, thing_of(UUID(waiting.id)))
    assert [one.facts["right"] for one in noted if one.action == "rights.forbidden"] == [
        "correct_lines",
        "decline",
        "recall",
        "confirm_payment",
    ]

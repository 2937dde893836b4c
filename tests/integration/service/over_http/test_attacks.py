"""What somebody tried against the service, and must not come by."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from desks import AT, customer
from sites import COVER, OTHER, SCRATCH, Case, Clock, Site
from tables import PDF, Table, paper, referred

from claims.actions import Action
from claims.desk import assessing
from claims.desk.handed_in import submitted
from claims.desk.overdue import act_on_overdue
from claims.ids import new_id
from claims.repository import offers
from claims.repository.jobs import Job
from claims.states import Role
from model.errors import StorageError

_YEARS = timedelta(days=366 * 6)


def test_a_decision_that_was_contested_is_no_junior_s(case: Case) -> None:
    referred(case)
    junior, senior = (Table(case, case.site.staff(role)) for role in (Role.JUNIOR, Role.SENIOR))
    assert junior.taken().approve(words="seen").status_code == 200
    assert case.ask("POST", "/contest", json={"words": "too little"}).status_code == 200
    assert senior.ask("POST", "/take-up").status_code == 200
    assert senior.ask("POST", "/release").status_code == 200
    assert junior.ask("POST", "/take").json()["code"] == "rights.same_person"
    another = Table(case, case.site.staff(Role.JUNIOR))
    assert another.ask("POST", "/take").json()["code"] == "rights.beyond_authority"
    assert senior.taken().approve(words="seen again").status_code == 200


@pytest.mark.parametrize("amount", ["1E-99999999", "0.00001"])
def test_an_amount_that_fills_the_memory_is_no_amount(case: Case, amount: str) -> None:
    for name in ("deductible", "salvage", "claimed_amount"):
        assert case.ask("PUT", "/cover", case.site.app, json={name: amount}).status_code == 422
    assert case.ask("PUT", "/cover", case.site.app, json={"deductible": "500.50"}).status_code == 200


@pytest.mark.parametrize("path", ["/reopen", "/contest", "/complaints"])
def test_an_erased_case_takes_no_words(case: Case, clock: Clock, pay: Callable[[str], None], path: str) -> None:
    shown = case.offered()
    wanted = [item["material"] for item in shown["missing"] if item["needed"]]
    case.ask("POST", "/accept", json={"offer": shown["offer"]["id"], "signature": "王小明"})
    for material in wanted:
        case.ask("POST", f"/materials/{material}", content=paper(material))
    pay(case.id)
    clock.turn(seconds=_YEARS.total_seconds())
    assert case.ask("DELETE").status_code == 204
    refused = case.ask("POST", path, case.site.app, json={"words": "13812345678"})
    assert refused.json()["code"] == "claim.at_rest"
    assert "13812345678" not in refused.text


def test_documents_for_a_case_at_rest_are_not_kept(case: Case, tmp_path: Path) -> None:
    assert case.ask("POST", "/withdraw").status_code == 200
    kept = tmp_path / "photos"
    before = sorted(kept.rglob("*"))
    assert case.ask("POST", "/materials/bank_card", content=PDF).json()["code"] == "claim.at_rest"
    assert sorted(kept.rglob("*")) == before


@pytest.mark.parametrize("late", ["photo", "cover"])
def test_nothing_is_offered_on_what_the_machine_has_not_seen(case: Case, late: str) -> None:
    """What comes between the look of the machine and its word: the job fails, and looks once more."""
    site = case.site
    case.send(*SCRATCH.photos)
    case.ask("PUT", "/cover", site.app, json=COVER)
    with site.house.desk(customer(AT, UUID(case.id)), site.clock()) as desk:
        assessing.started(desk, submitted(desk, desk.claim(UUID(case.id), Action.ASSESS)))
    calls: list[datetime] = []

    def clock() -> datetime:
        calls.append(site.clock())
        if len(calls) == 5:  # the last transaction is about to begin
            answer = (
                case.send(OTHER.photos[0])
                if late == "photo"
                else case.ask("PUT", "/cover", site.app, json={"policy_active": False})
            )
            assert answer.status_code in {200, 201}
        return calls[-1]

    at = site.clock()
    job = Job(id=new_id(at), key="x", kind="assess", claim=UUID(case.id), facts={}, made_at=at, not_before=at)
    with pytest.raises(StorageError) as refused:
        assessing.carry_out(site.house, job, clock)
    assert refused.value.code == "storage.moved"
    with site.house.books.reading() as book:
        assert offers.of_claim(book, UUID(case.id)) == ()


def test_a_case_that_comes_back_from_a_level_does_not_lie_before_a_machine_that_nobody_asked(case: Case) -> None:
    case.send(*SCRATCH.photos)
    case.ask("PUT", "/cover", case.site.app, json=COVER)
    with case.site.house.desk(customer(AT, UUID(case.id)), case.site.clock()) as desk:
        submitted(desk, desk.claim(UUID(case.id), Action.SUBMIT_MATERIALS))
    case.site.clock.turn(days=2)
    act_on_overdue(case.site.house, case.site.clock())
    table = Table(case, case.site.staff(Role.EXPERT)).taken()
    assert case.now(table.token)["inside"]["state"] == "escalated"
    assert table.ask("POST", "/return", json={"words": "the machine may look"}).status_code == 200
    until = time.monotonic() + 30
    while case.now()["offer"] is None:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_an_issuer_has_no_hidden_characters(site: Site) -> None:
    person = {"login": "li.na", "name": "李娜", "role": "junior", "issuer": "https://id\u0000"}
    assert site.ask("POST", "/v1/admin/people", site.staff(Role.ADMIN), json=person).status_code == 422

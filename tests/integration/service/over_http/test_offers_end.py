"""Offers stand for some days: told before their end and after it, asked for anew; and those whose ground has gone."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from peopled import member
from sites import Case, Site
from sqlalchemy import select
from tables import Table, amounting_to, paper, referred

from claims.deadline_rules import ClockKind
from claims.desk.expiring import act_on_offers
from claims.ids import new_id
from claims.repository import audit, claims, deadlines, offers, outbox
from claims.repository.outbox import Webhook
from claims.states import Role
from claims.tables import outbox as told
from claims.tables.words import OfferEnd

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def offered(site: Site, case: Case) -> Case:
    """With an offer, of an app that wants to be told."""
    with site.house.books.writing() as book:
        found = claims.get(book, UUID(case.id))
        assert found is not None
        assert found.app is not None
        made = {"id": new_id(site.clock()), "app": found.app, "made_at": site.clock()}
        outbox.add_webhook(book, Webhook(url="https://insurer.example/hooks", secrets=(b"s" * 32,), **made))
    assert case.offered()["offer"] is not None
    return case


def yes(case: Case, offer: dict[str, Any]) -> Any:
    return case.ask("POST", "/accept", json={"offer": offer["id"], "signature": "王小明"})


def nodes(site: Site) -> list[str]:
    with site.house.books.reading() as book:
        return list(book.connection.execute(select(told.c.node).order_by(told.c.id)).scalars())


def until(case: Case) -> datetime:
    return datetime.fromisoformat(case.now()["offer"]["valid_until"])


def turn_to(site: Site, moment: datetime) -> None:
    site.clock.turn(seconds=(moment - site.clock()).total_seconds())
    act_on_offers(site.house, site.clock())


def test_an_offer_stands_until_the_end_of_a_day_of_its_market(site: Site, offered: Case) -> None:
    end = until(offered).astimezone(SHANGHAI)
    assert (end.hour, end.minute, end.second) == (0, 0, 0)
    assert (end.date() - site.clock().astimezone(SHANGHAI).date()).days == 31
    turn_to(site, end - timedelta(microseconds=1))
    assert yes(offered, offered.now()["offer"]).status_code == 200


def test_its_end_is_told_once_before_and_once_after(site: Site, offered: Case) -> None:
    end = until(offered)
    turn_to(site, end - timedelta(days=3, seconds=1))
    assert "offer_ends_soon" not in nodes(site)
    for _ in range(2):
        turn_to(site, end - timedelta(days=3))
    assert nodes(site).count("offer_ends_soon") == 1
    for _ in range(2):
        turn_to(site, end)
    assert nodes(site).count("offer_ended") == 1
    codes = [event["code"] for event in offered.now()["timeline"]]
    assert codes[-2:] == ["offer_ends_soon", "offer_ended"]
    with site.house.books.reading() as book:
        [offer] = offers.of_claim(book, UUID(offered.id))
        assert not audit.verify(book)
    assert offer.ended_why is OfferEnd.EXPIRED


@pytest.mark.parametrize("acted", [True, False])
def test_after_its_end_a_new_one_is_asked_for(site: Site, offered: Case, acted: bool) -> None:
    """Whether or not somebody has noticed by then that it ended."""
    offer, end = offered.now()["offer"], until(offered)
    early = offered.ask("POST", "/renew-offer")
    assert (early.status_code, early.json()["known"]) == (409, ["offer_ended"])
    assert "renew_offer" not in offered.now()["actions"]
    site.clock.turn(seconds=(end - site.clock()).total_seconds())
    if acted:
        act_on_offers(site.house, site.clock())
    late = yes(offered, offer)
    assert (late.status_code, late.json()["code"]) == (409, "claim.offer_expired")
    shown = offered.now()
    assert "accept" not in shown["actions"]
    assert {"renew_offer", "contest"} <= set(shown["actions"])
    assert "run out" in shown["next_step"]
    asked = offered.ask("POST", "/renew-offer")
    assert (asked.status_code, asked.json()["state"]["code"]) == (200, "submitted"), asked.text
    with site.house.books.reading() as book:
        runs = [
            one.clock.kind for one in deadlines.of_claim(book, UUID(offered.id)) if one.clock.outcome(end) == "running"
        ]
    assert ClockKind.REVIEW in runs
    table = Table(offered, site.staff(Role.SENIOR)).taken()
    assert table.approve(words="still the same").status_code == 200
    fresh = offered.now()["offer"]
    assert yes(offered, offer).json()["code"] == "claim.offer_expired"
    assert yes(offered, fresh).status_code == 200


def test_what_was_accepted_does_not_run_out(site: Site, offered: Case) -> None:
    offer, end = offered.now()["offer"], until(offered)
    first = yes(offered, offer)
    assert first.status_code == 200
    turn_to(site, end + timedelta(days=1))
    assert offered.now()["offer"]["accepted_at"]
    again = yes(offered, offer)
    assert (again.status_code, again.json()["state"]) == (200, first.json()["state"])
    assert [event["code"] for event in offered.now()["timeline"]].count("accept") == 1


# --- the register says something else -------------------------------------------------------------------------------


@pytest.mark.parametrize("accepted", [False, True])
def test_a_case_whose_cover_changed_waits_for_no_customer(site: Site, offered: Case, accepted: bool) -> None:
    offer = offered.now()["offer"]
    if accepted:
        assert yes(offered, offer).json()["state"]["code"] == "assessed"  # documents are missing: not paid yet
    site.clock.turn(minutes=1)
    stated = offered.ask("PUT", "/cover", site.app, json={"policy_active": False})
    assert stated.status_code == 200, stated.text
    shown = offered.now()
    assert (shown["state"]["code"], shown["offer"]) == ("submitted", None)
    assert shown["timeline"][-1]["reason"]["code"] == "cover_changed"
    assert nodes(site)[-1] == "person_takes_over"
    refused = yes(offered, offer)
    assert (refused.status_code, refused.json()["code"]) == (409, "claim.cover_changed")
    person = member(site, Role.SENIOR)
    [line] = site.ask("GET", "/v1/reviews", person.token).json()
    assert (line["claim"], line["reason"]["code"]) == (offered.id, "cover_changed")
    assert line["due_at"]


@pytest.mark.parametrize("harmless", [{"policy_active": True}, {"high_risk_tag": False}])
def test_what_says_nothing_new_leaves_the_offer(site: Site, offered: Case, harmless: dict[str, bool]) -> None:
    offer = offered.now()["offer"]
    assert offered.ask("PUT", "/cover", site.app, json=harmless).status_code == 200
    assert yes(offered, offer).status_code == 200


def test_money_that_went_out_is_not_taken_back_by_the_register(site: Site, offered: Case) -> None:
    assert yes(offered, offered.now()["offer"]).status_code == 200
    for item in offered.now()["missing"]:
        offered.ask("POST", f"/materials/{item['material']}", content=paper(item["material"]))
    assert offered.now()["state"]["code"] == "pending_payment"
    assert offered.ask("PUT", "/cover", site.app, json={"policy_active": False}).status_code == 200
    assert offered.now()["state"]["code"] == "pending_payment"


def test_a_review_is_not_disturbed_by_the_register(site: Site, case: Case) -> None:
    table = Table(referred(case), site.staff(Role.SENIOR)).taken()
    assert case.ask("PUT", "/cover", site.app, json={"deductible": "100.00"}).status_code == 200
    table.correct(amounting_to("930.00"))
    assert table.approve(words="seen").status_code == 200

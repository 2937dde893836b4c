"""``GET …/explanation``: "why 624.00?" is answered from the photo to the row of the table."""

from hashlib import sha256
from typing import Any

import pytest
from sites import SCRATCH, Case, Site
from tables import Table, amounting_to, referred

from claims.states import Role
from model.texts import LANGUAGES

PERSONAL = ("沪A12345", "LSVAU218XN2183294", "13812345678", "王小明", "人民广场", "倒车", "李娜", "offer of the shop")


def why(case: Case, token: str | None = None, language: str = "en") -> dict[str, Any]:
    answer = case.ask("GET", "/explanation", token, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["why"]
    return found


def settled(case: Case, total: str = "500.00") -> tuple[dict[str, Any], dict[str, Any]]:
    """What was explained before a senior changed the first line, and after."""
    senior = case.site.staff(Role.SENIOR)
    table, before = Table(case, senior).taken(), why(case, senior)
    assert table.correct(amounting_to(total)).status_code == 200
    assert table.approve(words="offer of the shop").status_code == 200
    return before, why(case)


def test_an_amount_leads_back_to_photos_a_rule_and_a_row(case: Case) -> None:
    offered = case.offered()
    told, estimate = why(case), offered["assessment"]["estimate"]
    assert (told["offer"], told["amount"]) == (offered["offer"]["id"], offered["offer"]["amount"])
    assert (told["machine"], told["total"], told["currency"]) == (True, estimate["total"], "CNY")
    assert (told["photos"], told["versions"]) == (offered["assessment"]["photos"], offered["assessment"]["versions"])
    [line], [shown] = told["lines"], estimate["lines"]
    assert (line["rule"], line["price_row"]) == (shown["rule"], shown["price_row"])
    assert line["price_row"] == "CN/CN2_60_150k/front_door/2026-11-01"
    assert [item["text"] for item in line["basis"]] == shown["basis"]
    assert {item["code"] for item in line["basis"]} >= {"seen", "rule.refinish", "row"}
    table = line["basis"][-1]["text"].rpartition(" ")[2].rstrip(".")
    assert table in told["versions"]["prices"].split(", ")
    assert {(seen["photo"], seen["label"]) for seen in line["seen"]} == {
        (sha256(content).hexdigest(), "scratch") for content in SCRATCH.photos
    }
    assert all(0 < seen["score"] <= 1 and len(seen["box"]) == 4 for seen in line["seen"])
    machine = line["machine"]
    assert machine["total"] == line["amount"] == sum(machine[name] for name in ("labour", "paint", "parts", "other"))
    assert (line["human"], line["changes"], line["removed"]) == (None, [], False)


def test_a_correction_stands_beside_the_machines_value(case: Case) -> None:
    before, after = settled(referred(case))
    [machine], [line] = before["lines"], after["lines"]
    assert line["machine"] == machine["machine"]
    assert (line["basis"], line["seen"], line["price_row"]) == (machine["basis"], machine["seen"], machine["price_row"])
    assert (line["human"]["total"], line["amount"], after["total"], after["machine"]) == (500, 500, 500, False)
    [change] = line["changes"]
    assert (change["role"], change["why"]["code"]) == ("senior", "why.quotation")
    assert change["at"].startswith(case.site.clock().strftime("%Y-%m-%dT%H:%M"))
    assert set(change) == {"role", "at", "why"}
    assert after["offer"] == case.now()["offer"]["id"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_customers_read_it_in_short(case: Case, language: str) -> None:
    settled(referred(case))
    short = why(case, language=language)["in_short"]
    assert len(short) >= 3
    assert "500.00" in short[-1]
    assert ("报价" in " ".join(short)) == (language == "zh")


def test_it_names_nobody(site: Site, case: Case) -> None:
    settled(referred(case))
    for token in (case.token, site.app, site.staff(Role.AUDITOR), site.staff(Role.FRONT_LINE)):
        told = case.ask("GET", "/explanation", token)
        assert told.status_code == 200
        assert not [text for text in PERSONAL if text in told.text]


def test_before_an_estimate_there_is_nothing_to_explain(case: Case) -> None:
    assert why(case) is None

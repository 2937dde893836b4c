"""The cases most worth a look: every reason, and what makes one case stand before another."""

from pathlib import Path
from typing import Any

import pytest
from rescored_runs import Row, case, drawn_run, line, photo, write_run

from claims.rescore.figures.make import make_figures
from claims.rescore.figures.results.figures import Settings
from claims.rescore.figures.results.look import Why, WorthALook

FEW = Settings(draws=20, looks=3)
USUAL = [case(row, final_amount="1000") for row in range(1, 10)]
"""Nine cases that were right, so that the usual final amount is 1,000."""


def looks(out: Path, cases: list[Row], lines: list[Row] | None = None) -> tuple[WorthALook, ...]:
    priced = [line(told, "hood", "repair", "1000") for told in cases] if lines is None else lines
    return make_figures(write_run(out, cases, lines=priced), FEW).worth_a_look


def why(look: WorthALook) -> dict[Why, float]:
    return {reason.why: reason.value for reason in look.reasons}


@pytest.mark.parametrize(
    ("told", "reasons"),
    [
        pytest.param({"final_amount": "1200", "route": "instant_offer"}, {Why.OFFER_OFF: 0.2}, id="offer"),
        pytest.param({"final_amount": "1900"}, {Why.OUTSIDE: 0.6}, id="above the range"),
        pytest.param({"final_amount": "700"}, {Why.OUTSIDE: 0.1}, id="below the range"),
        pytest.param({"previous_total": "1500"}, {Why.MOVED: 0.5}, id="moved"),
        pytest.param({"previous_total": "1050"}, {}, id="hardly moved"),
        pytest.param({"previous_route": "more_photos"}, {Why.ROUTE_CHANGED: 1}, id="another route"),
        pytest.param(
            {"previous_route": "more_photos", "route": "instant_offer"}, {Why.ROUTE_CHANGED: 2}, id="an offer now"
        ),
        pytest.param(
            {"confidence": 0.4, "total": "1300", "final_amount": "1300"}, {Why.UNSURE_AND_DEAR: 0.6}, id="unsure"
        ),
        pytest.param({"photos": [photo("1-1")]}, {Why.PHOTO_ELSEWHERE: 1}, id="photo of another case"),
        pytest.param({}, {}, id="nothing"),
    ],
)
def test_reasons(tmp_path: Path, told: dict[str, Any], reasons: dict[Why, float]) -> None:
    found = {look.case_id: look for look in looks(tmp_path, [case(0, **told), *USUAL])}
    assert (why(found["case-0"]) if "case-0" in found else {}) == pytest.approx(reasons)


def test_lines_missed_and_extra(tmp_path: Path) -> None:
    bill = [("roof", "repair", "500"), ("roof", "replace", "500")]
    [look] = looks(tmp_path, [case(0, final_amount="1000", final_lines=bill), *USUAL])
    assert why(look) == {Why.MISSED_LINES: 2, Why.EXTRA_LINES: 1}


def test_a_fifth_line_adds_nothing(tmp_path: Path) -> None:
    bill = [("roof", "repair", "100")] * 6
    [look] = looks(tmp_path, [case(0, final_lines=bill), *USUAL])
    assert [(reason.value, reason.points) for reason in look.reasons] == [(6, 2.0), (1, 0.25)]


def test_neither_unsure_nor_dear_is_enough(tmp_path: Path) -> None:
    amounts = {"total": "1250", "final_amount": "1250"}
    cases = [case(0, confidence=0.4, final_amount="1000"), case(1, confidence=0.9, **amounts), *USUAL[1:]]
    assert looks(tmp_path, cases) == ()


def test_a_bill_where_nothing_was_seen(tmp_path: Path) -> None:
    cases = [case(0, total="0", low="0", high="0", final_amount="2500"), *USUAL]
    [look] = looks(tmp_path, cases, [line(told, "hood", "repair") for told in USUAL])
    assert why(look) == {Why.OUTSIDE: 2.5, Why.NOTHING_SEEN: 2.5}
    assert look.score == pytest.approx(1 + 2.5 + 2 + 2.5)


def test_the_worst_come_first_and_equals_in_the_order_of_the_manifest(tmp_path: Path) -> None:
    finals = {0: "1900", 1: "1800", 2: "2500", 3: "1800", 4: "1800"}
    cases = [case(row, final_amount=finals.get(row, "1000")) for row in range(12)]
    assert [look.row for look in looks(tmp_path, cases)] == [2, 0, 1]


def test_each_currency_has_its_usual_amount(tmp_path: Path) -> None:
    """900 yen above the range is little where bills are of 100,000."""
    yen = {"currency": "JPY", "total": "100000", "low": "99000", "high": "101000"}
    cases = [
        case(0, final_amount="101900", **yen),
        case(1, final_amount="100000", **yen),
        case(2, final_amount="1900"),
        *USUAL[2:],
    ]
    assert [look.case_id for look in looks(tmp_path, cases)] == ["case-2", "case-0"]


def test_a_look_tells_what_the_report_shows(tmp_path: Path) -> None:
    seen = [photo("a"), photo("b"), photo("a")]
    told = case(0, final_amount="1900", month="2025-03", photos=seen, confidence=0.7, previous_total="1000")
    [look] = looks(tmp_path, [told, *USUAL])
    assert look.photos == tuple(seen)
    assert (look.month, look.confidence, look.route, look.currency) == ("2025-03", 0.7, "human_review", "CNY")
    assert (str(look.total), str(look.final_amount), str(look.previous_total)) == ("1000.00", "1900.00", "1000.00")


def test_scores_fall_and_are_the_sum_of_their_reasons(tmp_path: Path) -> None:
    told = make_figures(drawn_run(tmp_path, 300), Settings(draws=20)).worth_a_look
    assert len(told) == 50
    assert [look.score for look in told] == sorted((look.score for look in told), reverse=True)
    assert all(look.score == pytest.approx(sum(reason.points for reason in look.reasons)) for look in told)
    assert {reason.why for look in told for reason in look.reasons} >= {Why.OFFER_OFF, Why.OUTSIDE, Why.MISSED_LINES}

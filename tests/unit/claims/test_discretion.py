"""What customers are told of checks on a case."""

import re
import uuid
from datetime import UTC, datetime

import pytest

from claims.discretion import (
    FOR_THE_CUSTOMER,
    INSIDE,
    PUBLIC,
    discreet,
    discreet_move,
    discreet_note,
    discreet_state,
    discreet_words,
)
from claims.lifecycle import Lifecycle
from claims.outbox import Notification
from claims.states import CaseState, Node, PublicState, Role
from model.notes import note
from model.texts import LANGUAGES, Texts

FRAUD = re.compile(
    r"fraud|suspect|suspicio|high.?risk|duplicate|another case|欺诈|骗|嫌疑|可疑|高风险|其他案件", re.IGNORECASE
)


def test_reasons_of_checks_become_one_that_a_person_looks() -> None:
    given = (note("reason.OPT_OUT"), note("reason.FRAUD_DUP", photo=1), note("reason.FRAUD_DUP", photo=2))
    checks = (note("reason.FRAUD_EDIT", photo=1), note("reason.HIGH_RISK"), note("reason.PRIOR_DAMAGE", place="hood"))
    assert discreet((*given, *checks)) == (note("reason.OPT_OUT"), note("reason.PERSON_CHECKS"))


def reason_codes() -> set[str]:
    told = Texts.load("en").sentences
    return {code.removeprefix("reason.") for code in told if code.startswith("reason.")}


def test_each_reason_is_public_or_inside() -> None:
    """A new one has to be classed: what it tells of the case itself, or of others and of checks."""
    assert len(reason_codes()) > 40
    assert reason_codes() == PUBLIC | INSIDE
    assert not PUBLIC & INSIDE


@pytest.mark.parametrize("code", sorted(reason_codes()))
def test_a_customer_reads_public_reasons_as_they_are(code: str) -> None:
    given = note(f"reason.{code}", place="hood", photo=1)
    assert discreet_note(given) == (note("reason.PERSON_CHECKS") if code in INSIDE else given)


def test_a_reason_that_nobody_classed_stays_inside() -> None:
    assert discreet_note(note("reason.SEEN_ELSEWHERE", number="QC-1")) == note("reason.PERSON_CHECKS")


def test_that_a_payment_differs_is_only_for_who_checks() -> None:
    what = (note("name.payment_difference.payee"),)
    assert discreet_note(note("escalation.payment_differs", what=what)) == note("reason.PERSON_CHECKS")


@pytest.mark.parametrize("role", [Role.JUNIOR, Role.SENIOR, Role.EXPERT, Role.SYSTEM])
def test_words_of_staff_reach_a_customer_only_where_they_are_written_for_them(role: Role) -> None:
    names = {move.name for move in Lifecycle.load().moves}
    assert names > FOR_THE_CUSTOMER
    assert {name for name in names if discreet_words(name, role, "x")} == FOR_THE_CUSTOMER


def test_a_customer_reads_their_own_wishes() -> None:
    wishes = ("contest", "refuse_automation", "renew_offer", "reopen", "withdraw")
    for role in (Role.CUSTOMER, Role.APP, Role.FRONT_LINE):
        assert [discreet_words(name, role, "too low") for name in wishes] == ["too low"] * len(wishes)


def test_what_is_said_with_a_check_stays_inside() -> None:
    assert discreet_move("suspect") == "specialist_begins"
    assert discreet_words("suspect", Role.SENIOR, "the same dent as last year") is None
    assert discreet_words("settle", Role.SENIOR, "seen on the photos") == "seen on the photos"
    assert discreet_note(note("moved.settle")) == note("moved.settle")
    assert {discreet_state(state) for state in CaseState} == set(CaseState) - {CaseState.FRAUD_REVIEW}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_a_case_but_one_speaks_of_fraud(language: str) -> None:
    topics = (
        "reason.",
        "told.",
        "moved.",
        "next_step",
        "name.public_state.",
        "notification.",
        "explained.",
        "dropped.",
    )
    texts = Texts.load(language).sentences
    found = {code for code, text in texts.items() if code.startswith(topics) and FRAUD.search(text)}
    assert found == {"reason.FRAUD_DUP"}


@pytest.mark.parametrize("node", Node)
@pytest.mark.parametrize("state", PublicState)
def test_no_webhook_speaks_of_fraud(node: Node, state: PublicState) -> None:
    told = Notification(id=uuid.uuid4(), claim="QC-2A7K-9M3P", node=node, state=state, at=datetime.now(UTC))
    assert not FRAUD.search(told.body().decode())
    for language in LANGUAGES:
        assert not FRAUD.search(Texts.load(language).say(told.said()))

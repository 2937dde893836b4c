"""What customers are told of checks on a case."""

import re
import uuid
from datetime import UTC, datetime

import pytest

from claims.discretion import discreet, discreet_move, discreet_note, discreet_state, discreet_words
from claims.outbox import Notification
from claims.states import CaseState, Node, PublicState
from model.notes import note
from model.texts import LANGUAGES, Texts

FRAUD = re.compile(
    r"fraud|suspect|suspicio|high.?risk|duplicate|another case|欺诈|骗|嫌疑|可疑|高风险|其他案件", re.IGNORECASE
)


def test_reasons_of_checks_become_one_that_a_person_looks() -> None:
    given = (note("reason.OPT_OUT"), note("reason.FRAUD_DUP", photo=1), note("reason.FRAUD_DUP", photo=2))
    assert discreet((*given, note("reason.FRAUD_EDIT", photo=1), note("reason.HIGH_RISK"))) == (
        note("reason.OPT_OUT"),
        note("reason.PERSON_CHECKS"),
    )


def test_what_is_said_with_a_check_stays_inside() -> None:
    assert discreet_move("suspect") == "specialist_begins"
    assert discreet_words("suspect", "the same dent as last year") is None
    assert discreet_words("settle", "seen on the photos") == "seen on the photos"
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

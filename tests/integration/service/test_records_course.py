"""What happens to a case comes back in its order, each step is made once, and of two who race one is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from claims.actions import Action
from claims.actors import Actor
from claims.audit import Head, Thing, ThingKind
from claims.audit_check import FaultKind
from claims.ids import new_id
from claims.materials import Material
from claims.repository import anchors, audit, claims, complaints, materials, photos, stated, third_party, timeline
from claims.repository.anchors import Anchor
from claims.repository.book import Books
from claims.repository.claims import Claim
from claims.repository.timeline import Step
from claims.states import CaseState, Node, Role
from model.errors import StorageError
from model.notes import note

AT = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
LATER = AT + timedelta(hours=3)
UNTIL = AT + timedelta(days=2)
SHA = "ab" * 32


def a_step(claim: UUID, **changed: Any) -> Step:
    whole = {
        "id": new_id(AT),
        "claim": claim,
        "at": AT,
        "move": "submit_materials",
        "before": CaseState.REPORTED,
        "after": CaseState.MATERIALS_SUBMITTED,
        "role": Role.CUSTOMER,
        "by": "customer:1",
    }
    return Step(**{**whole, **changed})


# --- the timeline ---------------------------------------------------------------------------------------------------


def test_the_life_of_a_case_comes_back(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim, other = add_claim().id, add_claim().id
    told = {"reason": note("move.recall", amount=Decimal("624.00")), "reason_text": "上家维修店报价有误"}
    back = {"before": CaseState.ASSESSED, "after": CaseState.IN_REVIEW, "node": Node.PERSON_TAKES_OVER}
    given = [
        a_step(claim, move="opened", before=None, after=CaseState.REPORTED, node=Node.REPORT_NUMBER),
        a_step(claim),
        a_step(claim, move="recall", **back, **told, role=Role.SENIOR, steps_back=True),
    ]
    with books.writing() as book:
        added = [timeline.add(book, step) for step in given]
        elsewhere = timeline.add(book, a_step(other))
    assert [step.position for step in added] == [0, 1, 2]
    assert elsewhere.position == 0
    with books.reading() as book:
        found = timeline.of_claim(book, claim)
        assert found == tuple(replace(step, position=place) for place, step in enumerate(given))
        assert "报价" not in repr(found)
        assert timeline.of_claim(book, other) == (elsewhere,)


def test_moves_of_one_moment_keep_their_order(books: Books, add_claim: Callable[..., Claim]) -> None:
    """Ids of one millisecond are in no order; fifty of them would not be sorted by chance."""
    claim = add_claim().id
    with books.writing() as book:
        added = [timeline.add(book, a_step(claim, move=f"m{number}")) for number in range(50)]
    with books.reading() as book:
        assert list(timeline.of_claim(book, claim)) == added


def test_the_last_of_a_move(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim, other = add_claim().id, add_claim().id
    with books.writing() as book:
        for step in (a_step(claim), a_step(claim, at=LATER), a_step(claim, move="refer"), a_step(other)):
            timeline.add(book, step)
        last = timeline.last_of(book, claim, "submit_materials")
        assert last is not None
        assert (last.claim, last.at, last.position) == (claim, LATER, 1)
        assert timeline.last_of(book, claim, "withdraw") is None


def test_a_step_without_a_lock_is_told(books: Books, add_claim: Callable[..., Claim]) -> None:
    """On SQLite writers wait in line; on PostgreSQL the second one wrote for a case that had moved meanwhile."""
    claim = add_claim().id

    def moved(_: int) -> str:
        try:
            with books.writing() as book:
                timeline.add(book, a_step(claim))
        except StorageError as refusal:
            return refusal.code
        return "added"

    with ThreadPoolExecutor(6) as threads:
        done = list(threads.map(moved, range(12)))
    assert set(done) <= {"added", "storage.moved"}
    with books.reading() as book:
        assert [step.position for step in timeline.of_claim(book, claim)] == list(range(done.count("added")))


def test_with_the_lock_no_step_is_lost(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim().id

    def moved(_: int) -> None:
        with books.writing() as book:
            assert claims.locked(book, claim)
            timeline.add(book, a_step(claim))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(moved, range(18)))
    with books.reading() as book:
        assert [step.position for step in timeline.of_claim(book, claim)] == list(range(18))


# --- materials ------------------------------------------------------------------------------------------------------


def test_materials_come_in_once(books: Books, add_claim: Callable[..., Claim], adjuster: Actor) -> None:
    claim, other = add_claim().id, add_claim().id

    def hand_in(material: Material, sha256: str | None, on: UUID = claim, at: datetime = AT) -> bool:
        with books.writing() as book:
            return materials.add(book, on, material, sha256, by=adjuster, at=at, media_type="application/pdf")

    assert hand_in(Material.BANK_CARD, SHA)
    assert not hand_in(Material.BANK_CARD, SHA, at=LATER)
    assert hand_in(Material.BANK_CARD, "cd" * 32, at=LATER)
    assert hand_in(Material.SHOT_FRONT, SHA, at=LATER + timedelta(hours=1))
    assert hand_in(Material.DRIVING_LICENCE, None, at=LATER + timedelta(hours=2))
    assert not hand_in(Material.DRIVING_LICENCE, None, at=LATER + timedelta(hours=3))
    assert hand_in(Material.BANK_CARD, SHA, on=other)
    with books.reading() as book:
        assert materials.there(book, claim) == {Material.BANK_CARD, Material.SHOT_FRONT, Material.DRIVING_LICENCE}
        assert materials.there(book, new_id(AT)) == frozenset()
        received = materials.of_claim(book, claim)
        assert [(one.material, one.sha256) for one in received] == [
            (Material.BANK_CARD, SHA),
            (Material.BANK_CARD, "cd" * 32),
            (Material.SHOT_FRONT, SHA),
            (Material.DRIVING_LICENCE, None),
        ]
        assert (received[0].added_by, received[0].media_type, received[0].added_at) == (
            adjuster.name,
            "application/pdf",
            AT,
        )
        assert photos.is_known(book, "cd" * 32)
        assert not photos.is_known(book, "ef" * 32)


# --- what was stated ------------------------------------------------------------------------------------------------


def test_what_was_stated_last_holds(books: Books, add_claim: Callable[..., Claim], adjuster: Actor) -> None:
    claim, other = add_claim().id, add_claim().id
    first = {"policy_active": True, "deductible": "500.00", "policy_began": "2026-01-01T00:00:00+08:00"}
    with books.writing() as book:
        one = stated.add(book, claim, first, by=adjuster, at=AT)
        two = stated.add(book, claim, {"deductible": "200.00", "high_risk_tag": True}, by=adjuster, at=AT)
        stated.add(book, other, {"policy_active": False}, by=adjuster, at=LATER)
    with books.reading() as book:
        assert stated.of_claim(book, claim) == (one, two)
        assert (one.position, two.position, two.role, two.by) == (0, 1, adjuster.role, adjuster.name)
        assert stated.latest(book, claim) == {**first, "deductible": "200.00", "high_risk_tag": True}
        assert stated.latest(book, new_id(AT)) == {}
    with pytest.raises(Exception, match="Decimal"), books.writing() as book:
        stated.add(book, claim, {"deductible": Decimal(1)}, by=adjuster, at=AT)


# --- complaints and third parties -----------------------------------------------------------------------------------


def test_each_step_of_a_complaint_is_made_once(books: Books, add_claim: Callable[..., Claim], adjuster: Actor) -> None:
    claim, other = add_claim().id, add_claim().id
    solution = note("complaint.amount_explained", amount=Decimal("624.00"))
    with books.writing() as book:
        made = complaints.add(book, claim, "金额太低，没人回电话", by=adjuster, at=AT)
        complaints.add(book, other, "太慢", by=adjuster, at=AT)
        again = complaints.add(book, claim, "还是没人回电话", by=adjuster, at=LATER)
    assert "电话" not in repr(made)
    steps: list[Callable[..., None]] = [
        lambda book: complaints.replied(book, made.id, at=AT),
        lambda book: complaints.told(book, made.id, at=LATER, words="已更正"),
        lambda book: complaints.solved(book, made.id, solution, at=LATER, answer="已逐项说明"),
    ]
    for step in steps:
        with books.writing() as book:
            step(book)
        with pytest.raises(StorageError) as refusal, books.writing() as book:
            step(book)
        assert refusal.value.code == "storage.moved"
    with books.reading() as book:
        steps_made = {"replied_at": AT, "told_at": LATER, "solved_at": LATER}
        said = {"result": "已更正", "answer": "已逐项说明"}
        answered = replace(made, version=4, **steps_made, solution=solution, **said)
        assert complaints.of_claim(book, claim) == (answered, again)
        assert complaints.get(book, made.id) == answered
        assert complaints.get(book, new_id(AT)) is None
        assert [complaints.count(book, given) for given in ([], [claim], [claim, other])] == [0, 2, 3]


def test_what_takes_longer_is_told_until_there_is_a_result(
    books: Books, add_claim: Callable[..., Claim], adjuster: Actor
) -> None:
    claim = add_claim().id
    with books.writing() as book:
        made = complaints.add(book, claim, "没人回电话", by=adjuster, at=AT)
        for expected_at in (LATER, UNTIL):
            complaints.told(book, made.id, at=AT, words="等维修厂报价", expected_at=expected_at)
        waiting = complaints.get(book, made.id)
        complaints.solved(book, made.id, note("complaint.solution.put_right"), at=LATER)
    assert waiting is not None
    assert (waiting.expected_at, waiting.version, waiting.state) == (UNTIL, 3, complaints.ComplaintState.DELAYED)
    with pytest.raises(StorageError) as refusal, books.writing() as book:
        complaints.told(book, made.id, at=LATER, words="已更正")
    assert refusal.value.code == "storage.moved"


def test_one_third_party_at_a_time(books: Books, add_claim: Callable[..., Claim], adjuster: Actor) -> None:
    claim = add_claim().id
    with books.writing() as book:
        asked = third_party.ask(book, claim, "与车主差额三千元", by=adjuster, at=AT)
        assert third_party.open_of(book, claim) == asked
    with pytest.raises(StorageError) as refusal, books.writing() as book:
        third_party.ask(book, claim, "again", by=adjuster, at=LATER)
    assert refusal.value.code == "storage.moved"
    amounts: dict[str, Any] = {"theirs": Decimal("4100.00"), "ours": Decimal("1100.00"), "currency": "CNY"}
    with books.writing() as book:
        answered = third_party.answered(book, asked, **amounts, by=adjuster, at=LATER)
    with pytest.raises(StorageError) as refusal, books.writing() as book:
        third_party.answered(book, asked, **amounts, by=adjuster, at=LATER)
    assert refusal.value.code == "storage.moved"
    with books.writing() as book:
        assert third_party.of_claim(book, claim) == (answered,)
        assert (answered.their_amount, answered.our_amount) == (amounts["theirs"], amounts["ours"])
        assert "差额" not in repr(answered)
        assert third_party.open_of(book, claim) is None
        second = third_party.ask(book, claim, "once more", by=adjuster, at=LATER)
        assert third_party.of_claim(book, claim) == (answered, second)


# --- anchors of the log ---------------------------------------------------------------------------------------------


def test_an_anchor_is_kept_once_for_each_place(books: Books) -> None:
    log = Anchor(head=Head(3, SHA), at=AT, kept_where="log")
    webhook = replace(log, at=LATER, kept_where="webhook")
    next_one = Anchor(head=Head(4, "cd" * 32), at=AT, kept_where="log")
    with books.writing() as book:
        assert anchors.add(book, next_one)
        assert anchors.add(book, webhook)
        assert anchors.add(book, log)
        assert not anchors.add(book, replace(log, at=LATER))
        assert anchors.everyone(book) == (log, webhook, next_one)
    with pytest.raises(StorageError) as refusal, books.writing() as book:
        anchors.add(book, Anchor(head=Head(3, "ee" * 32), at=LATER, kept_where="file"))
    assert refusal.value.code == "storage.damaged"


def test_a_history_made_anew_does_not_fit_its_anchors(
    books: Books, add_claim: Callable[..., Claim], adjuster: Actor
) -> None:
    on = Thing(ThingKind.CLAIM, add_claim().id)
    with books.writing() as book:
        for _ in range(2):
            audit.append(book, at=AT, actor=adjuster, action=Action.APPROVE, on=on)
        anchors.add(book, Anchor(head=audit.head(book), at=AT, kept_where="log"))
    with books.writing() as book:
        kept = [anchor.head for anchor in anchors.everyone(book)]
        assert audit.verify(book, anchors=kept) == ()
        book.connection.execute(text("UPDATE audit_anchors SET hash = :other"), {"other": SHA})
        [fault] = audit.verify(book, anchors=[anchor.head for anchor in anchors.everyone(book)])
        assert (fault.seq, fault.kind) == (2, FaultKind.OTHER_HISTORY)

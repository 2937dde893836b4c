"""Clocks that were missed, on both databases: escalated once by however many workers, level after level, and back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from desks import AT, open_house, scene
from reviews import HOUR, MINUTE, Case, in_review, looked_at, reported, somebody

from claims.actions import Action
from claims.actors import Actor
from claims.clock import Clock
from claims.deadline_rules import Audience, ClockKind, Level
from claims.desk import assessing, escalating, queue, wishes
from claims.desk.actions_now import actions_now
from claims.desk.house import House
from claims.desk.overdue import act_on_overdue
from claims.desk.photos import add_photos, look
from claims.keys import Keys
from claims.notice import Notice
from claims.policy import Span
from claims.repository import audit, claims, deadlines
from claims.repository.book import Books
from claims.repository.claims import Claim
from claims.repository.deadlines import Escalated
from claims.states import CaseState, Owner, Role
from claims.triage import CaseClass
from model.errors import ClaimError, ReviewError, RightsError
from model.texts import Texts

SCRATCH = scene("01-scratched-door-two-views")
LATE = AT + 12 * HOUR + timedelta(seconds=1)
DAYS = timedelta(days=1)


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH)


@pytest.fixture
def case(house: House, notice: Notice) -> Case:
    """A simple one: twelve hours from its materials on, and a day by the public promise."""
    return in_review(house, notice, SCRATCH)


def levels(case: Case) -> tuple[Escalated, ...]:
    with case.house.books.reading() as book:
        return deadlines.levels_of(book, case.id)


def escalations_told(case: Case) -> int:
    with case.house.books.reading() as book:
        return sum(entry.action == "escalate" for entry in audit.entries(book))


def test_a_case_that_is_in_time_is_left_alone(case: Case) -> None:
    assert act_on_overdue(case.house, LATE - timedelta(seconds=1)) == 0
    assert case.now.state is CaseState.IN_REVIEW


def test_a_missed_clock_escalates_its_case_once(case: Case) -> None:
    before = case.now
    assert act_on_overdue(case.house, LATE) == 1
    claim, [level] = case.now, levels(case)
    assert (claim.state, claim.came_from, claim.lease) == (CaseState.ESCALATED, CaseState.IN_REVIEW, None)
    assert level.escalation.level is Level.FRONT_LINE
    assert level.escalation.reason.facts["kind"] is ClockKind.REVIEW
    assert claim.due_at == before.due_at == AT + 12 * HOUR
    assert act_on_overdue(case.house, LATE) == 0
    assert len(levels(case)) == escalations_told(case) == 1
    step = case.steps[-1]
    assert (step.move, step.role, step.node, step.steps_back) == ("escalate", Role.SYSTEM, None, False)
    assert step.reason is not None
    assert [Texts.load(language).say(step.reason) for language in ("en", "zh")] == [
        "The case goes to the next level: front line.",
        "本案已交由上一级处理：一线人员。",
    ]


def test_clocks_missed_while_a_level_has_the_case_are_noted_and_skip_no_level(case: Case) -> None:
    act_on_overdue(case.house, LATE)
    assert act_on_overdue(case.house, AT + DAYS + HOUR) == 2  # the payment, and the public promise of the review
    assert len(levels(case)) == 1
    with case.house.books.reading() as book:
        late = [one for one in deadlines.of_claim(book, case.id) if one.escalated_at is not None]
    assert len(late) == escalations_told(case) == 3


def test_levels_that_do_not_decide_hand_over_until_the_last_is_reminded_daily(case: Case) -> None:
    at, seen = LATE, []
    for _ in range(8):
        act_on_overdue(case.house, at)
        last = levels(case)[-1]
        seen.append(last.escalation.level)
        at = last.escalation.due_at + timedelta(seconds=1)
    assert seen == [*Level, *[Level.THIRD_PARTY] * 4]
    assert sum(level.ended_at is None for level in levels(case)) == 1
    reminders = [level.began_at for level in levels(case)][-3:]
    assert all(later - sooner > DAYS for sooner, later in pairwise(reminders))
    told = escalations_told(case)
    assert act_on_overdue(case.house, levels(case)[-1].began_at + DAYS - HOUR) == 0
    assert escalations_told(case) == told
    assert case.now.state is CaseState.ESCALATED
    with case.house.books.reading() as book:
        assert not audit.verify(book)


def test_many_workers_at_once_escalate_once(house: House, add_claim: Callable[..., Claim]) -> None:
    cases = [missed(house, add_claim) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        acted = list(pool.map(lambda _: act_on_overdue(house, LATE), range(8)))
    while act_on_overdue(house, LATE):
        pass  # what two workers left to one another
    assert sum(acted) <= len(cases)
    with house.books.reading() as book:
        assert [len(deadlines.levels_of(book, case.id)) for case in cases] == [1] * len(cases)
        states = {found.state for case in cases if (found := claims.get(book, case.id))}
        assert sum(entry.action == "escalate" for entry in audit.entries(book)) == len(cases)
        assert not audit.verify(book)
    assert states == {CaseState.ESCALATED}


def missed(house: House, add_claim: Callable[..., Claim], **changed: object) -> Claim:
    """A row of a case in review with one clock, due at AT + 12 h."""
    given = {"state": CaseState.IN_REVIEW, "owner": Owner.ADJUSTER, "case_class": CaseClass.SIMPLE}
    claim = add_claim(**{**given, "upper": Decimal(500), **changed})
    clock = Clock(
        kind=ClockKind.REVIEW,
        audience=Audience.INTERNAL,
        within=Span(hours=12),
        started_at=AT,
        due_at=AT + 12 * HOUR,
    )
    with house.books.writing() as book:
        deadlines.start(book, claim.id, [clock], at=AT)
    return claim


@pytest.mark.parametrize(
    "state", [CaseState.ASSESSED, CaseState.MORE_PHOTOS, CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.REPORTED]
)
def test_a_case_that_cannot_be_escalated_is_not_looked_at_again(
    house: House, add_claim: Callable[..., Claim], state: CaseState
) -> None:
    came_from = CaseState.IN_REVIEW if state is CaseState.MORE_PHOTOS else None
    claim = missed(house, add_claim, state=state, came_from=came_from, owner=house.lifecycle.states[state].owner)
    assert [act_on_overdue(house, LATE), act_on_overdue(house, LATE)] == [1, 0]
    with house.books.reading() as book:
        assert claims.get(book, claim.id) == claim
        assert not deadlines.levels_of(book, claim.id)


def test_one_case_that_fails_keeps_no_other_from_its_level(house: House, add_claim: Callable[..., Claim]) -> None:
    broken, sound = missed(house, add_claim, region="nowhere"), missed(house, add_claim)
    assert act_on_overdue(house, LATE) == 1
    with house.books.reading() as book:
        assert [len(deadlines.levels_of(book, claim.id)) for claim in (broken, sound)] == [0, 1]


@pytest.mark.parametrize(
    ("role", "level"),
    [
        (Role.FRONT_LINE, Level.SENIOR),
        (Role.JUNIOR, Level.SENIOR),
        (Role.SENIOR, Level.CROSS_FUNCTIONAL),
        (Role.EXPERT, Level.CROSS_FUNCTIONAL),
    ],
)
def test_who_asks_is_given_the_level_above_their_own(case: Case, role: Role, level: Level) -> None:
    actor = somebody(case.house, role)
    with pytest.raises(ClaimError, match="needs_more"):
        case.do(actor, AT + HOUR, escalating.escalate, "  ")
    claim = case.do(actor, AT + HOUR, escalating.escalate, "金额有争议")
    assert claim.state is CaseState.ESCALATED
    assert [one.escalation.level for one in levels(case)] == [level]
    assert case.steps[-1].reason_text == "金额有争议"


@pytest.mark.parametrize(
    ("role", "highest"), [(Role.FRONT_LINE, 1), (Role.JUNIOR, 1), (Role.SENIOR, 2), (Role.EXPERT, 3)]
)
def test_each_role_brings_a_case_so_far_and_no_further(case: Case, role: Role, highest: int) -> None:
    actor, expert = somebody(case.house, role), somebody(case.house, Role.EXPERT, "another expert")
    for step in range(highest if role in {Role.FRONT_LINE, Role.JUNIOR} else highest - 1):
        assert may(case, actor, Action.ESCALATE)
        case.do(actor, AT + step * MINUTE, escalating.escalate, "仍未解决")
    assert list(Level).index(levels(case)[-1].escalation.level) == highest
    assert may(case, actor, Action.ESCALATE) is False
    if role is not Role.EXPERT:
        before = case.now
        with pytest.raises(RightsError, match="not_of_level"):
            case.do(actor, AT + HOUR, escalating.escalate, "仍未解决")
        assert case.now == before
        case.do(expert, AT + HOUR, escalating.escalate, "仍未解决")
    with case.house.books.reading() as book:
        refused = [entry.action for entry in audit.entries(book)]
    assert refused.count("rights.not_of_level") == (role is not Role.EXPERT)


@pytest.mark.parametrize("steps", [1, 2])
def test_a_level_is_decided_by_its_own_and_never_by_who_brought_the_case_there(case: Case, steps: int) -> None:
    senior, expert = somebody(case.house, Role.SENIOR), somebody(case.house, Role.EXPERT)
    for actor in (senior, expert)[:steps]:
        case.do(actor, AT + HOUR, escalating.escalate, "金额有争议")
    with pytest.raises(RightsError, match="not_of_level"):
        case.do(senior, AT + HOUR, queue.take)
    if steps == 2:
        with pytest.raises(RightsError, match="same_person"):
            case.do(expert, AT + HOUR, queue.take)
    for nobody in (senior, expert)[:steps]:
        with case.house.desk(nobody, AT + HOUR) as desk:
            assert queue.claim_next(desk) is None
    other = somebody(case.house, Role.EXPERT, "another expert")
    with case.house.desk(other, AT + HOUR) as desk:
        taken = queue.claim_next(desk)
    assert taken is not None
    assert case.do(other, AT + HOUR, escalating.give_back, "按第七条").state is CaseState.IN_REVIEW


def may(case: Case, actor: Actor, action: Action) -> bool:
    with case.house.looking(actor, AT + HOUR) as desk:
        return action in actions_now(desk, case.now, (), photographed=True)


def test_above_the_last_level_is_none(case: Case) -> None:
    expert = somebody(case.house, Role.EXPERT)
    for _ in range(2):
        case.do(expert, AT + HOUR, escalating.escalate, "仍未解决")
    with pytest.raises(ClaimError, match="no_level_above"):
        case.do(expert, AT + HOUR, escalating.escalate, "仍未解决")


def test_a_case_comes_back_with_the_basis_of_the_decision(case: Case) -> None:
    act_on_overdue(case.house, LATE)
    senior = somebody(case.house, Role.SENIOR)
    with pytest.raises(ReviewError, match="not_held"):
        case.do(senior, LATE, escalating.give_back, "按第七条")
    with pytest.raises(RightsError, match="forbidden"):
        case.do(somebody(case.house, Role.JUNIOR), LATE, escalating.give_back, "按第七条")
    case.do(senior, LATE, queue.take)
    with pytest.raises(ClaimError, match="needs_more"):
        case.do(senior, LATE, escalating.give_back, "")
    claim = case.do(senior, LATE, escalating.give_back, "按第七条")
    assert (claim.state, claim.came_from) == (CaseState.IN_REVIEW, None)
    assert levels(case)[0].ended_at == LATE
    assert act_on_overdue(case.house, LATE + 10 * DAYS) == 3
    assert [one.escalation.level for one in levels(case)] == [Level.FRONT_LINE] * 2


def test_a_case_that_goes_back_to_the_machine_is_looked_at(house: House, notice: Notice) -> None:
    case, expert = reported(house, notice), somebody(house, Role.EXPERT)
    case.do(case.customer, AT, add_photos, [look(house, content, "p.jpg", at=AT) for content in SCRATCH.photos])
    case.do(case.customer, AT, assessing.ask)
    assert act_on_overdue(house, LATE) == 1
    case.do(expert, LATE, queue.take)
    assert case.do(expert, LATE, escalating.give_back, "系统故障已排除").state is CaseState.ASSESSING
    looked_at(case, LATE)
    assert case.now.state is CaseState.IN_REVIEW


def test_a_withdrawn_case_leaves_its_level(case: Case) -> None:
    act_on_overdue(case.house, LATE)
    claim = case.do(case.customer, LATE, wishes.withdraw)
    assert (claim.state, claim.due_at) == (CaseState.WITHDRAWN, None)
    assert [one.ended_at for one in levels(case)] == [LATE]
    assert act_on_overdue(case.house, LATE + 10 * DAYS) == 0

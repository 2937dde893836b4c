"""An adjuster's work: corrections with totals that always sum, refusals with a code, and who holds which case."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.actors import Actor, ActorKind
from claims.facts import CaseFacts, VehicleFacts
from claims.lifecycle import Lifecycle
from claims.marks import Mark
from claims.override_rate import line_override_rate, override_rate
from claims.review import correct, open_review, shop_of
from claims.review_changes import Add, Edit, Remove, Restore, Why, changes_of
from claims.review_lines import Review, ReviewedPhoto
from claims.review_queue import Lease, Waiting, check_held, claim_next, holder, ordered
from claims.review_rules import ReviewRules
from claims.rights import Rights
from claims.rulebook import Rulebook
from claims.states import CaseState, Role
from claims.triage import CaseClass
from model.errors import ReviewError, RightsError, RulesError
from model.findings import Damage, Evidence
from model.notes import Note
from model.texts import LANGUAGES, Texts
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.estimate import Estimate, estimate
from parts_pricing.money import ZERO
from parts_pricing.operations import Operation

ROOT = Path(__file__).resolve().parents[3]
ON = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TEXT = files("data").joinpath("rules", "review.yaml").read_text("utf-8")
RULES = ReviewRules.load()
RIGHTS = Rights.load()
PHOTOS = (ReviewedPhoto(sha256="a" * 64, width=1000, height=750), None)
CHINA = CaseFacts(vehicle=VehicleFacts(vehicle_class="CN2_60_150k", adas=False))
AMERICA = CaseFacts(region="US", vehicle=VehicleFacts(vehicle_class="US_midsize", adas=True))
ME, YOU = UUID(int=1), UUID(int=2)


def person(role: Role = Role.SENIOR, person_id: UUID = ME) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=person_id, role=role)


def damage(part: Part | None, side: Side = Side.NONE, **changes: Any) -> Damage:
    box = (10.0, 10.0, 60.0, 40.0)
    base: dict[str, Any] = {
        "kind": DamageKind.DENT,
        "severity": Severity.MINOR,
        "confidence": 0.9,
        "evidence": (Evidence(photo=0, box=box, score=0.9, label="dent"),),
        "severity_certain": True,
    }
    return Damage(part=part, side=side, **{**base, **changes})


DOOR = damage(Part.FRONT_DOOR, Side.LEFT)
HOOD = damage(Part.HOOD, kind=DamageKind.SCRATCH, severity=Severity.MODERATE)
LAMP = damage(Part.HEADLIGHT, Side.LEFT, kind=DamageKind.BROKEN, severity=Severity.SEVERE)
NOWHERE = damage(None, Side.UNKNOWN, kind=DamageKind.SCRATCH)
CASE = (HOOD, DOOR, LAMP)

Open = Callable[..., Review]


def priced(rulebook: Rulebook, damages: Sequence[Damage], facts: CaseFacts) -> Estimate:
    return estimate(
        [item for item in damages if not item.doubtful],
        vehicle=rulebook.vehicle(facts),
        catalogue=rulebook.catalogue,
        rates=rulebook.rates,
        rules=rulebook.repair,
        profile=rulebook.profile(facts),
        on=ON,
        deductible=facts.deductible,
    )


@pytest.fixture
def opened(rulebook: Rulebook) -> Open:
    def run(damages: Sequence[Damage] = CASE, facts: CaseFacts = CHINA) -> Review:
        return open_review(priced(rulebook, damages, facts), damages, PHOTOS, shop_of(rulebook, facts, ON))

    return run


def corrected(review: Review, *changes: Any, by: Actor | None = None) -> Review:
    return correct(review, changes, version=review.version, by=by or person(), at=AT, limits=RULES.limits)


def line_of(review: Review, part: Part) -> int:
    return next(line.number for line in review.lines if line.value.part is part)


def edit(review: Review, at: Part, why: Why = Why.OTHER, **fields: Any) -> Edit:
    return Edit(line=line_of(review, at), why=why, **fields)


# --- opening --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("facts", [CHINA, AMERICA])
@pytest.mark.parametrize("found", [CASE, (*CASE, NOWHERE), (), (replace(DOOR, doubtful=True),)])
def test_an_untouched_review_is_the_machines_estimate(
    opened: Open, rulebook: Rulebook, facts: CaseFacts, found: tuple[Damage, ...]
) -> None:
    review, machine = opened(found, facts), priced(rulebook, found, facts)
    assert [line.machine.total for line in review.lines if line.machine] == [line.total for line in machine.lines]
    assert [(line.value.part, line.value.side) for line in review.lines] == [(x.part, x.side) for x in machine.lines]
    assert [line.value.operation for line in review.lines] == [line.operation for line in machine.lines]
    assert [line.value.priced for line in review.lines] == [line.priced for line in machine.lines]
    assert [line.value.refinish_hours for line in review.lines] == [line.refinish_hours for line in machine.lines]
    assert (review.total, review.net, review.tax) == (machine.total, machine.net, machine.tax)
    assert review.at_least == machine.at_least
    assert not review.overridden


def test_other_tables_than_the_estimates_do_not_open_it(rulebook: Rulebook) -> None:
    shop = shop_of(rulebook, CHINA.model_copy(update={"shop": "4S"}), ON)
    with pytest.raises(ReviewError, match=r"review\.not_reproduced"):
        open_review(priced(rulebook, CASE, CHINA), CASE, PHOTOS, shop)


# --- corrections ----------------------------------------------------------------------------------------------------


def test_the_machines_value_stays_beside_the_persons(opened: Open) -> None:
    before = opened()
    after = corrected(before, edit(before, Part.HOOD, Why.QUOTATION, paint="700", remark="told by Zhang"))
    line = after.lines[line_of(after, Part.HOOD)]
    assert line.machine == before.lines[line.number].machine
    assert line.human is not None
    assert line.human.paint == 700
    assert (line.human.labour, line.human.hours) == (line.machine.labour, line.machine.hours)  # type: ignore[union-attr]
    [touch] = line.touches
    assert (touch.by, touch.role, touch.at, touch.why) == (ME, Role.SENIOR, AT, Why.QUOTATION)
    assert "Zhang" not in repr(after)
    assert after.total - before.total == line.human.paint - line.machine.paint  # type: ignore[union-attr]
    assert (after.version, after.machine_total) == (1, before.total)


def test_the_way_of_repair_is_priced_from_the_table(opened: Open, rulebook: Rulebook) -> None:
    before = opened()
    after = corrected(before, edit(before, Part.HOOD, operation=Operation.REPLACE))
    line = after.lines[line_of(after, Part.HOOD)]
    row = next(r for r in rulebook.catalogue.rows if (r.vehicle_class, r.part) == ("CN2_60_150k", Part.HOOD))
    assert (line.value.operation, line.value.hours) == (Operation.REPLACE, row.labor_rr_h)
    price = before.shop.part_price(row)
    assert price is not None
    assert line.value.parts >= price
    assert after.total > before.total


def test_another_severity_lets_the_rules_choose(opened: Open, rulebook: Rulebook) -> None:
    worse = opened((replace(DOOR, severity=Severity.SEVERE, area_cm2=None),))
    before = opened((DOOR,))
    after = corrected(before, edit(before, Part.FRONT_DOOR, Why.WRONG_SEVERITY, severity=Severity.SEVERE))
    assert after.total == worse.total
    assert after.lines[0].value == worse.lines[0].machine
    assert after.lines[0].overridden


def test_a_measured_small_area_gives_way_to_a_persons_severity(opened: Open) -> None:
    measured = replace(DOOR, severity=Severity.MODERATE, area_cm2=30.0)
    before, unmeasured = opened((measured,)), opened((replace(DOOR, severity=Severity.SEVERE),))
    after = corrected(before, edit(before, Part.FRONT_DOOR, severity=Severity.SEVERE))
    assert before.total < after.total == unmeasured.total
    assert opened((replace(measured, severity=Severity.SEVERE),)).total < after.total


def test_another_part_keeps_the_side_of_the_car(opened: Open) -> None:
    before = opened((DOOR,))
    after = corrected(before, edit(before, Part.FRONT_DOOR, Why.WRONG_PART, part=Part.REAR_DOOR))
    assert (after.lines[0].value.part, after.lines[0].value.side) == (Part.REAR_DOOR, Side.LEFT)
    assert after.total == opened((damage(Part.REAR_DOOR, Side.LEFT),)).total
    there = corrected(after, edit(after, Part.REAR_DOOR, part=Part.ROOF))
    assert there.lines[0].value.side is Side.NONE


def test_the_other_side_costs_the_same(opened: Open) -> None:
    before = opened()
    after = corrected(before, edit(before, Part.FRONT_DOOR, Why.WRONG_SIDE, side=Side.RIGHT))
    assert after.lines[line_of(after, Part.FRONT_DOOR)].value.side is Side.RIGHT
    assert after.total == before.total
    assert after.overridden


def test_a_part_that_a_person_names_gets_its_price(opened: Open) -> None:
    before = opened((NOWHERE,))
    assert before.at_least
    unnamed = before.lines[0].number
    with pytest.raises(ReviewError, match=r"review\.part_needed"):
        corrected(before, Edit(line=unnamed, severity=Severity.SEVERE, why=Why.OTHER))
    after = corrected(before, Edit(line=unnamed, part=Part.HOOD, why=Why.WRONG_PART))
    assert after.total == opened((replace(HOOD, severity=Severity.MINOR),)).total
    assert not after.at_least


def test_typed_amounts_give_a_price_where_the_table_has_none(opened: Open) -> None:
    before = opened((NOWHERE,))
    after = corrected(before, Edit(line=0, other="120.005", why=Why.QUOTATION))
    assert (after.total, after.at_least) == (Decimal("120.01"), False)


def test_work_without_a_figure_in_the_table_waits_for_one(opened: Open) -> None:
    before = opened((HOOD,))
    sublet = Add(part=Part.ROOF, operation=Operation.SUBLET, why=Why.QUOTATION)
    waiting = corrected(before, sublet)
    assert (waiting.total, waiting.at_least) == (before.total, True)
    timed = corrected(waiting, edit(waiting, Part.ROOF, hours="2"))
    rate = before.shop.per_hour(timed.lines[1].work.task.labour)
    assert (timed.total, timed.at_least) == (before.total + 2 * rate, False)


def test_hours_are_priced_at_the_rate_and_typed_amounts_end_with_their_work(opened: Open) -> None:
    before = opened((HOOD,))
    typed = corrected(before, edit(before, Part.HOOD, labour="999", paint="1"))
    assert typed.total == 1000 + before.lines[0].value.other + before.lines[0].value.parts
    timed = corrected(typed, edit(typed, Part.HOOD, Why.WRONG_HOURS, hours="3.0"))
    assert timed.lines[0].value.labour == 3 * before.shop.per_hour(timed.lines[0].work.task.labour)
    assert timed.lines[0].value.paint == before.lines[0].value.paint
    assert len(timed.lines[0].touches) == 2


def test_a_removed_line_stays_and_counts_nothing(opened: Open) -> None:
    before = opened()
    lamp = line_of(before, Part.HEADLIGHT)
    after = corrected(before, Remove(line=lamp, why=Why.NOT_DAMAGED))
    assert len(after.lines) == len(before.lines)
    assert (after.lines[lamp].removed, after.lines[lamp].amount) == (True, 0)
    assert after.lines[lamp].machine == before.lines[lamp].machine
    assert after.total == opened((HOOD, DOOR)).total
    back = corrected(after, Restore(line=lamp, why=Why.MISTAKE))
    assert back.total == before.total
    assert not back.overridden
    assert [touch.why for touch in back.lines[lamp].touches] == [Why.NOT_DAMAGED, Why.MISTAKE]


def test_a_line_that_shares_paint_moves_without_being_overridden(opened: Open) -> None:
    fender = damage(Part.FRONT_FENDER, Side.LEFT, severity=Severity.SEVERE)
    doors = damage(Part.FRONT_DOOR, Side.LEFT, severity=Severity.SEVERE)
    before = opened((HOOD, fender, doors))
    after = corrected(before, Remove(line=line_of(before, Part.HOOD), why=Why.OLD_DAMAGE))
    moved = [line for line in after.lines if line.human is not None and not line.removed]
    assert moved
    assert not [line for line in moved if line.overridden or line.touches]
    assert after.total == opened((fender, doors)).total


def test_an_added_line_has_no_machine_value(opened: Open) -> None:
    before = opened((HOOD,))
    mark = Mark(photo=0, box=(5, 5, 95, 95))
    add = Add(
        part=Part.FRONT_DOOR,
        side=Side.LEFT,
        operation=Operation.REPAIR,
        kind=DamageKind.DENT,
        severity=Severity.SEVERE,
        marks=(mark,),
        why=Why.MISSED,
    )
    after = corrected(before, add)
    line = after.lines[1]
    assert (line.number, line.machine, line.marks) == (1, None, (mark,))
    assert (line.value.kind, line.value.severity, line.value.priced) == (DamageKind.DENT, Severity.SEVERE, True)
    assert line.amount > 0
    assert after.total == sum(item.amount for item in after.lines) > before.total
    removed = corrected(after, Remove(line=1, why=Why.MISTAKE))
    assert (removed.total, len(removed.lines), removed.overridden) == (before.total, 2, False)


@pytest.mark.parametrize(("facts", "known"), [(CHINA, True), (AMERICA, False)])
def test_tax_is_unknown_once_an_amount_is_typed_where_tax_is_added(opened: Open, facts: CaseFacts, known: bool) -> None:
    before = opened((HOOD,), facts)
    typed = corrected(before, edit(before, Part.HOOD, labour="100"))
    timed = corrected(typed, edit(typed, Part.HOOD, hours="5"))
    assert (typed.tax is not None) is known
    assert timed.tax is not None


def test_what_is_paid_follows_the_corrected_total(opened: Open) -> None:
    before = opened(CASE, CHINA.model_copy(update={"deductible": Decimal(300)}))
    after = corrected(before, *(Remove(line=line.number, why=Why.OLD_DAMAGE) for line in before.lines))
    assert before.net == before.total - 300
    assert (after.total, after.net) == (0, 0)


CHOICES = st.one_of(
    st.builds(
        dict,
        do=st.just("edit"),
        line=st.integers(0, 4),
        part=st.none() | st.sampled_from(Part),
        side=st.none() | st.sampled_from(Side),
        operation=st.none() | st.sampled_from(Operation),
        severity=st.none() | st.sampled_from(Severity),
        hours=st.none() | st.decimals(0, 70, places=1),
        paint=st.none() | st.decimals(0, 5000, places=3),
    ),
    st.builds(dict, do=st.sampled_from(["remove", "restore"]), line=st.integers(0, 4)),
    st.builds(
        dict,
        do=st.just("add"),
        part=st.sampled_from(Part),
        side=st.sampled_from(Side),
        operation=st.sampled_from(Operation),
    ),
)


def tried(review: Review, wish: dict[str, Any]) -> tuple[Review, str | None]:
    try:
        return corrected(review, *changes_of([{**wish, "why": "other"}])), None
    except ReviewError as refused:
        return review, refused.code


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHOICES, max_size=6), st.sampled_from([CHINA, AMERICA]))
def test_whatever_people_change_totals_sum_and_nothing_vanishes(
    opened: Open, wishes: list[dict[str, Any]], facts: CaseFacts
) -> None:
    review = start = opened((*CASE, NOWHERE), facts)
    for wish in wishes:
        after, refusal = tried(review, wish)
        assert refusal is None or refusal in REFUSALS
        assert after.version == review.version + (refusal is None)
        review = after
    assert review.total == sum((line.amount for line in review.lines), ZERO)
    assert all(line.amount >= 0 for line in review.lines)
    assert [line.machine for line in review.lines[: len(start.lines)]] == [line.machine for line in start.lines]
    assert [line.number for line in review.lines] == list(range(len(review.lines)))
    assert all(amount == amount.quantize(Decimal("0.01")) for amount in (line.amount for line in review.lines))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHOICES, max_size=6), st.sampled_from([CHINA, AMERICA]))
def test_changes_at_once_come_to_the_same_as_one_after_another(
    opened: Open, wishes: list[dict[str, Any]], facts: CaseFacts
) -> None:
    review = start = opened((*CASE, NOWHERE), facts)
    taken = []
    for wish in wishes:
        after, refusal = tried(review, wish)
        taken += [] if refusal else [{**wish, "why": "other"}]
        review = after
    together = corrected(start, *changes_of(taken)) if taken else start
    assert together.lines == review.lines
    assert (together.total, together.tax) == (review.total, review.tax)


REFUSALS = {
    f"review.{code}"
    for code in ("nothing_changed", "unknown_line", "line_removed", "line_counts", "unknown_part", "part_needed")
} | {"review.part_twice", "review.over_limit"}


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"do": "edit", "line": 0, "part": "windscreen"}, "unknown_part"),
        ({"do": "add", "part": "hood", "side": "middle", "operation": "repair"}, "unknown_part"),
        ({"do": "edit", "line": 0, "labour": "-1"}, "negative"),
        ({"do": "edit", "line": 0, "hours": -0.1}, "negative"),
        ({"do": "edit", "line": 0, "labour": "NaN"}, "invalid"),
        ({"do": "edit", "line": 0, "labour": 1e308}, "invalid"),
        ({"do": "edit", "line": -1, "labour": "1"}, "invalid"),
        ({"do": "edit", "line": 0, "total": 5}, "invalid"),
        ({"do": "approve", "line": 0}, "invalid"),
        ({"do": "edit", "line": 0, "marks": [{"photo": 0, "box": [50, 50, 10, 60]}]}, "invalid"),
    ],
)
def test_what_cannot_be_read_is_refused_without_repeating_it(change: dict[str, Any], code: str) -> None:
    with pytest.raises(ReviewError) as refused:
        changes_of([{**change, "why": "other", "remark": "plate 京A12345"}])
    assert refused.value.code == f"review.{code}"
    assert "京A12345" not in str(refused.value)
    assert refused.value.facts["fields"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (Edit(line=9, labour=Decimal(1), why=Why.OTHER), "unknown_line"),
        (Edit(line=0, why=Why.OTHER), "nothing_changed"),
        (Edit(line=0, part=Part.FRONT_DOOR, why=Why.OTHER), "unknown_part"),
        (Edit(line=0, side=Side.LEFT, why=Why.OTHER), "unknown_part"),
        (Add(part=Part.WHEEL, side=Side.UNKNOWN, operation=Operation.REPLACE, why=Why.MISSED), "unknown_part"),
        (Edit(line=0, hours=Decimal("60.1"), why=Why.OTHER), "over_limit"),
        (Edit(line=0, parts=Decimal("200000.01"), why=Why.OTHER), "over_limit"),
        (Restore(line=0, why=Why.OTHER), "line_counts"),
        (Edit(line=0, marks=(Mark(photo=0, box=(0, 0, 1000.5, 10)),), why=Why.WRONG_BOX), "box_outside"),
        (Edit(line=0, marks=(Mark(photo=1, box=(0, 0, 10, 10)),), why=Why.WRONG_BOX), "unknown_photo"),
        (Edit(line=0, marks=(Mark(photo=2, box=(0, 0, 10, 10)),), why=Why.WRONG_BOX), "unknown_photo"),
    ],
)
def test_what_cannot_be_meant_is_refused(opened: Open, change: Any, code: str) -> None:
    with pytest.raises(ReviewError) as refused:
        corrected(opened((HOOD, DOOR)), change)
    assert refused.value.code == f"review.{code}"


def test_one_refused_change_refuses_all(opened: Open) -> None:
    before = opened()
    with pytest.raises(ReviewError, match=r"review\.unknown_line"):
        corrected(before, Remove(line=0, why=Why.NOT_DAMAGED), Remove(line=99, why=Why.NOT_DAMAGED))
    with pytest.raises(ReviewError, match=r"review\.nothing_changed"):
        corrected(before)
    assert not before.lines[0].removed


def test_two_people_do_not_overwrite_each_other(opened: Open) -> None:
    before = opened()
    after = corrected(before, Remove(line=0, why=Why.NOT_DAMAGED))
    with pytest.raises(ReviewError) as refused:
        correct(
            after,
            (Remove(line=1, why=Why.NOT_DAMAGED),),
            version=0,
            by=person(person_id=YOU),
            at=AT,
            limits=RULES.limits,
        )
    assert (refused.value.code, refused.value.facts["version"]) == ("review.stale_version", 1)


def test_a_removed_line_is_restored_before_it_is_changed(opened: Open) -> None:
    removed = corrected(opened(), Remove(line=0, why=Why.NOT_DAMAGED))
    for change in (Remove(line=0, why=Why.OTHER), Edit(line=0, labour=Decimal(1), why=Why.OTHER)):
        with pytest.raises(ReviewError, match=r"review\.line_removed"):
            corrected(removed, change)


def test_the_same_work_is_not_counted_twice(opened: Open) -> None:
    before = opened((HOOD,))
    again = Add(part=Part.HOOD, operation=before.lines[0].value.operation, why=Why.MISSED)
    with pytest.raises(ReviewError, match=r"review\.part_twice"):
        corrected(before, again)
    assert corrected(before, Remove(line=0, why=Why.MISTAKE), again).lines[1].machine is None
    both = opened((HOOD, DOOR))
    door = both.lines[line_of(both, Part.FRONT_DOOR)].value
    with pytest.raises(ReviewError, match=r"review\.part_twice"):
        corrected(both, edit(both, Part.HOOD, part=Part.FRONT_DOOR, side=Side.LEFT, operation=door.operation))


def codes_in_the_source() -> set[str]:
    """Every literal code that a ``ReviewError`` is raised with."""
    found: set[str] = set()
    for path in (ROOT / "claims").glob("review*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ReviewError":
                found |= {item.value for item in ast.walk(node.args[0]) if isinstance(item, ast.Constant)}
    return {f"review.{code}" for code in found if isinstance(code, str)} | {"review.unknown_part", "review.negative"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_and_reason_is_explained(language: str) -> None:
    sentences = Texts.load(language).sentences
    codes = codes_in_the_source()
    assert codes > REFUSALS
    assert not [code for code in codes for part in ("title", "detail") if f"problem.{code}.{part}" not in sentences]
    assert all(f"name.why.{why}" in sentences for why in Why)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_says_what_its_sentence_needs(opened: Open, language: str) -> None:
    before = opened((HOOD,))
    again = Add(part=Part.HOOD, operation=before.lines[0].value.operation, why=Why.MISSED)
    far = Edit(line=0, marks=(Mark(photo=4, box=(0, 0, 1, 1)),), why=Why.OTHER)
    for change in (again, far, Edit(line=0, hours=Decimal(61), why=Why.OTHER), Remove(line=7, why=Why.OTHER)):
        with pytest.raises(ReviewError) as refused:
            corrected(before, change)
        said = Texts.load(language).say(Note(f"problem.{refused.value.code}.detail", refused.value.facts))
        assert "{" not in said


# --- how often ------------------------------------------------------------------------------------------------------


def test_override_rates_have_their_n(opened: Open) -> None:
    assert override_rate([]) is None
    assert line_override_rate([opened(())]) is None
    before = opened((HOOD, DOOR))
    agreed = corrected(before, edit(before, Part.HOOD, operation=before.lines[0].value.operation))
    changed = corrected(before, edit(before, Part.HOOD, paint="1"))
    added = corrected(
        before, Add(part=Part.ROOF, operation=Operation.REFINISH, severity=Severity.MINOR, why=Why.MISSED)
    )
    cases, lines = override_rate([before, changed, added]), line_override_rate([before, changed, added])
    assert cases is not None
    assert lines is not None
    assert (cases.n, cases.overridden, lines.n, lines.overridden) == (3, 2, 6, 1)
    assert cases.low < cases.rate < cases.high
    assert agreed.lines[0].touches


# --- queue and leases -----------------------------------------------------------------------------------------------


def waiting(number: int, **changes: Any) -> Waiting:
    limits = _limits()
    base: dict[str, Any] = {
        "state": CaseState.IN_REVIEW,
        "case_class": CaseClass.SIMPLE,
        "upper": Decimal(600),
        "limits": limits,
        "since": AT - timedelta(hours=1),
        "due_at": AT + timedelta(hours=5),
    }
    return Waiting(claim=UUID(int=number), **{**base, **changes})


def _limits() -> Any:
    return Rulebook.load().policy.market("CN")


def take(queue: Sequence[Waiting], role: Role = Role.SENIOR, at: datetime = AT, person_id: UUID = ME) -> int | None:
    taken = claim_next(queue, person(role, person_id), at, rules=RULES, rights=RIGHTS)
    return taken.claim.int if taken else None


def held(by: UUID = YOU, minutes: int = 20) -> Lease:
    return Lease(holder=by, taken_at=AT, until=AT + timedelta(minutes=minutes))


def test_the_queue_goes_by_deadline_less_the_lead_of_the_risk_then_age() -> None:
    soon = AT + timedelta(hours=1)
    queue = [
        waiting(1, due_at=None, risk=100),
        waiting(2, due_at=soon + timedelta(hours=7), risk=40),
        waiting(3, due_at=soon),
        waiting(4, due_at=soon, since=AT - timedelta(days=1)),
        waiting(5, due_at=soon + timedelta(hours=9), risk=40),
        waiting(6, due_at=AT - timedelta(hours=1)),
        waiting(7, due_at=soon + timedelta(minutes=5), risk=120),
        waiting(8, due_at=None, risk=0),
    ]
    order = [6, 7, 2, 4, 3, 5, 1, 8]
    assert [case.claim.int for case in ordered(queue, AT, RULES.lead)] == order
    assert take(queue) == 6
    assert take([]) is None


def test_a_risk_stands_before_no_overdue_case() -> None:
    late, later = AT - timedelta(minutes=1), AT - timedelta(minutes=2)
    queue = [
        waiting(1, due_at=AT, risk=140),
        waiting(2, due_at=late),
        waiting(3, due_at=later),
        waiting(4, due_at=late, risk=60),
    ]
    assert [case.claim.int for case in ordered(queue, AT, RULES.lead)] == [4, 3, 2, 1]


@pytest.mark.parametrize(("risk", "hours"), [(-1, 0), (0, 0), (40, 8), (120, 24), (140, 24)])
def test_a_lead_grows_with_the_risk_up_to_a_day(risk: int, hours: int) -> None:
    assert RULES.lead.of(risk) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("changes", "takers"),
    [
        ({}, {Role.JUNIOR, Role.SENIOR, Role.EXPERT}),
        ({"upper": Decimal(1000)}, {Role.SENIOR, Role.EXPERT}),
        ({"case_class": CaseClass.ORDINARY, "upper": Decimal(5000)}, {Role.SENIOR, Role.EXPERT}),
        ({"case_class": CaseClass.ORDINARY, "upper": Decimal("5000.01")}, {Role.EXPERT}),
        ({"case_class": CaseClass.COMPLEX}, {Role.EXPERT}),
        ({"state": CaseState.CONTESTED}, {Role.SENIOR, Role.EXPERT}),
        ({"state": CaseState.FRAUD_REVIEW}, {Role.SENIOR, Role.EXPERT}),
        ({"state": CaseState.ASSESSED}, set()),
        ({"lease": held()}, set()),
        ({"lease": held(minutes=0)}, {Role.JUNIOR, Role.SENIOR, Role.EXPERT}),
    ],
)
def test_nobody_takes_what_they_may_not_decide(changes: dict[str, Any], takers: set[Role]) -> None:
    roles = (Role.JUNIOR, Role.SENIOR, Role.EXPERT)
    assert {role for role in roles if take([waiting(1, **changes)], role) is not None} == takers


@pytest.mark.parametrize("role", [Role.FRONT_LINE, Role.AUDITOR, Role.ADMIN])
def test_other_roles_take_no_cases(role: Role) -> None:
    with pytest.raises(RightsError, match=r"rights\.forbidden"):
        take([waiting(1)], role)


def test_whoever_the_queue_names_has_a_way_to_decide_there() -> None:
    lifecycle = Lifecycle.load()
    deciding = {"settle", "take_up", "clear", "return", "decline"}
    for state, roles in RULES.queue.items():
        assert all(deciding & set(lifecycle.possible(state, role)) for role in roles), state


def test_nobody_gathers_cases() -> None:
    mine = [waiting(number, lease=held(ME)) for number in (1, 2, 3)]
    with pytest.raises(ReviewError) as refused:
        take([*mine, waiting(4)])
    assert (refused.value.code, refused.value.facts["limit"]) == ("review.holds_enough", 3)
    assert take([*mine, waiting(4)], at=AT + timedelta(minutes=20)) == 1
    assert take([*mine[:2], waiting(4)]) == 4


def test_a_lease_is_its_holders_until_it_ends() -> None:
    taken = claim_next([waiting(1)], person(), AT, rules=RULES, rights=RIGHTS)
    assert taken is not None
    lease, end = taken.lease, AT + timedelta(minutes=20)
    assert (lease.holder, lease.until) == (ME, end)
    check_held(lease, ME, end - timedelta(seconds=1))
    assert holder(lease, end) is None
    extended = lease.extended(ME, AT + timedelta(minutes=15), RULES.lease)
    assert extended.until == AT + timedelta(minutes=35)
    assert extended.extended(ME, AT, RULES.lease).until == extended.until  # a clock that went back takes nothing away


@pytest.mark.parametrize(
    ("lease", "who", "minutes", "code"),
    [
        (held(), ME, 5, "held_by_other"),
        (held(ME), ME, 20, "lease_over"),
        (held(), ME, 25, "not_held"),
        (None, ME, 0, "not_held"),
    ],
)
def test_nobody_acts_without_the_lease(lease: Lease | None, who: UUID, minutes: int, code: str) -> None:
    at = AT + timedelta(minutes=minutes)
    with pytest.raises(ReviewError, match=rf"review\.{code}"):
        check_held(lease, who, at)
    if lease is not None:
        with pytest.raises(ReviewError, match=rf"review\.{code}"):
            lease.extended(who, at, RULES.lease)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("in_review: [junior, senior, expert]", "in_review: [junior]", "no expert for in_review"),
        ("contested: [senior, expert]", "contested: [expert, admin]", "admin reviews no case"),
        ("minutes: 20", "minutes: 0", "lease.minutes"),
        ("hours: 60", "days: 60", "limits.days"),
    ],
)
def test_wrong_rules_are_refused_by_name(old: str, new: str, named: str) -> None:
    assert old in TEXT
    with pytest.raises(RulesError, match=named):
        ReviewRules.from_yaml(TEXT.replace(old, new))

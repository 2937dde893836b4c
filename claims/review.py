"""An adjuster's corrections: a review and changes in, a review with new totals out. Pure; all are taken, or none.

Amounts come from ``parts_pricing`` by the tables of the machine's estimate: what nobody changed keeps its amount to the
cent, unless it shares paint with what was changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from claims.actors import Actor
from claims.facts import CaseFacts
from claims.marks import Mark
from claims.review_changes import Add, Change, Edit, Remove, Restore, check_content
from claims.review_lines import LineValue, Review, ReviewedLine, ReviewedPhoto, Touch
from claims.review_rules import LineLimits
from claims.rulebook import Rulebook
from claims.utc import utc
from model.errors import ReviewError
from model.findings import Damage, PartRef
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.calculate import Bill, BillLine, Column, calculate
from parts_pricing.chosen import chosen
from parts_pricing.decide import Shop
from parts_pricing.estimate import Estimate
from parts_pricing.labour import TaxMode
from parts_pricing.money import ZERO, round_money
from parts_pricing.operations import Operation
from parts_pricing.units import Unit, units
from parts_pricing.work import Work, plan

_COVERS = {"part": Column.PARTS, "paint": Column.PAINT, "calibration": Column.OTHER}
"""What is missing of a line's price, and the amount that a person types for it."""


def shop_of(rulebook: Rulebook, facts: CaseFacts, on: date) -> Shop:
    """What the machine priced the case with. Raises ``UsageError`` for facts that name what does not exist."""
    vehicle, profile = rulebook.vehicle(facts), rulebook.profile(facts)
    rate = rulebook.rates.find(vehicle.region, profile.shop_type, vehicle.vehicle_class)
    return Shop(
        vehicle=vehicle, catalogue=rulebook.catalogue, rate=rate, rules=rulebook.repair, profile=profile, day=on
    )


def open_review(
    estimate: Estimate, damages: Sequence[Damage], photos: Sequence[ReviewedPhoto | None], shop: Shop
) -> Review:
    """The machine's estimate before anybody touched it; ``photos`` in the order of the case, None for unreadable ones.

    Raises ``ReviewError`` ``review.not_reproduced`` when ``shop`` does not give the estimate's own amounts: then its
    tables are others than those that the estimate names.
    """
    work = plan(units([damage for damage in damages if not damage.doubtful]), shop)
    bill = _bill(work, shop)
    if [line.total for line in bill.lines] != [line.total for line in estimate.lines]:
        raise ReviewError("not_reproduced", f"{len(bill.lines)} lines", total=bill.total)
    lines = (_machine_line(number, *pair) for number, pair in enumerate(zip(work, bill.lines, strict=True)))
    return Review(
        version=0,
        lines=tuple(lines),
        photos=tuple(photos),
        machine_total=estimate.total,
        total=estimate.total,
        tax=estimate.tax,
        deductible=estimate.deductible,
        salvage=estimate.salvage,
        betterment=estimate.betterment,
        shop=shop,
    )


def correct(
    review: Review, changes: Sequence[Change], *, version: int, by: Actor, at: datetime, limits: LineLimits
) -> Review:
    """The review after all changes, in order.

    Raises ``ReviewError``: ``review.stale_version`` when ``version`` is not the review's; ``nothing_changed``;
    ``unknown_line``, ``line_removed``, ``line_counts``, ``unknown_part``, ``part_needed``, ``part_twice``,
    ``over_limit``, ``unknown_photo``, ``box_outside``.
    """
    if version != review.version:
        raise ReviewError("stale_version", f"{version}, is {review.version}", version=review.version)
    if not changes or any(isinstance(change, Edit) and change.empty for change in changes):
        raise ReviewError("nothing_changed")
    lines = review.lines
    for change in changes:
        if isinstance(change, Edit | Add):
            check_content(change, review.sizes, limits)
        if isinstance(change, Remove) and lines is not review.lines:
            review = _priced(review, lines)  # a line that is taken out keeps the value that it had until then
            lines = review.lines
        touch = Touch(by=by.id, role=by.role, at=utc(at), why=change.why, remark=change.remark)
        lines = _changed(lines, change, touch, review.shop)
    review = _priced(review, lines)
    _refuse_twice(review)
    return replace(review, version=version + 1)


def _changed(lines: tuple[ReviewedLine, ...], change: Change, touch: Touch, shop: Shop) -> tuple[ReviewedLine, ...]:
    if isinstance(change, Add):
        return (*lines, _added(change, len(lines), touch, shop))
    line = _line(lines, change.line)
    if isinstance(change, Restore) is not line.removed:
        raise ReviewError("line_removed" if line.removed else "line_counts", f"line {change.line}", line=change.line)
    line = replace(line, touches=(*line.touches, touch), removed=isinstance(change, Remove))
    if isinstance(change, Edit):
        line = _edited(line, change, shop)
    return tuple(line if item.number == line.number else item for item in lines)


def _line(lines: Sequence[ReviewedLine], number: int) -> ReviewedLine:
    if number >= len(lines):
        raise ReviewError("unknown_line", f"line {number} of {len(lines)}", line=number)
    return lines[number]


def _added(change: Add, number: int, touch: Touch, shop: Shop) -> ReviewedLine:
    work = _timed(chosen(_ref(change.part, change.side), change.operation, shop, change.severity), change.hours)
    bill = calculate([work.task], rate=shop.rate, profile=shop.profile, paint_type=shop.vehicle.paint)
    return ReviewedLine(
        number=number,
        machine=None,
        human=_value(work, bill.lines[0], {}, (None, None)),  # alone; with the others it is priced below
        touches=(touch,),
        marks=change.marks or (),
        kind=change.kind,
        severity=change.severity,
        work=work,
        typed=_rounded(change, shop),
    )


def _edited(line: ReviewedLine, change: Edit, shop: Shop) -> ReviewedLine:
    kind, severity = change.kind or line.kind, change.severity or line.severity
    work = _rework(line, change, shop) if change.of_work else line.work
    anew = change.of_work or change.hours is not None
    return replace(
        line,
        kind=kind,
        severity=severity,
        marks=line.marks if change.marks is None else change.marks,
        work=_timed(work, change.hours),
        typed=({} if anew else dict(line.typed)) | _rounded(change, shop),
    )


def _rework(line: ReviewedLine, change: Edit, shop: Shop) -> Work:
    """The work that a person chose; where they only said what is damaged, the one that the rules choose for it."""
    ref = _ref_after(line, change)
    unit, operation = line.work.unit, change.operation
    if operation is None and unit is not None and line.work.task.operation is not Operation.CALIBRATION:
        return plan([_seen_as(unit, ref, change)], shop)[0]
    return chosen(ref, operation or line.work.task.operation, shop, change.severity or line.severity)


def _seen_as(unit: Unit, ref: PartRef, change: Edit) -> Unit:
    """The damages as the person sees them. A severity that a person gave counts more than a measured area."""
    known: dict[str, Any] = {"part": ref.part, "side": ref.side, "candidates": (), "severity_certain": True}
    if change.severity is not None:
        known |= {"severity": change.severity, "area_cm2": None}
    if change.kind is not None:
        known |= {"kind": change.kind}
    return replace(unit, ref=ref, damages=tuple(replace(damage, **known) for damage in unit.damages))


def _ref_after(line: ReviewedLine, change: Edit) -> PartRef:
    part = change.part or line.work.task.part
    if part is None:
        raise ReviewError("part_needed", f"line {line.number}", line=line.number)
    kept = line.work.task.side if change.part in (None, line.work.task.part) else Side.NONE
    if part.sided and kept is Side.NONE:
        kept = line.work.task.side  # another part on the same side of the car
    return _ref(part, change.side or (kept if part.sided else Side.NONE))


def _ref(part: Part, side: Side) -> PartRef:
    """A person says which side it is."""
    if side not in ((Side.LEFT, Side.RIGHT) if part.sided else (Side.NONE,)):
        raise ReviewError("unknown_part", f"{part} has no side {side}", part=part, side=side)
    return PartRef(part=part, side=side)


def _timed(work: Work, hours: Decimal | None) -> Work:
    return work if hours is None else replace(work, task=replace(work.task, hours=hours))


def _rounded(change: Edit | Add, shop: Shop) -> dict[Column, Decimal]:
    return {column: round_money(amount, shop.profile.minor) for column, amount in change.amounts.items()}


# --- amounts --------------------------------------------------------------------------------------------------------


def _priced(review: Review, lines: Sequence[ReviewedLine]) -> Review:
    """The review with these lines, priced as one job."""
    shop, counting = review.shop, [line for line in lines if not line.removed]
    bill = _bill([line.work for line in counting], shop)
    values = {
        line.number: _value(line.work, amounts, line.typed, (line.kind, line.severity))
        for line, amounts in zip(counting, bill.lines, strict=True)
    }
    after = tuple(_with(line, values.get(line.number)) for line in lines)
    total = sum((line.amount for line in after), ZERO * shop.profile.minor)
    typed = any(line.typed for line in counting)
    return replace(review, lines=after, total=total, tax=None if typed and _adds_tax(shop) else bill.tax)


def _with(line: ReviewedLine, value: LineValue | None) -> ReviewedLine:
    if value is None:
        return line
    return replace(line, human=None if value == line.machine and not line.touches else value)


def _bill(work: Sequence[Work], shop: Shop) -> Bill:
    tasks = [item.task for item in work]
    return calculate(tasks, rate=shop.rate, profile=shop.profile, paint_type=shop.vehicle.paint)


def _adds_tax(shop: Shop) -> bool:
    return shop.profile.tax.rate > 0 and shop.rate.tax_mode is not TaxMode.INCLUDED


def _machine_line(number: int, work: Work, bill: BillLine) -> ReviewedLine:
    damages = work.unit.damages if work.unit and work.task.operation is not Operation.CALIBRATION else ()
    worst = max(damages, key=lambda damage: damage.severity, default=None)
    seen = (worst.kind, worst.severity) if worst else (None, None)
    return ReviewedLine(
        number=number,
        machine=_value(work, bill, {}, seen),
        marks=tuple(Mark(photo=item.photo, box=item.box) for damage in damages for item in damage.evidence),
        kind=seen[0],
        severity=seen[1],
        work=work,
    )


def _value(
    work: Work, bill: BillLine, typed: Mapping[Column, Decimal], seen: tuple[DamageKind | None, Severity | None]
) -> LineValue:
    part, side = (work.task.part, work.task.side) if work.unit is None else work.unit.shown
    amounts = {column.value: typed.get(column, getattr(bill, column.value)) for column in Column}
    return LineValue(
        part=part,
        side=side,
        operation=work.task.operation,
        kind=seen[0],
        severity=seen[1],
        hours=work.task.hours,
        refinish_hours=bill.painted.hours if bill.painted else ZERO,
        priced=all(_covered(what, work, typed) for what in work.missing),
        **amounts,
    )


def _covered(what: str, work: Work, typed: Mapping[Column, Decimal]) -> bool:
    """Whether a person gave what the table does not know: the amount itself, or hours of work that no row tells."""
    if what == "row":
        return bool(typed) or work.task.hours > 0
    return _COVERS[what] in typed


def _refuse_twice(review: Review) -> None:
    """The same work on the same part would be paid twice."""
    seen: dict[tuple[PartRef, Operation], ReviewedLine] = {}
    for line in review.lines:
        if line.removed or line.ref is None:
            continue
        other = seen.setdefault((line.ref, line.value.operation), line)
        if other is not line and (line.touches or other.touches):
            raise ReviewError("part_twice", f"lines {other.number} and {line.number}", place=line.ref, line=line.number)

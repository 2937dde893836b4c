"""From the damages on a part to the tasks of its lines."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from model.findings import PartRef
from model.vocabulary import Part, Side
from parts_pricing.catalogue import Found
from parts_pricing.decide import Choice, Shop, choose, in_sensor_zone, paint_floor
from parts_pricing.flags import Flag
from parts_pricing.money import ZERO
from parts_pricing.operations import Operation, PaintWork, Task
from parts_pricing.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One line to be: its task, and where it comes from. ``complete`` is False when a price of it is missing.

    ``extra_high`` is an amount outside the task that the true cost may hold (calibration to verify).
    """

    task: Task
    unit: Unit | None
    ref: PartRef | None
    complete: bool
    flags: frozenset[str] = frozenset()
    choice: Choice | None = None
    found: Found | None = None
    missing: tuple[str, ...] = ()
    extra_high: Decimal = ZERO


def plan(units: Sequence[Unit], shop: Shop) -> list[Work]:
    """All work on the car: a line per damaged part, blends of neighbours, calibrations to verify."""
    shod = _new_tires(units, shop)
    return _joined([_work(unit, shop, _fitting(unit, shod, shop)) for unit in units], shop)


def plan_alone(work: Work, shop: Shop) -> list[Work]:
    """``plan`` with the damaged part of ``work`` alone. Raises ``ValueError`` for work on no damaged part."""
    if work.unit is None:
        raise ValueError(f"{work.task.operation} is no work on a damaged part")
    with_others = work.task.paint is PaintWork.BLEND or work.task.part is Part.WHEEL
    return plan([work.unit], shop) if with_others else _joined([work], shop)


def _joined(main: Sequence[Work], shop: Shop) -> list[Work]:
    return [item for work in _faded(main, shop) for item in (work, *_calibration(work, shop))]


def _new_tires(units: Sequence[Unit], shop: Shop) -> frozenset[Side]:
    """The sides on which a tire is replaced."""
    tires = [unit for unit in units if unit.ref is not None and unit.ref.part is Part.TIRE]
    work = [_work(unit, shop, shop.profile.wheel_fitting.amount) for unit in tires]
    return frozenset(item.task.side for item in work if item.task.operation is Operation.REPLACE)


def _fitting(unit: Unit, shod: frozenset[Side], shop: Shop) -> Decimal:
    """What a new wheel or tire is fitted for; a wheel that gets a new tire too is mounted and balanced once."""
    if unit.ref is None or unit.ref.part not in (Part.WHEEL, Part.TIRE):
        return ZERO
    with_tire = unit.ref.part is Part.WHEEL and unit.ref.side in shod
    return ZERO if with_tire else shop.profile.wheel_fitting.amount


def _work(unit: Unit, shop: Shop, fitting: Decimal) -> Work:
    found = shop.find(unit.ref) if unit.ref else None
    if unit.ref is None or found is None:
        return _without_row(unit)
    row = found.row
    choice = choose(unit.damages, row, shop, fitting)
    group = shop.rules.group(row.part)
    replaced = choice.operation is Operation.REPLACE
    price, panel = shop.part_price(row), shop.panel_price(row)
    missing = (("part",) if replaced and price is None else ()) + (
        ("paint",) if choice.paint is not PaintWork.NONE and panel is None else ()
    )
    part_price = price if replaced and price is not None else ZERO
    task = Task(
        part=unit.ref.part,
        side=unit.ref.side,
        operation=choice.operation,
        labour=group.labour,
        hours=choice.hours,
        paint=choice.paint,
        refinish_hours=row.refinish_h if choice.paint is not PaintWork.NONE else ZERO,
        panel_price=panel or ZERO,
        paint_floor=paint_floor(unit.damages, choice, row, shop),
        part_price=part_price,
        fee=shop.profile.fee(row.part) if replaced else ZERO,
        clips=shop.profile.clip_cost(part_price) if part_price else ZERO,
        sublet=fitting if replaced else choice.dent_price,
    )
    return Work(
        task=task,
        unit=unit,
        ref=unit.ref,
        complete=not missing,
        flags=_flags(unit, found, choice, shop) | ({Flag.UNPRICED} if missing else set()),
        choice=choice,
        found=found,
        missing=missing,
    )


def _without_row(unit: Unit) -> Work:
    part, side = (unit.ref.part, unit.ref.side) if unit.ref else (None, Side.UNKNOWN)
    unclear = {Flag.PART_UNCLEAR} if unit.unclear else set()
    return Work(
        task=Task(part=part, side=side, operation=Operation.INSPECT),
        unit=unit,
        ref=unit.ref,
        complete=False,
        flags=frozenset({Flag.UNPRICED, *unclear}),
        missing=("row",),
    )


def _flags(unit: Unit, found: Found, choice: Choice, shop: Shop) -> frozenset[str]:
    heavy = choice.operation in (Operation.REPAIR, Operation.REPLACE)
    group = shop.rules.group(found.row.part)
    facts = (
        (Flag.PART_UNCLEAR, unit.unclear),
        (Flag.STALE_PRICE, found.stale),
        (Flag.BORDERLINE_RR, choice.borderline),
        (Flag.REVIEW_RULE, choice.review),
        (Flag.STRUCTURAL, found.row.structural and heavy),
        (Flag.BETTERMENT, group.wears and choice.operation is Operation.REPLACE),
        (Flag.ADAS, shop.vehicle.adas is not False and in_sensor_zone(found.row.part, found.row, choice, shop)),
    )
    return frozenset(flag for flag, holds in facts if holds)


def _calibration(work: Work, shop: Shop) -> list[Work]:
    """A line to verify the calibration; it has a price only when the car is known to have driver assistance."""
    if Flag.ADAS not in work.flags:
        return []
    known = shop.vehicle.adas is True
    cost = shop.profile.calibration
    task = Task(
        part=work.task.part,
        side=work.task.side,
        operation=Operation.CALIBRATION,
        sublet=cost.amount if known else ZERO,
    )
    flags = frozenset({Flag.ADAS, *(work.flags & {Flag.PART_UNCLEAR})})
    return [
        Work(task=task, unit=work.unit, ref=work.ref, complete=known, flags=flags, found=work.found,
             missing=() if known else ("calibration",), extra_high=cost.high - task.sublet)
    ]  # fmt: skip


def _faded(main: Sequence[Work], shop: Shop) -> list[Work]:
    """``main`` with colour faded into the neighbours of refinished panels, for paints that need it.

    A neighbour that would only be polished is blended instead: the blend polishes it as well.
    """
    blend = shop.profile.paint.blend
    if blend is None or shop.vehicle.paint not in blend.paints:
        return list(main)
    sprayed = {work.ref for work in main if work.ref and work.task.paint >= PaintWork.HALF}
    around = {ref for one in sprayed for ref in shop.profile.panels.blend_neighbours(one)} - sprayed
    polished = {work.ref for work in main if work.task.paint is PaintWork.POLISH}
    faded = [
        replace(work, task=replace(work.task, paint=PaintWork.BLEND)) if work.ref in around & polished else work
        for work in main
    ]
    untouched = sorted(around - polished, key=lambda ref: (ref.part, ref.side))
    return faded + [work for ref in untouched if (work := _blend(ref, shop)) is not None]


def _blend(ref: PartRef, shop: Shop) -> Work | None:
    found = shop.find(ref)
    if found is None:
        return None
    task = Task(
        part=ref.part,
        side=ref.side,
        operation=Operation.BLEND,
        paint=PaintWork.BLEND,
        refinish_hours=found.row.refinish_h,
        panel_price=shop.panel_price(found.row) or ZERO,
    )
    stale = frozenset({Flag.STALE_PRICE}) if found.stale else frozenset()
    return Work(task=task, unit=None, ref=ref, complete=True, flags=stale, found=found)

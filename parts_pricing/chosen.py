"""Work that a person chose on a part, as the table and the profile price it; and what such work usually costs.

The repair rules choose from damages (``parts_pricing.decide``); here the operation is given.
"""

from decimal import Decimal
from statistics import median

from model.findings import PartRef
from model.vocabulary import Part, Severity
from parts_pricing.calculate import gross
from parts_pricing.catalogue import Found, PriceRow
from parts_pricing.decide import Shop
from parts_pricing.flags import Flag
from parts_pricing.money import ZERO, round_money
from parts_pricing.operations import Operation, PaintWork, Task
from parts_pricing.work import Work

_PAINT = {
    Operation.POLISH: PaintWork.POLISH,
    Operation.BLEND: PaintWork.BLEND,
    Operation.REFINISH: PaintWork.FULL,
    Operation.REPAIR: PaintWork.FULL,
    Operation.REPLACE: PaintWork.FULL,
}
_BY_HAND = frozenset({Operation.OVERHAUL, Operation.PDR, Operation.SUBLET, Operation.INSPECT})
"""What no row has a figure for: a person types hours or an amount."""


def chosen(ref: PartRef, operation: Operation, shop: Shop, severity: Severity | None = None) -> Work:
    """The line to be of one operation. What the table does not know is ``missing``: ``row``, ``part`` or ``paint``.

    ``severity`` chooses the column of repair hours; without one, moderate.
    """
    found = shop.find(ref)
    if operation is Operation.CALIBRATION:
        task = Task(part=ref.part, side=ref.side, operation=operation, sublet=shop.profile.calibration.amount)
        return Work(task=task, unit=None, ref=ref, complete=True, found=found)
    if found is None or operation in _BY_HAND:
        return _by_hand(ref, operation, shop, found)
    return _from_row(ref, operation, found, shop, severity or Severity.MODERATE)


def typical(ref: PartRef, operation: Operation, shop: Shop, severity: Severity | None = None) -> Decimal | None:
    """The median of what the operation costs with each row of the table for this part in the car's region and class.

    With tax, in the profile's currency, as the only work of a job. Rows for makes and part numbers of the class count
    too. Without a ``severity`` the three count alike where they take different hours. None where no row has a figure.
    """
    if operation in _BY_HAND or operation is Operation.CALIBRATION:
        return None
    steps = tuple(Severity) if severity is None else (severity,)
    work = [_from_row(ref, operation, found, shop, step) for found in _rows(ref, shop) for step in steps]
    costs = [
        gross([item.task], rate=shop.rate, profile=shop.profile, paint_type=shop.vehicle.paint)
        for item in work
        if item.complete
    ]
    return round_money(median(costs), shop.profile.minor) if costs and max(costs) > 0 else None


def _rows(ref: PartRef, shop: Shop) -> list[Found]:
    """The rows in force for the part in the car's class; those that were before the day where none is."""
    car = (shop.vehicle.region, shop.vehicle.vehicle_class, ref.part)
    begun = [
        Found(row=row, stale=not row.valid_on(shop.day))
        for row in shop.catalogue.rows
        if (row.region, row.vehicle_class, row.part) == car and row.valid_from <= shop.day
    ]
    return [found for found in begun if not found.stale] or begun


def _from_row(ref: PartRef, operation: Operation, found: Found, shop: Shop, severity: Severity) -> Work:
    row = found.row
    replaced, paint = operation is Operation.REPLACE, _PAINT.get(operation, PaintWork.NONE)
    price, panel = shop.part_price(row), shop.panel_price(row)
    paint = paint if row.painted else PaintWork.NONE
    hours = _hours(operation, row, shop, severity)
    missing = tuple(
        what
        for what, lacks in (
            ("row", hours is None),
            ("part", replaced and price is None),
            ("paint", paint is not PaintWork.NONE and panel is None),
        )
        if lacks
    )
    part_price = price if replaced and price is not None else ZERO
    task = Task(
        part=ref.part,
        side=ref.side,
        operation=operation,
        labour=shop.rules.group(row.part).labour,
        hours=hours or ZERO,
        paint=paint,
        refinish_hours=row.refinish_h if paint is not PaintWork.NONE else ZERO,
        panel_price=panel or ZERO,
        part_price=part_price,
        fee=shop.profile.fee(row.part) if replaced else ZERO,
        clips=shop.profile.clip_cost(part_price) if part_price else ZERO,
        sublet=shop.profile.wheel_fitting.amount if replaced and row.part in (Part.WHEEL, Part.TIRE) else ZERO,
    )
    flags = frozenset(({Flag.STALE_PRICE} if found.stale else set()) | ({Flag.UNPRICED} if missing else set()))
    return Work(
        task=task, unit=None, ref=ref, complete=not missing, flags=flags, found=found, missing=missing
    )  # fmt: skip


def _by_hand(ref: PartRef, operation: Operation, shop: Shop, found: Found | None) -> Work:
    labour = shop.rules.group(ref.part).labour
    task = Task(part=ref.part, side=ref.side, operation=operation, labour=labour)
    flags = frozenset({Flag.UNPRICED})
    return Work(task=task, unit=None, ref=ref, complete=False, flags=flags, found=found, missing=("row",))


def _hours(operation: Operation, row: PriceRow, shop: Shop, severity: Severity) -> Decimal | None:
    """Body hours, None where the row has none for the work: the part is beyond it."""
    removal = row.labor_ri_h if shop.rules.group(row.part).remove_to_paint else ZERO
    match operation:
        case Operation.REPLACE:
            return row.labor_rr_h
        case Operation.REMOVE_INSTALL:
            return row.labor_ri_h or None
        case Operation.REFINISH:
            return removal if row.painted else None
        case Operation.BLEND:
            return ZERO if row.painted else None
        case Operation.POLISH:
            return ZERO if row.painted else row.repair_h_minor or None
        case _:
            work = row.repair_hours(severity) if row.repairable else ZERO
            within = shop.profile.removal_within_repair
            return (max(work, removal) if within else work + removal) if work else None

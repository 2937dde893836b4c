"""Why a line says what it says: what was seen, which rule chose, how each amount came about."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from model.findings import Damage
from model.notes import Note, note
from parts_pricing.calculate import BillLine
from parts_pricing.catalogue import Found, PriceRow
from parts_pricing.decide import Choice, Shop
from parts_pricing.flags import Flag
from parts_pricing.labour import LabourType
from parts_pricing.money import round_money
from parts_pricing.operations import Operation, PaintWork
from parts_pricing.units import Unit
from parts_pricing.work import Work

_PERCENT = Decimal(100)
_REFINISH = LabourType.REFINISH


def basis(work: Work, bill: BillLine, shop: Shop) -> tuple[Note, ...]:
    """The notes of one line, in the order in which a person would explain it."""
    return tuple(_basis(work, bill, shop))


def _basis(work: Work, bill: BillLine, shop: Shop) -> Iterator[Note]:
    operation = work.task.operation
    if operation is Operation.CALIBRATION:
        yield from _calibration(work, shop)
        return
    if operation is Operation.BLEND:
        yield note("pricing.blend")
    if work.unit is not None:
        for damage in work.unit.damages:
            yield from _seen(damage)
        if work.unit.unclear:
            yield from _unclear(work.unit)
    if work.choice is not None:
        yield from _rule(work, work.choice, shop)
    yield from _labour(work, shop)
    yield from _paint(work, bill, shop)
    if work.found is not None:
        yield from _prices(work, work.found, shop)
    yield from (note(f"pricing.missing.{what}") for what in work.missing)


def _seen(damage: Damage) -> Iterator[Note]:
    """A damaged part may be surer than what is wrong with it: each is told with its own confidence."""
    sure = damage.kind_confidence
    facts = {
        "kind": damage.kind,
        "severity": damage.severity,
        "photos": len(damage.photos),
        "confidence": round(sure * 100),
    }
    yield note("pricing.seen" if damage.severity_certain else "pricing.seen_assumed", **facts)
    if sure < damage.confidence:
        yield note("pricing.part_damaged", confidence=round(damage.confidence * 100))


def _unclear(unit: Unit) -> Iterator[Note]:
    if unit.ref is None:
        yield note("pricing.part_unknown")
        return
    candidates = {ref.part for damage in unit.damages if damage.ambiguous for ref in damage.candidates}
    if len(candidates) > 1:
        yield note("pricing.candidates", part=unit.ref.part, candidates=tuple(sorted(candidates)))
    else:
        yield note("pricing.side_unknown", part=unit.ref.part)


def _rule(work: Work, choice: Choice, shop: Shop) -> Iterator[Note]:
    facts = {"rule": choice.deciding.rule, "version": shop.rules.version}
    yield note(f"pricing.rule.{choice.operation.value}", **facts)
    if choice.compared is not None:
        repair, replace = (round_money(amount, shop.profile.minor) for amount in choice.compared)
        share = int(_PERCENT * choice.compared[0] / choice.compared[1])
        kept = "replace" if choice.operation is Operation.REPLACE else "repair"
        yield note(f"pricing.compare.{kept}", repair=repair, replace=replace, share=share, currency=_currency(shop))
    elif "part" not in work.missing and choice.operation is Operation.REPAIR:
        yield note("pricing.compare.unknown")
    if choice.borderline:
        yield note("pricing.borderline")
    if choice.review:
        yield note("pricing.review")
    if Flag.STRUCTURAL in work.flags:
        yield note("pricing.structural")
    if Flag.BETTERMENT in work.flags:
        yield note("pricing.betterment")


def _labour(work: Work, shop: Shop) -> Iterator[Note]:
    if work.task.hours:
        rate = shop.per_hour(work.task.labour)
        amount = round_money(work.task.hours * rate, shop.profile.minor)
        yield note("pricing.labour", hours=work.task.hours, rate=rate, amount=amount, currency=_currency(shop))
    if work.choice is not None and work.choice.dent_price:
        yield note(
            "pricing.dent", amount=round_money(work.choice.dent_price, shop.profile.minor), currency=_currency(shop)
        )
    if work.task.operation is Operation.REPLACE and work.task.sublet:
        fitting = shop.profile.wheel_fitting
        yield note("pricing.fitting", mounting=fitting.mounting, balancing=fitting.balancing, currency=_currency(shop))


def _paint(work: Work, bill: BillLine, shop: Shop) -> Iterator[Note]:
    painted = bill.painted
    if painted is None or "paint" in work.missing:
        return
    if shop.profile.paint.method == "panel":
        yield from _panel(work, bill, shop)
    else:
        rate = shop.per_hour(_REFINISH)
        material = shop.rate.paint_material_rate if painted.materials else 0
        facts = {"base": painted.base, "overlap": painted.overlap, "clear": painted.clear + painted.stage}
        yield note(
            "pricing.paint.hours",
            **facts, tint=painted.tint, hours=painted.hours, rate=rate, material=material, currency=_currency(shop),
        )  # fmt: skip


def _panel(work: Work, bill: BillLine, shop: Shop) -> Iterator[Note]:
    painted = bill.painted
    assert painted is not None  # noqa: S101 - the caller looked
    kind = {PaintWork.POLISH: "polish", PaintWork.HALF: "half", PaintWork.BLEND: "blended"}.get(work.task.paint, "full")
    amount = round_money(painted.panel, shop.profile.minor)
    yield note(f"pricing.paint.{kind}", price=work.task.panel_price, amount=amount, currency=_currency(shop))
    special = shop.profile.paint.special.get(shop.vehicle.paint) if shop.vehicle.paint else None
    if special and work.task.paint >= PaintWork.HALF:
        yield note("pricing.paint.special", paint=shop.vehicle.paint, percent=int((special - 1) * _PERCENT))
    if painted.factor < 1:
        yield note("pricing.paint.several", percent=round((1 - painted.factor) * _PERCENT))
    if painted.tint:
        yield note("pricing.paint.tint", hours=painted.tint)


def _prices(work: Work, found: Found, shop: Shop) -> Iterator[Note]:
    row = found.row
    if work.task.part_price:
        yield note(
            "pricing.part", price=work.task.part_price, currency=row.currency,
            kind=shop.profile.part_price, tag=row.price_confidence,
        )  # fmt: skip
        if work.task.fee:
            yield note("pricing.fee", percent=f"{(work.task.fee * _PERCENT).normalize():f}")
        yield note("pricing.clips", amount=round_money(work.task.clips, shop.profile.minor), currency=row.currency)
    yield note("pricing.row", row=row.id, version=shop.catalogue.version, valid=_validity(row))
    if found.stale:
        yield note("pricing.stale", until=_day(row.valid_to))


def _calibration(work: Work, shop: Shop) -> Iterator[Note]:
    cost = shop.profile.calibration
    facts = {"low": cost.low, "high": cost.high, "currency": _currency(shop)}
    yield note("pricing.calibration.known" if work.complete else "pricing.calibration.unknown", **facts)


def _validity(row: PriceRow) -> str:
    return f"{row.valid_from.isoformat()}/{_day(row.valid_to)}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else "-"


def _currency(shop: Shop) -> str:
    return shop.profile.currency

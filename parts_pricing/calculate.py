"""The arithmetic of an estimate: explicit operations in, amounts out. Photo estimates and golden tests share it.

Order of rounding, inferred from two production estimates (B1, B2) and reproduced to the cent: labour is rounded per
labour type; labour, parts and other charges are three buckets; each bucket is taxed and rounded once. The rounded
buckets are then split over the lines, so lines always sum to the total and include their tax.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from model.vehicle import PaintType
from parts_pricing.labour import LabourType, RateRow, TaxMode
from parts_pricing.money import ZERO, allocate, round_money
from parts_pricing.operations import PaintWork, Task
from parts_pricing.paint import Painted, PaintItem, paint, ref_of
from parts_pricing.profile import Profile


class Column(StrEnum):
    """Where an amount stands on its line."""

    LABOUR = "labour"
    PAINT = "paint"
    PARTS = "parts"
    OTHER = "other"


class Bucket(StrEnum):
    """What an amount is taxed and rounded with."""

    LABOUR = "labour"
    PARTS = "parts"
    OTHER = "other"


class Charge(NamedTuple):
    """One amount before tax, unrounded. A tuple, because an estimate makes hundreds of them."""

    line: int
    column: Column
    bucket: Bucket
    amount: Decimal
    labour: LabourType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """Amounts of one task with tax, in minor units. ``painted`` says what its paint is made of."""

    labour: Decimal
    paint: Decimal
    parts: Decimal
    other: Decimal
    painted: Painted | None

    @property
    def total(self) -> Decimal:
        """All four."""
        return self.labour + self.paint + self.parts + self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """Amounts of a job. ``buckets`` and ``lines`` both sum to ``total``; ``tax`` is the part of it that is tax."""

    lines: tuple[BillLine, ...]
    buckets: dict[Bucket, Decimal]
    total: Decimal
    tax: Decimal


def calculate(tasks: Sequence[Task], *, rate: RateRow, profile: Profile, paint_type: PaintType | None = None) -> Bill:
    """The amounts of ``tasks``, gross of deductible and salvage, in the currency of the profile."""
    painted = _paint(tasks, profile, paint_type)
    charges = _all_charges(tasks, painted, rate, profile)
    minor = profile.minor
    untaxed = _untaxed(charges, minor)
    buckets = _taxed(untaxed, rate, profile)
    columns: dict[tuple[int, Column], Decimal] = defaultdict(lambda: ZERO * minor)
    for bucket in _BUCKETS:
        inside = _canonical([charge for charge in charges if charge.bucket is bucket], tasks)
        for charge, share in zip(inside, allocate(buckets[bucket], [c.amount for c in inside], minor), strict=True):
            columns[charge.line, charge.column] += share
    lines = tuple(_line(index, columns, painted.get(index)) for index in range(len(tasks)))
    total = sum(buckets.values(), ZERO * minor)
    return Bill(lines=lines, buckets=buckets, total=total, tax=total - round_money(sum(untaxed.values(), ZERO), minor))


def gross(tasks: Sequence[Task], *, rate: RateRow, profile: Profile, paint_type: PaintType | None = None) -> Decimal:
    """The total of ``calculate``, without its lines."""
    charges = _all_charges(tasks, _paint(tasks, profile, paint_type), rate, profile)
    return sum(_taxed(_untaxed(charges, profile.minor), rate, profile).values(), ZERO * profile.minor)


def _all_charges(
    tasks: Sequence[Task], painted: Mapping[int, Painted], rate: RateRow, profile: Profile
) -> list[Charge]:
    charges = [charge for line, task in enumerate(tasks) for charge in _charges(line, task, rate, profile)]
    charges += [charge for line, work in painted.items() for charge in _paint_charges(line, work, rate, profile)]
    return [charge for charge in charges if charge.amount]


def _taxed(untaxed: Mapping[Bucket, Decimal], rate: RateRow, profile: Profile) -> dict[Bucket, Decimal]:
    taxed = _TAXED[rate.tax_mode]
    return {
        bucket: round_money(amount * (1 + profile.tax.rate) if bucket in taxed else amount, profile.minor)
        for bucket, amount in untaxed.items()
    }


def _paint(tasks: Sequence[Task], profile: Profile, kind: PaintType | None) -> dict[int, Painted]:
    items = {
        line: PaintItem(
            ref=ref_of(task.part, task.side),
            work=task.paint,
            hours=task.refinish_hours,
            panel_price=task.panel_price,
            floor=task.paint_floor,
        )
        for line, task in enumerate(tasks)
        if task.paint is not PaintWork.NONE
    }
    return paint(items, profile, kind) if items else {}


def _charges(line: int, task: Task, rate: RateRow, profile: Profile) -> list[Charge]:
    per_hour = rate.per_hour(task.labour) * profile.area_factor
    shop = (rate.shop_material_rate or ZERO) + profile.allowance_per_hour
    part = task.part_price * (1 + task.fee)
    return [
        Charge(line, Column.LABOUR, Bucket.LABOUR, task.hours * per_hour, task.labour),
        Charge(line, Column.OTHER, Bucket.LABOUR, task.sublet),
        Charge(line, Column.PARTS, Bucket.PARTS, part),
        Charge(line, Column.OTHER, Bucket.PARTS, task.clips),
        Charge(line, Column.OTHER, Bucket.OTHER, task.hours * shop),
    ]


def _paint_charges(line: int, painted: Painted, rate: RateRow, profile: Profile) -> list[Charge]:
    labour = painted.hours * rate.per_hour(LabourType.REFINISH) * profile.area_factor + painted.panel
    material = painted.material_hours * (rate.paint_material_rate or ZERO)
    allowance = painted.hours * profile.allowance_per_hour
    return [
        Charge(line, Column.PAINT, Bucket.LABOUR, labour, LabourType.REFINISH),
        Charge(line, Column.PAINT, Bucket.OTHER, material),
        Charge(line, Column.OTHER, Bucket.OTHER, allowance),
    ]


def _canonical(charges: list[Charge], tasks: Sequence[Task]) -> list[Charge]:
    """An order that does not depend on the order of the tasks: it decides who gets the last cent."""

    def key(charge: Charge) -> tuple[str, str, str, str, Decimal]:
        task = tasks[charge.line]
        return (task.part or "", task.side, task.operation, charge.column, charge.amount)

    return sorted(charges, key=key)


def _untaxed(charges: Sequence[Charge], minor: Decimal) -> dict[Bucket, Decimal]:
    """The sum of each bucket before tax; labour is rounded per labour type first."""
    sums = dict.fromkeys(_BUCKETS, ZERO)
    labour: dict[LabourType | None, Decimal] = {}
    for charge in charges:
        if charge.bucket is Bucket.LABOUR:
            labour[charge.labour] = labour.get(charge.labour, ZERO) + charge.amount
        else:
            sums[charge.bucket] += charge.amount
    sums[Bucket.LABOUR] = sum((round_money(amount, minor) for amount in labour.values()), ZERO)
    return sums


def _line(index: int, columns: Mapping[tuple[int, Column], Decimal], painted: Painted | None) -> BillLine:
    return BillLine(
        labour=columns[index, Column.LABOUR],
        paint=columns[index, Column.PAINT],
        parts=columns[index, Column.PARTS],
        other=columns[index, Column.OTHER],
        painted=painted,
    )


_BUCKETS = tuple(Bucket)
_TAXED = {
    TaxMode.INCLUDED: frozenset[Bucket](),
    TaxMode.PARTS_AND_MATERIALS: frozenset({Bucket.PARTS, Bucket.OTHER}),
    TaxMode.ALL: frozenset(Bucket),
}

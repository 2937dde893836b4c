"""One part, all its damages: what is done to it, and whether repairing is worth it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import pi, sqrt

from model.findings import Damage, PartRef
from model.vehicle import Vehicle
from model.vocabulary import DamageKind, Part
from parts_pricing.catalogue import Catalogue, Found, PriceRow
from parts_pricing.labour import LabourType, RateRow
from parts_pricing.money import ZERO
from parts_pricing.operations import Operation, PaintWork
from parts_pricing.profile import Profile
from parts_pricing.repair_rules import RANK, RepairRules, Step

_CM2_PER_DM2 = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Everything that pricing one car on one day depends on."""

    vehicle: Vehicle
    catalogue: Catalogue
    rate: RateRow
    rules: RepairRules
    profile: Profile
    day: date

    def find(self, ref: PartRef) -> Found | None:
        """The price row of a part."""
        return self.catalogue.find(ref, self.vehicle, self.day)

    def part_price(self, row: PriceRow) -> Decimal | None:
        """The price of the kind of part that the profile fits; None when the row has none."""
        price: Decimal | None = getattr(row, f"{self.profile.part_price.value}_price")
        return price

    def per_hour(self, labour: LabourType) -> Decimal:
        """The labour rate in this area."""
        return self.rate.per_hour(labour) * self.profile.area_factor

    def panel_price(self, row: PriceRow) -> Decimal | None:
        """What painting the whole panel costs where paint is paid per panel; None when the row does not say."""
        if self.profile.paint.method == "hours" or not row.painted:
            return ZERO
        return row.paint_panel_price


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is done to a part. ``steps`` are what each damage asked for, in the order of the damages.

    ``review``: a rule asks for a person. ``borderline``: repairing costs nearly as much as replacing.
    ``compared``: cost of repairing and of replacing, without paint, where both were known and repair was asked for.
    """

    operation: Operation
    steps: tuple[Step, ...]
    hours: Decimal
    paint: PaintWork
    review: bool
    borderline: bool = False
    compared: tuple[Decimal, Decimal] | None = None
    dent_price: Decimal = ZERO

    @property
    def deciding(self) -> Step:
        """The step that asked for the heaviest operation."""
        return max(self.steps, key=lambda step: (RANK[step.operation], step.hours, step.rule))

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources of every rule that spoke, without repetition."""
        return tuple(dict.fromkeys(source for step in self.steps for source in step.sources))


def choose(damages: Sequence[Damage], row: PriceRow, shop: Shop, fitting: Decimal = ZERO) -> Choice:
    """The one operation for a part: the heaviest that any of its damages asks for, unless replacing is worth more.

    Hours add up as ``_work`` says; the part is painted once. More or worse damage never makes the choice cheaper.
    ``fitting`` is what replacing costs beside part and labour.
    """
    steps = tuple(shop.rules.step(item.kind, item.severity, item.area_cm2, row) for item in damages)
    operation = max((step.operation for step in steps), key=RANK.__getitem__)
    review = any(step.review for step in steps)
    painted = PaintWork.FULL if row.painted else PaintWork.NONE
    if operation is Operation.REPLACE:
        return Choice(operation=operation, steps=steps, hours=row.labor_rr_h, paint=painted, review=review)
    hours = _labour_hours(operation, _work(damages, steps), row, shop)
    if operation is Operation.REFINISH:
        work = _spray(damages, row, shop)
        return Choice(operation=operation, steps=steps, hours=hours, paint=work, review=review)
    if operation is Operation.POLISH and row.painted:
        return Choice(operation=operation, steps=steps, hours=hours, paint=PaintWork.POLISH, review=review)
    plain = Choice(operation=operation, steps=steps, hours=hours, paint=painted, review=review)
    if operation is Operation.POLISH:
        plain = Choice(operation=operation, steps=steps, hours=hours, paint=PaintWork.NONE, review=review)
    return _pressed_out(damages, row, shop, plain) or _economical(row, shop, plain, fitting)


def _work(damages: Sequence[Damage], steps: Sequence[Step]) -> Decimal:
    """Repair hours: those of the damages add up. A part that is also seen merely as damaged shows the same damage, or
    more of it: the longer of the two counts.
    """
    known, unknown = ZERO, ZERO
    for damage, step in zip(damages, steps, strict=True):
        if damage.kind is DamageKind.UNKNOWN:
            unknown += step.hours
        else:
            known += step.hours
    return max(known, unknown)


def _labour_hours(operation: Operation, work: Decimal, row: PriceRow, shop: Shop) -> Decimal:
    """Body hours: the work itself, and taking the part off where it is painted off the car."""
    removal = row.labor_ri_h if shop.rules.group(row.part).remove_to_paint else ZERO
    if operation is Operation.POLISH:
        return work
    if operation is Operation.REFINISH:
        return removal
    return max(work, removal) if shop.profile.removal_within_repair else work + removal


def _spray(damages: Sequence[Damage], row: PriceRow, shop: Shop) -> PaintWork:
    """Half the panel where every damage is known to be small, else all of it."""
    share = shop.profile.paint.half_max_share
    if not row.painted or not share or not row.surface_dm2:
        return PaintWork.FULL if row.painted else PaintWork.NONE
    areas = [item.area_cm2 for item in damages]
    known = [area for area in areas if area is not None]
    small = len(known) == len(areas) and sum(known) <= float(share * row.surface_dm2 * _CM2_PER_DM2)
    return PaintWork.HALF if small else PaintWork.FULL


def replacement_cost(row: PriceRow, shop: Shop) -> Decimal | None:
    """Part, its handling and clips, and the labour to fit it; None when the part has no price."""
    price = shop.part_price(row)
    if price is None:
        return None
    labour = row.labor_rr_h * shop.per_hour(shop.rules.group(row.part).labour)
    return price * (1 + shop.profile.fee(row.part)) + shop.profile.clip_cost(price) + labour


def _economical(row: PriceRow, shop: Shop, plain: Choice, fitting: Decimal) -> Choice:
    """``plain``, or replacing when repairing costs nearly as much (sources C1, C12, C15).

    Paint is left out of the comparison: both ways need it. So the share rises with the labour rate and with the hours.
    """
    new = replacement_cost(row, shop)
    if new is None:
        return plain
    replace = new + fitting
    repair = plain.hours * shop.per_hour(shop.rules.group(row.part).labour)
    share, economy = repair / replace, shop.rules.economy
    replaced = share >= economy.replace_at
    return Choice(
        operation=Operation.REPLACE if replaced else plain.operation,
        steps=plain.steps,
        hours=row.labor_rr_h if replaced else plain.hours,
        paint=(PaintWork.FULL if row.painted else PaintWork.NONE) if replaced else plain.paint,
        review=plain.review,
        borderline=economy.review_from <= share < economy.review_to,
        compared=(repair, replace),
    )


def _pressed_out(damages: Sequence[Damage], row: PriceRow, shop: Shop, plain: Choice) -> Choice | None:
    """Paintless dent repair where the damage allows it, at no more than conventional repair or replacement costs.

    A cap instead of a choice: a higher labour rate then never makes the job cheaper by switching to this way.
    """
    if not shop.rules.group(row.part).sheet_metal or not row.repairable:
        return None
    prices = [_dent_price(item, shop) for item in damages]
    known = [price for price in prices if price is not None]
    if len(known) != len(prices):
        return None
    conventional = plain.hours * shop.per_hour(LabourType.BODY) + least_paint(row, shop)
    caps = [cost for cost in (conventional, replacement_cost(row, shop)) if cost is not None]
    return Choice(
        operation=Operation.PDR,
        steps=plain.steps,
        hours=ZERO,
        paint=PaintWork.NONE,
        review=plain.review,
        dent_price=min(sum(known, ZERO), *caps),
    )


def _dent_price(damage: Damage, shop: Shop) -> Decimal | None:
    rule = shop.rules.pdr
    if damage.kind is not DamageKind.DENT or damage.severity > rule.max_severity or damage.area_cm2 is None:
        return None
    if damage.area_cm2 > float(rule.max_area_cm2):
        return None
    diameter = Decimal(repr(2 * sqrt(damage.area_cm2 / pi)))
    price = shop.profile.pdr.price(diameter)
    return None if price is None else price * shop.profile.area_factor


def least_paint(row: PriceRow, shop: Shop) -> Decimal:
    """What painting the part costs at least: beside other panels, hours may shrink by overlap; panel prices cannot."""
    if shop.profile.paint.method == "panel":
        return (shop.panel_price(row) or ZERO) * shop.profile.area_factor
    material = shop.rate.paint_material_rate or ZERO
    return row.refinish_h * shop.profile.paint.polish_factor * (shop.per_hour(LabourType.REFINISH) + material)


def paint_floor(damages: Sequence[Damage], choice: Choice, row: PriceRow, shop: Shop) -> Decimal:
    """What painting a dented panel costs at least, so that it never costs less than pressing its dents out would."""
    if choice.operation is not Operation.REPAIR or not shop.rules.group(row.part).sheet_metal:
        return ZERO
    dents = sum(1 for item in damages if item.kind is DamageKind.DENT)
    dearest = max(shop.profile.pdr.prices.values(), default=ZERO) * shop.profile.area_factor
    return max(ZERO, dents * dearest - choice.hours * shop.per_hour(LabourType.BODY))


def in_sensor_zone(part: Part, row: PriceRow, choice: Choice, shop: Shop) -> bool:
    """True when the work takes a part off that sensors of driver assistance look through or sit behind."""
    group = shop.rules.group(part)
    removed = choice.operation is Operation.REPLACE or (
        group.remove_to_paint and choice.operation in (Operation.REFINISH, Operation.REPAIR)
    )
    return bool(row.adas_zone) and group.driver_assistance and removed

"""A case's damages and its car in, a priced and explained estimate out. Pure: no clock, no files, no randomness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import repeat
from types import MappingProxyType

from model.errors import PriceTableError, UsageError
from model.findings import Damage
from model.notes import Note, note
from model.vehicle import Vehicle
from model.vocabulary import Part, Side
from parts_pricing.basis import basis
from parts_pricing.calculate import Bill, BillLine, calculate
from parts_pricing.catalogue import Catalogue
from parts_pricing.decide import Shop
from parts_pricing.flags import Flag
from parts_pricing.interval import Uncertain, bounds
from parts_pricing.labour import LabourType, Rates
from parts_pricing.money import ZERO, round_money
from parts_pricing.operations import Operation
from parts_pricing.profile import Profile
from parts_pricing.repair_rules import RepairRules
from parts_pricing.uncertainty import Ambiguity, limits, uncertain_lines
from parts_pricing.units import units
from parts_pricing.work import Work, plan


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateLine:
    """One line. Amounts include tax, in minor units; of a line that is not ``priced`` they are what is known so far.

    ``part`` is None and ``side`` unknown as long as nobody can say which it is. ``labour_types`` say who does the work;
    ``hours`` are those of the table and the rules. ``low`` and ``high`` belong to this line alone and do not sum to
    those of the estimate. ``price_row`` is a row of the table that the estimate's ``versions`` name, ``price_tag``
    how far its price can be trusted (S, D or A). ``damages`` are indices into the damages given.
    """

    part: Part | None
    side: Side
    operation: Operation
    labour_types: tuple[LabourType, ...]
    body_hours: Decimal
    refinish_hours: Decimal
    labour: Decimal
    paint: Decimal
    parts: Decimal
    other: Decimal
    total: Decimal
    low: Decimal
    high: Decimal
    priced: bool
    missing: tuple[str, ...]
    price_row: str | None
    price_tag: str | None
    stale: bool
    rule: str | None
    sources: tuple[str, ...]
    basis: tuple[Note, ...]
    damages: tuple[int, ...]
    flags: frozenset[str]

    @property
    def hours(self) -> Decimal:
        """All labour hours of the line."""
        return self.body_hours + self.refinish_hours

    @property
    def code(self) -> str:
        """The operation as the interchange formats of the trade write it, e.g. ``OP11`` for a replacement."""
        return self.operation.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Lines that sum to ``total`` (gross, with tax), the range around it, and what the owner would be paid (``net``).

    ``at_least`` is True when something has no price yet; ``unpriced`` are those lines. ``flags`` join those of the
    lines. ``versions`` names the prices, rates, rules and profile used.
    """

    currency: str
    lines: tuple[EstimateLine, ...]
    total: Decimal
    low: Decimal
    high: Decimal
    tax: Decimal
    deductible: Decimal
    salvage: Decimal
    betterment: Decimal
    net: Decimal
    unpriced: tuple[EstimateLine, ...]
    flags: frozenset[str]
    notes: tuple[Note, ...]
    versions: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if sum((line.total for line in self.lines), ZERO) != self.total:
            raise ValueError("the lines do not sum to the total")
        if not ZERO <= self.low <= self.total <= self.high:
            raise ValueError(f"range {self.low}-{self.high} does not hold {self.total}")
        object.__setattr__(self, "versions", MappingProxyType(dict(self.versions)))

    @property
    def at_least(self) -> bool:
        """True when the total is only a lower limit."""
        return bool(self.unpriced)


def estimate(
    damages: Sequence[Damage],
    *,
    vehicle: Vehicle,
    catalogue: Catalogue,
    rates: Rates,
    rules: RepairRules,
    profile: Profile,
    on: date,
    deductible: Decimal = ZERO,
    salvage: Decimal = ZERO,
    betterment: Decimal = ZERO,
) -> Estimate:
    """Price ``damages`` for one car on one day.

    Amounts given and returned are in the profile's currency. Raises ``UsageError`` for a region, class or shop that
    the tables do not know, and for a profile of another region; ``PriceTableError`` for tables in another currency than
    the profile's. No damages make an empty, valid estimate.
    """
    if min(deductible, salvage, betterment) < 0:
        raise UsageError("negative_amount", value=str(min(deductible, salvage, betterment)))
    shop = _shop(vehicle, catalogue, rates, rules, profile, on)
    work = plan(units(damages), shop)
    bill = calculate([item.task for item in work], rate=shop.rate, profile=profile, paint_type=vehicle.paint)
    ambiguity = Ambiguity.of(damages, bill.total, shop)
    uncertain = uncertain_lines(work, bill, ambiguity, shop)
    low, high = limits(damages, bill, uncertain, ambiguity, shop)
    lines = tuple(map(_line, work, bill.lines, uncertain, repeat(shop)))
    lost = ZERO if vehicle.actual_cash_value is None else bill.total / vehicle.actual_cash_value
    minor = profile.minor
    return Estimate(
        currency=profile.currency,
        lines=lines,
        total=bill.total,
        low=min(bill.total, round_money(low, minor)),
        high=max(bill.total, round_money(high, minor)),
        tax=bill.tax,
        deductible=round_money(deductible, minor),
        salvage=round_money(salvage, minor),
        betterment=round_money(betterment, minor),
        net=net_amount(bill.total, salvage=salvage, betterment=betterment, deductible=deductible, profile=profile),
        unpriced=tuple(line for line in lines if not line.priced),
        flags=frozenset().union(*(line.flags for line in lines), _total_loss(lost, shop)),
        notes=tuple(_notes(lines, bill, lost, deductible, shop)),
        versions=_versions(shop, rates),
    )


def net_amount(
    gross: Decimal, *, salvage: Decimal, betterment: Decimal, deductible: Decimal, profile: Profile
) -> Decimal:
    """What is paid: loss less salvage, betterment and deductible, never below zero (source C20)."""
    return round_money(max(ZERO, gross - salvage - betterment - deductible), profile.minor)


def _shop(vehicle: Vehicle, catalogue: Catalogue, rates: Rates, rules: RepairRules, profile: Profile, on: date) -> Shop:
    if vehicle.region != profile.region:
        raise UsageError("profile_of_other_region", profile.id, value=vehicle.region, known=(profile.region,))
    catalogue.require_class(vehicle.region, vehicle.vehicle_class)
    rate = rates.find(vehicle.region, profile.shop_type, vehicle.vehicle_class)
    for currency in (catalogue.currencies[vehicle.region], rate.currency):
        if currency != profile.currency:
            facts = {"region": vehicle.region, "value": currency, "expected": profile.currency}
            raise PriceTableError("other_currency", f"{currency} for {profile.id}", **facts)
    return Shop(vehicle=vehicle, catalogue=catalogue, rate=rate, rules=rules, profile=profile, day=on)


def _line(work: Work, bill: BillLine, uncertain: Uncertain, shop: Shop) -> EstimateLine:
    low, high = bounds(bill.total, [uncertain])
    minor, task, painted = shop.profile.minor, work.task, bill.painted
    part, side = work.unit.shown if work.unit else (task.part, task.side)
    refinish = painted.hours if painted else ZERO
    kinds = ((task.labour,) if task.hours else ()) + ((LabourType.REFINISH,) if refinish or bill.paint else ())
    row = work.found.row if work.found else None
    return EstimateLine(
        part=part,
        side=side,
        operation=task.operation,
        labour_types=kinds,
        body_hours=task.hours,
        refinish_hours=refinish,
        labour=bill.labour,
        paint=bill.paint,
        parts=bill.parts,
        other=bill.other,
        total=bill.total,
        low=min(bill.total, round_money(low, minor)),
        high=max(bill.total, round_money(high, minor)),
        priced=work.complete,
        missing=work.missing,
        price_row=row.id if row else None,
        price_tag=row.price_confidence if row else None,
        stale=bool(work.found and work.found.stale),
        rule=work.choice.deciding.rule if work.choice else None,
        sources=work.choice.sources if work.choice else (),
        basis=basis(work, bill, shop),
        damages=tuple(sorted(work.unit.indices)) if work.unit else (),
        flags=work.flags,
    )


def _total_loss(lost: Decimal, shop: Shop) -> frozenset[str]:
    return frozenset({Flag.TOTAL_LOSS}) if lost >= shop.rules.economy.total_loss_review else frozenset()


def _notes(lines: Sequence[EstimateLine], bill: Bill, lost: Decimal, deductible: Decimal, shop: Shop) -> list[Note]:
    if not lines:
        return [note("pricing.estimate.nothing")]
    currency = shop.profile.currency
    notes = [note("pricing.estimate.hidden")]
    if bill.tax:
        percent = (shop.profile.tax.rate * 100).normalize()
        notes.append(note("pricing.estimate.tax", percent=f"{percent:f}", amount=bill.tax, currency=currency))
    if any(not line.priced for line in lines):
        notes.append(note("pricing.estimate.at_least"))
    if lost >= shop.rules.economy.total_loss_mention:
        notes.append(note("pricing.estimate.total_loss", percent=int(lost * 100)))
    amount = round_money(deductible, shop.profile.minor)
    notes.append(note("pricing.estimate.deductible", amount=amount, currency=currency))
    return notes


def _versions(shop: Shop, rates: Rates) -> dict[str, str]:
    return {
        "prices": shop.catalogue.version,
        "rates": rates.version,
        "rules": shop.rules.version,
        "profile": f"{shop.profile.id}@{shop.profile.version}",
    }

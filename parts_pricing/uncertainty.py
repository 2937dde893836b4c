"""How uncertain each line is: its part priced one severity up and down, and on every other candidate part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Self

from model.findings import Damage, PartRef
from parts_pricing.calculate import Bill, BillLine, calculate, gross
from parts_pricing.decide import Shop
from parts_pricing.interval import Uncertain, bounds
from parts_pricing.money import ZERO
from parts_pricing.operations import Operation, Task
from parts_pricing.units import Unit, alternatives, units
from parts_pricing.work import Work, plan, plan_alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguity:
    """What it changes when ambiguous damages are on another candidate part.

    ``changes``: change of the total for every other candidate, under the first damage of each group that moves
    together. ``dearest``: the ambiguous damages that cost more on another candidate, each on its dearest one.
    """

    changes: Mapping[int, tuple[Decimal, ...]]
    dearest: Mapping[int, PartRef]

    @classmethod
    def of(cls, damages: Sequence[Damage], total: Decimal, shop: Shop) -> Self:
        """Price the case again for every candidate of every ambiguous damage."""
        changes: dict[int, tuple[Decimal, ...]] = {}
        dearest: dict[int, PartRef] = {}
        for indices, candidates in _moving_together(damages):
            costs = tuple(total_if(damages, dict.fromkeys(indices, ref), shop) - total for ref in candidates)
            changes[indices[0]] = costs
            if max(costs) > 0:
                dearest |= dict.fromkeys(indices, candidates[costs.index(max(costs))])
        return cls(changes=changes, dearest=dearest)

    def of_unit(self, unit: Unit) -> tuple[Decimal, ...]:
        """Largest and smallest change that the ambiguous damages of a unit can make."""
        groups = [self.changes[index] for index in unit.indices if index in self.changes]
        if not groups:
            return ()
        return sum((max(ZERO, *group) for group in groups), ZERO), sum((min(ZERO, *group) for group in groups), ZERO)


def limits(
    damages: Sequence[Damage], bill: Bill, lines: Sequence[Uncertain], ambiguity: Ambiguity, shop: Shop
) -> tuple[Decimal, Decimal]:
    """Low and high of the whole estimate, unrounded.

    The high bound also holds that of the case in which every ambiguous damage is on its dearest candidate.
    """
    low, high = bounds(bill.total, lines)
    if not ambiguity.dearest:
        return low, high
    work = plan(units(damages, ambiguity.dearest), shop)
    dearest = calculate(_tasks(work), rate=shop.rate, profile=shop.profile, paint_type=shop.vehicle.paint)
    settled = Ambiguity(changes={}, dearest={})
    return low, max(high, bounds(dearest.total, uncertain_lines(work, dearest, settled, shop))[1])


def uncertain_lines(work: Sequence[Work], bill: Bill, ambiguity: Ambiguity, shop: Shop) -> list[Uncertain]:
    """One ``Uncertain`` per line of the bill."""
    return [_uncertain(item, amounts, ambiguity, shop) for item, amounts in zip(work, bill.lines, strict=True)]


def total_if(damages: Sequence[Damage], moved: Mapping[int, PartRef], shop: Shop) -> Decimal:
    """The total with some damages priced as other parts."""
    return _gross(_tasks(plan(units(damages, moved), shop)), shop)


def _uncertain(work: Work, bill: BillLine, ambiguity: Ambiguity, shop: Shop) -> Uncertain:
    spread = shop.profile.spread
    tag = work.found.row.price_confidence if work.found else "A"
    if work.task.operation is Operation.CALIBRATION or work.unit is None:
        half = bill.total * spread.labour
        return _fixed(bill.total, half, work.extra_high)
    worse, milder = _steps(work, work.unit, shop) if work.found else (ZERO, ZERO)
    confidence = max(damage.confidence for damage in work.unit.damages)
    return Uncertain(
        total=bill.total,
        worse=bill.total + worse,
        milder=bill.total + milder,
        existence=confidence,
        assumed=not all(damage.severity_certain for damage in work.unit.damages),
        prices=bill.parts * spread.of(tag),
        work=(bill.labour + bill.other) * spread.labour + bill.paint * spread.paint,
        alternatives=ambiguity.of_unit(work.unit),
        open_high=work.extra_high,
    )


def _fixed(total: Decimal, half: Decimal, open_high: Decimal) -> Uncertain:
    return Uncertain(
        total=total,
        worse=total,
        milder=total,
        existence=1.0,
        assumed=False,
        prices=ZERO,
        work=half,
        open_high=open_high,
    )


def _steps(work: Work, unit: Unit, shop: Shop) -> tuple[Decimal, Decimal]:
    """How much more the part costs, as the only one of the job, with all severities one step worse, and milder."""
    alone = _tasks(plan_alone(work, shop))
    others = [_tasks(plan([other], shop)) if other else alone for other in (_stepped(unit, by) for by in (1, -1))]
    if all(tasks == alone for tasks in others):
        return ZERO, ZERO
    total = _gross(alone, shop)
    worse, milder = (ZERO if tasks == alone else _gross(tasks, shop) - total for tasks in others)
    return worse, milder


def _stepped(unit: Unit, by: int) -> Unit | None:
    """The part with all severities ``by`` steps worse; None where they all stay."""
    severities = [damage.severity.step(by) for damage in unit.damages]
    if all(step is damage.severity for step, damage in zip(severities, unit.damages, strict=True)):
        return None
    pairs = zip(unit.damages, severities, strict=True)
    return replace(unit, damages=tuple(replace(damage, severity=step) for damage, step in pairs))


def _tasks(work: Sequence[Work]) -> list[Task]:
    return [item.task for item in work]


def _gross(tasks: Sequence[Task], shop: Shop) -> Decimal:
    return gross(tasks, rate=shop.rate, profile=shop.profile, paint_type=shop.vehicle.paint)


def _moving_together(damages: Sequence[Damage]) -> list[tuple[tuple[int, ...], tuple[PartRef, ...]]]:
    """Ambiguous damages with the same candidates are on the same part."""
    groups: dict[tuple[PartRef, ...], list[int]] = {}
    for index, damage in enumerate(damages):
        if alternatives(damage):
            groups.setdefault(damage.candidates, []).append(index)
    return [(tuple(indices), candidates[1:]) for candidates, indices in groups.items()]

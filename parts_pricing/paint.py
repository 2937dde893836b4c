"""What painting several panels of one job takes: per panel (China) or by refinish hours (North America).

Both are built so that painting one panel more, or painting where polishing would have done, never costs less.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from model.findings import PartRef
from model.vehicle import PaintType
from model.vocabulary import Part, Side
from parts_pricing.money import ZERO, allocate, round_hours
from parts_pricing.operations import PaintWork
from parts_pricing.profile import PaintSettings, Profile, Stage

_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintItem:
    """One panel to be painted, polished or blended; see ``Task`` for the fields."""

    ref: PartRef | None
    work: PaintWork
    hours: Decimal
    panel_price: Decimal
    floor: Decimal

    @property
    def sprayed(self) -> bool:
        """True when the panel itself is refinished, half or whole."""
        return self.work >= PaintWork.HALF

    @property
    def order(self) -> tuple[Decimal, Decimal, str, str]:
        """Dearest first; the name settles ties, so that the order of the lines never matters."""
        part, side = (self.ref.part, self.ref.side) if self.ref else ("", "")
        return (-self.hours, -self.panel_price, part, side)


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """Paint of one panel. ``panel`` is an amount; the rest are hours, of which ``material_hours`` use up paint."""

    panel: Decimal = ZERO
    factor: Decimal = Decimal(1)
    base: Decimal = ZERO
    overlap: Decimal = ZERO
    clear: Decimal = ZERO
    stage: Decimal = ZERO
    tint: Decimal = ZERO
    materials: bool = True

    @property
    def hours(self) -> Decimal:
        """Refinish hours that are charged."""
        return self.base - self.overlap + self.clear + self.stage + self.tint

    @property
    def material_hours(self) -> Decimal:
        """Hours that the material rate is charged on."""
        return self.hours if self.materials else ZERO


def paint(items: Mapping[int, PaintItem], profile: Profile, kind: PaintType | None) -> dict[int, Painted]:
    """The paint of every item, by the profile's method."""
    return _by_panel(items, profile, kind) if profile.paint.method == "panel" else _by_hours(items, profile, kind)


def _by_panel(items: Mapping[int, PaintItem], profile: Profile, kind: PaintType | None) -> dict[int, Painted]:
    settings = profile.paint
    cost = {key: _panel_cost(item, profile, kind) for key, item in items.items()}
    pool = [key for key in _ordered(items) if items[key].sprayed and _major(items[key], profile)]
    floor = {key: min(cost[key], _floor(items[key], profile)) for key in pool}
    charged = {**cost, **_discounted(pool, cost, floor, settings)}
    tinted = _first_sprayed(items) if settings.tints(kind) else None
    return {
        key: Painted(
            panel=charged[key],
            factor=charged[key] / cost[key] if cost[key] else Decimal(1),
            tint=settings.tint.hours if key == tinted else ZERO,
            materials=False,
        )
        for key in items
    }


def _panel_cost(item: PaintItem, profile: Profile, kind: PaintType | None) -> Decimal:
    settings = profile.paint
    price = item.panel_price * profile.area_factor
    if item.work is PaintWork.POLISH:
        return price * settings.polish_factor
    if item.work is PaintWork.BLEND:
        return price * (settings.blend.share if settings.blend else ZERO)
    special = settings.special.get(kind, Decimal(1)) if kind else Decimal(1)
    return price * special * (settings.half_factor if item.work is PaintWork.HALF else 1)


def _floor(item: PaintItem, profile: Profile) -> Decimal:
    return max(item.panel_price * profile.area_factor * profile.paint.polish_factor, item.floor)


def _discounted(
    pool: Sequence[int], cost: Mapping[int, Decimal], floor: Mapping[int, Decimal], settings: PaintSettings
) -> dict[int, Decimal]:
    """The multi-panel factor on ``k`` panels and no less than the floor on the others, for the ``k`` that is dearest.

    The plain rule (factor by count times sum) would make a job cheaper by adding a small panel to a large one.
    """
    best: dict[int, Decimal] = {}
    for count in range(1, len(pool) + 1):
        factor = settings.panel_factor(count)
        gains = sorted(pool, key=lambda key: floor[key] - factor * cost[key])
        chosen = {key: factor * cost[key] for key in gains[:count]}
        charged = {key: chosen.get(key, floor[key]) for key in pool}
        if not best or sum(charged.values()) > sum(best.values()):
            best = charged
    return best


def _by_hours(items: Mapping[int, PaintItem], profile: Profile, kind: PaintType | None) -> dict[int, Painted]:
    settings = profile.paint
    order = [key for key in _ordered(items) if items[key].sprayed]
    overlap = _overlaps([(key, items[key]) for key in order], profile)
    least = _least_share(settings, kind)
    base = {key: round_hours(items[key].hours * _half(items[key], settings)) for key in order}
    net = {key: max(base[key] - overlap[key], round_hours(base[key] * least)) for key in order}
    clear = _stage_hours(order, net, settings.clear)
    stage = _stage_hours(order, net, settings.extra_stage[kind]) if kind and kind in settings.extra_stage else {}
    tinted = _first_sprayed(items) if settings.tints(kind) else None
    sprayed = {
        key: Painted(
            base=base[key],
            overlap=base[key] - net[key],
            clear=clear[key],
            stage=stage.get(key, ZERO),
            tint=settings.tint.hours if key == tinted else ZERO,
        )
        for key in order
    }
    return {key: sprayed.get(key) or _unsprayed(item, settings, kind) for key, item in items.items()}


def _unsprayed(item: PaintItem, settings: PaintSettings, kind: PaintType | None) -> Painted:
    blended = item.work is PaintWork.BLEND
    share = _blend_share(settings, kind) if blended else settings.polish_factor
    return Painted(base=round_hours(item.hours * share), materials=blended)


def _half(item: PaintItem, settings: PaintSettings) -> Decimal:
    return settings.half_factor if item.work is PaintWork.HALF else Decimal(1)


def _least_share(settings: PaintSettings, kind: PaintType | None) -> Decimal:
    """A refinished panel never counts less than polishing it, or than blending it where colour is faded."""
    blends = settings.blend is not None and kind in settings.blend.paints
    return max(settings.polish_factor, _blend_share(settings, kind)) if blends else settings.polish_factor


def _blend_share(settings: PaintSettings, kind: PaintType | None) -> Decimal:
    if settings.blend is None:
        return ZERO
    return settings.blend.share_three_stage if kind in settings.blend.three_stage else settings.blend.share


def _overlaps(order: Sequence[tuple[int, PaintItem]], profile: Profile) -> dict[int, Decimal]:
    """Hours off each panel: none off the first, ``adjacent`` off one that touches a panel before it (source B4)."""
    overlap = {key: ZERO for key, _ in order}
    waiting = [(key, item) for key, item in order if _major(item, profile)]
    done: list[PaintItem] = []
    while waiting:
        touching = [pair for pair in waiting if any(_touch(pair[1], item, profile) for item in done)]
        key, item = (touching or waiting)[0]
        if done:
            overlap[key] = profile.paint.overlap.adjacent if touching else profile.paint.overlap.other
        waiting.remove((key, item))
        done.append(item)
    return overlap


def _stage_hours(order: Sequence[int], net: Mapping[int, Decimal], stage: Stage) -> dict[int, Decimal]:
    """Extra hours of clear coat or a further stage: a share of the first panel and of each next, capped, in 0.1 h."""
    if not order:
        return {}
    raw = [net[key] * (stage.first if index == 0 else stage.next) for index, key in enumerate(order)]
    whole = round_hours(sum(raw, ZERO) if stage.cap is None else min(stage.cap, sum(raw, ZERO)))
    return dict(zip(order, allocate(whole, raw, _TENTH), strict=True))


def _ordered(items: Mapping[int, PaintItem]) -> list[int]:
    return sorted(items, key=lambda key: items[key].order)


def _first_sprayed(items: Mapping[int, PaintItem]) -> int | None:
    return next((key for key in _ordered(items) if items[key].sprayed), None)


def _major(item: PaintItem, profile: Profile) -> bool:
    return item.ref is None or item.ref.part in profile.panels.major


def _touch(one: PaintItem, other: PaintItem, profile: Profile) -> bool:
    return one.ref is not None and other.ref is not None and profile.panels.touch(one.ref, other.ref)


def ref_of(part: Part | None, side: Side) -> PartRef | None:
    """The reference of a task's part, None for work on no part."""
    return None if part is None else PartRef(part=part, side=side)

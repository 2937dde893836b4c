"""Damages grouped by the part they are on: each group is one decision and one line."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from model.findings import Damage, PartRef
from model.vocabulary import Part, Side

_RANK: Final[dict[str, int]] = {part.value: rank for rank, part in enumerate(Part)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """All damages on one part. ``ref`` is the part they are priced as, None when nothing names one.

    ``indices`` say which of the case's damages these are, in the order of ``damages``.
    """

    ref: PartRef | None
    indices: tuple[int, ...]
    damages: tuple[Damage, ...]

    @property
    def certain(self) -> bool:
        """True when at least one damage is surely on this part."""
        return any(not damage.ambiguous for damage in self.damages)

    @property
    def unclear(self) -> bool:
        """True when a person has to say where at least one of the damages is."""
        return any(damage.ambiguous for damage in self.damages)

    @property
    def shown(self) -> tuple[Part | None, Side]:
        """What the line calls the part: only as much as is known of it."""
        if self.certain and self.ref is not None:
            return self.ref.part, self.ref.side
        first = self.damages[0]
        return first.part, first.side


def best_ref(damage: Damage) -> PartRef | None:
    """The part that a damage is priced as: its own, else the best supported candidate."""
    if damage.part is not None and damage.side is not Side.UNKNOWN:
        return PartRef(part=damage.part, side=damage.side)
    if damage.candidates:
        return damage.candidates[0]
    return None if damage.part is None else PartRef(part=damage.part, side=damage.side)


def alternatives(damage: Damage) -> tuple[PartRef, ...]:
    """The other parts that an ambiguous damage may be on."""
    return damage.candidates[1:] if damage.ambiguous else ()


def units(damages: Sequence[Damage], moved: Mapping[int, PartRef] | None = None) -> list[Unit]:
    """The damages by part, in an order that does not depend on theirs. ``moved`` prices some as another part."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    refs: dict[tuple[str, ...], PartRef | None] = {}
    for index, damage in enumerate(damages):
        ref = (moved or {}).get(index) or best_ref(damage)
        key = (ref.part, ref.side) if ref else ("~", *_identity(damage))
        groups[key].append(index)
        refs[key] = ref
    return [_unit(refs[key], groups[key], damages) for key in sorted(groups, key=_order)]


def _order(key: tuple[str, ...]) -> tuple[object, ...]:
    """Parts as the vocabulary lists them; what no part is known of comes last."""
    return (_RANK.get(key[0], len(_RANK)), key)


def _unit(ref: PartRef | None, indices: list[int], damages: Sequence[Damage]) -> Unit:
    ordered = indices if len(indices) == 1 else sorted(indices, key=lambda index: _identity(damages[index]))
    return Unit(ref=ref, indices=tuple(ordered), damages=tuple(damages[index] for index in ordered))


def _identity(damage: Damage) -> tuple[str, ...]:
    """A key that two different damages rarely share; damages without any part stay apart by it."""
    facts = (damage.severity.rank, damage.area_cm2, damage.severity_certain, damage.confidence)
    boxes = (f"{item.photo}:{item.box}:{item.score}" for item in damage.evidence)
    candidates = (f"{ref.part}:{ref.side}" for ref in damage.candidates)
    return (damage.part or "", damage.side, damage.kind, *map(str, facts), *boxes, *candidates)

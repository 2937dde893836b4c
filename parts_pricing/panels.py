"""Which painted panels of a car touch each other."""

from functools import cached_property
from typing import Annotated

from pydantic import Field

from model.findings import PartRef
from model.vocabulary import Part, Side
from parts_pricing.rules_file import Strict


class Adjacent(Strict):
    """Two neighbouring panels; ``blend`` when colour is faded from one into the other."""

    pair: tuple[Part, Part]
    blend: bool = False


class Panels(Strict):
    """The adjacency table of a car body."""

    major: frozenset[Part]
    adjacent: tuple[Adjacent, ...]
    sources: Annotated[tuple[str, ...], Field(min_length=1)]

    def touch(self, one: PartRef, other: PartRef) -> bool:
        """True for neighbours. Left and right panels never touch; an unknown side touches nothing but the middle."""
        return frozenset((one.part, other.part)) in self._pairs and _same_side(one.side, other.side)

    def blend_neighbours(self, ref: PartRef) -> tuple[PartRef, ...]:
        """The panels that colour is faded into when ``ref`` is refinished, in the order of the table."""
        return self._blends.get(ref, ())

    @cached_property
    def _pairs(self) -> frozenset[frozenset[Part]]:
        return frozenset(frozenset(item.pair) for item in self.adjacent)

    @cached_property
    def _blends(self) -> dict[PartRef, tuple[PartRef, ...]]:
        refs = [PartRef(part=part, side=side) for part in Part for side in _sides(part)]
        wanted = frozenset(frozenset(item.pair) for item in self.adjacent if item.blend)
        return {
            one: tuple(o for o in refs if frozenset((one.part, o.part)) in wanted and _same_side(one.side, o.side))
            for one in refs
        }


def _sides(part: Part) -> tuple[Side, ...]:
    return (Side.LEFT, Side.RIGHT) if part.sided else (Side.NONE,)


def _same_side(one: Side, other: Side) -> bool:
    if Side.NONE in (one, other):
        return True
    return one is other and one is not Side.UNKNOWN

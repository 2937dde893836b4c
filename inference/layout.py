"""Where parts lie that nobody reported, seen from the parts that were.

Each neighbour in view says where each edge of the part should be and how far off that may be (``layout`` of the
rules); what they say is averaged, the sure ones counting more. The vehicle's left flank shows its nose at the picture's
left, so a left part's place is written as it stands and a right part's as its mirror picture.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import numpy.typing as npt

from inference.geometry import area
from inference.rules import ConsolidateRules
from model.findings import Box, PartRef
from model.vocabulary import Part, Side

SEVERAL = frozenset({Part.DOOR_GLASS})
"""Parts of which a flank has several: each neighbour speaks for its own."""
_IN_PLACE = 0.5
_WIDEST = 0.25

Floats = npt.NDArray[np.float64]
Estimate = tuple[Floats, Floats]
"""Edges and how far off they may be, in px."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a part is, and how sure that is, 0..1."""

    ref: PartRef
    box: Box
    score: float


def places(in_view: Sequence[Place], width: int, height: int, rules: ConsolidateRules) -> Iterator[Place]:
    """Each part that is not in view itself and that its neighbours place well enough; never surer than they are."""
    known = {seen.ref for seen in in_view}
    for part, neighbours in rules.layout.items():
        near = [seen for seen in in_view if seen.ref.part in neighbours and area(seen.box) > 0]
        for ref in _missing(part, known):
            yield from _places(ref, near, width, height, rules)


def _missing(part: Part, known: Set[PartRef]) -> list[PartRef]:
    if not part.sided:
        return [PartRef(part=part)] if PartRef(part=part) not in known else []
    if PartRef(part=part, side=Side.UNKNOWN) in known:
        return []
    return [ref for side in (Side.LEFT, Side.RIGHT) if (ref := PartRef(part=part, side=side)) not in known]


def _places(ref: PartRef, near: Sequence[Place], width: int, height: int, rules: ConsolidateRules) -> Iterator[Place]:
    beside = [seen for seen in near if _same_flank(seen.ref, ref)]
    if ref.part in SEVERAL:
        for seen in beside:
            yield _place(ref, _clipped(_said(seen, ref, width, rules)[0], width, height), [seen], rules)
    elif beside:
        first, _ = _averaged([_said(seen, ref, width, rules) for seen in beside])
        wheels = [seen for seen in near if seen.ref.part is Part.WHEEL and _in_place(seen.box, first)]
        witnesses = [seen for seen in beside if seen.ref.side is ref.side] + wheels
        edges, off = _averaged([_said(seen, ref, width, rules) for seen in beside + wheels])
        box = _clipped(_widened(edges, off), width, height)
        if (witnesses or not ref.part.sided) and _sure(edges, off, rules) and area(box) > 0:
            yield _place(ref, box, beside + wheels, rules)


def _place(ref: PartRef, box: Box, by: Sequence[Place], rules: ConsolidateRules) -> Place:
    return Place(ref=ref, box=box, score=rules.neighbour_support * fmean(seen.score for seen in by))


def _same_flank(seen: PartRef, ref: PartRef) -> bool:
    """A part in the middle of the car, or one on the same side; any side where the part itself is in the middle."""
    return seen.side in (ref.side, Side.NONE) or (ref.side is Side.NONE and seen.side is not Side.UNKNOWN)


def _said(seen: Place, ref: PartRef, width: int, rules: ConsolidateRules) -> Estimate:
    """Where one neighbour says that the part is."""
    neighbour, side = rules.layout[ref.part][seen.ref.part], ref.side if ref.part.sided else seen.ref.side
    x1, y1, x2, y2 = mirrored(seen.box, side, width)
    unit, start = np.array([x2 - x1, y2 - y1] * 2), np.array([x1, y1] * 2)
    edges, off = start + np.array(neighbour.at) * unit, np.array(neighbour.spread) * unit
    order = [2, 1, 0, 3] if side is Side.RIGHT else [0, 1, 2, 3]
    return np.array(mirrored(as_box(edges), side, width)), off[order]


def _averaged(said: Sequence[Estimate]) -> Estimate:
    edges, off = np.array([item[0] for item in said]), np.array([item[1] for item in said])
    weights = 1 / off**2
    return (edges * weights).sum(axis=0) / weights.sum(axis=0), 1 / np.sqrt(weights.sum(axis=0))


def _sure(edges: Floats, off: Floats, rules: ConsolidateRules) -> bool:
    """Are the edges off by less than a share of the part's own width and height?"""
    size = edges[2:] - edges[:2]
    return bool((size > 0).all() and (np.maximum(off[:2], off[2:]) <= rules.layout_doubt * size).all())


def _widened(edges: Floats, off: Floats) -> Floats:
    """Each edge as far out as it may well be, at most a quarter of the part's size."""
    size = np.tile(np.maximum(edges[2:] - edges[:2], 0.0), 2)
    wider: Floats = edges + np.array([-1.0, -1.0, 1.0, 1.0]) * np.minimum(off, _WIDEST * size)
    return wider


def _in_place(wheel: Box, edges: Floats) -> bool:
    """Most of the wheel's width lies within the part's, and the part does not end above it."""
    common = min(wheel[2], edges[2]) - max(wheel[0], edges[0])
    return bool(common > _IN_PLACE * (wheel[2] - wheel[0]) and edges[1] < wheel[3] and edges[3] > wheel[1])


def mirrored(box: Box, side: Side, width: float) -> Box:
    """The box as it would be on the left flank; twice the same is the box again."""
    return (width - box[2], box[1], width - box[0], box[3]) if side is Side.RIGHT else box


def placed_in(box: Box, anchor: Box) -> Box:
    """Pixels → units of the anchor's box."""
    x, y, w, h = anchor[0], anchor[1], anchor[2] - anchor[0], anchor[3] - anchor[1]
    return ((box[0] - x) / w, (box[1] - y) / h, (box[2] - x) / w, (box[3] - y) / h)


def as_box(values: Iterable[float]) -> Box:
    """Four numbers as a box."""
    x1, y1, x2, y2 = map(float, values)
    return (x1, y1, x2, y2)


def _clipped(edges: Floats, width: int, height: int) -> Box:
    return as_box(np.clip(edges, 0, [width, height] * 2))

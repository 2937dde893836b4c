"""One photo read as a scene: which parts of the car are visible, where, and on which side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from inference.geometry import containment, gap, hull, iou, union_area
from inference.layout import Place, places
from inference.rules import ConsolidateRules
from model.detections import Detection, Detections
from model.findings import Box, PartRef
from model.vocabulary import LabelGroup, Part, Side

FRONT = frozenset({Part.FRONT_BUMPER, Part.HOOD, Part.HEADLIGHT, Part.WINDSHIELD, Part.GRILLE, Part.FOG_LIGHT})
REAR = frozenset({Part.REAR_BUMPER, Part.TRUNK_LID, Part.TAILGATE, Part.TAILLIGHT, Part.BACK_GLASS})
FLANK = frozenset({Part.FRONT_DOOR, Part.REAR_DOOR})
SIDE_GLASS = frozenset({Part.DOOR_GLASS, Part.QUARTER_GLASS})
_SAME_PLACE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class VisiblePart:
    """A part of the car that the photo shows, damaged or not. ``refs``: several while nothing says which it is."""

    refs: tuple[PartRef, ...]
    box: Box
    score: float

    @property
    def part(self) -> Part | None:
        """None while it may be more than one."""
        return self.refs[0].part if len(self.refs) == 1 else None

    @property
    def side(self) -> Side:
        """All that it may be lies on one side."""
        return self.refs[0].side

    def is_among(self, parts: frozenset[Part]) -> bool:
        """True when it can only be one of them."""
        return all(ref.part in parts for ref in self.refs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The visible parts of one photo, best first, and the photo's size in px.

    ``landmarks`` are damaged regions that can only belong to one end of the car (a bonnet is in front); they tell where
    their neighbours are, but neither their own part's outline nor its side. ``inferred``: parts that nobody reported,
    where their neighbours say that they are (``layout.py``); they give damage a name and nothing a scale.
    """

    parts: tuple[VisiblePart, ...]
    width: int
    height: int
    landmarks: tuple[VisiblePart, ...] = ()
    inferred: tuple[VisiblePart, ...] = ()

    @classmethod
    def read(cls, detections: Detections, *, width: int, height: int, rules: ConsolidateRules) -> "Scene":
        """Keep the part detections that pass their thresholds and settle contradicting sides."""
        found = [item for item in detections.of(LabelGroup.PART) if item.passes and _is_a_place(item, rules)]
        parts = _settle_flank([_visible(item) for item in _best_per_place(found, rules)], rules)
        parts = [_settle_glass(seen, parts, rules) for seen in parts]
        in_view = [Place(ref=seen.refs[0], box=seen.box, score=seen.score) for seen in parts if seen.part]
        inferred = [
            VisiblePart(refs=(place.ref,), box=place.box, score=place.score)
            for place in places(in_view, width, height, rules)
        ]
        return cls(
            parts=tuple(parts),
            width=width,
            height=height,
            landmarks=_landmarks(detections),
            inferred=tuple(inferred),
        )

    @property
    def named(self) -> tuple[VisiblePart, ...]:
        """Everything that can give a damage its name: parts in view and inferred ones."""
        return self.parts + self.inferred

    @property
    def car_share(self) -> float:
        """Share of the frame covered by recognised parts, 0..1: a lower bound of the share that is car."""
        return union_area([item.box for item in self.parts]) / (self.width * self.height)

    @property
    def car_box(self) -> Box | None:
        """The hull of all recognised parts, None without any."""
        return hull([item.box for item in self.parts]) if self.parts else None

    def nearest_gap(self, box: Box, among: frozenset[Part]) -> float | None:
        """Distance in px from ``box`` to the nearest visible part of a set, None if none is visible."""
        gaps = [gap(box, item.box) for item in self.parts + self.landmarks if item.is_among(among)]
        return min(gaps, default=None)


def _landmarks(detections: Detections) -> tuple[VisiblePart, ...]:
    regions = [item for item in detections.of(LabelGroup.DAMAGED_PART) if item.passes]
    meant = [(item, {part.part for part in item.label.parts}) for item in regions]
    return tuple(_visible(item) for item, parts in meant if parts <= FRONT or parts <= REAR)


def _is_a_place(item: Detection, rules: ConsolidateRules) -> bool:
    width, height = item.box[2] - item.box[0], item.box[3] - item.box[1]
    is_wheel = item.label.parts[0].part is Part.WHEEL
    return not (is_wheel and width > rules.spread_wheel_aspect * height)


def _visible(item: Detection) -> VisiblePart:
    refs = tuple(PartRef(part=meant.part, side=meant.side) for meant in item.label.parts)
    return VisiblePart(refs=refs, box=item.box, score=item.score)


def _best_per_place(found: Sequence[Detection], rules: ConsolidateRules) -> list[Detection]:
    """Left and right of one part on the same spot contradict: the clear winner stays, else neither side is known."""
    kept: list[Detection] = []
    for item in found:
        rival = next(
            (other for other in kept if _same_part(other, item) and iou(other.box, item.box) > _SAME_PLACE), None
        )
        if rival is None:
            kept.append(item)
        elif _sides_differ(rival, item) and rival.score < rules.side_winner * item.score:
            kept[kept.index(rival)] = _without_side(rival)
    return kept


def _same_part(a: Detection, b: Detection) -> bool:
    return [item.part for item in a.label.parts] == [item.part for item in b.label.parts]


def _sides_differ(a: Detection, b: Detection) -> bool:
    return a.label.parts[0].side is not b.label.parts[0].side


def _without_side(item: Detection) -> Detection:
    sideless = tuple(part.model_copy(update={"side": Side.UNKNOWN}) for part in item.label.parts)
    return Detection(label=item.label.model_copy(update={"parts": sideless}), score=item.score, box=item.box)


def _settle_flank(parts: list[VisiblePart], rules: ConsolidateRules) -> list[VisiblePart]:
    """A photo cannot show the flanks of both sides: the parts of the weaker one lose their side."""
    weight = {side: sum(p.score for p in parts if p.part in FLANK and p.side is side) for side in Side}
    left, right = weight[Side.LEFT], weight[Side.RIGHT]
    if not left or not right:
        return parts
    stronger, ratio = (Side.LEFT, left / right) if left >= right else (Side.RIGHT, right / left)
    trusted = {stronger} if ratio >= rules.side_winner else set()
    return [p if p.part not in FLANK or p.side in trusted else _sideless(p) for p in parts]


def _sideless(seen: VisiblePart) -> VisiblePart:
    return replace(seen, refs=tuple(PartRef(part=ref.part, side=Side.UNKNOWN) for ref in seen.refs))


def _settle_glass(seen: VisiblePart, parts: Sequence[VisiblePart], rules: ConsolidateRules) -> VisiblePart:
    """Side glass inside a door's box is the door's; outside every door in view it is the quarter glass."""
    doors = [door.box for door in parts if door.part in FLANK]
    if seen.part is not None or not seen.is_among(SIDE_GLASS) or not doors:
        return seen
    held = max(containment(seen.box, door) for door in doors)
    if rules.min_containment <= held < rules.min_covered:
        return seen
    part = Part.DOOR_GLASS if held >= rules.min_covered else Part.QUARTER_GLASS
    return replace(seen, refs=tuple(ref for ref in seen.refs if ref.part is part))

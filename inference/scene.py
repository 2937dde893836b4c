"""One photo read as a scene: which parts of the car are visible, where, and on which side."""

from collections.abc import Sequence
from dataclasses import dataclass

from inference.geometry import gap, hull, iou, union_area
from inference.rules import ConsolidateRules
from model.detections import Detection, Detections
from model.findings import Box, PartRef
from model.vocabulary import LabelGroup, Part, Side

FRONT = frozenset({Part.FRONT_BUMPER, Part.HOOD, Part.HEADLIGHT, Part.WINDSHIELD, Part.GRILLE, Part.FOG_LIGHT})
REAR = frozenset({Part.REAR_BUMPER, Part.TRUNK_LID, Part.TAILGATE, Part.TAILLIGHT, Part.BACK_GLASS})
FLANK = frozenset({Part.FRONT_DOOR, Part.REAR_DOOR})
_SAME_PLACE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class VisiblePart:
    """A part of the car that the photo shows, damaged or not."""

    ref: PartRef
    box: Box
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The visible parts of one photo, best first, and the photo's size in px.

    ``landmarks`` are damaged regions that can only belong to one end of the car (a bonnet is in front); they tell where
    their neighbours are, but neither their own part's outline nor its side.
    """

    parts: tuple[VisiblePart, ...]
    width: int
    height: int
    landmarks: tuple[VisiblePart, ...] = ()

    @classmethod
    def read(cls, detections: Detections, *, width: int, height: int, rules: ConsolidateRules) -> "Scene":
        """Keep the part detections that pass their thresholds and settle contradicting sides."""
        found = [item for item in detections.of(LabelGroup.PART) if item.passes and _is_a_place(item, rules)]
        parts = _settle_flank([_visible(item) for item in _best_per_place(found, rules)], rules)
        return cls(parts=tuple(parts), width=width, height=height, landmarks=_landmarks(detections))

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
        gaps = [gap(box, item.box) for item in self.parts + self.landmarks if item.ref.part in among]
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
    meant = item.label.parts[0]
    return VisiblePart(ref=PartRef(part=meant.part, side=meant.side), box=item.box, score=item.score)


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
    return a.label.parts[0].part is b.label.parts[0].part


def _sides_differ(a: Detection, b: Detection) -> bool:
    return a.label.parts[0].side is not b.label.parts[0].side


def _without_side(item: Detection) -> Detection:
    sideless = item.label.parts[0].model_copy(update={"side": Side.UNKNOWN})
    return Detection(label=item.label.model_copy(update={"parts": (sideless,)}), score=item.score, box=item.box)


def _settle_flank(parts: list[VisiblePart], rules: ConsolidateRules) -> list[VisiblePart]:
    """A photo cannot show the doors of both sides: the weaker side's doors lose their side."""
    weight = {side: sum(p.score for p in parts if p.ref.part in FLANK and p.ref.side is side) for side in Side}
    left, right = weight[Side.LEFT], weight[Side.RIGHT]
    if not left or not right:
        return parts
    stronger, ratio = (Side.LEFT, left / right) if left >= right else (Side.RIGHT, right / left)
    trusted = {stronger} if ratio >= rules.side_winner else set()
    return [p if p.ref.part not in FLANK or p.ref.side in trusted else _sideless(p) for p in parts]


def _sideless(part: VisiblePart) -> VisiblePart:
    return VisiblePart(ref=PartRef(part=part.ref.part, side=Side.UNKNOWN), box=part.box, score=part.score)

"""One photo read as a scene: which parts of the car are visible, where, and on which side."""

from dataclasses import dataclass

from inference.geometry import hull, union_area
from inference.layout import Place, places
from inference.rules import ConsolidateRules
from inference.scene_parts import FRONT, REAR, VisiblePart
from inference.scene_settle import settled, visible
from model.detections import Detection, Detections
from model.findings import Box
from model.vocabulary import LabelGroup, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The visible parts of one photo, best first, and the photo's size in px.

    What has no full voice names damage and tells where its neighbours are, but gives no scale and no share of car:
    ``faint`` parts, below their threshold; ``landmarks``, damaged regions that can only belong to one end of the car (a
    bonnet is in front), which name nothing; ``inferred`` parts that nobody reported, where their neighbours say that
    they are (``layout.py``).
    """

    parts: tuple[VisiblePart, ...]
    width: int
    height: int
    faint: tuple[VisiblePart, ...] = ()
    landmarks: tuple[VisiblePart, ...] = ()
    inferred: tuple[VisiblePart, ...] = ()

    @classmethod
    def read(cls, detections: Detections, *, width: int, height: int, rules: ConsolidateRules) -> "Scene":
        """Settle what contradicts itself among the parts that pass their thresholds or nearly do."""
        reported = [item for item in detections.of(LabelGroup.PART) if _is_a_place(item, rules)]
        found = settled([item for item in reported if item.passes or item.score >= rules.faint_part], reported, rules)
        parts = [seen for seen in found if not seen.faint]
        in_view = [Place(ref=seen.refs[0], box=seen.box, score=seen.score) for seen in parts if seen.part]
        inferred = [
            VisiblePart(refs=(place.ref,), box=place.box, score=place.score)
            for place in places(in_view, width, height, rules)
        ]
        return cls(
            parts=tuple(parts),
            width=width,
            height=height,
            faint=tuple(seen for seen in found if seen.faint),
            landmarks=_landmarks(detections),
            inferred=tuple(inferred),
        )

    @property
    def named(self) -> tuple[VisiblePart, ...]:
        """Everything that can give a damage its name."""
        return self.parts + self.faint + self.inferred

    @property
    def seen(self) -> tuple[VisiblePart, ...]:
        """Everything that the photo shows of the car, with its weight."""
        return self.parts + self.faint + self.landmarks

    @property
    def car_share(self) -> float:
        """Share of the frame covered by recognised parts, 0..1: a lower bound of the share that is car."""
        return union_area([item.box for item in self.parts]) / (self.width * self.height)

    @property
    def car_box(self) -> Box | None:
        """The hull of all recognised parts, None without any."""
        return hull([item.box for item in self.parts]) if self.parts else None


def _landmarks(detections: Detections) -> tuple[VisiblePart, ...]:
    regions = [item for item in detections.of(LabelGroup.DAMAGED_PART) if item.passes]
    meant = [(item, {part.part for part in item.label.parts}) for item in regions]
    return tuple(visible(item) for item, parts in meant if parts <= FRONT or parts <= REAR)


def _is_a_place(item: Detection, rules: ConsolidateRules) -> bool:
    width, height = item.box[2] - item.box[0], item.box[3] - item.box[1]
    is_wheel = item.label.parts[0].part is Part.WHEEL
    return not (is_wheel and width > rules.spread_wheel_aspect * height)

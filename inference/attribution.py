"""Which part does a damage sit on? Candidates with their support, best first; ambiguity is kept, not guessed away."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from inference.geometry import area, containment, eccentricity, gap, overlap_of_smaller
from inference.rules import ConsolidateRules
from inference.scene import FRONT, REAR, Scene, VisiblePart
from model.detections import Detection
from model.findings import Box, PartRef
from model.vocabulary import Part, Side

FRONT_END = FRONT | {Part.FRONT_FENDER, Part.FRONT_DOOR}
REAR_END = REAR | {Part.QUARTER_PANEL, Part.REAR_DOOR}
_OTHER_BUMPER = {Part.FRONT_BUMPER: Part.REAR_BUMPER, Part.REAR_BUMPER: Part.FRONT_BUMPER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """``refs`` best first: one when settled, several when ambiguous, none when nothing names a part.

    ``box`` is the settled part's own box on the photo, None when the part itself was not recognised.
    """

    refs: tuple[PartRef, ...]
    box: Box | None = None

    @property
    def settled(self) -> bool:
        """True when exactly one part is meant and its side is known."""
        return len(self.refs) == 1 and self.refs[0].side is not Side.UNKNOWN


def of_region(region: Detection, scene: Scene, rules: ConsolidateRules) -> Attribution:
    """Settle a ``damaged_*`` label, which names one or several parts, by the parts recognised around it."""
    meant = [PartRef(part=item.part, side=item.side) for item in region.label.parts]
    named = [seen for seen in scene.named if all(_among(ref, meant) for ref in seen.refs)]
    direct = _direct(region.box, named, rules, overlap=overlap_of_smaller)
    if direct and direct[0][0] >= rules.min_support:
        return _winner(direct, scene, region.box, rules)
    supported = [(_end_support(ref.part, region.box, scene, rules), ref) for ref in meant]
    best = max(support for support, _ in supported)
    kept = [ref for support, ref in supported if support * rules.clear_winner > best] if best > 0 else meant
    return Attribution(refs=tuple(_with_side(ref, region.box, scene, rules) for ref in kept))


def of_damage(damage: Detection, scene: Scene, rules: ConsolidateRules) -> list[Attribution]:
    """The recognised part whose box holds the damage, a tie staying a tie; or each part that lies in a larger damage.

    Always at least one attribution; one without candidates when nothing names a part.
    """
    direct = [item for item in _direct(damage.box, scene.named, rules) if item[0] >= rules.min_support]
    if direct:
        return [_winner(direct, scene, damage.box, rules)]
    covered = [seen for seen in scene.parts if containment(seen.box, damage.box) >= rules.min_covered]
    return [Attribution(refs=_sided(seen, damage.box, scene, rules), box=seen.box) for seen in covered] or [
        Attribution(refs=())
    ]


def _direct(
    box: Box,
    among: Sequence[VisiblePart],
    rules: ConsolidateRules,
    overlap: Callable[[Box, Box], float] = containment,
) -> list[tuple[float, VisiblePart]]:
    """Support of each part that holds the box, best first.

    A damage that fills a small part speaks for that part; one in the middle does more than one at the rim, where the
    boxes of neighbours overlap.
    """
    scored = []
    for seen in among:
        inside = overlap(box, seen.box)
        if inside >= rules.min_containment:
            fills = min(1.0, area(box) / max(area(seen.box), 1.0))
            central = 1.0 - rules.rim_doubt * eccentricity(box, seen.box)
            scored.append((inside * seen.score * (1.0 + fills) * central, seen))
    return sorted(scored, key=lambda item: (-item[0], [(ref.part, ref.side) for ref in item[1].refs]))


def _winner(
    direct: Sequence[tuple[float, VisiblePart]], scene: Scene, box: Box, rules: ConsolidateRules
) -> Attribution:
    best = direct[0][0]
    rivals = [seen for support, seen in direct if support * rules.clear_winner > best]
    refs = _distinct(ref for seen in rivals for meant in seen.refs for ref in _doubted(meant, box, scene, rules))
    return Attribution(refs=refs, box=rivals[0].box if len(refs) == 1 else None)


def _doubted(ref: PartRef, box: Box, scene: Scene, rules: ConsolidateRules) -> list[PartRef]:
    """A bumper amid the parts of the other end of the car may be the other bumper: both are kept."""
    other = _OTHER_BUMPER.get(ref.part)
    if other is None:
        return [_with_side(ref, box, scene, rules)]
    rest = replace(scene, parts=tuple(seen for seen in scene.parts if seen.part not in _OTHER_BUMPER))
    end = _nearer_end(box, rest)
    return [ref] if end is None or ref.part in end else [PartRef(part=other), ref]


def _end_support(part: Part, box: Box, scene: Scene, rules: ConsolidateRules) -> float:
    """Support for a part by what surrounds the box: the front or the rear end of the car."""
    if part is Part.FOG_LIGHT and not _in_front_bumper(box, scene, rules):
        return 0.0
    end = _nearer_end(box, scene)
    if end is None:
        front, rear = scene.nearest_gap(box, FRONT_END), scene.nearest_gap(box, REAR_END)
        return 0.0 if front is None and rear is None else rules.neighbour_support / 2
    return rules.neighbour_support if part in end else 0.0


def _nearer_end(box: Box, scene: Scene) -> frozenset[Part] | None:
    """The end of the car that the box clearly belongs to, None when neither or both are near."""
    front, rear = scene.nearest_gap(box, FRONT_END), scene.nearest_gap(box, REAR_END)
    clearly = max(box[2] - box[0], box[3] - box[1]) / 2
    if front is not None and (rear is None or front + clearly < rear):
        return FRONT_END
    if rear is not None and (front is None or rear + clearly < front):
        return REAR_END
    return None


def _in_front_bumper(box: Box, scene: Scene, rules: ConsolidateRules) -> bool:
    bumpers = [seen for seen in scene.parts if seen.part is Part.FRONT_BUMPER]
    return any(containment(box, seen.box) >= rules.min_containment for seen in bumpers)


def _sided(seen: VisiblePart, box: Box, scene: Scene, rules: ConsolidateRules) -> tuple[PartRef, ...]:
    return _distinct(_with_side(ref, box, scene, rules) for ref in seen.refs)


def _with_side(ref: PartRef, box: Box, scene: Scene, rules: ConsolidateRules) -> PartRef:
    if ref.side is not Side.UNKNOWN:
        return ref
    weight = {Side.LEFT: 0.0, Side.RIGHT: 0.0}
    reach = max(box[2] - box[0], box[3] - box[1], 1.0)
    for seen in scene.parts:
        if seen.side in weight:
            weight[seen.side] += seen.score / (1.0 + gap(box, seen.box) / reach) ** 2
    for side, other in ((Side.LEFT, Side.RIGHT), (Side.RIGHT, Side.LEFT)):
        if weight[side] > 0 and weight[side] >= rules.side_winner * weight[other]:
            return PartRef(part=ref.part, side=side)
    return ref


def _among(ref: PartRef, meant: Iterable[PartRef]) -> bool:
    return any(ref.part is item.part and item.side in (ref.side, Side.UNKNOWN) for item in meant)


def _distinct(refs: Iterable[PartRef]) -> tuple[PartRef, ...]:
    return tuple(dict.fromkeys(refs))

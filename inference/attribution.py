"""Which part does a damage sit on? Candidates with their support, best first; ambiguity is kept, not guessed away."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from inference.geometry import area, containment, eccentricity, overlap_of_smaller
from inference.rules import ConsolidateRules
from inference.scene import Scene
from inference.scene_bearings import end_of, side_of
from inference.scene_parts import OTHER_END, VisiblePart
from model.detections import Detection
from model.findings import Box, PartRef
from model.notes import Note
from model.vocabulary import Part, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """``refs`` best first: one when settled, several when ambiguous, none when nothing names a part."""

    refs: tuple[PartRef, ...]
    notes: tuple[Note, ...] = ()


def of_region(region: Detection, scene: Scene, rules: ConsolidateRules) -> Attribution:
    """Settle a ``damaged_*`` label, which names one or several parts, by what is recognised around it.

    Where the label may mean the part of either end (front or rear bumper), the end of the car decides.
    """
    meant = [PartRef(part=item.part, side=item.side) for item in region.label.parts]
    meant = _at_end(meant, region.box, scene, rules)
    named = [seen for seen in scene.named if all(_among(ref, meant) for ref in seen.refs)]
    direct = _direct(region.box, named, rules, overlap=overlap_of_smaller)
    if direct and direct[0][0] >= rules.min_support:
        return _winner(direct, scene, region.box, rules)
    return Attribution(refs=tuple(with_side(ref, region.box, scene, rules) for ref in meant))


def of_damage(damage: Detection, scene: Scene, rules: ConsolidateRules) -> list[Attribution]:
    """The recognised part whose box holds the damage, a tie staying a tie; or each part that lies in a larger damage.

    Always at least one attribution; one without candidates when nothing names a part.
    """
    direct = [item for item in _direct(damage.box, scene.named, rules) if item[0] >= rules.min_support]
    if direct:
        return [_winner(direct, scene, damage.box, rules)]
    covered = [seen for seen in scene.parts if containment(seen.box, damage.box) >= rules.min_covered]
    return [Attribution(refs=_sided(seen, damage.box, scene, rules)) for seen in covered] or [Attribution(refs=())]


def rather_than(home: VisiblePart, damage: Detection, scene: Scene, rules: ConsolidateRules) -> Attribution | None:
    """The part that clearly holds a damage better than the region that it was counted to; None if there is none."""
    direct = _direct(damage.box, [*scene.named, home], rules)
    if not direct:
        return None
    best, seen = direct[0]
    own = {ref.part for ref in home.refs}
    rivals = [support for support, other in direct if {ref.part for ref in other.refs} & own]
    if {ref.part for ref in seen.refs} & own or best < rules.clear_winner * max(rivals, default=0.0):
        return None
    return _winner(direct, scene, damage.box, rules)


def support(
    box: Box, holder: Box, score: float, rules: ConsolidateRules, overlap: Callable[[Box, Box], float] = containment
) -> float:
    """How much a holder of a damage speaks for itself, 0..2; 0 for one that does not hold it.

    A damage that fills a small part speaks for that part; one in the middle does more than one at the rim, where the
    boxes of neighbours overlap.
    """
    inside = overlap(box, holder)
    if inside < rules.min_containment:
        return 0.0
    fills = min(1.0, area(box) / max(area(holder), 1.0))
    return inside * score * (1.0 + fills) * (1.0 - rules.rim_doubt * eccentricity(box, holder))


def _direct(
    box: Box,
    among: Sequence[VisiblePart],
    rules: ConsolidateRules,
    overlap: Callable[[Box, Box], float] = containment,
) -> list[tuple[float, VisiblePart]]:
    """Support of each part that holds the box, best first."""
    scored = [(support(box, seen.box, seen.score, rules, overlap), seen) for seen in among]
    held = [item for item in scored if item[0] > 0]
    return sorted(held, key=lambda item: (-item[0], [(ref.part, ref.side) for ref in item[1].refs]))


def _winner(
    direct: Sequence[tuple[float, VisiblePart]], scene: Scene, box: Box, rules: ConsolidateRules
) -> Attribution:
    best = direct[0][0]
    rivals = [seen for support, seen in direct if support * rules.clear_winner > best]
    refs = _distinct(with_side(ref, box, scene, rules) for seen in rivals for ref in seen.refs)
    return Attribution(refs=refs)


def _at_end(meant: Sequence[PartRef], box: Box, scene: Scene, rules: ConsolidateRules) -> list[PartRef]:
    """Those that lie at the end of the car where the box is; all of them when no end clearly wins."""
    possible = [ref for ref in meant if ref.part is not Part.FOG_LIGHT or _low_in_bumper(box, scene, rules)]
    parts = {ref.part for ref in possible}
    end = end_of(box, scene.seen, rules)
    if end is None or not any(OTHER_END.get(part) in parts for part in parts):
        return possible
    return [ref for ref in possible if ref.part in end]


def _low_in_bumper(box: Box, scene: Scene, rules: ConsolidateRules) -> bool:
    """Where fog lights are; headlights reach into the upper part of a front bumper's box."""
    middle = (box[1] + box[3]) / 2
    bumpers = [seen.box for seen in scene.parts if seen.part is Part.FRONT_BUMPER]
    holding = [other for other in bumpers if containment(box, other) >= rules.min_containment]
    return any(middle >= top + rules.fog_light_from * (bottom - top) for _, top, _, bottom in holding)


def _sided(seen: VisiblePart, box: Box, scene: Scene, rules: ConsolidateRules) -> tuple[PartRef, ...]:
    return _distinct(with_side(ref, box, scene, rules) for ref in seen.refs)


def with_side(ref: PartRef, box: Box, scene: Scene, rules: ConsolidateRules) -> PartRef:
    """The part with the side that its surroundings tell, unless it has one."""
    if ref.side is not Side.UNKNOWN:
        return ref
    return PartRef(part=ref.part, side=side_of(ref.part, box, scene.parts + scene.faint, rules))


def _among(ref: PartRef, meant: Iterable[PartRef]) -> bool:
    return any(ref.part is item.part and item.side in (ref.side, Side.UNKNOWN) for item in meant)


def _distinct(refs: Iterable[PartRef]) -> tuple[PartRef, ...]:
    return tuple(dict.fromkeys(refs))

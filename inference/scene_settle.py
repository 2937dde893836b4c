"""Reports about parts that contradict each other or the rest of the photo: the clear winner stays, else both may be."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from inference.geometry import containment, iou
from inference.rules import ConsolidateRules
from inference.scene_bearings import end_of, side_of
from inference.scene_parts import FLANK, OTHER_END, SIDE_GLASS, VisiblePart
from model.detections import Detection
from model.findings import PartRef
from model.vocabulary import Part, Side

_SAME_PLACE = 0.5
_BOOT_LIDS = frozenset({Part.TRUNK_LID, Part.TAILGATE})
_TOLD_BY_END = frozenset({Part.FRONT_BUMPER, Part.REAR_BUMPER, Part.WINDSHIELD, Part.BACK_GLASS})
"""Parts as wide as the car: the parts around them are those of their end."""


def settled(found: Sequence[Detection], reported: Sequence[Detection], rules: ConsolidateRules) -> list[VisiblePart]:
    """The parts in view, best first. ``found``: the reports to settle, best first; ``reported``: all of them."""
    kin: dict[frozenset[Part], list[Detection]] = defaultdict(list)
    for item in reported:
        kin[_kin(item)].append(item)
    parts = [_visible(item, kin[_kin(item)], rules) for item in _best_per_place(found)]
    parts = _settle_flank(parts, rules)
    parts = [_settle_glass(seen, parts, rules) for seen in parts]
    parts = [_settle_end(seen, parts, rules) for seen in parts]
    parts = [_settle_rocker(seen, parts, rules) for seen in parts]
    return sorted(parts, key=lambda seen: -seen.score)


def visible(item: Detection) -> VisiblePart:
    """A report of a part, as it stands."""
    refs = tuple(PartRef(part=meant.part, side=meant.side) for meant in item.label.parts)
    return VisiblePart(refs=refs, box=item.box, score=item.score, faint=not item.passes)


def _kin(item: Detection) -> frozenset[Part]:
    """The same for names of one part, whatever its side, and for either kind of boot lid."""
    parts = frozenset(meant.part for meant in item.label.parts)
    return parts | _BOOT_LIDS if parts & _BOOT_LIDS else parts


def _best_per_place(found: Sequence[Detection]) -> list[Detection]:
    """One report of each part and place, whatever its side, and of either kind of boot lid."""
    kept: list[tuple[frozenset[Part], Detection]] = []
    for item in found:
        name = _kin(item)
        if not any(name == other and iou(place.box, item.box) > _SAME_PLACE for other, place in kept):
            kept.append((name, item))
    return [item for _, item in kept]


def _visible(item: Detection, kin: Sequence[Detection], rules: ConsolidateRules) -> VisiblePart:
    """Left and right of one part on one spot exclude each other, and so do the two kinds of boot lid.

    A clear winner keeps its name, else it may be either; the chance that one of them is there is the sum of theirs.
    """
    meant = item.label.parts[0]
    others = [other for other in kin if other.label.parts[0] != meant]
    rivals = [other for other in others if iou(other.box, item.box) > _SAME_PLACE]
    rival = max(rivals, key=lambda other: other.score, default=None)
    seen = visible(item)
    if rival is None:
        return seen
    seen = replace(seen, score=min(1.0, item.score + rival.score))
    if item.score >= rules.rival_winner * rival.score:
        return seen
    same_part = rival.label.parts[0].part is meant.part
    return _sideless(seen) if same_part else replace(seen, refs=(*seen.refs, *visible(rival).refs))


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


def _settle_end(seen: VisiblePart, parts: Sequence[VisiblePart], rules: ConsolidateRules) -> VisiblePart:
    """A bumper or a windscreen amid the parts of the other end is the other one; without a clear end, either."""
    if seen.part not in _TOLD_BY_END:
        return seen
    end = end_of(seen.box, parts, rules)
    if end is not None and seen.part in end:
        return seen
    other = PartRef(part=OTHER_END[seen.part])
    return replace(seen, refs=(other,) if end is not None else (*seen.refs, other))


def _settle_rocker(seen: VisiblePart, parts: Sequence[VisiblePart], rules: ConsolidateRules) -> VisiblePart:
    """Rockers of both sides look alike: the flank that they lie on tells the side."""
    if seen.part is not Part.ROCKER_PANEL:
        return seen
    side = side_of(seen.part, seen.box, parts, rules)
    return replace(seen, refs=(PartRef(part=seen.part, side=side),))

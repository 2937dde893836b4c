"""What breaks? Panes, lamps, mirrors and grilles do, within the region of a bumper, a bonnet or a door around them.

Nothing reports grilles, and a lamp that is gone is not recognised. Where they were follows from the front bumper: a
break in the upper part of its box is the grille's in the middle and a headlight's at the sides.
"""

from collections.abc import Sequence

from inference.attribution import Attribution, with_side
from inference.geometry import containment
from inference.rules import ConsolidateRules, Nose
from inference.scene import Scene
from inference.scene_parts import VisiblePart
from model.detections import Detection
from model.findings import Box, PartRef
from model.notes import note
from model.vocabulary import DamageKind, Part, Side

_NOSE = frozenset({Part.FRONT_BUMPER, Part.HOOD})


def of_break(
    damage: Detection, said: Sequence[Attribution], scene: Scene, rules: ConsolidateRules
) -> Attribution | None:
    """Where a break belongs rather than where it was ``said`` to; None where nothing else breaks there."""
    if damage.label.kind is not DamageKind.BROKEN:
        return None
    named = {ref.part for where in said for ref in where.refs}
    held = max(scene.parts, key=lambda seen: _holds(seen, damage.box, rules), default=None)
    if held is not None and _holds(held, damage.box, rules) > 0:
        refs = tuple(with_side(ref, damage.box, scene, rules) for ref in held.refs)
        return None if named & {ref.part for ref in refs} else Attribution(refs=refs)
    if len(said) > 1 or not named <= _NOSE:
        return None
    bumpers = [seen.box for seen in scene.parts if seen.part is Part.FRONT_BUMPER]
    refs = next((refs for bumper in bumpers if (refs := _at_nose(damage.box, bumper, scene, rules))), ())
    return Attribution(refs=refs, notes=(note("damage.placed", part=refs[0].part),)) if refs else None


def _holds(seen: VisiblePart, box: Box, rules: ConsolidateRules) -> float:
    """Support of a breakable part for the break that lies in it."""
    held = containment(box, seen.box)
    breaks = seen.is_among(rules.plausibility.unknown_means_broken)
    return held * seen.score if breaks and held >= rules.min_covered else 0.0


def _at_nose(box: Box, bumper: Box, scene: Scene, rules: ConsolidateRules) -> tuple[PartRef, ...]:
    """What breaks where the middle of the box lies, the cover itself among it lower down; empty elsewhere."""
    across, down = _middle_in(box, bumper)
    nose, cover = rules.nose, PartRef(part=Part.FRONT_BUMPER)
    if not (0.0 <= across <= 1.0 and nose.top <= down <= nose.cover_from):
        return ()
    refs, sure_to = _grille_or_lamp(across, nose)
    seen = {ref for part in scene.parts for ref in part.refs}
    if set(refs) <= seen:
        return ()
    return refs if down <= sure_to else (*refs, cover)


def _grille_or_lamp(across: float, nose: Nose) -> tuple[tuple[PartRef, ...], float]:
    """What lies there, and how far down that is sure. From in front, the vehicle's left is at the picture's right."""
    lamp = PartRef(part=Part.HEADLIGHT, side=Side.LEFT if across > 0.5 else Side.RIGHT)
    grille, off = PartRef(part=Part.GRILLE), abs(across - 0.5)
    if off > nose.headlight_beyond:
        return (lamp,), nose.headlight_to
    return ((grille,) if off < nose.grille_within else (grille, lamp)), nose.grille_to


def _middle_in(box: Box, other: Box) -> tuple[float, float]:
    width, height = max(other[2] - other[0], 1.0), max(other[3] - other[1], 1.0)
    return ((box[0] + box[2]) / 2 - other[0]) / width, ((box[1] + box[3]) / 2 - other[1]) / height

"""At which end of the car and on which side of it does a box lie? What is visible around it says.

Each visible part weighs its score (the chance that it is there), less with its distance. A clear winner settles the
question; contradicting parts leave it open.
"""

from collections.abc import Iterable, Sequence

from inference.geometry import gap
from inference.rules import ConsolidateRules
from inference.scene_parts import FRONT_END, NOSE_TO_TAIL, REAR_END, VisiblePart
from model.findings import Box
from model.vocabulary import Part, Side

_LAMPS = frozenset({Part.HEADLIGHT, Part.TAILLIGHT, Part.FOG_LIGHT})


def end_of(box: Box, around: Iterable[VisiblePart], rules: ConsolidateRules) -> frozenset[Part] | None:
    """``FRONT_END`` or ``REAR_END``; None when neither clearly outweighs the other. A door counts a little for its."""
    front = rear = 0.0
    for seen in around:
        weight = _weight(box, seen)
        front += weight * _at_end(seen, FRONT_END, Part.FRONT_DOOR, rules)
        rear += weight * _at_end(seen, REAR_END, Part.REAR_DOOR, rules)
    if front > 0 and front >= rules.end_winner * rear:
        return FRONT_END
    return REAR_END if rear > 0 and rear >= rules.end_winner * front else None


def side_of(part: Part, box: Box, around: Sequence[VisiblePart], rules: ConsolidateRules) -> Side:
    """The side of a part at ``box``, unknown without a clear winner.

    Parts with a side speak for theirs. So does the order along the car: on the left flank, what is nearer the nose lies
    to the left in the picture, and of the lamps of one end the left one lies right of the nose's middle.
    """
    weight = {Side.LEFT: 0.0, Side.RIGHT: 0.0}
    for seen in around:
        if seen.side in weight:
            weight[seen.side] += _weight(box, seen)
        if _tells_order(seen, part):
            offset = _offset(box, seen.box)
            to_the_left = offset if _nearer_nose(seen, part) else -offset
            weight[Side.LEFT if to_the_left > 0 else Side.RIGHT] += _weight(box, seen) * abs(offset)
    left, right = weight[Side.LEFT], weight[Side.RIGHT]
    if left > 0 and left >= rules.side_winner * right:
        return Side.LEFT
    return Side.RIGHT if right > 0 and right >= rules.side_winner * left else Side.UNKNOWN


def _weight(box: Box, seen: VisiblePart) -> float:
    """The part's score; a quarter of it at a distance of the box's own size."""
    reach = max(box[2] - box[0], box[3] - box[1], 1.0)
    return seen.score / (1.0 + gap(box, seen.box) / reach) ** 2


def _at_end(seen: VisiblePart, end: frozenset[Part], door: Part, rules: ConsolidateRules) -> float:
    """A part that may be of either end counts for the one that it was reported at, so that contradictions stay open."""
    return 1.0 if seen.refs[0].part in end else rules.door_at_end if seen.part is door else 0.0


def _tells_order(seen: VisiblePart, part: Part) -> bool:
    """Both lamps of an end show beside its middle parts, but on the same side of everything further away."""
    if seen.part is None or seen.part is part or seen.part not in NOSE_TO_TAIL or part not in NOSE_TO_TAIL:
        return False
    if part in _LAMPS:
        return not seen.part.sided and any({seen.part, part} <= end for end in (FRONT_END, REAR_END))
    return True


def _nearer_nose(seen: VisiblePart, part: Part) -> bool:
    return seen.part is not None and NOSE_TO_TAIL.index(seen.part) < NOSE_TO_TAIL.index(part)


def _offset(box: Box, other: Box) -> float:
    """How far right of the other's middle the box's middle lies, in halves of the other's width, -1..1."""
    half = max((other[2] - other[0]) / 2, 1.0)
    return max(-1.0, min(1.0, ((box[0] + box[2]) / 2 - (other[0] + other[2]) / 2) / half))

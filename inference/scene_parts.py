"""The parts that a photo shows, and which of them lie at which end of the car."""

from dataclasses import dataclass

from model.findings import Box, PartRef
from model.vocabulary import Part, Side

FRONT = frozenset({Part.FRONT_BUMPER, Part.HOOD, Part.HEADLIGHT, Part.WINDSHIELD, Part.GRILLE, Part.FOG_LIGHT})
REAR = frozenset({Part.REAR_BUMPER, Part.TRUNK_LID, Part.TAILGATE, Part.TAILLIGHT, Part.BACK_GLASS})
FRONT_END = FRONT | {Part.FRONT_FENDER}
REAR_END = REAR | {Part.QUARTER_PANEL}
FLANK = frozenset({Part.FRONT_DOOR, Part.REAR_DOOR})
SIDE_GLASS = frozenset({Part.DOOR_GLASS, Part.QUARTER_GLASS})
OTHER_END = {
    Part.FRONT_BUMPER: Part.REAR_BUMPER,
    Part.FRONT_FENDER: Part.QUARTER_PANEL,
    Part.HEADLIGHT: Part.TAILLIGHT,
    Part.WINDSHIELD: Part.BACK_GLASS,
}
OTHER_END |= {rear: front for front, rear in OTHER_END.items()}
"""Parts that look alike, one at either end."""
NOSE_TO_TAIL = (
    Part.FRONT_BUMPER,
    Part.GRILLE,
    Part.HOOD,
    Part.WINDSHIELD,
    Part.FOG_LIGHT,
    Part.HEADLIGHT,
    Part.FRONT_FENDER,
    Part.SIDE_MIRROR,
    Part.FRONT_DOOR,
    Part.ROCKER_PANEL,
    Part.REAR_DOOR,
    Part.QUARTER_PANEL,
    Part.TAILLIGHT,
    Part.BACK_GLASS,
    Part.TRUNK_LID,
    Part.TAILGATE,
    Part.REAR_BUMPER,
)
"""Parts in their order along the car; the middle of either end stands for its tip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisiblePart:
    """A part of the car that the photo shows, damaged or not. ``refs``: several while nothing says which it is.

    ``score``: the chance that it is there. ``faint``: too uncertain to count as seen, likely enough to be weighed.
    """

    refs: tuple[PartRef, ...]
    box: Box
    score: float
    faint: bool = False

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

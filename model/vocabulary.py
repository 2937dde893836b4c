"""The words every other package speaks: parts, sides, kinds of damage, severities."""

from enum import StrEnum


class Part(StrEnum):
    """An outer part of a passenger car that an estimate can have a line for."""

    FRONT_BUMPER = "front_bumper"
    REAR_BUMPER = "rear_bumper"
    HOOD = "hood"
    TRUNK_LID = "trunk_lid"
    TAILGATE = "tailgate"
    FRONT_FENDER = "front_fender"
    QUARTER_PANEL = "quarter_panel"
    FRONT_DOOR = "front_door"
    REAR_DOOR = "rear_door"
    ROCKER_PANEL = "rocker_panel"
    ROOF = "roof"
    HEADLIGHT = "headlight"
    TAILLIGHT = "taillight"
    FOG_LIGHT = "fog_light"
    GRILLE = "grille"
    SIDE_MIRROR = "side_mirror"
    WINDSHIELD = "windshield"
    BACK_GLASS = "back_glass"
    DOOR_GLASS = "door_glass"
    QUARTER_GLASS = "quarter_glass"
    WHEEL = "wheel"
    TIRE = "tire"

    @property
    def sided(self) -> bool:
        """True for parts that a car has on its left and on its right."""
        return self not in _CENTRE_PARTS


_CENTRE_PARTS = frozenset(
    {
        Part.FRONT_BUMPER,
        Part.REAR_BUMPER,
        Part.HOOD,
        Part.TRUNK_LID,
        Part.TAILGATE,
        Part.ROOF,
        Part.GRILLE,
        Part.WINDSHIELD,
        Part.BACK_GLASS,
    }
)


class Side(StrEnum):
    """The vehicle's own side, as its driver sees it. ``NONE``: the part has no side."""

    LEFT = "left"
    RIGHT = "right"
    NONE = "none"
    UNKNOWN = "unknown"


class DamageKind(StrEnum):
    """What happened to the surface. ``BROKEN`` is cracked, torn, shattered or missing."""

    SCRATCH = "scratch"
    DENT = "dent"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How bad, in steps that the repair hours of a price table are given for."""

    MINOR = "minor"
    MODERATE = "moderate"
    SEVERE = "severe"

    @property
    def rank(self) -> int:
        """0 minor, 1 moderate, 2 severe."""
        return list(Severity).index(self)

    # Strings compare by letters; each comparison is said here, or str would answer it.
    def __lt__(self, other: str) -> bool:
        return self.rank < Severity(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Severity(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Severity(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Severity(other).rank

    def step(self, by: int) -> "Severity":
        """The severity ``by`` steps worse (or milder, if negative), held at the ends."""
        return list(Severity)[min(2, max(0, self.rank + by))]


class LabelGroup(StrEnum):
    """What a detector's label speaks about."""

    PART = "part"
    DAMAGE = "damage"
    DAMAGED_PART = "damaged_part"

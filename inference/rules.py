"""The reviewed numbers behind consolidation; ``data/rules/consolidate.yaml`` read into a frozen model."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from model.rules_text import read_versioned
from model.vocabulary import DamageKind, Part

CM2_PER_DM2 = 100.0

Spread = Annotated[float, Field(gt=0)]


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Fill(_Rules):
    """Share of its bounding box that an outlined thing covers, 0..1."""

    scratch: float = Field(gt=0, le=1)
    dent: float = Field(gt=0, le=1)
    broken: float = Field(gt=0, le=1)
    unknown: float = Field(gt=0, le=1)
    part: float = Field(gt=0, le=1)

    def of(self, kind: DamageKind) -> float:
        """The fill of a kind of damage."""
        return float(getattr(self, kind.value))


class Impossible(_Rules):
    """Parts that cannot carry the kind at all."""

    scratch: frozenset[Part] = frozenset()
    dent: frozenset[Part] = frozenset()
    broken: frozenset[Part] = frozenset()


class Unlikely(Impossible):
    """Parts that seldom carry the kind; the confidence is multiplied by ``factor``."""

    factor: float = Field(gt=0, lt=1)


class Plausibility(_Rules):
    """Which kinds of damage a part can have."""

    impossible: Impossible
    unlikely: Unlikely
    unknown_means_broken: frozenset[Part]

    def factor(self, part: Part, kind: DamageKind) -> float:
        """1 plausible, 0 impossible, between for an unlikely pair."""
        if kind is DamageKind.UNKNOWN:
            return 1.0
        if part in getattr(self.impossible, kind.value):
            return 0.0
        return self.unlikely.factor if part in getattr(self.unlikely, kind.value) else 1.0


class DentedCover(_Rules):
    """Bumper covers: how much of the surface may be out of shape, as shares 0..1."""

    parts: frozenset[Part]
    minor_up_to_share: float = Field(gt=0, le=1)
    moderate_up_to_share: float = Field(gt=0, le=1)


class Neighbour(_Rules):
    """Where a part's edges lie (x1, y1, x2, y2), in units of a neighbour's box on the left flank, and how far off."""

    at: tuple[float, float, float, float]
    spread: tuple[Spread, Spread, Spread, Spread]


class Nose(_Rules):
    """Where grilles and headlights break: heights of the front bumper's box from its top, widths from its middle."""

    top: float = Field(le=0)
    grille_to: float = Field(ge=0, le=1)
    headlight_to: float = Field(ge=0, le=1)
    cover_from: float = Field(ge=0, le=1)
    grille_within: float = Field(ge=0, le=0.5)
    headlight_beyond: float = Field(ge=0, le=0.5)


class ConsolidateRules(_Rules):
    """All settings of consolidation; see the YAML file for what each means and where it comes from."""

    version: str
    fill: Fill
    surface_dm2: dict[Part, Annotated[float, Field(gt=0)]]
    minor_up_to_cm2: float = Field(gt=0)
    moderate_up_to_cm2: float = Field(gt=0)
    dented_cover: DentedCover
    min_containment: float = Field(gt=0, le=1)
    min_covered: float = Field(gt=0, le=1)
    faint_part: float = Field(gt=0, le=1)
    min_support: float = Field(gt=0, le=1)
    clear_winner: float = Field(ge=1)
    rim_doubt: float = Field(ge=0, lt=1)
    off_car_parts: int = Field(ge=1)
    neighbour_support: float = Field(gt=0, le=1)
    side_winner: float = Field(ge=1)
    end_winner: float = Field(ge=1)
    rival_winner: float = Field(ge=1)
    door_at_end: float = Field(ge=0, le=1)
    fog_light_from: float = Field(ge=0, le=1)
    nose: Nose
    spread_wheel_aspect: float = Field(gt=1)
    plausibility: Plausibility
    layout_doubt: float = Field(gt=0)
    layout: dict[Part, dict[Part, Neighbour]]

    @model_validator(mode="after")
    def _every_part_has_a_surface(self) -> Self:
        missing = sorted(set(Part) - set(self.surface_dm2))
        if missing:
            raise ValueError(f"no surface for {', '.join(missing)}")
        return self

    def surface_cm2(self, part: Part) -> float:
        """Usual surface of a part."""
        return self.surface_dm2[part] * CM2_PER_DM2

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Raises ``RulesError`` naming the field that is wrong."""
        return read_versioned(cls, text, "consolidate.yaml")

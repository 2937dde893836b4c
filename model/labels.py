"""A detector's label and what it means in the vocabulary. The manifest maps each label once."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from model.vocabulary import DamageKind, LabelGroup, Part, Severity, Side


class LabelPart(BaseModel):
    """A part that a label may mean. ``side`` is unknown where the label does not say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: Part
    side: Side = Side.NONE

    @model_validator(mode="after")
    def _side_fits_part(self) -> Self:
        if self.part.sided == (self.side is Side.NONE):
            raise ValueError(f"{self.part} cannot have side {self.side}")
        return self


class Label(BaseModel):
    """One output channel of a detector.

    ``parts`` lists every part that the label may mean; more than one (``damaged_Bumper``: front or rear) is an
    ambiguity that other evidence of the case has to settle. ``kind`` and ``severity`` are set as far as the label says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    group: LabelGroup
    parts: tuple[LabelPart, ...] = ()
    kind: DamageKind | None = None
    severity: Severity | None = None
    threshold: float = Field(gt=0.0, lt=1.0)

    @model_validator(mode="after")
    def _fits_group(self) -> Self:
        if self.group is LabelGroup.DAMAGE:
            if self.kind is None or self.parts:
                raise ValueError(f"damage label {self.name!r} needs a kind and no parts")
        elif not self.parts or (self.group is LabelGroup.PART and self.kind is not None):
            raise ValueError(f"{self.group} label {self.name!r} needs parts")
        return self

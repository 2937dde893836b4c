"""The agreed score and the guards, read from ``promotion.yaml``."""

import hashlib
from importlib.resources import files
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from model.errors import ModelError


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Guard(_Frozen):
    """A figure of an evaluation, by its name and its set."""

    figure: str
    data: str

    def __str__(self) -> str:
        return f"{self.figure}, {self.data}"


class Scored(Guard):
    """A term of the agreed score."""

    weight: float = Field(gt=0)


class Goal(Guard):
    """What the project wants; ``first``: what the first detector reached. ``tried``: where it falls short."""

    says: str
    goal: float
    first: float | None = None
    tried: str = ""


class PromotionPolicy(_Frozen):
    """``confidence``: one-sided, of the gain and of each loss."""

    confidence: Annotated[float, Field(gt=0.5, lt=1.0)]
    score: tuple[Scored, ...] = Field(min_length=1)
    guards: tuple[Guard, ...]
    goals: tuple[Goal, ...] = ()

    @classmethod
    def load(cls) -> Self:
        """The shipped policy. Raises ``ModelError`` ``model.policy_invalid``."""
        try:
            return cls.model_validate(yaml.safe_load(files(__package__).joinpath("promotion.yaml").read_text("utf-8")))
        except (ValidationError, yaml.YAMLError) as error:
            raise ModelError("policy_invalid", f"promotion.yaml: {error}") from error

    @property
    def sha256(self) -> str:
        """Of what decides: the goals do not."""
        return hashlib.sha256(self.model_dump_json(exclude={"goals"}).encode()).hexdigest()

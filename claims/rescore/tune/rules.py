"""What may be proposed and what is a wrong offer: ``data/rules/tune.yaml`` read into a frozen model."""

from collections.abc import Mapping
from decimal import Decimal
from importlib.resources import files
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator

from model.errors import RescoreError
from model.rules_text import read_versioned


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WrongBy(_Rules):
    """An offer is wrong when it is off by more than a share of the final and by more than an amount of its currency."""

    share: Decimal = Field(ge=0, lt=1)
    amounts: Mapping[str, Decimal]

    def __call__(self, offered: Decimal, final: Decimal, currency: str) -> bool:
        """Raises ``RescoreError`` ``rescore.no_tolerance`` for a currency without an amount."""
        if currency not in self.amounts:
            known = tuple(self.amounts)
            raise RescoreError("no_tolerance", f"{currency}: one of {', '.join(known)}", currency=currency, known=known)
        return abs(offered - final) > max(self.amounts[currency], self.share * final)


class Settings(_Rules):
    """The values of each threshold that are tried. ``simple_below_share``: of each market's limit in force."""

    min_confidence: tuple[float, ...] = ()
    min_low_share: tuple[Decimal, ...] = ()
    min_views: tuple[PositiveInt, ...] = ()
    max_damaged_panels: tuple[PositiveInt, ...] = ()
    max_repair_hours: tuple[Decimal, ...] = ()
    simple_below_share: tuple[Decimal, ...] = ()

    @field_validator("simple_below_share")
    @classmethod
    def _no_higher_limit(cls, shares: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
        if any(not 0 < share <= 1 for share in shares):
            raise ValueError("shares above 0 and up to 1: the limit itself is not the simulator's to raise")
        return shares


class TuneRules(_Rules):
    """``explored_share`` of the cases choose which settings are tested on the others."""

    version: str
    wrong_by: WrongBy
    explored_share: float = Field(gt=0, lt=1)
    settings: Settings

    @classmethod
    def shipped(cls) -> Self:
        return cls.from_yaml(files("data").joinpath("rules", "tune.yaml").read_text("utf-8"))

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Raises ``RulesError`` naming the field that is wrong."""
        return read_versioned(cls, text, "tune.yaml")

"""What a case needs from the customer: the whole list at once, never piece by piece; ``data/rules/materials.yaml``."""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from claims.facts import CaseFacts, Cause
from model.notes import Note, note
from model.rules_text import read_versioned


class Material(StrEnum):
    """A document, or a photo of the shot list."""

    VEHICLE_LICENCE = "vehicle_licence"
    DRIVING_LICENCE = "driving_licence"
    IDENTITY_CARD = "identity_card"
    INSURANCE_POLICY = "insurance_policy"
    BANK_CARD = "bank_card"
    ACCIDENT_REPORT = "accident_report"
    REPAIR_INVOICE = "repair_invoice"
    SHOT_FRONT = "shot_front"
    SHOT_REAR = "shot_rear"
    SHOT_CONTACT = "shot_contact"
    SHOT_DAMAGE = "shot_damage"
    SHOT_STRUCK_OBJECT = "shot_struck_object"


class Kind(StrEnum):
    """What a material is: a repair paper is never asked for where photos are enough (M1)."""

    DOCUMENT = "document"
    REPAIR_PAPER = "repair_paper"
    PHOTO = "photo"


class When(StrEnum):
    """Which cases need a material."""

    ALWAYS = "always"
    POLICE_REPORT = "police_report"
    REPAIR_PAPERS = "repair_papers"
    STRUCK_OBJECT = "struck_object"


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What decides the list. ``photo_only`` and ``police_report`` are the decision's, None before there is one."""

    facts: CaseFacts
    photo_only: bool | None = None
    police_report: bool | None = None


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MaterialRule(_Rules):
    """One material and when it is needed."""

    name: Material
    kind: Kind
    when: When

    @model_validator(mode="after")
    def _no_repair_papers_for_photo_only(self) -> Self:
        if (self.kind is Kind.REPAIR_PAPER) != (self.when is When.REPAIR_PAPERS):
            raise ValueError(f"{self.name}: repair papers, and only they, are needed when repair_papers")
        return self


class MaterialRules(_Rules):
    """The whole file. ``version`` is the declared one with a short hash of the content."""

    version: str
    struck_object_causes: frozenset[Cause]
    materials: tuple[MaterialRule, ...] = Field(min_length=1)

    @classmethod
    def load(cls) -> Self:
        """The shipped rules."""
        return cls.from_yaml(files("data").joinpath("rules", "materials.yaml").read_text("utf-8"))

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Raises ``RulesError`` naming the field that is wrong."""
        return read_versioned(cls, text, "materials.yaml")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [rule.name for rule in self.materials]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"there twice: {', '.join(twice)}")
        return self

    def missing(self, needs: Needs, there: Set[Material]) -> tuple[Note, ...]:
        """All that is still to come, in the order of the file. What may turn out to be needed is listed as such."""
        return tuple(
            self._asked(rule, needed)
            for rule in self.materials
            if rule.name not in there and (needed := self._needed(rule, needs)) is not False
        )

    def complete(self, needs: Needs, there: Set[Material]) -> bool:
        """True when everything that is surely needed is there."""
        return all(self._needed(rule, needs) is not True or rule.name in there for rule in self.materials)

    def _needed(self, rule: MaterialRule, needs: Needs) -> bool | None:
        match rule.when:
            case When.ALWAYS:
                return True
            case When.REPAIR_PAPERS:
                return None if needs.photo_only is None else not needs.photo_only
            case When.STRUCK_OBJECT:
                return None if needs.facts.cause is None else needs.facts.cause in self.struck_object_causes
            case When.POLICE_REPORT:
                return _police_report(needs)

    @staticmethod
    def _asked(rule: MaterialRule, needed: bool | None) -> Note:
        item = Note(f"material.{rule.name}")
        return item if needed else note("material.perhaps", item=item, when=Note(f"material.when.{rule.when}"))


def _police_report(needs: Needs) -> bool | None:
    """Before the decision the facts may know already: several parties or a dispute need a report at any amount (M6)."""
    surely = needs.facts.disputed or needs.facts.single_party is False
    return True if surely else needs.police_report

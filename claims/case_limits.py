"""How much one case can hold: ``data/rules/case_limits.yaml`` read into a frozen model."""

from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from model.rules_text import read_versioned

_FILE = "case_limits.yaml"
_Count = Annotated[int, Field(ge=1, le=10_000)]


class Held(StrEnum):
    """What a case holds so many of."""

    DOCUMENTS = "documents"
    COMPLAINTS = "complaints"
    CONTESTS = "contests"
    REOPENINGS = "reopenings"
    STATEMENTS = "statements"


class CaseLimits(BaseModel):
    """The whole file. ``version`` is the declared one with a short hash of the content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    documents: _Count
    document_mib: Annotated[int, Field(ge=1, le=100)]
    complaints: _Count
    contests: _Count
    reopenings: _Count
    statements: _Count

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Raises ``RulesError`` naming the field that is wrong."""
        return read_versioned(cls, text, _FILE)

    def most(self, held: Held) -> int:
        """Of one case."""
        return int(getattr(self, held))


@cache
def shipped() -> CaseLimits:
    """The shipped limits, read once."""
    return CaseLimits.from_yaml(files("data").joinpath("rules", _FILE).read_text("utf-8"))

"""What every setting would have offered, counted case by case: flat memory, and tallies of chunks add up."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from claims.rescore.case import HistoricalCase
from claims.rescore.tune.grid import Cell, Grid
from claims.rescore.tune.offered import offered
from claims.rescore.tune.risk import Counts
from claims.rescore.tune.rules import TuneRules
from claims.situation import Situation
from claims.triage import Route

_DRAW: Final = "quickclaim rescore tune 1"
"""Begins what draws a case into one of the two parts: always the same one, whatever else is in the run."""


@dataclass(slots=True)
class Part:
    """``cases`` of one part of the data; for each setting how many it ``offers``, and of these the ``wrong`` ones."""

    cases: int
    offers: Counts
    wrong: Counts

    @classmethod
    def empty(cls, shape: Cell) -> Self:
        return cls(0, np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64))

    def count(self, offers: npt.NDArray[np.bool_], *, wrong: bool) -> None:
        """One more case: the settings that offer it, and whether that would be wrong."""
        self.cases += 1
        self.offers += offers
        if wrong:
            self.wrong += offers

    def __add__(self, other: "Part") -> "Part":
        return Part(self.cases + other.cases, self.offers + other.offers, self.wrong + other.wrong)


@dataclass(slots=True)
class Tally:
    """``explored`` cases choose what is tested, ``tested`` ones test it.

    Left out, and counted: cases ``without_final``, those whose final is the machine's ``own_word``, and rows that were
    ``not_scored``.
    """

    explored: Part
    tested: Part
    without_final: int = 0
    own_word: int = 0
    not_scored: int = 0

    @classmethod
    def empty(cls, shape: Cell) -> Self:
        return cls(Part.empty(shape), Part.empty(shape))

    @property
    def whole(self) -> Part:
        """Both parts together: for pictures, never for the promise."""
        return self.explored + self.tested

    @property
    def rows(self) -> int:
        """Everything that was counted one way or another."""
        return self.explored.cases + self.tested.cases + self.without_final + self.own_word + self.not_scored

    def count(self, case: HistoricalCase, situation: Situation, grid: Grid, rules: TuneRules) -> None:
        """One more case. Raises ``RescoreError`` ``rescore.no_tolerance`` for a currency without a tolerance."""
        final = None if case.final is None else case.final.amount
        if final is None:
            self.without_final += 1
        elif _own_word(case):
            self.own_word += 1
        else:
            part = self.explored if drawn(case.id) < rules.explored_share else self.tested
            estimate = situation.estimate
            part.count(offered(situation, grid), wrong=rules.wrong_by(estimate.total, final, estimate.currency))

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.explored + other.explored,
            self.tested + other.tested,
            self.without_final + other.without_final,
            self.own_word + other.own_word,
            self.not_scored + other.not_scored,
        )


def drawn(case_id: str) -> float:
    """From 0 up to 1, by the case's id alone."""
    return int.from_bytes(sha256(f"{_DRAW}|{case_id}".encode()).digest()[:8], "big") / 2**64


def _own_word(case: HistoricalCase) -> bool:
    """True when the final is what the machine itself offered and nobody looked at: it proves nothing."""
    before = case.previous
    own = before is not None and before.route is Route.INSTANT_OFFER
    return own and case.final is not None and before is not None and before.total == case.final.amount

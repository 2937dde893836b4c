"""What can be said of each case: was the estimate close, was the range, were the lines, did the bill outgrow it?"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from claims.rescore.figures.arrays import Bools, Floats, Ints, as_units
from claims.rescore.figures.cases import Cases
from claims.rescore.figures.lines import Compared, Lines, known_lines
from claims.rescore.figures.results.figures import Settings


def off(total: Ints, final: Ints, floors: Ints, tolerance: tuple[int, int]) -> Bools:
    """True where both differ by more than the floor and by more than ``tolerance`` (a fraction) of the final amount."""
    found: Bools = np.abs(total - final) > np.maximum(floors, fraction(final, tolerance))
    return found


def fraction(amounts: Ints, part: tuple[int, int]) -> Ints:
    """A part of amounts, rounded down: whole numbers exceed it just where they exceed the part itself."""
    over, under = part
    return amounts * over // under


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """Arrays of (n,), one place for each case. What rests on the final amount means something where ``has_final`` of
    the case holds; ``estimated``, ``final`` and ``matched`` count lines where ``lines_known``.

    ``outgrown``: there was a supplement; it is known where ``outgrown_known``. ``growth`` is (final − estimate, at
    least 0) / estimate of those, nan where it is not known or there was no estimate.
    """

    within_10: Bools
    within_20: Bools
    inside: Bools
    off: Bools
    lines_known: Bools
    estimated: Ints
    final: Ints
    matched: Ints
    outgrown_known: Bools
    outgrown: Bools
    growth: Floats

    @classmethod
    def of(cls, cases: Cases, estimated: Lines, final: Lines, settings: Settings) -> Self:
        """Pure arithmetic in whole ten-thousandths, but ``growth``."""
        compared = Compared.of(estimated, final, known_lines(cases))
        floors = cases.per_currency({name: as_units(settings.floor_of(name)) for name in cases.currencies})
        tolerance = settings.tolerance.as_integer_ratio()
        counts = {
            name: np.bincount(compared.case, getattr(compared, name), len(cases)).astype(np.int64)
            for name in ("estimated", "final", "matched")
        }
        lines_known, miss = known_lines(cases), np.abs(cases.total - cases.final)
        dearer = cases.final - cases.total > np.maximum(floors, fraction(cases.total, tolerance))
        outgrown = np.where(lines_known, counts["final"] > counts["matched"], cases.has_final & dearer)
        return cls(
            within_10=miss <= fraction(cases.final, (1, 10)),
            within_20=miss <= fraction(cases.final, (1, 5)),
            inside=(cases.low <= cases.final) & (cases.final <= cases.high),
            off=off(cases.total, cases.final, floors, tolerance),
            lines_known=lines_known,
            outgrown_known=lines_known | cases.has_final,
            outgrown=outgrown,
            growth=_growth(cases, outgrown),
            **counts,
        )


def _growth(cases: Cases, outgrown: Bools) -> Floats:
    told = outgrown & cases.has_final & (cases.total > 0)
    growth: Floats = np.full(len(cases), np.nan)
    np.divide(np.maximum(cases.final - cases.total, 0), cases.total, out=growth, where=told)
    return growth

"""From chunks of a run to the tally: each case is found in the caches, priced once, and decided under many settings."""

from collections.abc import Iterable
from datetime import date

from claims.assess import situate
from claims.rescore.case import Chunk
from claims.rescore.looking import Looked
from claims.rescore.tune.grid import Grid
from claims.rescore.tune.rules import TuneRules
from claims.rescore.tune.tally import Tally
from claims.rescore.work import Work
from claims.rescore.worker import Worker
from claims.rulebook import Rulebook
from model.errors import PriceTableError, UsageError


class Simulator:
    """Built once per process."""

    def __init__(self, work: Work, rules: TuneRules) -> None:
        """Raises as ``Worker``."""
        self._worker = Worker(work)
        self._rulebook = Rulebook.from_sources(work.sources)
        self._grid = Grid.of(self._rulebook.policy, rules.settings)
        self._rules = rules
        self._priced_on = work.priced_on

    def tally(self, chunk: Chunk) -> Tally:
        """The cases of a chunk. Photos that no cache knows are looked at.

        Raises ``RescoreError`` ``rescore.no_tolerance`` for a currency without one, and as ``Worker.found``.
        """
        found = self._worker.found(chunk)
        counted = counted_cases(found, self._rulebook, self._grid, self._rules, priced_on=self._priced_on)
        counted.not_scored = len(chunk.rows) - counted.rows
        return counted


def counted_cases(
    cases: Iterable[Looked], rulebook: Rulebook, grid: Grid, rules: TuneRules, *, priced_on: date | None = None
) -> Tally:
    """What every setting of ``grid`` would have done with these cases. One that cannot be priced is not counted.

    ``priced_on``: the day whose prices hold, None for each case's own.
    """
    tally = Tally.empty(grid.shape)
    for looked in cases:
        case = looked.case
        try:
            situation = situate(
                looked.observations, case.facts, rulebook, on=case.on, priced_on=priced_on, found=looked.found
            )
        except (UsageError, PriceTableError):
            continue
        tally.count(case, situation, grid, rules)
    return tally

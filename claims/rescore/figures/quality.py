"""What the data of a run is like: what was left out and why, what is missing, what does not fit together."""

from decimal import Decimal
from typing import Final

import numpy as np

from claims.rescore.figures.arrays import NOBODY_SAID, Bools, as_units
from claims.rescore.figures.cases import Cases
from claims.rescore.figures.lines import known_lines
from claims.rescore.figures.measures import Judged, share_of
from claims.rescore.figures.photos import PhotoUse
from claims.rescore.figures.results.quality import Quality
from claims.rescore.figures.results.values import Count, Share
from claims.rescore.figures.run_tables import RunTables
from claims.rescore.figures.shares import share
from claims.rescore.figures.spread import most_first

_AT_ODDS: Final = Decimal("0.01")


def quality(judged: Judged, photos: PhotoUse, tables: RunTables) -> Quality:
    """Raises ``RescoreError``."""
    cases, lines = judged.cases, judged.estimated
    everywhere = np.ones(len(cases), dtype=np.bool_)
    codes = tables.table("quarantine", ("code",))["code"]
    days = most_first(tables.table("cases", ("priced_on",))["priced_on"].cast("string"))
    rows = len(cases) + len(codes)
    return Quality(
        rows=rows,
        scored=len(cases),
        quarantined=share(len(codes), rows),
        quarantine=most_first(codes),
        photos=photos.told(cases),
        without_final=share_of(~cases.has_final, everywhere),
        without_final_lines=share_of(~known_lines(cases), everywhere),
        without_month=share_of(cases.month.codes == NOBODY_SAID, everywhere),
        without_previous=share_of(~cases.has_previous, everywhere),
        finals_at_odds=_at_odds(judged),
        final_not_above_zero=share_of(cases.final <= 0, cases.has_final),
        unpriced_cases=share_of(cases.at_least, everywhere),
        unpriced_lines=share(int((~lines.priced).sum()), len(lines)),
        unplaced_lines=share(int((~lines.placed).sum()), len(lines)),
        currencies=_currencies(cases),
        first_day=min((day.key for day in days if day.key), default=None),
        last_day=max((day.key for day in days if day.key), default=None),
        days=days,
    )


def _at_odds(judged: Judged) -> Share:
    cases, final = judged.cases, judged.final
    sums = np.zeros(len(cases), dtype=np.int64)
    np.add.at(sums, final.case, final.amount)
    told: Bools = known_lines(cases) & cases.has_final
    told[final.case[~final.priced]] = False
    floors = cases.per_currency({name: as_units(judged.settings.floor_of(name)) for name in cases.currencies})
    over, under = _AT_ODDS.as_integer_ratio()
    gap = np.abs(sums - cases.final)
    return share_of((gap > floors) & (gap > cases.final * over // under), told)


def _currencies(cases: Cases) -> tuple[Count, ...]:
    return tuple(Count(key=name, n=int(cases.currency.equal(name).sum())) for name in cases.currencies)

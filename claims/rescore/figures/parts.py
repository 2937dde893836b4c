"""How right we are by part of the car. The unit of amounts is a place: one part on one side of one case."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from claims.rescore.figures.arrays import Bools, Ints
from claims.rescore.figures.lines import PARTS, PLACES, Compared, Lines, known_lines
from claims.rescore.figures.measures import Judged, amounts_of, error_of_offers, line_figures, share_of
from claims.rescore.figures.results.figures import SMALL, Amounts, Group, Measures
from claims.rescore.figures.results.values import Mean
from claims.rescore.figures.shares import share
from claims.rescore.figures.verdicts import fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Places that estimate and final bill both name, where all final lines have amounts; arrays of (places,).

    ``single``: one estimate line stands there, so that ``low`` and ``high`` are the range of the place.
    """

    case: Ints
    part: Ints
    total: Ints
    final: Ints
    low: Ints
    high: Ints
    single: Bools

    @classmethod
    def of(cls, estimated: Lines, final: Lines) -> Self:
        """Where the two meet; lines that nobody could place stand nowhere."""
        ours, theirs = _Sums.of(estimated), _Sums.of(final)
        both, at, there = np.intersect1d(ours.place, theirs.place, return_indices=True)
        told = theirs.priced[there]
        both, at, there = both[told], at[told], there[told]
        return cls(
            case=both // PLACES,
            part=both % PLACES // (PLACES // len(PARTS)),
            total=ours.amount[at],
            final=theirs.amount[there],
            low=ours.low[at],
            high=ours.high[at],
            single=ours.lines[at] == 1,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """Sums over the lines of each place, (places,). ``priced``: all of them are."""

    place: Ints
    lines: Ints
    priced: Bools
    amount: Ints
    low: Ints
    high: Ints

    @classmethod
    def of(cls, lines: Lines) -> Self:
        place, at = np.unique(lines.place[lines.placed], return_inverse=True)
        count = np.bincount(at, minlength=len(place))
        amount, low, high = (
            _sums(at, values[lines.placed], len(place)) for values in (lines.amount, lines.low, lines.high)
        )
        priced = _sums(at, lines.priced[lines.placed].astype(np.int64), len(place)) == count
        return cls(place=place, lines=count, priced=priced, amount=amount, low=low, high=high)


def _sums(at: Ints, values: Ints, n: int) -> Ints:
    sums = np.zeros(n, dtype=np.int64)
    np.add.at(sums, at, values)
    return sums


def part_groups(judged: Judged) -> tuple[Group, ...]:
    """A group for each part that an estimate or a final bill names, in the order of the vocabulary."""
    places = Places.of(judged.estimated, judged.final)
    compared = Compared.of(judged.estimated, judged.final, known_lines(judged.cases))
    return tuple(_groups(judged, places, compared))


def _groups(judged: Judged, places: Places, compared: Compared) -> Iterator[Group]:
    for code, part in enumerate(PARTS):
        named = _named(judged, judged.estimated, code) | _named(judged, judged.final, code)
        if named.any():
            told = _measures(judged, code, named, places, compared)
            yield Group(key=part, small=told.cases < SMALL, measures=told)


def _named(judged: Judged, lines: Lines, part: int) -> Bools:
    named = np.zeros(len(judged.cases), dtype=np.bool_)
    named[lines.case[lines.part == part]] = True
    return named


def _measures(judged: Judged, part: int, named: Bools, places: Places, compared: Compared) -> Measures:
    here = places.part == part
    miss = np.abs(places.total - places.final)
    near = miss <= fraction(places.final, (1, 10))
    inside = (places.low <= places.final) & (places.final <= places.high)
    estimated = _named(judged, judged.estimated, part)
    counts = _counted(compared, part, len(judged.cases))
    known = named & known_lines(judged.cases)
    ours, theirs, both = (count[known] for count in counts)
    return Measures(
        cases=int(named.sum()),
        within_10=share_of(near, here),
        within_20=share_of(miss <= fraction(places.final, (1, 5)), here),
        within_10_estimated=share_of(near, here & (places.total > 0)),
        coverage=share_of(inside, here & places.single),
        amounts=tuple(_amounts(judged, places, here)),
        lines=line_figures(ours, theirs, both, draws=judged.settings.draws),
        supplement_rate=share(int((theirs > both).sum()), len(theirs)),
        supplement_share=Mean.undefined(),
        straight_through=share_of(judged.cases.offered, estimated),
        straight_through_error=error_of_offers(judged, estimated & judged.cases.offered),
    )


def _counted(compared: Compared, part: int, cases: int) -> tuple[Ints, ...]:
    here = compared.part == part
    counts = (compared.estimated, compared.final, compared.matched)
    return tuple(np.bincount(compared.case[here], count[here], cases).astype(np.int64) for count in counts)


def _amounts(judged: Judged, places: Places, here: Bools) -> Iterator[Amounts]:
    """By case: the two sides of a car in one case are no two witnesses."""
    currency = judged.cases.currency
    for name in judged.cases.currencies:
        of = here & currency.equal(name)[places.case]
        if of.any():
            cases, at = np.unique(places.case[of], return_inverse=True)
            total, final = (_sums(at, values[of], len(cases)) for values in (places.total, places.final))
            yield amounts_of(name, total, final, draws=judged.settings.draws)

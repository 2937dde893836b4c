"""The cases by what they share: class, region, month, route, whether all is priced, and the parts they name."""

from collections.abc import Iterator, Mapping

import numpy as np

from claims.rescore.figures.arrays import NOBODY_SAID, Bools
from claims.rescore.figures.cases import Words
from claims.rescore.figures.measures import Judged, measures
from claims.rescore.figures.parts import part_groups
from claims.rescore.figures.results.figures import SMALL, By, Group


def groups(judged: Judged) -> Mapping[By, tuple[Group, ...]]:
    """Groups in the order of their keys, None last; empty groups are left out."""
    cases = judged.cases
    priced = Words(codes=cases.at_least.astype(np.int64), words=("whole", "so_far"))
    words = {By.VEHICLE_CLASS: cases.vehicle_class, By.REGION: cases.region, By.MONTH: cases.month}
    words |= {By.ROUTE: cases.route, By.PRICED: priced}
    return {By.PART: part_groups(judged)} | {by: tuple(_groups(judged, column)) for by, column in words.items()}


def _groups(judged: Judged, column: Words) -> Iterator[Group]:
    for key, chosen in _split(column):
        if chosen.any():
            yield Group(key=key, small=int(chosen.sum()) < SMALL, measures=measures(judged, chosen))


def _split(column: Words) -> Iterator[tuple[str | None, Bools]]:
    yield from ((word, column.codes == code) for code, word in enumerate(column.words))
    yield None, column.codes == NOBODY_SAID

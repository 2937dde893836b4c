"""The scores of the network's boxes, by label and month. Boxes are many: they are read some chunks after the other."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claims.rescore.figures.arrays import Ints
from claims.rescore.figures.results.months import ScoreQuantiles
from claims.rescore.figures.results.spread import Histogram, LabelScores
from claims.rescore.figures.run_tables import RunTables
from claims.rescore.figures.spread import UNIT_BINS

_FINE: Final = 1000
"""Bins between 0 and 1: quantiles are known to one of these."""
_QUANTILES: Final = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """``counts``: for each label and month (None: nobody said) how many boxes have a score in each of 1,000 bins."""

    counts: dict[tuple[str, str | None], Ints] = field(default_factory=dict)

    @classmethod
    def read(cls, tables: RunTables) -> Self:
        """Every box of the run. Raises ``RescoreError``."""
        scores = cls()
        boxes = ("detections", ("case_id", "label", "score"))
        for cases, detections in tables.pieces(("cases", ("case_id", "month")), boxes):
            scores._add(cases, detections)
        return scores

    @property
    def labels(self) -> tuple[LabelScores, ...]:
        """Sorted by label."""
        whole: dict[str, Ints] = {}
        for (label, _), counts in self.counts.items():
            whole[label] = whole.get(label, 0) + counts
        return tuple(LabelScores(label=label, scores=_coarse(whole[label])) for label in sorted(whole))

    @property
    def quantiles(self) -> tuple[ScoreQuantiles, ...]:
        """Of all labels together, then of each; by month. Without boxes of no month."""
        by: dict[tuple[str, str], Ints] = {}
        for (label, month), counts in self.counts.items():
            if month is not None:
                by["", month] = by.get(("", month), 0) + counts
                by[label, month] = counts
        return tuple(_quantiles(label or None, month, by[label, month]) for label, month in sorted(by))

    def _add(self, cases: pa.Table, detections: pa.Table) -> None:
        for (label, month), bins in _binned(cases, detections):
            counts = np.bincount(bins, minlength=_FINE).astype(np.int64)
            self.counts[label, month] = self.counts.get((label, month), 0) + counts


def _binned(cases: pa.Table, detections: pa.Table) -> Iterator[tuple[tuple[str, str | None], Ints]]:
    """The bins of the scores of each label and month."""
    at: Any = pc.index_in(detections["case_id"], value_set=cases["case_id"].combine_chunks())
    months: Any = cases["month"].combine_chunks().take(at.combine_chunks())
    told = pa.table({"label": detections["label"].combine_chunks(), "month": months})
    keys = told.append_column("place", pa.array(np.arange(len(told)))).group_by(["label", "month"])
    bins = np.minimum((detections["score"].to_numpy() * _FINE).astype(np.int64), _FINE - 1)
    for row in keys.aggregate([("place", "list")]).to_pylist():
        yield (row["label"], row["month"]), bins[row["place_list"]]


def _coarse(counts: Ints) -> Histogram:
    bins = counts.reshape(len(UNIT_BINS) - 1, -1).sum(axis=1)
    return Histogram(edges=UNIT_BINS, counts=tuple(int(n) for n in bins))


def _quantiles(label: str | None, month: str, counts: Ints) -> ScoreQuantiles:
    upto = counts.cumsum()
    low, middle, high = (int(np.searchsorted(upto, share * upto[-1])) / _FINE for share in _QUANTILES)
    return ScoreQuantiles(label=label, month=month, n=int(upto[-1]), p10=low, p50=middle, p90=high)

"""How amounts, confidence, routes, lines and damages are distributed over the cases of a run."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claims.rescore.figures.arrays import Bools, Column, Floats, Ints
from claims.rescore.figures.cases import Cases
from claims.rescore.figures.measures import Judged, share_of
from claims.rescore.figures.results.spread import (
    AmountSpread,
    Distributions,
    Histogram,
    LabelScores,
    PartDamage,
    RouteShare,
)
from claims.rescore.figures.results.values import Count
from claims.rescore.figures.run_tables import RunTables

UNIT_BINS: Final = tuple(np.linspace(0, 1, 21).round(2).tolist())
"""From 0 to 1 in twentieths."""
_STEPS: Final = (1.0, 2.0, 5.0)
_MANY: Final = 10


def distributions(judged: Judged, tables: RunTables, labels: tuple[LabelScores, ...]) -> Distributions:
    """``labels`` as ``scores.read`` gives them. Raises ``RescoreError``."""
    cases = judged.cases
    lines = tables.table("lines", ("part", "kinds", "severity", "operation"))
    reasons: Any = pc.list_flatten(tables.table("cases", ("reasons",))["reasons"])
    return Distributions(
        amounts=tuple(_amounts(cases)),
        confidence=histogram(cases.confidence, UNIT_BINS),
        routes=tuple(
            RouteShare(route=name, share=share_of(cases.route.equal(name), np.ones(len(cases), dtype=np.bool_)))
            for name in cases.route.words
        ),
        reasons=most_first(reasons),
        lines=_per_case(judged.lines_per_case),
        damages=_per_case(cases.damages),
        part_damages=_part_damages(lines),
        severities=most_first(lines["severity"]),
        operations=most_first(lines["operation"]),
        labels=labels,
    )


def histogram(values: Floats, edges: tuple[float, ...]) -> Histogram:
    """Values between the edges; nan counts as unknown."""
    told = values[~np.isnan(values)]
    counts, _ = np.histogram(told, bins=np.array(edges))
    return Histogram(edges=edges, counts=tuple(int(n) for n in counts), unknown=len(values) - len(told))


def amount_edges(largest: float) -> tuple[float, ...]:
    """0, 10, 20, 50, 100 … up to the first that is not below the largest."""
    edges = [0.0]
    for power in range(1, 16):
        for step in _STEPS:
            edges.append(step * 10.0**power)
            if edges[-1] >= largest:
                return tuple(edges)
    return (*edges, largest)


def _amounts(cases: Cases) -> Iterator[AmountSpread]:
    for currency in cases.currencies:
        of = cases.currency.equal(currency)
        total, final = cases.total[of] / 10_000, _known(cases.final[of], cases.has_final[of])
        edges = amount_edges(float(np.nanmax(np.concatenate([total, final]))))
        yield AmountSpread(
            currency=currency, total=histogram(total, edges), final=histogram(np.maximum(final, 0.0), edges)
        )


def _known(amounts: Ints, known: Bools) -> Floats:
    return np.where(known, amounts / 10_000, np.nan)


def _per_case(counts: Ints) -> tuple[Count, ...]:
    times = np.bincount(np.minimum(counts, _MANY), minlength=_MANY + 1)
    names = (*(str(n) for n in range(_MANY)), f"{_MANY}+")
    return tuple(Count(key=name, n=int(n)) for name, n in zip(names, times, strict=True))


def most_first(words: Column) -> tuple[Count, ...]:
    counted: Any = words.value_counts()
    told = [(item["values"], item["counts"]) for item in counted.to_pylist()]
    return tuple(
        Count(key=key, n=n) for key, n in sorted(told, key=lambda item: (-item[1], item[0] is None, item[0] or ""))
    )


def _part_damages(lines: pa.Table) -> tuple[PartDamage, ...]:
    kinds: Any = lines["kinds"].combine_chunks()
    parents: Any = pc.list_parent_indices(kinds)
    pairs = pa.table({"part": lines["part"].combine_chunks().take(parents), "kind": kinds.flatten()})
    counted = pairs.group_by(["part", "kind"]).aggregate([([], "count_all")]).to_pylist()
    told = sorted(counted, key=lambda row: (row["part"] is None, row["part"] or "", row["kind"]))
    return tuple(PartDamage(part=row["part"], kind=row["kind"], n=row["count_all"]) for row in told)

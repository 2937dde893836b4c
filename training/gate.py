"""May a candidate replace the shipped detector? Both are judged on the same photos, draws and labels."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.manifest import Manifest
from training.average_precision import Floats
from training.bootstrap import DRAWS, Estimate, resamples
from training.evaluation import Better
from training.evaluation_photos import MarkedSet
from training.evaluation_sets import Observed
from training.gate_measures import Measure, measure_of
from training.promotion_policy import Guard, PromotionPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A detector with what it reported and how that was marked; sets by the name that figures use."""

    manifest: Manifest
    observed: Mapping[str, Observed]
    marked: Mapping[str, MarkedSet]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One figure of both, under every row of resamples: (1 + draws,), and ``better``, by how much the candidate is."""

    guard: Guard
    shipped: Floats
    candidate: Floats
    direction: Better

    @property
    def gain(self) -> Floats:
        """Positive where the candidate is better."""
        gain: Floats = (self.candidate - self.shipped) * (1 if self.direction == "higher" else -1)
        return gain

    def __str__(self) -> str:
        found = Estimate.of(self.gain)
        change = f"{found.value:+.3f} ({found.low:+.3f} to {found.high:+.3f})"
        return f"{self.guard!s:55} {self.shipped[0]:.3f} → {self.candidate[0]:.3f}  better by {change}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """``reasons`` against promoting; none: it may. ``score``: the candidate's, ``gain`` of it over the shipped one."""

    reasons: tuple[str, ...]
    score: float
    gain: Estimate
    table: tuple[str, ...]


def decide(candidate: Looked, shipped: Looked, policy: PromotionPolicy, *, draws: int = DRAWS) -> Decision:
    """Sure of a better agreed score, and not sure of a loss on any guard: promoted. All else is a reason."""
    labels = frozenset(candidate.manifest.label_names) & frozenset(shipped.manifest.label_names)
    found = {guard: compare(guard, candidate, shipped, labels, draws) for guard in (*policy.score, *policy.guards)}
    reasons = [f"not measured: {guard}" for guard, item in found.items() if item is None]
    measured = {guard: item for guard, item in found.items() if item is not None}
    terms = [(guard.weight, measured[guard]) for guard in policy.score if guard in measured]
    gain = _weighted([(weight, item.gain) for weight, item in terms], draws)
    if low(gain, policy.confidence) <= 0:
        reasons.append(f"no sure gain: the agreed score changes by {gain[0]:+.4f}, {_bound(gain, policy)}")
    for guard in policy.guards:
        item = measured.get(guard)
        if item is not None and low(-item.gain, policy.confidence) > 0:
            reasons.append(
                f"worse: {guard}, {item.shipped[0]:.3f} → {item.candidate[0]:.3f}, {_bound(item.gain, policy)}"
            )
    score = _weighted([(weight, item.candidate) for weight, item in terms], draws)
    table = tuple(str(item) for item in measured.values())
    return Decision(reasons=tuple(reasons), score=float(score[0]), gain=Estimate.of(gain), table=table)


def score_rows(
    looked: Looked, policy: PromotionPolicy, *, draws: int = DRAWS
) -> tuple[Floats, Mapping[Guard, Floats | None]]:
    """The agreed score of one detector and its terms, (1 + draws,) each; None for one that cannot be measured, which
    then does not count."""
    labels = looked.manifest.label_names
    terms: dict[Guard, Floats | None] = {
        guard: _rows(guard.data, looked, labels, draws, measure_of(guard.figure)[0]) for guard in policy.score
    }
    known = [(guard.weight, rows) for guard in policy.score if (rows := terms[guard]) is not None]
    return _weighted(known, draws), terms


def compare(guard: Guard, candidate: Looked, shipped: Looked, labels: Collection[str], draws: int) -> Compared | None:
    """One figure of both on the labels that both have; None where either cannot be measured."""
    measure, better = measure_of(guard.figure)
    rows = [_rows(guard.data, item, labels, draws, measure) for item in (candidate, shipped)]
    if rows[0] is None or rows[1] is None or np.isnan(rows[0][0]) or np.isnan(rows[1][0]):
        return None
    return Compared(guard=guard, candidate=rows[0], shipped=rows[1], direction=better)


def low(values: Floats, confidence: float) -> float:
    """The value that all but ``1 - confidence`` of the draws exceed."""
    drawn = values[1:][~np.isnan(values[1:])]
    return float(np.quantile(drawn, 1 - confidence)) if len(drawn) else float(values[0])


def _rows(data: str, item: Looked, labels: Collection[str], draws: int, measure: Measure) -> Floats | None:
    if data not in item.marked:
        return None
    observed, marked = item.observed[data], item.marked[data]
    return measure(observed, marked, item.manifest, labels, resamples(marked.groups, draws, data=data))


def _weighted(terms: Sequence[tuple[float, Floats]], draws: int) -> Floats:
    if not terms:
        return np.zeros(1 + draws)
    weights, values = zip(*terms, strict=True)
    total: Floats = np.average(np.stack(values), axis=0, weights=weights)
    return total


def _bound(gain: Floats, policy: PromotionPolicy) -> str:
    at = policy.confidence
    return f"{at:.0%} sure of {low(gain, at):+.4f} or more, and of {-low(-gain, at):+.4f} or less"

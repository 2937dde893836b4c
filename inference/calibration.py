"""From the network's scores to probabilities that a reported box is right, and back. Rising, so no order changes."""

import numpy as np
import numpy.typing as npt

from model.papers import Curve

Floats = npt.NDArray[np.float64]
_EDGE = 1e-7
"""Scores are held this far from 0 and 1, where the logit has no value."""


def probabilities(scores: npt.ArrayLike, curve: Curve) -> Floats:
    """Scores in 0..1 → probabilities in 0..1, of the same shape."""
    raw = np.asarray(scores, dtype=np.float64)
    if curve.knots:
        said, meant = np.array(curve.knots).T
        between: Floats = np.interp(raw, said, meant)
        return between
    return sigmoid(curve.slope * logit(raw) + curve.intercept)


def score_at(probability: float, curve: Curve) -> float:
    """The lowest score that becomes ``probability`` or more; above 1 where none does."""
    if curve.knots:
        said, meant = np.array(curve.knots).T
        return 2.0 if probability > meant[-1] else float(np.interp(probability, meant, said, left=0.0))
    return float(sigmoid((logit(np.float64(probability)) - curve.intercept) / curve.slope))


def logit(scores: npt.ArrayLike) -> Floats:
    """ln(p / (1 - p))."""
    held = np.clip(np.asarray(scores, dtype=np.float64), _EDGE, 1 - _EDGE)
    values: Floats = np.log(held) - np.log1p(-held)
    return values


def sigmoid(values: npt.ArrayLike) -> Floats:
    """1 / (1 + exp(-x)), without overflow."""
    result: Floats = 0.5 * (1 + np.tanh(0.5 * np.asarray(values, dtype=np.float64)))
    return result

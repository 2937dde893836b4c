"""Fitting a rising map from score to the share of right reports: Platt's two numbers, or isotonic regression.

Platt 1999, Probabilistic Outputs for Support Vector Machines; Zadrozny and Elkan 2002, Transforming Classifier Scores.
"""

import numpy as np

from inference.calibration import logit
from model.papers import Curve
from training.average_precision import Bools, Floats

STEPS = 50
LEAST_SLOPE = 0.05
PRIOR = 1.0
"""Weight, in reports, of the belief that the score is right as it is; it only matters where there are few reports."""

Points = list[tuple[float, float]]


def logistic(scores: Floats, hits: Bools) -> Curve:
    """(n,), (n,) → slope above 0 and intercept on the logit, by Newton's method on the log-likelihood."""
    inputs = np.stack([logit(scores), np.ones(len(scores))], axis=1)
    right = hits.astype(np.float64)
    start = np.array([1.0, 0.0])
    weights = start.copy()
    for _ in range(STEPS):
        said = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        slope = inputs.T @ (said - right) + PRIOR * (weights - start)
        bend = (inputs * (said * (1 - said))[:, None]).T @ inputs + PRIOR * np.eye(2)
        step = np.linalg.solve(bend, slope)
        weights = weights - step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-9:
            break
    return Curve(slope=round(max(float(weights[0]), LEAST_SLOPE), 5), intercept=round(float(weights[1]), 5))


def isotonic(scores: Floats, hits: Bools) -> Curve:
    """(n,), (n,) → rising knots: the middles of the blocks of pooled adjacent violators, and both ends."""
    order = np.argsort(scores, kind="stable")
    blocks: list[tuple[float, float, int]] = []
    for score, hit in zip(scores[order].tolist(), hits[order].tolist(), strict=True):
        blocks.append((score, float(hit), 1))
        while len(blocks) > 1 and blocks[-2][1] >= blocks[-1][1]:
            blocks[-2:] = [_pooled(blocks[-2], blocks[-1])]
    inner = [(round(score, 6), round((right * count + 0.5) / (count + 1), 6)) for score, right, count in blocks]
    return Curve(knots=tuple(_rising([(0.0, 0.0), *inner, (1.0, 1.0)])))


def _pooled(one: tuple[float, float, int], other: tuple[float, float, int]) -> tuple[float, float, int]:
    count = one[2] + other[2]
    mixed = [(one[i] * one[2] + other[i] * other[2]) / count for i in (0, 1)]
    return mixed[0], mixed[1], count


def _rising(points: Points) -> Points:
    """Only the points above all before them on both axes; the last one always stays."""
    kept = [points[0]]
    for score, meant in points[1:-1]:
        if score > kept[-1][0] and kept[-1][1] < meant < 1.0 and score < 1.0:
            kept.append((score, meant))
    return [*kept, points[-1]]

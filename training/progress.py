"""How far a training run is, when it saves, and how fast it learns there."""

import math
import time
from dataclasses import dataclass, field

from training.recipe import Schedule

APART = 10.0
"""Seconds at least between the saves of short epochs: one takes .4 s on two shared cores (46 MB, flushed), so 4 %."""


@dataclass(kw_only=True, slots=True)
class Progress:
    """How far a run is. ``spent``: seconds of training. With a ``budget`` the end is a time, otherwise ``steps``."""

    step: int
    spent: float
    steps: int
    budget: float | None

    @property
    def share(self) -> float:
        """0 at the start, 1 at the end."""
        return min(1.0, self.spent / self.budget if self.budget else self.step / self.steps)


@dataclass(kw_only=True, slots=True)
class Saves:
    """When a run saves: ``every`` so many seconds, and after each ``epoch`` of so many steps. The first epoch is saved
    at once, further ones at least ``APART`` seconds after the last save."""

    every: float
    epoch: int
    saved: float = field(default_factory=time.monotonic)
    apart: float = 0.0
    ended: bool = False

    def due(self, step: int) -> bool:
        """After each step, counted from 0."""
        self.ended |= (step + 1) % self.epoch == 0
        passed = time.monotonic() - self.saved
        return passed > self.every or (self.ended and passed >= self.apart)

    def done(self) -> None:
        """It has been saved."""
        self.saved, self.apart, self.ended = time.monotonic(), APART, False


def steps_of(schedule: Schedule, pictures: int) -> int:
    """Steps of a whole run over ``pictures`` an epoch: one at least, however few they are."""
    return max(1, round(schedule.epochs * pictures / schedule.batch))


def rate(schedule: Schedule, share: float) -> float:
    """Learning rate after ``share`` of the run: a short warm-up, then half a cosine."""
    if share < schedule.warm_up:
        return schedule.rate * share / schedule.warm_up
    fall = (share - schedule.warm_up) / (1 - schedule.warm_up)
    return schedule.rate * (schedule.last_rate + (1 - schedule.last_rate) * (1 + math.cos(math.pi * fall)) / 2)

"""How far a training run is, and how fast it learns there."""

import math
from dataclasses import dataclass

from training.recipe import Schedule


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


def steps_of(schedule: Schedule, pictures: int) -> int:
    """Steps of a whole run over ``pictures`` an epoch: one at least, however few they are."""
    return max(1, round(schedule.epochs * pictures / schedule.batch))


def rate(schedule: Schedule, share: float) -> float:
    """Learning rate after ``share`` of the run: a short warm-up, then half a cosine."""
    if share < schedule.warm_up:
        return schedule.rate * share / schedule.warm_up
    fall = (share - schedule.warm_up) / (1 - schedule.warm_up)
    return schedule.rate * (schedule.last_rate + (1 - schedule.last_rate) * (1 + math.cos(math.pi * fall)) / 2)

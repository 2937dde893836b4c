"""How often people see it otherwise than the machine, by part."""

from collections import Counter
from collections.abc import Mapping

from claims.actions import Action
from claims.desk.desk import Desk
from claims.hit_rate import Period
from claims.override_rate import OverrideRate
from claims.repository.overrides import settled_lines
from model.vocabulary import Part
from model.wilson import wilson


def override_rates(desk: Desk, period: Period) -> Mapping[Part | None, OverrideRate]:
    """Of the machine's lines of estimates that people settled in the period, in the order of the vocabulary.

    None: lines of which the machine did not know the part. Raises ``RightsError`` ``forbidden``.
    """
    desk.check(Action.STATS_READ)
    lines: Counter[Part | None] = Counter()
    changed: Counter[Part | None] = Counter()
    for part, overridden in settled_lines(desk.book, period.begins, period.ends):
        lines[part] += 1
        changed[part] += overridden
    return {part: _rate(lines[part], changed[part]) for part in (*Part, None) if lines[part]}


def _rate(n: int, overridden: int) -> OverrideRate:
    low, high = wilson(overridden, n)
    return OverrideRate(n=n, overridden=overridden, rate=overridden / n, low=low, high=high)

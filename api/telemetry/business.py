"""How the business stands, as the database knows it: work that waits, and how often people see it otherwise.

Every process that is asked would tell the same, unlike its counters: take the largest, not the sum.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.telemetry.faults import told

_log = logging.getLogger(__name__)
FRESH_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """How many wait, and for how many seconds the first of them has; 0 when none does."""

    waiting: int
    oldest_s: float

    def __post_init__(self) -> None:
        if self.waiting < 0 or self.oldest_s < 0:
            raise ValueError("a queue is empty at the least")


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessFigures:
    """One look at the database. ``overridden`` of ``reviewed`` cases in the period that the source looks back."""

    jobs: Queue
    jobs_given_up: int
    reviews: Queue
    reviewed: int
    overridden: int
    outbox: Queue
    dead_letters: int


class ReadsFigures(Protocol):
    """Asks the database; called from a thread, at most every ``FRESH_S`` seconds."""

    def __call__(self) -> BusinessFigures:
        """The figures of now. May raise whatever a database raises."""


class BusinessCollector(Collector):
    """Figures as gauges. A database that does not answer is ``quickclaim_business_up`` 0 and no figures, no error."""

    def __init__(self, read: ReadsFigures, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._turn = threading.Lock()
        self._asked: float | None = None
        self._known: BusinessFigures | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What is there to tell."""
        figures = self._fresh()
        yield _gauge("business_up", "1 when the figures of the business could be read", 0 if figures is None else 1)
        if figures is not None:
            yield from _told(figures)

    def _fresh(self) -> BusinessFigures | None:
        with self._turn:
            now = self._clock()
            if self._asked is None or now - self._asked >= FRESH_S:
                self._known = self._look()
                self._asked = now
            return self._known

    def _look(self) -> BusinessFigures | None:
        try:
            return self._read()
        except Exception as fault:  # whatever it is, the other figures of the process are still told
            _log.error("the figures of the business cannot be read", extra=told(fault))
            return None


def _told(figures: BusinessFigures) -> Iterator[GaugeMetricFamily]:
    for name, queue in (("jobs", figures.jobs), ("reviews", figures.reviews), ("outbox", figures.outbox)):
        yield _gauge(f"{name}_waiting", f"{name}: how many wait", queue.waiting)
        yield _gauge(f"{name}_oldest_seconds", f"{name}: how long the first of them has waited", queue.oldest_s)
    yield _gauge("jobs_given_up", "Jobs that failed too often", figures.jobs_given_up)
    yield _gauge("dead_letters", "Notifications that could not be delivered", figures.dead_letters)
    yield _gauge("reviewed", "Cases that people reviewed in the period", figures.reviewed)
    yield _gauge("overridden", "Of these, cases in which they changed, added or removed anything", figures.overridden)


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"quickclaim_{name}", meaning, value=value)

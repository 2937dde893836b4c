"""How the business stands (``claims.desk.figures``), told to Prometheus.

Every process that is asked would tell the same, unlike its counters: take the largest, not the sum.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.telemetry.faults import told
from claims.desk.figures import BusinessFigures

_log = logging.getLogger(__name__)
FRESH_S: Final = 10.0


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
    for name in ("jobs", "reviews", "complaints", "outbox"):
        queue = getattr(figures, name)
        yield _gauge(f"{name}_waiting", f"{name}: how many wait", queue.waiting)
        yield _gauge(f"{name}_oldest_seconds", f"{name}: how long the first of them has waited", queue.oldest_s)
    yield _gauge("jobs_given_up", "Jobs that failed too often", figures.jobs_given_up)
    yield _gauge("dead_letters", "Notifications that could not be delivered", figures.dead_letters)
    yield _gauge("clocks_overdue", "Clocks of cases that run past their time", figures.clocks_overdue)
    yield _gauge("assessed_7d", "Cases that the machine assessed in the last seven days", figures.assessed)
    yield _gauge("offered_at_once_7d", "Of these, cases that it would make an offer at once", figures.offered_at_once)
    yield _gauge("reviewed_7d", "Cases that people settled in the last seven days", figures.reviewed)
    yield _gauge("overridden_7d", "Of these, cases in which they changed, added or removed a line", figures.overridden)
    yield _gauge("erased_7d", "Cases erased in the last seven days", figures.erased)


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"quickclaim_{name}", meaning, value=value)

"""Figures of the business: asked for seldom, and never the reason why nothing else is told."""

import logging

import pytest
from prometheus_client import CollectorRegistry

from api.telemetry.business import FRESH_S, BusinessCollector
from claims.desk.figures import BusinessFigures, Queue
from model.errors import StorageError

FIGURES = BusinessFigures(
    jobs=Queue(waiting=3, oldest_s=1.5),
    jobs_given_up=1,
    reviews=Queue(waiting=7, oldest_s=86_400.0),
    complaints=Queue(waiting=4, oldest_s=7_200.0),
    clocks_overdue=5,
    assessed=60,
    offered_at_once=21,
    reviewed=40,
    overridden=9,
    outbox=Queue(waiting=0, oldest_s=0.0),
    dead_letters=2,
    erased=11,
)


class Source:
    """A database that counts how often it is asked, and that may be away."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False

    def __call__(self) -> BusinessFigures:
        self.asked += 1
        if self.away:
            raise StorageError("unavailable", "Zhang Wei")
        return FIGURES


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def samples(collector: BusinessCollector) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(collector)
    return {
        sample.name.removeprefix("quickclaim_"): sample.value for item in registry.collect() for sample in item.samples
    }


def test_every_figure_is_told() -> None:
    assert samples(BusinessCollector(Source())) == {
        "business_up": 1,
        "jobs_waiting": 3,
        "jobs_oldest_seconds": 1.5,
        "jobs_given_up": 1,
        "reviews_waiting": 7,
        "reviews_oldest_seconds": 86_400,
        "complaints_waiting": 4,
        "complaints_oldest_seconds": 7_200,
        "clocks_overdue": 5,
        "assessed_7d": 60,
        "offered_at_once_7d": 21,
        "reviewed_7d": 40,
        "overridden_7d": 9,
        "outbox_waiting": 0,
        "outbox_oldest_seconds": 0,
        "dead_letters": 2,
        "erased_7d": 11,
    }


def test_the_database_is_asked_again_only_when_the_answer_is_old() -> None:
    source, clock = Source(), Clock()
    collector = BusinessCollector(source, clock=clock)
    for _ in range(5):
        samples(collector)
    clock.now += FRESH_S - 0.1
    samples(collector)
    assert source.asked == 1
    clock.now += 0.2
    samples(collector)
    assert source.asked == 2


def test_a_database_that_is_away_is_told_as_that(caplog: pytest.LogCaptureFixture) -> None:
    source, clock = Source(), Clock()
    collector = BusinessCollector(source, clock=clock)
    source.away = True
    with caplog.at_level(logging.ERROR):
        assert samples(collector) == {"business_up": 0}
    (record,) = caplog.records
    assert record.code == "storage.unavailable"
    assert "Zhang" not in caplog.text
    source.away = False
    clock.now += FRESH_S
    assert samples(collector)["business_up"] == 1


@pytest.mark.parametrize(("waiting", "oldest_s"), [(-1, 0.0), (0, -1.0)])
def test_less_than_an_empty_queue_is_a_fault(waiting: int, oldest_s: float) -> None:
    with pytest.raises(ValueError, match="empty"):
        Queue(waiting=waiting, oldest_s=oldest_s)

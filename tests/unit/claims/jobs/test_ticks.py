"""Periodic work: each in its time, alone where it has to be, and no fault ends it."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from claims.jobs.ticks import Tick, once, start_ticking
from model.errors import StorageError

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def test_it_is_done_at_the_time_it_is() -> None:
    times: list[datetime] = []
    once(Tick(name="often", every=timedelta(seconds=1), do=times.append), AT)
    assert times == [AT]


def test_work_that_has_more_to_do_does_not_wait() -> None:
    stop, over = threading.Event(), threading.Event()
    batches = iter([True, True, False])

    def send(_: datetime) -> bool:
        more = next(batches)
        if not more:
            over.set()
        return more

    [thread] = start_ticking([Tick(name="send", every=timedelta(hours=1), do=send)], lambda: AT, stop)
    assert over.wait(10)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize(("alone", "mine", "done"), [(True, True, 1), (True, False, 0), (False, False, 1)])
def test_only_what_has_to_be_alone_asks_whether_it_is(alone: bool, mine: bool, done: int) -> None:
    times: list[datetime] = []
    asked: list[str] = []

    @contextmanager
    def claimed(name: str) -> Iterator[bool]:
        asked.append(name)
        yield mine

    once(Tick(name="sweep", every=timedelta(seconds=1), do=times.append, alone=alone), AT, claimed)
    assert len(times) == done
    assert asked == (["sweep"] if alone else [])


@pytest.mark.parametrize(
    ("fault", "told"),
    [(StorageError("busy", "沪A12345"), "storage.busy"), (ValueError("沪A12345"), "ValueError")],
)
def test_a_fault_is_told_without_what_it_says(fault: Exception, told: str, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: datetime) -> None:
        raise fault

    with caplog.at_level(logging.DEBUG):
        once(Tick(name="sweep", every=timedelta(seconds=1), do=fail), AT)
    assert told in caplog.text
    assert "periodic work sweep" in caplog.text
    assert "沪A12345" not in caplog.text
    if told == "ValueError":
        assert "test_ticks" in caplog.records[0].where


def test_slow_work_holds_up_no_other_and_faults_end_nothing() -> None:
    stop, enough, slow = threading.Event(), threading.Event(), threading.Event()
    failed: list[datetime] = []

    def fail(at: datetime) -> None:
        failed.append(at)
        if len(failed) == 3:
            enough.set()
        raise StorageError("busy")

    often = Tick(name="often", every=timedelta(milliseconds=1), do=fail)
    long = Tick(name="long", every=timedelta(milliseconds=1), do=lambda _: slow.wait(20))
    threads = start_ticking([long, often], lambda: AT, stop)
    assert enough.wait(10)
    stop.set()
    slow.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()

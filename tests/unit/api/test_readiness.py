"""Ready means that everything asked for is there: not slow, not broken, not yesterday's answer."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from api.readiness import Check, Readiness
from model.errors import ServiceError, StorageError


class Probe:
    """Counts how often it is asked; fails when told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.fault: Exception | None = None

    def __call__(self) -> None:
        self.asked += 1
        if self.fault:
            raise self.fault


def missing(readiness: Readiness) -> tuple[str, ...]:
    async def ask() -> tuple[str, ...]:
        try:
            await readiness.require()
        except ServiceError as error:
            return (error.code, *error.facts["missing"])
        return ()

    return asyncio.run(ask())


def test_without_checks_nothing_is_missing() -> None:
    assert missing(Readiness()) == ()


def test_what_is_missing_is_named_and_logged_without_its_message(caplog: pytest.LogCaptureFixture) -> None:
    there, gone = Probe(), Probe()
    gone.fault = StorageError("unavailable", "Zhang Wei")
    checks = [Check(name="detector", probe=there), Check(name="database", probe=gone), Check(name="photos", probe=gone)]
    assert missing(Readiness(checks)) == ("service.not_ready", "database", "photos")
    assert sorted((record.check, record.code) for record in caplog.records) == [  # they are asked side by side
        ("database", "storage.unavailable"),
        ("photos", "storage.unavailable"),
    ]
    assert "Zhang" not in caplog.text


def test_an_answer_counts_for_a_while_and_no_longer() -> None:
    probe = Probe()
    lasting = Readiness([Check(name="a", probe=probe, valid_s=60)])
    assert missing(lasting) == missing(lasting) == ()
    assert probe.asked == 1
    passing = Readiness([Check(name="a", probe=probe, valid_s=0)])
    assert missing(passing) == ()
    probe.fault = ValueError("no")
    assert missing(passing) == ("service.not_ready", "a")
    probe.fault = None
    assert missing(passing) == ()


def test_askers_at_the_same_time_share_an_answer() -> None:
    probe = Probe()
    readiness = Readiness([Check(name="a", probe=probe, valid_s=60)])

    async def ask() -> None:
        await asyncio.gather(*(readiness.require() for _ in range(20)))

    asyncio.run(ask())
    assert probe.asked == 1


def test_one_that_hangs_is_missing_soon_and_keeps_one_thread() -> None:
    release, running = threading.Event(), threading.Semaphore(0)

    def hangs() -> None:
        running.release()
        assert release.wait(20)

    readiness = Readiness([Check(name="slow", probe=hangs, valid_s=0, limit_s=0.05), Check(name="b", probe=Probe())])

    async def ask_often() -> list[int]:
        before = threading.active_count()
        counts = []
        for _ in range(4):
            with pytest.raises(ServiceError) as caught:
                await readiness.require()
            assert caught.value.facts["missing"] == ("slow",)
            counts.append(threading.active_count() - before)
        release.set()
        return counts

    grown = asyncio.run(ask_often())
    assert grown[-1] == grown[0]
    assert running.acquire(blocking=False)
    assert not running.acquire(blocking=False)


def test_one_that_hung_and_came_back_counts_again() -> None:
    release = threading.Event()
    readiness = Readiness([Check(name="slow", probe=lambda: release.wait(20), valid_s=0, limit_s=0.05)])

    async def ask() -> None:
        with pytest.raises(ServiceError):
            await readiness.require()
        release.set()
        await _until(lambda: _passes(readiness))

    asyncio.run(ask())


async def _passes(readiness: Readiness) -> bool:
    try:
        await readiness.require()
    except ServiceError:
        return False
    return True


async def _until(asked: Callable[[], object]) -> None:
    for _ in range(100):
        if await asked():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it never came back")

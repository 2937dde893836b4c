"""Who is let in, by a clock of the test. ``tests/integration/service/over_http`` has the door before a service."""

import asyncio
from contextlib import ExitStack
from types import SimpleNamespace
from typing import cast

import pytest
from desks import AT

from api.door import Door
from claims.desk.house import House
from model.errors import ServiceError

AT_ONCE, WAITING = 2, 6
REFUSED = 101.0
"""When ``refuse`` is over."""


class Clock:
    """Goes on while somebody sleeps, and by nothing else."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


class Hall:
    """A door, what is in hand behind it, and a database where nothing or too much waits."""

    def __init__(self) -> None:
        self.clock, self.crowded = Clock(), False
        self.door = Door(at_once=AT_ONCE, waiting=WAITING, clock=self.clock, sleep=self.clock.sleep)
        backlog = SimpleNamespace(crowded=lambda *_: self.crowded)
        self._house = cast("House", SimpleNamespace(backlog=backlog, books=None))

    def ask(self) -> None:
        """To open one more case now."""
        asyncio.run(self.door.admit(self._house, AT))

    async def comes(self) -> bool:
        """Whether one more case may be opened, perhaps after a moment."""
        try:
            await self.door.admit(self._house, AT)
        except ServiceError:
            return False
        return True

    def admits(self) -> bool:
        """The same."""
        return asyncio.run(self.comes())

    def admits_at_once(self) -> bool:
        """Whether it may be opened without waiting for those who are in."""
        began = self.clock.now
        let_in = self.admits()
        waited, self.clock.now = self.clock.now > began, began
        return let_in and not waited

    def refuse(self) -> None:
        """It was too much, and is over."""
        with ExitStack() as held:
            for _ in range(AT_ONCE + WAITING):
                held.enter_context(self.door.working())
            assert not self.admits()
        self.clock.now = REFUSED


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_a_few_at_one_moment_are_no_crowd(hall: Hall) -> None:
    """Two that are assessed, and half of the six that may wait."""
    with hall.door.working(), hall.door.working():
        assert [hall.admits_at_once() for _ in range(4)] == [True, True, True, False]


def test_who_is_refused_is_told_when_to_come_again(hall: Hall) -> None:
    hall.crowded = True
    with pytest.raises(ServiceError) as refused:
        hall.ask()
    assert refused.value.code == "service.busy"
    assert 3 <= cast("int", refused.value.facts["wait_s"]) <= 9


def test_a_door_that_refuses_lets_in_half_of_those_that_are_assessed_at_once_until_it_is_calm(hall: Hall) -> None:
    with ExitStack() as held:
        for _ in range(5):
            held.enter_context(hall.door.working())
        assert not hall.admits()
    with hall.door.working():
        hall.clock.now += 1
        assert not hall.admits()
        hall.clock.now += 3.5
        assert hall.admits()


def test_one_waits_for_the_case_that_is_in_and_all_others_are_refused(hall: Hall) -> None:
    async def crowd() -> list[bool]:
        with hall.door.assessing():
            waiting = [asyncio.create_task(hall.comes()) for _ in range(3)]
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert [one.done() for one in waiting] == [False, True, True]
        return [await one for one in waiting]

    hall.refuse()
    assert asyncio.run(crowd()) == [True, False, False]
    assert hall.clock.now - REFUSED < 0.15


def test_who_waits_at_the_door_is_told_soon_that_there_is_no_room(hall: Hall) -> None:
    hall.refuse()
    with hall.door.assessing():
        assert not hall.admits()
    assert 0.1 < hall.clock.now - REFUSED < 0.2


def test_nobody_passes_who_waits_at_the_door(hall: Hall) -> None:
    let_in: list[str] = []

    async def comes(name: str) -> None:
        if await hall.comes():
            let_in.append(name)

    async def meeting() -> None:
        with hall.door.assessing():
            waits = asyncio.create_task(comes("first"))
            await asyncio.sleep(0)
        await comes("second")
        await waits

    hall.refuse()
    asyncio.run(meeting())
    assert let_in[0] == "first"


def test_a_case_is_expected_with_its_photos_and_then_with_its_assessment(hall: Hall) -> None:
    hall.refuse()
    assert hall.admits_at_once()
    assert not hall.admits_at_once(), "its photos"
    with hall.door.photos():
        assert not hall.admits()
        hall.clock.now += 1
    assert not hall.admits_at_once(), "its assessment"
    with hall.door.assessing():
        assert not hall.admits()
    assert hall.admits_at_once()


def test_a_case_whose_photos_cannot_be_kept_is_expected_no_longer(hall: Hall) -> None:
    hall.refuse()
    assert hall.admits_at_once()
    with pytest.raises(ServiceError), hall.door.photos():
        raise ServiceError("busy")
    assert hall.admits_at_once()


def test_a_case_that_does_not_go_on_is_expected_no_longer(hall: Hall) -> None:
    with hall.door.working():
        assert [hall.admits_at_once() for _ in range(5)] == [True] * 4 + [False]
        hall.clock.now += 4
        assert hall.admits_at_once()


def test_where_nobody_works_it_waits_for_those_who_came_and_refuses_nobody(hall: Hall) -> None:
    began = hall.clock.now
    assert all(hall.admits() for _ in range(12))
    assert hall.clock.now - began > 0.15


def test_a_case_that_is_assessed_is_counted_once(hall: Hall) -> None:
    assert hall.admits()
    with hall.door.assessing(), hall.door.assessing():
        assert [hall.admits_at_once() for _ in range(4)] == [True, True, True, False]


def test_whom_the_database_has_no_room_for_is_expected_by_nobody(hall: Hall) -> None:
    hall.crowded = True
    assert not any(hall.admits() for _ in range(5))
    hall.crowded = False
    hall.clock.now += 4
    with hall.door.working(), hall.door.working():
        assert [hall.admits_at_once() for _ in range(4)] == [True, True, True, False]

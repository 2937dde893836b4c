"""Who is let in, by a clock of the test. ``tests/integration/service/over_http`` has the door before a service."""

import asyncio
from contextlib import ExitStack
from types import SimpleNamespace
from typing import cast

import pytest
from desks import AT

from api.door import Door
from api.line import Line
from claims.desk.house import House
from model.errors import ServiceError

AT_ONCE, WAITING = 2, 6


class Clock:
    """Goes on a little whenever somebody looks."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


class Hall:
    """A door, what is in hand behind it, and a database where nothing or too much waits."""

    def __init__(self) -> None:
        self.clock, self.line, self.crowded = Clock(), Line(at_once=AT_ONCE, waiting=WAITING), False
        self.door = Door(self.line, at_once=AT_ONCE, waiting=WAITING, clock=self.clock)
        backlog = SimpleNamespace(crowded=lambda *_: self.crowded)
        self._house = cast("House", SimpleNamespace(backlog=backlog, books=None))

    def ask(self) -> None:
        """To open one more case now."""
        asyncio.run(self.door.admit(self._house, AT))

    def admits(self) -> bool:
        """Whether one more case may be opened now."""
        try:
            self.ask()
        except ServiceError:
            return False
        return True


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_a_few_at_one_moment_are_no_crowd(hall: Hall) -> None:
    """Two that are assessed, and half of the six that may wait."""
    with hall.line.place(), hall.line.place():
        assert [hall.admits() for _ in range(4)] == [True, True, True, False]


def test_who_is_refused_is_told_when_to_come_again(hall: Hall) -> None:
    hall.crowded = True
    with pytest.raises(ServiceError) as refused:
        hall.ask()
    assert refused.value.code == "service.busy"
    assert 3 <= cast("int", refused.value.facts["wait_s"]) <= 9


def test_a_door_that_refuses_lets_in_no_more_than_are_assessed_at_once_until_it_is_calm(hall: Hall) -> None:
    with ExitStack() as held:
        for _ in range(5):
            held.enter_context(hall.line.place())
        assert not hall.admits()
    with hall.line.place(), hall.line.place():
        hall.clock.now += 1
        assert not hall.admits()
        hall.clock.now += 3.5
        assert hall.admits()


def test_a_case_that_was_just_opened_is_expected_with_its_photos(hall: Hall) -> None:
    with hall.line.place():
        assert [hall.admits() for _ in range(5)] == [True] * 4 + [False]
        hall.clock.now += 4
        assert hall.admits(), "whose photos did not come is expected no longer"


def test_where_nobody_works_it_waits_for_those_who_came_and_refuses_nobody(hall: Hall) -> None:
    began = hall.clock.now
    assert all(hall.admits() for _ in range(12))
    assert hall.clock.now - began > 0.3


def test_a_case_that_is_assessed_is_counted_once(hall: Hall) -> None:
    assert hall.admits()
    with hall.door.assessing(), hall.door.assessing():
        assert [hall.admits() for _ in range(4)] == [True, True, True, False]


def test_whom_the_database_has_no_room_for_is_expected_by_nobody(hall: Hall) -> None:
    hall.crowded = True
    assert not any(hall.admits() for _ in range(5))
    hall.crowded = False
    hall.clock.now += 4
    with hall.line.place(), hall.line.place():
        assert [hall.admits() for _ in range(4)] == [True, True, True, False]

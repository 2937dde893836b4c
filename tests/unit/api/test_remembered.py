"""Answers that count for a while, and for whom they are asked."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from api.remembered import Remembered

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Source:
    """Counts how often it is asked; slow, so that others come meanwhile."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False

    async def __call__(self) -> int:
        self.asked += 1
        await asyncio.sleep(0.01)
        if self.away:
            raise ConnectionError
        return self.asked


def test_an_answer_counts_for_a_while() -> None:
    async def ask() -> list[int]:
        known, source = Remembered[str, int](60 * SECOND), Source()
        return [await known.get("a", AT + after * SECOND, source) for after in (0, 59, 60, 61)]

    assert asyncio.run(ask()) == [1, 1, 2, 2]


def test_many_at_once_share_it_and_each_question_has_its_own() -> None:
    async def ask() -> list[int]:
        known, source = Remembered[str, int](60 * SECOND), Source()
        return await asyncio.gather(*(known.get(question, AT, source) for question in "aaabba"))

    assert asyncio.run(ask()) == [1, 1, 1, 2, 2, 1]


def test_a_fault_is_kept_for_nobody_and_an_old_answer_neither() -> None:
    async def ask() -> int:
        known, source = Remembered[str, int](60 * SECOND), Source()
        await known.get("a", AT, source)
        source.away = True
        with pytest.raises(ConnectionError):
            await known.get("a", AT + 60 * SECOND, source)
        source.away = False
        return await known.get("a", AT, source)

    assert asyncio.run(ask()) == 3


def test_it_holds_so_many_and_no_more() -> None:
    async def ask() -> list[int]:
        known, source = Remembered[int, int](60 * SECOND, most=2), Source()
        return [await known.get(question, AT, source) for question in (1, 2, 3, 2, 3, 1)]

    assert asyncio.run(ask()) == [1, 2, 3, 2, 3, 4]

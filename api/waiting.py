"""Waiting for a job: it is looked at when a worker of this process lets go of it, and else now and then."""

import asyncio
import time
from contextlib import nullcontext
from functools import partial
from typing import Final
from uuid import UUID

import anyio

from api.working import in_turn
from claims.desk.house import House
from claims.repository import jobs
from claims.tables.words import JobState

OVER: Final = frozenset({JobState.DONE, JobState.FAILED})
_FIRST_LOOK_S, _LONGEST_S, _SLOWER = 0.02, 0.25, 1.3
"""The longer it takes, the fewer looks; a crowd that waits costs little."""


async def over_within(house: House, job: UUID, seconds: float) -> bool:
    """Whether the job is over by then. Nobody holds a connection while they wait: each look is a transaction."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    hear = partial(loop.call_soon_threadsafe, told.set)
    until, pause = time.monotonic() + seconds, _LONGEST_S if house.endings else _FIRST_LOOK_S
    with house.endings.heard(job, hear) if house.endings else nullcontext():
        while (left := until - time.monotonic()) > 0:
            with anyio.move_on_after(min(pause, left)):
                await told.wait()
            told.clear()
            pause = min(_SLOWER * pause, _LONGEST_S)
            if await in_turn(partial(_is_over, house, job)):
                return True
    return False


def _is_over(house: House, job: UUID) -> bool:
    with house.books.reading() as book:
        return jobs.state(book, job) in OVER

"""One transaction of a request, in a thread: looking at rows, or changing them.

A thread holds one connection at the most, and the pool has ``Database.connections`` (20) of them. With fewer threads
than that, a request waits for its turn here, where it costs nothing, and never for a connection while it keeps a thread
from others. The four that are left over are for what has threads of its own: jobs, periodic work, ``/readyz``.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

from claims.actors import Actor
from claims.desk.desk import Desk
from claims.desk.house import House

T = TypeVar("T")

AT_ONCE: Final = 16
_turns: RunVar[CapacityLimiter] = RunVar("api.working.turns")


async def in_turn(work: Callable[[], T]) -> T:
    """What ``work`` returns, which uses the database; done in a thread as soon as one of ``AT_ONCE`` is free."""
    return await to_thread.run_sync(work, limiter=_limiter())


async def looking(house: House, actor: Actor, at: datetime, look: Callable[[Desk], T]) -> T:
    """What ``look`` finds at one moment."""

    def work() -> T:
        with house.looking(actor, at) as desk:
            return look(desk)

    return await in_turn(work)


async def changing(house: House, actor: Actor, at: datetime, change: Callable[[Desk], T]) -> T:
    """What ``change`` returns, once all of it is committed."""

    def work() -> T:
        with house.desk(actor, at) as desk:
            return change(desk)

    return await in_turn(work)


def _limiter() -> CapacityLimiter:
    """One for each event loop, as anyio keeps its own."""
    try:
        return _turns.get()
    except LookupError:
        _turns.set(made := CapacityLimiter(AT_ONCE))
        return made

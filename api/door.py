"""The door: no new case comes in while those that are in already wait. Who is refused here has lost nothing yet."""

import random
from datetime import datetime
from typing import Final

from api.deps import Service
from api.working import in_turn, turns_wanted
from model.errors import ServiceError

_SOON_S, _LATER_S = 3, 9
_CROWD: Final = 4
"""Transactions that wait for a thread."""


async def admit(service: Service, at: datetime) -> None:
    """Room for one more case. Raises ``ServiceError`` ``service.busy``, before anything is written.

    A case is a few requests. Refused at the first, its customer knows where they are; refused later, they have done
    half of the work for nothing, and so have we. So the door closes when a third of ``MAX_WAITING`` waits, for a look
    at photos or for an assessment, and whoever is in finds room.
    """
    most = max(1, service.settings.max_waiting // 3)
    if service.line.waiting >= most or turns_wanted() >= _CROWD:
        raise _busy()
    if await in_turn(lambda: service.house.backlog.waiting(service.books, at)) >= most:
        raise _busy()


def _busy() -> ServiceError:
    """They shall not all come back at the same moment."""
    return ServiceError("busy", wait_s=random.randint(_SOON_S, _LATER_S))  # noqa: S311 - no secret

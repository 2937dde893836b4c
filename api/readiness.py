"""Whether everything is there that a case needs: asked of the detector, the database and the photo store themselves."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import numpy as np
from anyio import Lock, create_task_group, move_on_after, to_thread

from api.telemetry.faults import told
from claims.desk.house import House
from claims.schema import require_current
from inference.detector import PhotoDetector
from inference.preprocess import Pixels
from model.errors import ServiceError

_log = logging.getLogger(__name__)
_GREY = 114


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that must be there.

    ``probe`` may block, and raises whatever is wrong. Its answer counts for ``valid_s`` seconds; a probe that takes
    longer than ``limit_s`` has failed.
    """

    name: str
    probe: Callable[[], object]
    valid_s: float = 2.0
    limit_s: float = 5.0


class Readiness:
    """All checks, each asked when its last answer is too old; askers in between share it."""

    def __init__(self, checks: Sequence[Check] = ()) -> None:
        self._checked = [_Checked(check) for check in checks]

    async def require(self) -> None:
        """Raises ``service.not_ready`` when anything is not there; the log says what."""
        async with create_task_group() as together:
            for checked in self._checked:
                together.start_soon(checked.ask)
        missing = tuple(checked.name for checked in self._checked if not checked.passed)
        if missing:
            raise ServiceError("not_ready", ", ".join(missing), missing=missing)


class _Checked:
    """A check and its last answer."""

    def __init__(self, check: Check) -> None:
        self.name = check.name
        self.passed = False
        self._check = check
        self._turn = Lock()
        self._asked: float | None = None
        self._running = threading.Lock()

    async def ask(self) -> None:
        async with self._turn:
            if self._asked is None or time.monotonic() - self._asked > self._check.valid_s:
                self.passed = await self._passes()
                self._asked = time.monotonic()

    async def _passes(self) -> bool:
        if self._running.locked():  # one that hangs keeps one thread, not one more each time
            return False
        with move_on_after(self._check.limit_s):
            return await to_thread.run_sync(self._probed, abandon_on_cancel=True)
        _log.error("not ready: %s takes too long", self.name, extra={"check": self.name})
        return False

    def _probed(self) -> bool:
        with self._running:
            try:
                self._check.probe()
            except Exception as fault:  # whatever it is, the answer is that we are not ready
                _log.error("not ready: %s", self.name, extra={"check": self.name, **told(fault)})
                return False
            return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    """A small grey picture."""

    name: str
    pixels: Pixels
    width: int
    height: int
    scale: float = 1.0


def detector_check(detector: PhotoDetector) -> Check:
    """The detector looks at grey cards. The first look of a network takes long."""
    return Check(name="detector", probe=partial(_look, detector), valid_s=15.0, limit_s=60.0)


def house_checks(house: House, clock: Callable[[], datetime]) -> tuple[Check, ...]:
    """Everything that a service with cases needs. Of the photo store, a small file that ``sweep`` takes away again."""
    return (
        detector_check(house.eyes.detector),
        Check(name="database", probe=partial(require_current, house.books.engine)),
        Check(name="photos", probe=lambda: house.photos.put(b"readiness", at=clock()), valid_s=10.0),
    )


def _look(detector: PhotoDetector) -> None:
    side = 2 * detector.manifest.input.stride
    grey = np.full((side, side, 3), _GREY, dtype=np.uint8)
    card = _Card(name="readiness", pixels=grey, width=side, height=side)
    for cards in ([card], [card, card]):  # one photo and several may be two compiled networks
        if len(list(detector.detect_many(cards))) != len(cards):
            raise ValueError("a card without an answer")

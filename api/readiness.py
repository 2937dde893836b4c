"""Whether the detector answers, asked of the detector itself."""

import logging
import time
from dataclasses import dataclass

import numpy as np
from anyio import Lock, to_thread

from inference.detector import PhotoDetector
from inference.preprocess import Pixels
from model.errors import ServiceError

_log = logging.getLogger(__name__)
_GREY = 114


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    """A small grey picture."""

    name: str
    pixels: Pixels
    width: int
    height: int
    scale: float = 1.0


class Readiness:
    """One look at grey cards, valid for ``valid_s`` seconds; askers in between share it."""

    def __init__(self, valid_s: float = 15.0) -> None:
        self._valid_s = valid_s
        self._lock = Lock()
        self._asked: float | None = None
        self._answers = False

    async def check(self, detector: PhotoDetector) -> None:
        """Raises ``service.not_ready`` when the detector does not answer."""
        async with self._lock:
            if self._asked is None or time.monotonic() - self._asked > self._valid_s:
                self._answers = await to_thread.run_sync(_looks, detector)
                self._asked = time.monotonic()
        if not self._answers:
            raise ServiceError("not_ready")


def _looks(detector: PhotoDetector) -> bool:
    side = 2 * detector.manifest.input.stride
    grey = np.full((side, side, 3), _GREY, dtype=np.uint8)
    card = _Card(name="readiness", pixels=grey, width=side, height=side)
    try:
        for cards in ([card], [card, card]):  # one photo and several may be two compiled networks
            if len(list(detector.detect_many(cards))) != len(cards):
                raise ValueError("a card without an answer")
    except Exception as fault:  # whatever it is, the answer is that we are not ready
        _log.error("the detector does not answer: %s", type(fault).__name__)
        return False
    return True

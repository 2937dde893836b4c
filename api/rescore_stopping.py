"""Ctrl-C during a run: the first one lets what is begun be finished, the second one ends at once."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stopping(tell: Callable[[], None]) -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets, after which ``tell`` is called; the second one is ``KeyboardInterrupt``."""
    stop = threading.Event()

    def interrupted(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            signal.default_int_handler(number, frame)
        stop.set()
        tell()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)

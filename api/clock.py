"""The clock that requests and commands are told by; tests turn one of their own."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""The present moment, aware."""


def utc_now() -> datetime:
    """The clock of a service that runs for real."""
    return datetime.now(UTC)

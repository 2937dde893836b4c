"""Faults as codes. Of those that nobody foresaw the log tells kind and place, never what they say."""

import logging
import traceback
from types import TracebackType
from typing import Final

from model.errors import QuickClaimError

UNKNOWN: Final = "service.failed"


def noted(log: logging.Logger, fault: Exception, sentence: str, *values: str) -> str:
    """The code of a fault, once it is in the log: ``sentence`` with ``values``, which are ids and codes."""
    if isinstance(fault, QuickClaimError):
        log.warning(f"{sentence}: %s", *values, fault.code)
        return fault.code
    kind = type(fault).__name__
    log.error(f"{sentence}: %s", *values, kind, extra={"fault": kind, "where": _where(fault.__traceback__)})
    return UNKNOWN


def _where(begin: TracebackType | None) -> str:
    """``module:line function`` of every step, the outermost first."""
    steps = [
        (frame.f_globals.get("__name__", "?"), line, frame.f_code.co_name) for frame, line in traceback.walk_tb(begin)
    ]
    return " > ".join(f"{module}:{line} {function}" for module, line, function in steps)

"""An exception as the log tells it: its type and the places it came through, never its message.

A message may repeat what was sent: a plate in a validation error, a file name in one of the operating system.
"""

import traceback
from types import TracebackType
from typing import Final

from model.errors import QuickClaimError

OURS: Final = frozenset({"api", "claims", "data", "inference", "model", "parts_pricing", "training"})


def told(fault: BaseException) -> dict[str, str]:
    """``fault`` its type, ``cause`` the type of what it began with, ``code`` where it has one, ``where`` it broke."""
    first = _first(fault)
    facts = {"fault": type(fault).__name__, "where": _where(fault.__traceback__)}
    if first is not fault:
        facts["cause"] = type(first).__name__
    if isinstance(fault, QuickClaimError):
        facts["code"] = fault.code
    return facts


def _first(fault: BaseException) -> BaseException:
    seen = {id(fault)}
    while (before := fault.__cause__ or fault.__context__) is not None and id(before) not in seen:
        seen.add(id(before))
        fault = before
    return fault


def _where(begin: TracebackType | None) -> str:
    """``module:line function`` of our own steps, outermost first, and of the innermost step whoever wrote it."""
    steps = [(frame.f_globals.get("__name__", "?"), line, frame) for frame, line in traceback.walk_tb(begin)]
    told_of = [step for step in steps[:-1] if step[0].partition(".")[0] in OURS] + steps[-1:]
    return " > ".join(f"{module}:{line} {frame.f_code.co_name}" for module, line, frame in told_of)

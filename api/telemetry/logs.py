"""The log: one JSON object or one line of text an event, on standard error.

Modules log with ``logging`` and say facts as ``extra={"code": ...}``; uvicorn and every library do too, so all of it
comes through the one handler here, and structlog writes it down.
"""

import logging
import re
import sys
import threading
import warnings
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal, TextIO

import structlog
from structlog.typing import Processor, WrappedLogger

from api.telemetry.faults import OURS, told
from api.telemetry.personal import KEYS, withhold

_log = logging.getLogger(__name__)
_LEFT_OUT: Final = "..."
_LONGEST: Final = 500
_CODE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_Event = MutableMapping[str, Any]


def configure(style: Literal["json", "text"], stream: TextIO = sys.stderr) -> None:
    """Have everything that this process logs written to ``stream``; warnings and dying threads are logged too."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(style))
    handler.setLevel(logging.INFO)  # below it libraries repeat what they read: Pillow every tag of a photo
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # at every start it says what it would do if there were more
    logging.raiseExceptions = False  # else a line that cannot be written is shown with all that it was given
    warnings.showwarning = _warned
    threading.excepthook = _thread_died


def formatter(style: Literal["json", "text"]) -> logging.Formatter:
    """Writes a record without anything that ``api.telemetry.personal`` holds back."""
    last: Processor = structlog.processors.JSONRenderer()
    if style == "text":
        last = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, pad_level=False)
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.ExtraAdder(allow=KEYS),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            _without_message,
            _filled,
            withhold,
            structlog.processors.TimeStamper(fmt="iso", key="at"),
            last,
        ],
        keep_exc_info=False,
        keep_stack_info=False,
        pass_foreign_args=True,
        use_get_message=False,
    )


def _without_message(_: WrappedLogger, __: str, event: _Event) -> _Event:
    """An exception is told by type and place; ``asyncio`` and others put it behind the first line of their text."""
    event.pop("stack_info", None)
    info = event.pop("exc_info", None)
    if isinstance(info, tuple) and info[1] is not None:
        event.update(told(info[1]))
    event["event"] = str(event["event"]).partition("\n")[0][:_LONGEST]
    return event


def _filled(_: WrappedLogger, __: str, event: _Event) -> _Event:
    """The sentence with its values: numbers, and in sentences of ours codes; a library's words may be anybody's."""
    values = event.pop("positional_args", ())
    if isinstance(values, tuple) and values:
        ours = str(event["logger"]).partition(".")[0] in OURS
        with suppress(TypeError, ValueError):
            event["event"] = event["event"] % tuple(_shown(value, ours=ours) for value in values)
    return event


def _shown(value: object, *, ours: bool) -> object:
    if isinstance(value, int | float) or (ours and isinstance(value, str) and _CODE.fullmatch(value)):
        return value
    return _LEFT_OUT


def _warned(
    message: Warning | str,  # noqa: ARG001 - it may repeat what was sent
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 - as the standard library calls it
    line: str | None = None,  # noqa: ARG001
) -> None:
    _log.warning("warning", extra={"fault": category.__name__, "where": f"{Path(filename).stem}:{lineno}"})


def _thread_died(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None:
        _log.error("a thread died", extra=told(ended.exc_value))

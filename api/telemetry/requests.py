"""One line of the log and one count for every request: by template, never by path, which may hold ids and tokens."""

import logging
import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.telemetry.faults import told
from api.telemetry.metrics import Metrics
from api.visit import visit_of

_log = logging.getLogger(__name__)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
LEFT: Final = 499
"""Told for a sender that left before there was an answer; nothing is sent with it."""


class Watched:
    """Outermost layer of the service, around the guard."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._live(scope, receive, send)
            return
        began, status = time.perf_counter(), LEFT

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            self._tell(scope, status, time.perf_counter() - began)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """From start to end of the service; what stops it is told by code, which the server behind it does not know."""
        try:
            await self._app(scope, receive, send)
        except Exception as fault:
            _log.critical("the service cannot go on", extra=told(fault))
            raise

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = template(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.answered(route=route, method=method, status=status, seconds=seconds)
        facts = {"route": route, "method": method, "status": status, "ms": round(seconds * 1000, 1)}
        visit = visit_of(scope)
        _log.log(
            logging.WARNING if status >= 500 else logging.INFO,
            "request",
            extra={**facts, "request_id": visit.request_id, "actor": visit.actor or "nobody"},
        )


def template(scope: Scope) -> str:
    """The path of the route with names in the place of values; the folder of a file; ``other`` for what is neither."""
    path = getattr(scope.get("route"), "path", "")
    return str(path or scope.get("root_path") or "other")

"""What stands around every request: its id, where it comes from, the names that are answered to, the limits, the
security headers, the last resort.
"""

import logging
import re
from asyncio import CancelledError
from collections.abc import Mapping
from typing import Final
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from api.errors import answer
from api.proxies import Proxies
from api.rate_limits import RateLimits, told
from api.settings import Settings
from api.stopping import Stopping
from api.telemetry import faults
from api.telemetry.personal import personal
from api.visit import Visit, begin
from model.errors import RequestError, ServiceError

_log = logging.getLogger(__name__)
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_NOT_COUNTED = ("/livez", "/readyz", "/static/")

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
TWO_YEARS: Final = {"Strict-Transport-Security": "max-age=63072000"}
"""For a service that is only reached by TLS (RFC 6797). Other names below ours are not ours to decide."""


class Guard:
    """Around everything but the log and the counters."""

    def __init__(self, app: ASGIApp, *, settings: Settings, limits: RateLimits, stopping: Stopping) -> None:
        self._app = app
        self._hosts = None if "*" in settings.hosts else frozenset(host.lower() for host in settings.hosts)
        self._proxies = Proxies(settings.trusted_proxies)
        self._headers = {**SECURITY, **(TWO_YEARS if settings.tls else {})}
        self._limits = limits
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = self._welcome(scope)
        answering = _Answering(send, visit, self._headers)
        with bound_contextvars(request_id=visit.request_id):
            try:
                self._admit(scope, visit)
            except (RequestError, ServiceError) as refused:
                await answer(refused, Request(scope))(scope, receive, answering)
            else:
                await self._serve(scope, receive, answering)

    async def _serve(self, scope: Scope, receive: Receive, answering: "_Answering") -> None:
        try:
            await self._app(scope, receive, answering)
        except CancelledError:
            if answering.started or not self._stopping.begun:
                raise
            await answer(ServiceError("stopping"), Request(scope))(scope, receive, answering)
        except Exception as fault:
            _note_fault(fault)
            if answering.started:
                raise
            await answer(ServiceError("failed"), Request(scope))(scope, receive, answering)

    def _welcome(self, scope: Scope) -> Visit:
        headers = Headers(scope=scope)
        origin = self._proxies.origin(scope)
        visit = Visit(request_id=_id(headers.get("x-request-id", "")), origin=origin)
        begin(scope, visit)
        if origin.secure:
            scope["scheme"] = "https"
        return visit

    def _admit(self, scope: Scope, visit: Visit) -> None:
        """A name that is not ours is a rebound DNS name; a cross-site POST would spend our time for a stranger."""
        headers = Headers(scope=scope)
        if self._hosts is not None and _host(headers.get("host", "")) not in self._hosts:
            raise RequestError("unknown_host")
        if not scope["path"].startswith(_NOT_COUNTED):
            self._limits.enter(visit)
        if scope["method"] in _READING:
            return
        if headers.get("sec-fetch-site") == "cross-site":
            raise RequestError("cross_site")
        if self._stopping.begun:
            raise ServiceError("stopping")


class _Answering:
    """``send`` that adds the headers of every answer and remembers whether one has begun."""

    def __init__(self, send: Send, visit: Visit, headers: Mapping[str, str]) -> None:
        self._send = send
        self._visit = visit
        self._headers = headers
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self._visit.request_id
            headers.update(told(self._visit))
            for name, value in self._headers.items():
                headers.setdefault(name, value)
        await self._send(message)


def _id(sent: str) -> str:
    """A sender's own id, unless it may name somebody: it is logged."""
    return sent if _SANE_ID.fullmatch(sent) and not personal(sent) else uuid4().hex


def _host(header: str) -> str | None:
    found = _HOST.fullmatch(header)
    return found[1].lower() if found else None


def _note_fault(fault: Exception) -> None:
    """Where it broke, without the message: that may repeat what was sent, and nothing about photos is logged."""
    _log.error("request failed: %s", type(fault).__name__, extra=faults.told(fault))

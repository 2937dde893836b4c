"""What stands around every request: its id, the names that are answered to, the security headers, the last resort."""

import logging
import re
import traceback
from collections.abc import Collection, Mapping
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import answer
from model.errors import RequestError, ServiceError

_log = logging.getLogger(__name__)
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})

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
}


class Guard:
    """Outermost layer of the service."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        """``hosts``: names without port; ``*`` for any."""
        self._app = app
        self._hosts = None if "*" in hosts else frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope["quickclaim.request_id"] = _id(headers.get("x-request-id", ""))
        answering = _Answering(send, scope["quickclaim.request_id"])
        try:
            self._admit(scope["method"], headers)
            await self._app(scope, receive, answering)
        except RequestError as refused:
            await answer(refused, Request(scope))(scope, receive, answering)
        except Exception as fault:
            _note_fault(fault, scope["quickclaim.request_id"])
            if answering.started:
                raise
            await answer(ServiceError("failed"), Request(scope))(scope, receive, answering)

    def _admit(self, method: str, headers: Headers) -> None:
        """A name that is not ours is a rebound DNS name; a cross-site POST would spend our time for a stranger."""
        if self._hosts is not None and _host(headers.get("host", "")) not in self._hosts:
            raise RequestError("unknown_host")
        if method not in _READING and headers.get("sec-fetch-site") == "cross-site":
            raise RequestError("cross_site")


class _Answering:
    """``send`` that adds the headers of every answer and remembers whether one has begun."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._id = request_id
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self._id
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
        await self._send(message)


def _id(sent: str) -> str:
    return sent if _SANE_ID.fullmatch(sent) else uuid4().hex


def _host(header: str) -> str | None:
    found = _HOST.fullmatch(header)
    return found[1].lower() if found else None


def _note_fault(fault: BaseException, request_id: str) -> None:
    """Where it broke, without the message: that may repeat what was sent, and nothing about photos is logged."""
    where = "".join(traceback.format_tb(fault.__traceback__))
    _log.error("request %s failed: %s\n%s", request_id, type(fault).__name__, where)

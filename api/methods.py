"""Which methods an address takes: what ``Allow`` of a 405 says."""

from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.routing import Match, Mount

_METHODS: Final = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


def allowed(request: Request) -> str:
    """All methods of the address that was asked for, separated by commas (RFC 9110, 10.2.1).

    Each has a route of its own here, and the framework names the methods of the first only. What is mounted are files.
    """
    found = [method for method in _METHODS if _is_taken(request, method)]
    return ", ".join(found or ("GET", "HEAD"))


def _is_taken(request: Request, method: str) -> bool:
    app: FastAPI = request.app
    scope = {**request.scope, "method": method}
    routes = (route for route in app.routes if not isinstance(route, Mount))
    return any(route.matches(dict(scope))[0] is Match.FULL for route in routes)

"""Tokens that browsers keep: cookies that no script can read, and what a request by cookie has to show besides.

A cookie comes along with every request, also one that somebody else's page made. So a cookie alone changes nothing:
whatever is not a GET or HEAD carries ``X-QuickClaim-Page``. A form cannot send that header, and a script of another
origin only with a leave that nobody gets here (OWASP, *Cross-Site Request Forgery Prevention*, custom headers).

Over TLS the names have prefixes by which browsers refuse a cookie that another host or a plain connection set (RFC
6265bis, 4.1.3): ``__Host-`` for the desk, ``__Secure-`` for cases, whose cookies are for the addresses of one case.
"""

from enum import StrEnum
from typing import Final
from uuid import UUID

from fastapi import Request, Response

from model.errors import RequestError

PAGE_HEADER: Final = "X-QuickClaim-Page"
_READING: Final = frozenset({"GET", "HEAD"})
_LONGEST: Final = 4096


class Page(StrEnum):
    """Whose page it is, which says whose cookie is meant where a browser has both."""

    CUSTOMER = "customer"
    DESK = "desk"


_COOKIES: Final = {Page.CUSTOMER: "qc_claim", Page.DESK: "qc_desk"}
_PREFIXES: Final = {Page.CUSTOMER: "__Secure-", Page.DESK: "__Host-"}


def kept(request: Request, page: Page | None = None) -> str | None:
    """The token of the cookie; None without one. ``page`` is whose it has to be, else the header or the path says it.

    Raises ``RequestError`` ``request.cross_site`` for one that would change something and comes from no page of ours.
    """
    meant = page or _meant(request)
    token = request.cookies.get(_name(request, meant)) if meant else _any(request)
    if token is None or not token.isascii() or len(token) > _LONGEST:
        return None
    if request.method not in _READING and request.headers.get(PAGE_HEADER) is None:
        raise RequestError("cross_site")
    return token


def keep_claim(response: Response, request: Request, claim: UUID, token: str, seconds: int) -> None:
    """The customer's browser keeps the token of one case, for the addresses of that case only."""
    for path in _paths(claim):
        _set(response, request, Page.CUSTOMER, token, path, seconds)


def keep_session(response: Response, request: Request, token: str, seconds: int) -> None:
    """A staff member's browser keeps the session."""
    _set(response, request, Page.DESK, token, "/", seconds)


def forget_claim(response: Response, request: Request, claim: UUID) -> None:
    """The browser forgets the case."""
    for path in _paths(claim):
        _set(response, request, Page.CUSTOMER, "", path, 0)


def forget_session(response: Response, request: Request) -> None:
    """The browser forgets who signed in."""
    _set(response, request, Page.DESK, "", "/", 0)


def _paths(claim: UUID) -> tuple[str, ...]:
    return (f"/c/{claim}", f"/v1/claims/{claim}")


def _meant(request: Request) -> Page | None:
    """Raises ``RequestError`` ``request.cross_site`` for a page that there is not."""
    told = request.headers.get(PAGE_HEADER)
    if told is None:
        return None
    try:
        return Page(told)
    except ValueError:
        raise RequestError("cross_site") from None


def _any(request: Request) -> str | None:
    """A picture of a page names no page: the cookie of the case goes before the one for everything."""
    return next(filter(None, (request.cookies.get(_name(request, page)) for page in Page)), None)


def _name(request: Request, page: Page) -> str:
    return f"{_PREFIXES[page] if _over_tls(request) else ''}{_COOKIES[page]}"


def _over_tls(request: Request) -> bool:
    return request.url.scheme == "https" or bool(request.app.state.service.settings.tls)


def _set(response: Response, request: Request, page: Page, token: str, path: str, seconds: int) -> None:
    response.set_cookie(
        _name(request, page),
        token,
        max_age=seconds,
        path=path,
        secure=_over_tls(request),
        httponly=True,
        samesite="lax",
    )

"""Which language a request asks for (RFC 9110, 12.5.4), and the one that a browser was told to remember."""

from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from model.texts import LANGUAGES

COOKIE: Final = "qc_lang"
_YEAR_S: Final = 365 * 24 * 3600


def language_of(request: HTTPConnection) -> str:
    """``?lang=`` where given, else what was chosen before, else the best of ``Accept-Language``, else the language of
    the installation.
    """
    for chosen in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if chosen in LANGUAGES:
            return chosen
    return preferred(request.headers.get("accept-language", "")) or str(request.app.state.language)


def remember(response: Response, request: HTTPConnection) -> None:
    """A browser that chose a language by ``?lang=`` keeps it for a year, on all pages."""
    chosen = request.query_params.get("lang")
    if chosen in LANGUAGES and request.cookies.get(COOKIE) != chosen:
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, chosen, _YEAR_S, secure=secure, httponly=True, samesite="lax")


def preferred(accept: str) -> str | None:
    """The spoken language with the highest weight; the earlier of two equals; None when none is accepted."""
    best, weight = None, 0.0
    for item in accept[:1024].split(","):
        tag, _, parameter = item.partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(parameter)
        if language in LANGUAGES and quality > weight:
            best, weight = language, quality
    return best


def _quality(parameter: str) -> float:
    """``q=0.5`` as a number in 0..1; 1 without; 0 when it cannot be read."""
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if name.strip().lower() == "q" and 0.0 <= quality <= 1.0 else 0.0

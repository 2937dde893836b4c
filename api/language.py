"""Which language a request asks for (RFC 9110, 12.5.4)."""

from starlette.requests import HTTPConnection

from model.texts import LANGUAGES


def language_of(request: HTTPConnection) -> str:
    """``?lang=`` where given, else the best of ``Accept-Language``, else the language of the installation."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        return asked
    return preferred(request.headers.get("accept-language", "")) or str(request.app.state.language)


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

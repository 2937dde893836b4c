"""What a person reads whose address leads nowhere: a mistyped one, or a case's number in the place of its link."""

from typing import Final

from fastapi import Request, Response

from api.language import language_of
from api.pages.render import page, render
from model.texts import Texts

_FOR_PROGRAMS: Final = ("/v1/", "/metrics", "/static/")


def is_read_by_a_person(request: Request) -> bool:
    """A browser that goes to a page; scripts and apps ask for JSON, or for anything."""
    asks = request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("accept", "")
    return asks and not request.url.path.startswith(_FOR_PROGRAMS)


def nowhere(request: Request) -> Response:
    """A page with the ways on, and status 404."""
    texts = Texts.load(language_of(request))
    return page(render("nowhere.html.j2", request, texts), request, texts, status=404)

"""What routes ask for: the parts of the running service, and the language."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from api.language import language_of
from api.line import Line, Uploads
from api.readiness import Readiness
from api.settings import Settings
from claims.observe import Eyes
from model.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What one process holds from start-up to its end."""

    settings: Settings
    eyes: Eyes
    line: Line
    uploads: Uploads
    readiness: Readiness


def service(request: Request) -> Service:
    """The running service."""
    return cast(Service, request.app.state.service)


def texts(request: Request) -> Texts:
    """The sentences of the language that the request asks for."""
    return Texts.load(language_of(request))


InService = Annotated[Service, Depends(service)]
InTexts = Annotated[Texts, Depends(texts)]

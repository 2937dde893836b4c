"""Routes that take a JSON document: it is read whole, within a bound and a time, before anything looks at it."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final

from anyio import fail_after
from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from claims.as_typed import fault
from model.errors import RequestError

MOST_BYTES: Final = 64 * 1024


class Document(BaseModel):
    """A document with nothing beyond what is described."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def printable(text: str) -> str:
    """Raises ``ValueError`` ``control_characters`` for a text with characters that cannot be shown."""
    if not text.isprintable():
        raise fault("control_characters")
    return text


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(printable)]
"""One line of text that a person typed."""


def never_kept(response: Response) -> None:
    """``APIRouter(dependencies=[Depends(never_kept)])``: what is answered is nobody's to keep on the way."""
    response.headers["Cache-Control"] = "no-store"


class DocumentRoute(APIRoute):
    """``APIRouter(route_class=DocumentRoute)``; the framework alone would read a body of any size into memory.

    Raises ``RequestError``: ``document_too_large``, ``too_slow``, ``truncated``.
    """

    whole_s = 20.0

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler, behind the bound."""
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            return await handle(Request(request.scope, _again(await _body(request, self.whole_s), request.receive)))

        return bounded


async def _body(request: Request, whole_s: float) -> bytes:
    content = b""
    try:
        with fail_after(whole_s):
            async for piece in request.stream():
                content += piece
                if len(content) > MOST_BYTES:
                    raise RequestError("document_too_large", limit=f"{MOST_BYTES // 1024} kB")
    except TimeoutError:
        raise RequestError("too_slow") from None
    except ClientDisconnect:
        raise RequestError("truncated") from None
    return content


def _again(content: bytes, rest: Receive) -> Receive:
    """The body as one message, then whatever else comes."""
    messages: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else await rest()

    return receive

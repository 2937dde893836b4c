"""JSON documents of requests: bounded in size and time, whatever was announced."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from starlette.types import Message

from api import documents, errors
from api.documents import Document, DocumentRoute, Line

router = APIRouter(route_class=DocumentRoute)


class Hasty(DocumentRoute):
    """Waits for a tenth of a second."""

    whole_s = 0.1


hasty = APIRouter(route_class=Hasty)


class Told(Document):
    """Anything."""

    name: Line


@router.post("/told")
@hasty.post("/told-soon")
async def told(document: Told) -> str:
    """What was told."""
    return document.name


def service() -> FastAPI:
    app = FastAPI()
    app.state.language = "en"
    errors.install(app)
    app.include_router(router)
    app.include_router(hasty)
    return app


def post(receive: Callable[[], Awaitable[Message]], path: str = "/told") -> tuple[int, bytes]:
    """Status and body, of a sender whose messages are made here."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"20")],
        "server": ("localhost", 80),
    }
    asyncio.run(service()(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize("name", ["a", "李娜", "a" * 80])
def test_a_document_is_read(name: str) -> None:
    assert TestClient(service()).post("/told", json={"name": f" {name} "}).json() == name


@pytest.mark.parametrize("name", ["", "  ", "a" * 81, "a\nb", "a\u0000", "a\u200fb", 7, None])
def test_a_line_is_a_line(name: object) -> None:
    assert TestClient(service()).post("/told", json={"name": name}).status_code == 422


@pytest.mark.parametrize("content", [b"", b"[" * 60_000, b"\xff", b'{"name": "\\ud800"}'])
def test_what_is_no_document_is_no_fault_of_ours(content: bytes) -> None:
    answer = TestClient(service()).post("/told", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}


def test_a_body_is_left_as_soon_as_it_is_too_large() -> None:
    pieces = 0

    async def receive() -> Message:
        nonlocal pieces
        pieces += 1
        return {"type": "http.request", "body": b" " * 10_000, "more_body": True}

    status, body = post(receive)
    assert (status, pieces) == (413, documents.MOST_BYTES // 10_000 + 1)
    assert b"request.document_too_large" in body


def test_a_sender_that_trickles_is_left() -> None:
    async def receive() -> Message:
        await asyncio.sleep(0.03)
        return {"type": "http.request", "body": b" ", "more_body": True}

    status, body = post(receive, "/told-soon")
    assert status == 408
    assert b"request.too_slow" in body


def test_a_sender_that_leaves_is_no_fault_of_ours() -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    status, body = post(receive)
    assert status == 400
    assert b"request.truncated" in body

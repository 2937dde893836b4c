"""Slow senders, and more requests than can be assessed."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.types import Message

from api.upload import UploadLimits, read_upload
from inference.testing import ScriptedDetector
from model.detections import Detections
from model.errors import RequestError

Serve = Callable[..., TestClient]
BODY = (
    b'--b\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n' + bytes(4000) + b"\r\n--b--\r\n"
)
LIMITS = UploadLimits(photos=2, photo_bytes=10_000, request_bytes=20_000, idle_s=0.2, grace_s=0.2, slowest=100_000)


class Gate:
    """A detector that answers when it is told to, and counts who waits in it."""

    def __init__(self, scripted: ScriptedDetector) -> None:
        self.manifest = scripted.manifest
        self._scripted = scripted
        self.open = threading.Event()
        self.inside = threading.Semaphore(0)

    def detect(self, photo: object) -> Detections:
        return self._scripted.detect(photo)

    def detect_many(self, photos: Iterable[object]) -> Iterator[Detections]:
        for photo in photos:
            self.inside.release()
            assert self.open.wait(20)
            yield self._scripted.detect(photo)


def request_of(receive: Callable[[], Awaitable[Message]]) -> Request:
    headers = [(b"content-type", b"multipart/form-data; boundary=b")]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


async def trickle(pieces: Iterable[bytes], pause_s: float) -> AsyncIterator[Message]:
    for piece in pieces:
        await asyncio.sleep(pause_s)
        yield {"type": "http.request", "body": piece, "more_body": True}
    yield {"type": "http.request", "body": b"", "more_body": False}


def code_of(pieces: Iterable[bytes], pause_s: float) -> str:
    async def read() -> None:
        messages = trickle(pieces, pause_s)
        await read_upload(request_of(messages.__anext__), LIMITS)

    with pytest.raises(RequestError) as caught:
        asyncio.run(read())
    return caught.value.code


def test_a_body_in_single_bytes_is_read_whole() -> None:
    async def read() -> bytes | object:
        messages = trickle((BODY[at : at + 1] for at in range(len(BODY))), 0)
        upload = await read_upload(request_of(messages.__anext__), LIMITS)
        return upload.photos[0].content

    assert asyncio.run(read()) == bytes(4000)


def test_a_sender_that_stalls_is_let_go() -> None:
    assert code_of([BODY[:100], BODY[100:]], 0.5) == "request.too_slow"


def test_a_sender_that_trickles_is_let_go() -> None:
    assert code_of([BODY[at : at + 50] for at in range(0, len(BODY), 50)], 0.05) == "request.too_slow"


def test_a_sender_that_leaves_is_no_fault_of_ours() -> None:
    async def leave() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(RequestError) as caught:
        asyncio.run(read_upload(request_of(leave), LIMITS))
    assert caught.value.code == "request.truncated"


def test_the_waiting_line_is_bounded(serve: Serve, photo: Callable[..., bytes]) -> None:
    content = photo()
    scripted = ScriptedDetector(script={"a.jpg": [("hood", 0.9, (10.0, 10.0, 600.0, 400.0))]})
    gate = Gate(scripted)
    session = serve(detector=gate, max_assessments=1, max_waiting=1)

    def post() -> int:
        return int(session.post("/v1/quick-estimate", files={"photos": ("a.jpg", content)}).status_code)

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(post)
        assert gate.inside.acquire(timeout=20)
        second = pool.submit(post)
        refused = busy_answer(session, content)
        assert session.get("/livez").status_code == 200
        gate.open.set()
        assert [first.result(20), second.result(20)] == [200, 200]
    assert refused.json()["code"] == "service.busy"
    assert int(refused.headers["retry-after"]) > 0
    assert post() == 200


def busy_answer(session: TestClient, content: bytes) -> object:
    """The second request takes its place a moment after it is submitted; whoever comes then is refused."""
    service = session.app.state.service
    for _ in range(400):
        if service.line.taken == 2:
            break
        threading.Event().wait(0.01)
    answer = session.post("/v1/quick-estimate", files={"photos": ("a.jpg", content)})
    assert answer.status_code == 503
    return answer

"""Slow senders, and more requests than can be assessed."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.types import Message

from api.deps import Service
from api.estimating import quick_estimate
from api.line import Line, Share, Uploads
from api.upload import UploadLimits, read_upload
from inference.testing import ScriptedDetector
from model.detections import Detections
from model.errors import RequestError, ServiceError

Serve = Callable[..., TestClient]
BODY = (
    b'--b\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n' + bytes(4000) + b"\r\n--b--\r\n"
)
LIMITS = UploadLimits(photos=2, photo_bytes=10_000, request_bytes=20_000, idle_s=0.2, window_s=0.2, slowest=100_000)
ROOM = 1_000_000


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


def share(most: int = ROOM) -> Share:
    return Share(Uploads(most))


def code_of(pieces: Iterable[bytes], pause_s: float, limits: UploadLimits = LIMITS) -> str:
    async def read() -> None:
        messages = trickle(pieces, pause_s)
        await read_upload(request_of(messages.__anext__), limits, share())

    with pytest.raises(RequestError) as caught:
        asyncio.run(read())
    return caught.value.code


def test_a_body_in_single_bytes_is_read_whole() -> None:
    async def read() -> bytes | object:
        messages = trickle((BODY[at : at + 1] for at in range(len(BODY))), 0)
        patient = replace(LIMITS, window_s=20.0)
        upload = await read_upload(request_of(messages.__anext__), patient, share())
        return upload.photos[0].content

    assert asyncio.run(read()) == bytes(4000)


def test_a_sender_that_stalls_is_let_go() -> None:
    assert code_of([BODY[:100], BODY[100:]], 0.5) == "request.too_slow"


def test_a_sender_that_trickles_is_let_go() -> None:
    assert code_of([BODY[at : at + 50] for at in range(0, len(BODY), 50)], 0.05) == "request.too_slow"


def test_a_fast_start_does_not_pay_for_trickling_later() -> None:
    limits = replace(LIMITS, slowest=2_000)
    pieces = [BODY[:3000], *(BODY[at : at + 10] for at in range(3000, len(BODY), 10))]
    assert code_of(pieces, 0.05, limits) == "request.too_slow"


def test_a_sender_that_keeps_its_pace_has_an_end_too() -> None:
    limits = replace(LIMITS, slowest=1, total_s=0.4)
    assert code_of([BODY[at : at + 50] for at in range(0, len(BODY), 50)], 0.05, limits) == "request.too_slow"


def test_all_uploads_together_are_bounded_and_who_is_refused_holds_nothing() -> None:
    uploads = Uploads(10_000)

    async def read(share: Share) -> int:
        messages = trickle([BODY[:2000], BODY[2000:]], 0)
        photos = (await read_upload(request_of(messages.__anext__), LIMITS, share)).photos
        return len(photos)

    with uploads.share() as first, uploads.share() as second, uploads.share() as third:
        assert [asyncio.run(read(first)), asyncio.run(read(second))] == [1, 1]
        with pytest.raises(ServiceError) as caught:
            asyncio.run(read(third))
        assert caught.value.code == "service.busy"
        assert uploads.held == 2 * len(BODY)
    assert uploads.held == 0


def test_what_is_thrown_away_after_a_refusal_is_not_held() -> None:
    uploads = Uploads(ROOM)
    held: list[int] = []

    async def pieces() -> AsyncIterator[Message]:
        async for message in trickle([BODY[:100], b"x" * 9000, b"x" * 9000], 0):
            held.append(uploads.held)
            yield message

    async def read(share: Share) -> None:
        await read_upload(request_of(pieces().__anext__), replace(LIMITS, photo_bytes=1000), share)

    with uploads.share() as share, pytest.raises(RequestError) as caught:
        asyncio.run(read(share))
    assert caught.value.code == "request.photo_too_large"
    assert held == [0, 100, 0, 0]


def test_senders_that_trickle_keep_nobody_out(serve: Serve, photo: Callable[..., bytes]) -> None:
    """More of them than there are places, and their bodies never end; the one whole request is answered."""
    head, tail = BODY.split(bytes(4000))
    scripted = ScriptedDetector(script={"a.jpg": [("hood", 0.9, (10.0, 10.0, 600.0, 400.0))]})
    running: Service = serve(detector=scripted).app.state.service

    async def never_whole() -> AsyncIterator[Message]:
        yield {"type": "http.request", "body": head, "more_body": True}
        await asyncio.Event().wait()

    async def whole() -> AsyncIterator[Message]:
        yield {"type": "http.request", "body": head + photo() + tail, "more_body": False}

    async def ask(messages: AsyncIterator[Message], service: Service) -> int:
        return await quick_estimate(request_of(messages.__anext__), service, lambda seen, _upload, _day: seen.usable)

    async def serve() -> bool:
        service = replace(running, line=Line(at_once=1, waiting=0), uploads=Uploads(ROOM))
        slow = [asyncio.create_task(ask(never_whole(), service)) for _ in range(20)]
        await asyncio.sleep(0.05)
        assert service.uploads.held == 20 * len(head)
        answer = await asyncio.wait_for(ask(whole(), service), 20)
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        assert (service.uploads.held, service.line.taken) == (0, 0)
        return bool(answer)

    assert asyncio.run(serve())


def test_a_sender_that_leaves_is_no_fault_of_ours() -> None:
    async def leave() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(RequestError) as caught:
        asyncio.run(read_upload(request_of(leave), LIMITS, share()))
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

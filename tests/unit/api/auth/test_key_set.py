"""The key set of an identity provider: from a file, and from a server that may be anything."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from api.auth import key_set

KEYS = {"keys": []}
Answer = Callable[[BaseHTTPRequestHandler], None]


def whole(content: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(asked: BaseHTTPRequestHandler) -> None:
        asked.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            asked.send_header(name, value)
        asked.end_headers()
        asked.wfile.write(content)

    return answer


def dripping(asked: BaseHTTPRequestHandler) -> None:
    asked.send_response(200)
    asked.end_headers()
    for _ in range(200):
        asked.wfile.write(b" ")
        time.sleep(0.05)


@pytest.fixture
def served() -> Iterator[Callable[[Answer], str]]:
    """The address of a server on this computer that answers so."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                try:
                    answer(self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/keys?v=1"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(KEYS))
    assert key_set.source(str(file))() == KEYS
    with pytest.raises(OSError, match="No such file"):
        key_set.source(str(tmp_path / "other.json"))()


def test_an_address_is_asked_for_as_it_is(served: Callable[[Answer], str]) -> None:
    asked = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append((request.path, request.headers["Host"], request.headers["Accept"]))
        whole(json.dumps(KEYS).encode())(request)

    address = served(answer)
    assert key_set.source(address)() == KEYS
    assert asked == [("/keys?v=1", address.split("/")[2], "application/json")]


@pytest.mark.parametrize(
    "answer",
    [
        whole(b"{}", 404),
        whole(b"", 302, Location="/elsewhere"),
        lambda asked: asked.connection.shutdown(socket.SHUT_RDWR),
        lambda asked: asked.wfile.write(b"nonsense\r\n\r\n"),
    ],
)
def test_whatever_is_no_answer_is_an_oserror(served: Callable[[Answer], str], answer: Answer) -> None:
    with pytest.raises(OSError, match=r".+"):
        key_set.source(served(answer))()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"no JSON", b"[" * 200_000, b" " * (key_set.MOST_BYTES + 1), b"\xff\xfe"]
)
def test_whatever_is_no_key_set_is_a_valueerror(served: Callable[[Answer], str], content: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        key_set.source(served(whole(content)))()


def test_a_server_that_trickles_is_left(served: Callable[[Answer], str]) -> None:
    address, began = served(dripping), time.monotonic()
    with pytest.raises(OSError, match="too slow"):
        key_set.source(address, timeout_s=0.2)()
    assert time.monotonic() - began < 5


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            key_set.source(f"http://127.0.0.1:{taken.getsockname()[1]}/keys")()

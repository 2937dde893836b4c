"""One notification over the line: to the checked address, with the host's certificate, within a limit of time."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from https_receiver import HOST, Authority, Receiver, misbehaving, receiving

from claims.outbox import Target
from claims.outbox_sender import post, resolve
from model.errors import WebhookError

BODY = b'{"claim":"QC-1"}'
LIMIT_S = 1.0


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def receiver(authority: Authority) -> Iterator[Receiver]:
    with receiving(authority.serving()) as opened:
        yield opened


def send(target: Target, trust: ssl.SSLContext, within_s: float = 10) -> int:
    return post(target, BODY, {"Content-Type": "application/json"}, trust=trust, within_s=within_s)


def refused(target: Target, trust: ssl.SSLContext, within_s: float = LIMIT_S) -> str:
    began = time.monotonic()
    with pytest.raises(WebhookError) as raised:
        send(target, trust, within_s)
    assert time.monotonic() - began < within_s + 3
    assert HOST not in str(raised.value)
    assert "127.0.0" not in str(raised.value)
    return raised.value.code.removeprefix("webhook.")


def test_it_goes_to_the_checked_address_under_the_name_of_the_host(receiver: Receiver, authority: Authority) -> None:
    target = receiver.target(path="/hook?key=1")
    assert send(target, authority.trust()) == 204
    [got] = receiver.got
    assert (got.path, got.body) == ("/hook?key=1", BODY)
    assert got.headers["host"] == f"{HOST}:{receiver.port}"
    assert got.headers["content-length"] == str(len(BODY))
    assert receiver.sni == [HOST]


def test_no_proxy_is_asked(receiver: Receiver, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    assert send(receiver.target(), authority.trust()) == 204


def test_a_redirect_is_an_answer_and_not_followed(receiver: Receiver, authority: Authority) -> None:
    with receiving(None) as inside:
        for status in (301, 302, 303, 307, 308):
            receiver.answers = lambda _, status=status: (status, {"Location": f"http://127.0.0.1:{inside.port}/"})
            assert send(receiver.target(), authority.trust()) == status
        assert inside.got == []
    assert len(receiver.got) == 5


def test_plain_http_works_where_the_check_allowed_it(authority: Authority) -> None:
    with receiving(None) as plain:
        assert send(plain.target(secure=False, host="localhost"), authority.trust()) == 204
        assert plain.got[0].headers["host"] == f"localhost:{plain.port}"


@pytest.mark.parametrize(
    ("host", "lasts"), [("other.example", timedelta(days=1)), (HOST, timedelta(hours=-1))], ids=["name", "expired"]
)
def test_a_certificate_of_another_host_or_day_is_not_believed(
    authority: Authority, host: str, lasts: timedelta
) -> None:
    with receiving(authority.serving(host, lasts=lasts)) as receiver:
        assert refused(receiver.target(), authority.trust()) == "untrusted"
        assert receiver.got == []


def test_a_certificate_of_a_stranger_is_not_believed(receiver: Receiver, authority: Authority, tmp_path: Path) -> None:
    assert refused(receiver.target(), Authority(tmp_path).trust()) == "untrusted"
    assert refused(receiver.target(), ssl.create_default_context()) == "untrusted"
    assert receiver.got == []


def test_the_next_address_is_tried_where_nobody_listens(receiver: Receiver, authority: Authority) -> None:
    both = receiver.target(addresses=("127.0.0.9", "127.0.0.1"))
    assert send(both, authority.trust()) == 204
    assert refused(receiver.target(addresses=("127.0.0.9",)), authority.trust()) == "unreachable"


def hear(line: socket.socket) -> None:
    """All of the request, or what a TLS client says first: to hang up on unread bytes would reset the connection."""
    heard = b""
    while not heard.endswith(BODY) and not heard.startswith(b"\x16") and (more := line.recv(65536)):
        heard += more


def drip(line: socket.socket, piece: bytes) -> None:
    while True:
        line.sendall(piece)
        time.sleep(0.05)


def silent(line: socket.socket) -> None:
    hear(line)
    time.sleep(30)


def dripping_status(line: socket.socket) -> None:
    hear(line)
    drip(line, b"H")


def dripping_headers(line: socket.socket) -> None:
    hear(line)
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    drip(line, b"a")


def again_and_again_continue(line: socket.socket) -> None:
    hear(line)
    drip(line, b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.parametrize("talk", [silent, dripping_status, dripping_headers, again_and_again_continue])
def test_whoever_answers_too_slowly_is_left(talk: Callable[[socket.socket], None], authority: Authority) -> None:
    with misbehaving(talk) as receiver:
        assert refused(receiver.target(secure=False), authority.trust()) == "too_slow"


def dripping_handshake(line: socket.socket) -> None:
    line.sendall(b"\x16\x03\x03\x40\x00\x02")  # a handshake record of 16 KiB, which never comes to its end
    drip(line, b"\x00")


@pytest.mark.parametrize("talk", [silent, dripping_handshake])
def test_a_handshake_that_never_ends_is_left(talk: Callable[[socket.socket], None], authority: Authority) -> None:
    with misbehaving(talk) as receiver:
        assert refused(receiver.target(), authority.trust()) == "too_slow"


def test_a_body_that_never_ends_is_not_read(authority: Authority) -> None:
    sent = threading.Event()

    def endless(line: socket.socket) -> None:
        hear(line)
        line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            line.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")
            sent.set()

    with misbehaving(endless) as receiver:
        assert send(receiver.target(secure=False), authority.trust(), LIMIT_S) == 200
        assert sent.wait(10)


def endless_line(line: socket.socket) -> None:
    hear(line)
    line.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        line.sendall(b"x" * 65536)


def endless_headers(line: socket.socket) -> None:
    hear(line)
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        line.sendall(b"X: x\r\n" * 100)


def no_http(line: socket.socket) -> None:
    hear(line)
    line.sendall(b"220 smtp.example ESMTP\r\n")


def hung_up(line: socket.socket) -> None:
    hear(line)


@pytest.mark.parametrize("talk", [endless_line, endless_headers, no_http, hung_up])
def test_what_is_no_answer_in_http_is_none(talk: Callable[[socket.socket], None], authority: Authority) -> None:
    with misbehaving(talk) as receiver:
        assert refused(receiver.target(secure=False), authority.trust(), 10) == "not_http"


def test_plain_text_behind_https_is_no_answer(authority: Authority) -> None:
    with misbehaving(no_http) as receiver:
        assert refused(receiver.target(), authority.trust(), 10) == "unreachable"


def test_names_are_resolved_to_numbers() -> None:
    assert "127.0.0.1" in resolve("localhost", 443)
    with pytest.raises(OSError, match=r"\[Errno"):
        resolve("no-such-host.invalid", 443)

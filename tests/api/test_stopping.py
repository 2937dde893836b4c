"""A real ``quickclaim serve`` that is told to stop: nobody is cut off, nobody new is taken, and it ends in time."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

COMMAND = [str(Path(sys.executable).with_name("quickclaim")), "serve"]
SECRETS = ("A7K3M9", "13912345678", "LSVAM4187C2184841", "31.2304167")
HEAD = (
    b"POST /v1/quick-estimate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    b"Content-Length: %d\r\n\r\n"
)
BODY = (
    b'--b\r\nContent-Disposition: form-data; name="photos"; filename="13912345678.jpg"\r\n\r\n'
    + b"no photo" * 1000
    + b"\r\n--b--\r\n"
)
Start = Callable[..., tuple[subprocess.Popen[str], int]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A service that is ready: its process and its port."""
    begun: list[subprocess.Popen[str]] = []

    def begin(host: str = "127.0.0.1", **settings: str) -> tuple[subprocess.Popen[str], int]:
        port = _free_port()
        kept = {key: value for key, value in os.environ.items() if not key.startswith("QUICKCLAIM_")}
        own = {f"QUICKCLAIM_{key}": value for key, value in {"HOME": str(tmp_path), **settings}.items()}
        command = [*COMMAND, "--host", host, "--port", str(port)]
        process = subprocess.Popen(command, env={**kept, **own}, stderr=subprocess.PIPE, text=True)
        begun.append(process)
        _until(lambda: process.poll() is not None or _status(port, "GET", "/readyz")[0] == 200)
        assert process.poll() is None, "the service ended"
        return process, port

    yield begin
    for process in begun:
        process.kill()
        process.communicate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        try:
            if holds():
                return
        except OSError:
            pass
        time.sleep(0.05)
    pytest.fail("it never came")


def _status(port: int, method: str, address: str) -> tuple[int, str, str | None]:
    """Status, code of the problem, and ``Retry-After``."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, address, headers={"Connection": "close"})
        answer = connection.getresponse()
        content = json.loads(answer.read())
        return answer.status, content.get("code", ""), answer.getheader("Retry-After")


def _half_sent(port: int) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=30)
    line.sendall(HEAD % len(BODY) + BODY[:100])
    time.sleep(0.3)
    return line


def _rest(line: socket.socket) -> bytes:
    answer = b""
    with line:
        while more := line.recv(65536):
            answer += more
    return answer


def test_who_is_being_answered_is_answered_and_who_comes_is_sent_elsewhere(start: Start) -> None:
    process, port = start(DRAIN_S="2", LOG="json")
    line = _half_sent(port)
    process.send_signal(signal.SIGTERM)
    _until(lambda: _status(port, "GET", "/readyz")[:2] == (503, "service.stopping"))
    status, code, retry = _status(port, "POST", "/v1/quick-estimate")
    assert (status, code) == (503, "service.stopping")
    assert int(retry or 0) > 0
    assert _status(port, "GET", "/livez")[0] == 200
    _until(lambda: _refused(port))
    assert process.poll() is None
    line.sendall(BODY[100:])
    assert _rest(line).startswith(b"HTTP/1.1 200")
    assert process.wait(10) == 0


def _refused(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("signals", [[signal.SIGTERM], [signal.SIGTERM, signal.SIGTERM], [signal.SIGINT]])
def test_who_never_finishes_holds_it_up_only_so_long(start: Start, signals: list[signal.Signals]) -> None:
    """With one SIGTERM it listens for a second first; the second one, or Ctrl-C, skips that. Even then: an answer."""
    process, port = start(DRAIN_S="1" if len(signals) == 1 else "600", SHUTDOWN_S="1")
    line = _half_sent(port)
    began = time.monotonic()
    for one in signals:
        process.send_signal(one)
        time.sleep(0.2)
    answer = _rest(line)
    process.wait(15)
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"service.stopping" in answer
    assert 0.9 < time.monotonic() - began < 8


def test_the_log_of_a_process_is_json_and_tells_of_nobody(start: Start) -> None:
    process, port = start(DRAIN_S="0", LOG="json")
    for secret in SECRETS:
        for address in (f"/{secret}", f"/livez?plate={secret}", f"/v1/{secret}"):
            _until(lambda address=address: _status(port, "GET", address)[0] in {200, 404})
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(f"{secret} {secret}\r\n\r\n".encode())
            line.recv(1000)
    line = _half_sent(port)
    line.sendall(BODY[100:])
    assert line.recv(12) == b"HTTP/1.1 200"
    line.close()
    process.terminate()
    _, log = process.communicate(timeout=20)
    greeting, *lines = log.splitlines()
    assert greeting == f"QuickClaim: http://127.0.0.1:{port}"
    events = [json.loads(text) for text in lines]
    assert [event["route"] for event in events if event["event"] == "request"].count("other") == 2 * len(SECRETS)
    assert {"api.telemetry.requests", "uvicorn.error"} <= {event["logger"] for event in events}
    assert not [secret for secret in SECRETS if secret in log]


def test_a_service_that_others_can_reach_says_so_in_both_languages(start: Start) -> None:
    process, _ = start(host="0.0.0.0", DRAIN_S="0")  # noqa: S104 - that is what is warned of
    process.terminate()
    _, told = process.communicate(timeout=20)
    assert "WARNING" in told.splitlines()[0]
    assert "警告" in told.splitlines()[1]


def test_settings_that_are_unsafe_in_production_stop_the_start(tmp_path: Path) -> None:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("QUICKCLAIM_")}
    unsafe = {"QUICKCLAIM_HOME": str(tmp_path), "QUICKCLAIM_PRODUCTION": "true", "QUICKCLAIM_HOSTS": "*"}
    command = [*COMMAND, "--port", str(_free_port())]
    done = subprocess.run(command, env={**kept, **unsafe}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("error: settings.unsafe: ")
    assert "QUICKCLAIM_DATABASE" in done.stderr
    assert "QUICKCLAIM_HOSTS" in done.stderr
    assert len(done.stderr.splitlines()) == 1

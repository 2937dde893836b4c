"""``quickclaim serve`` as a process of its own, reached over a socket."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

COMMAND = [str(Path(sys.executable).with_name("quickclaim")), "serve"]
HEAD = "POST /v1/quick-estimate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=b\r\n"
PART = b'--b\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n'


def environment(home: Path, **settings: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("QUICKCLAIM_")}
    return {
        **kept,
        "LANG": "C.UTF-8",
        "QUICKCLAIM_HOME": str(home),
        **{f"QUICKCLAIM_{key}": value for key, value in settings.items()},
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    number = free_port()
    env = environment(tmp_path_factory.mktemp("home"), MAX_REQUEST_MIB="1")
    with subprocess.Popen([*COMMAND, "--port", str(number)], env=env, stderr=subprocess.DEVNULL) as process:
        wait_until_ready(number, process)
        yield number
        process.terminate()
        assert process.wait(20) in {0, -15}


def wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the service ended"
        try:
            if get(port, "/readyz").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the service does not answer")


def get(port: int, address: str) -> http.client.HTTPResponse:
    return ask(port, "GET", address)


def ask(port: int, method: str, address: str, body: bytes = b"", kind: str = "") -> http.client.HTTPResponse:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, address, body, {"Content-Type": kind, "Connection": "close"})
        answer = connection.getresponse()
        answer.read()
        return answer


def talk(port: int, *pieces: bytes, leave: bool = False) -> bytes:
    """What is answered to these bytes, up to the end of a problem document."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        for piece in pieces:
            line.sendall(piece)
        while not leave and b'"request_id"' not in answer and (more := line.recv(65536)):
            answer += more
    return answer


def chunked(*pieces: bytes) -> list[bytes]:
    return [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces]


def test_it_says_nothing_about_its_software(port: int) -> None:
    answer = get(port, "/livez")
    assert answer.status == 200
    assert answer.getheader("server") is None


def test_a_chunked_body_over_the_limit_is_stopped(port: int) -> None:
    head = (HEAD + "Transfer-Encoding: chunked\r\n\r\n").encode()
    answer = talk(port, head, *chunked(PART, *[bytes(65536)] * 15, b"x" * 70_000), b"0\r\n\r\n")
    assert b"413" in answer.split(b"\r\n", 1)[0]
    assert b"request.too_large" in answer


def test_a_declared_body_over_the_limit_is_not_awaited(port: int) -> None:
    answer = talk(port, (HEAD + "Content-Length: 99999999\r\n\r\n").encode())
    assert b"413" in answer.split(b"\r\n", 1)[0]


def test_senders_that_leave_in_the_middle_leave_nothing_behind(port: int) -> None:
    head = (HEAD + "Content-Length: 9999\r\n\r\n").encode()
    for _ in range(20):  # more than there are places
        talk(port, head, PART, b"half a pho", leave=True)
    assert get(port, "/livez").status == 200
    body = PART + b"no photo\r\n--b--\r\n"
    assert ask(port, "POST", "/v1/quick-estimate", body, "multipart/form-data; boundary=b").status == 200


@pytest.mark.parametrize(
    ("settings", "files", "code"),
    [
        ({"DETECTOR": "nope"}, {}, "model.unknown"),
        ({"POLICY": "{home}/policy.yaml"}, {"policy.yaml": "version: 1"}, "rules.invalid"),
        ({"POLICY": "{home}/gone.yaml"}, {}, "rules.unreadable"),
        ({"REGION": "XX"}, {}, "settings.unknown_region"),
        ({"THREADS": "0"}, {}, "settings.invalid"),
        ({"HOME": "{home}/file"}, {"file": ""}, "prices.active_unreadable"),
    ],
)
def test_what_cannot_be_trusted_stops_the_start_with_one_line(
    tmp_path: Path, settings: dict[str, str], files: dict[str, str], code: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    env = environment(tmp_path, **{key: value.format(home=tmp_path) for key, value in settings.items()})
    done = start(env, free_port())
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {code}: ")
    assert len([line for line in done.stderr.splitlines() if not line.startswith("known: ")]) == 1


def test_a_port_in_use_is_one_line(tmp_path: Path, port: int) -> None:
    done = start(environment(tmp_path), port)
    assert done.returncode == 1
    assert done.stderr.startswith("error: service.cannot_listen: ")
    assert len(done.stderr.splitlines()) == 1


def test_an_empty_setting_is_none(tmp_path: Path) -> None:
    number = free_port()
    env = environment(tmp_path, THREADS="", REGION="", HOSTS="", LANGUAGE="")
    with subprocess.Popen([*COMMAND, "--port", str(number)], env=env, stderr=subprocess.DEVNULL) as process:
        wait_until_ready(number, process)
        process.terminate()


def start(env: dict[str, str], port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, "--port", str(port)], env=env, capture_output=True, text=True, timeout=60)

"""The processes that decode HEIF: limited by their own work, few, and gone when nobody needs them."""

import io
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from inference.images import IntakeLimits, Photo, read_photo
from inference.intake import wire
from inference.intake.heif import SECONDS, StoredHeif
from inference.intake.heif_process import AT_ONCE, WORKERS, Worker, Workers
from model.errors import PhotoRejected

pillow_heif.register_heif_opener()
MOST = 1 << 26


def heic(size: tuple[int, int] = (320, 240)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, "HEIF", quality=60)
    return out.getvalue()


def read(data: bytes) -> Photo:
    return read_photo(data, name="a.heic", limits=IntakeLimits(), min_side=640)


@pytest.fixture(scope="module")
def small() -> bytes:
    return heic()


@pytest.fixture(scope="module")
def large() -> bytes:
    """Decoding it takes some tenths of a second of any processor."""
    return heic((2400, 1800))


@pytest.fixture
def workers() -> Iterator[Workers]:
    own = Workers(at_once=2)
    yield own
    own.end()


def test_more_processor_time_than_allowed_is_too_slow_and_the_next_photo_is_read(large: bytes, small: bytes) -> None:
    with pytest.raises(PhotoRejected) as caught:
        StoredHeif(data=large, width=2400, height=1800, max_pixels=10**8, seconds=0.02).decode(2400)
    assert caught.value.code == "photo.too_slow"
    assert read(small).width == 320


def test_what_an_answer_took_is_told(workers: Workers, large: bytes) -> None:
    answer = workers.ask(large, {"max_pixels": 10**8, "min_side": 2400, "seconds": SECONDS}, most=MOST)
    assert 0 < answer.seconds < SECONDS


def test_a_stopped_machine_costs_no_processor_time(workers: Workers, small: bytes) -> None:
    """What a very busy machine does to the process, only more so: it stands still for longer than it may work."""
    request = {"max_pixels": 10**8, "min_side": 640, "seconds": 0.5}
    workers.ask(small, request, most=MOST)
    (process,) = workers.processes()
    process.send_signal(signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(workers.ask, small, request, most=MOST)
        time.sleep(1.0)
        assert not answer.done()
        process.send_signal(signal.SIGCONT)
        assert answer.result(20).facts["width"] == 320


def test_a_process_that_only_waits_is_given_up(workers: Workers, small: bytes) -> None:
    request = {"max_pixels": 10**8, "seconds": 4.5}
    workers.ask(small, request, most=MOST)
    (process,) = workers.processes()
    process.send_signal(signal.SIGSTOP)
    with pytest.raises(PhotoRejected) as caught:
        workers.ask(small, request, most=MOST, patience=0.2)
    assert caught.value.code == "photo.too_slow"
    assert process.poll() is not None
    assert workers.processes() == []


def test_a_process_that_died_is_replaced(small: bytes) -> None:
    read(small)
    for process in WORKERS.processes():
        process.kill()
        process.wait()
    assert read(small).width == 320


def test_there_are_never_more_than_a_few_processes(small: bytes) -> None:
    seen: set[int] = set()
    with ThreadPoolExecutor(8) as pool:
        photos = [pool.submit(read, small) for _ in range(24)]
        while not all(photo.done() for photo in photos):
            seen.add(len(children()))
            time.sleep(0.002)
    assert all(photo.result().width == 320 for photo in photos)
    assert max(seen) <= AT_ONCE
    assert len(WORKERS.processes()) <= AT_ONCE


def children() -> set[int]:
    """The decoding processes that this process has started."""
    found = {int(child) for file in Path("/proc/self/task").glob("*/children") for child in file.read_text().split()}
    return {child for child in found if "heif_worker" in _command(child)}


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""


def test_photos_from_several_threads_do_not_mix() -> None:
    files = [heic((320 + 2 * number, 240)) for number in range(6)]
    with ThreadPoolExecutor(3) as pool:
        photos = list(pool.map(read, files * 2))
    assert [photo.width for photo in photos] == [320 + 2 * number for number in range(6)] * 2


def test_a_process_that_nobody_asks_ends_by_itself() -> None:
    code = (
        "import sys; from inference.intake import limits; limits.IDLE_S = 0.2;"
        "from inference.intake.heif_worker import main; main(int(sys.argv[1]))"
    )
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = subprocess.Popen([sys.executable, "-c", code, str(theirs.fileno())], pass_fds=[theirs.fileno()])
        assert process.wait(20) == 0


def answering(reply: Callable[[socket.socket], None]) -> tuple[Worker, threading.Thread]:
    """A worker whose process is a thread of this test that answers as it likes."""
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with theirs:
            wire.receive(theirs, time.monotonic() + 10, most=MOST)
            reply(theirs)

    thread = threading.Thread(target=serve)
    thread.start()
    return Worker(subprocess.Popen(["sleep", "60"]), ours), thread


def _half_of_the_pixels(line: socket.socket) -> None:
    head = json.dumps([{}, [1000]]).encode()
    line.sendall(len(head).to_bytes(4) + head + bytes(500))
    time.sleep(1)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (_half_of_the_pixels, TimeoutError),
        (lambda line: line.sendall(b"\xff\xff\xff\xff"), EOFError),
        (lambda line: line.sendall(b"\0\0\0\4nope"), EOFError),
        (lambda line: line.sendall(b"\0\0\0\2[]"), EOFError),
        (lambda line: line.sendall(b"\0\0\0\x0a[{}, [-1]]"), EOFError),
        (lambda line: line.sendall(b"\0\0\0\x14[{}, [999999999999]]"), EOFError),
        (socket.socket.fileno, EOFError),
    ],
)
def test_an_answer_that_is_none_is_not_waited_for_or_believed(
    reply: Callable[[socket.socket], None], error: type[Exception]
) -> None:
    worker, thread = answering(reply)
    try:
        with pytest.raises(error):
            worker.ask(b"file", {"seconds": 1.0}, MOST, patience=0.5)
    finally:
        thread.join()
        worker.end()

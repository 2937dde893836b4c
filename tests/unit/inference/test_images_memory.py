"""What several large photos at once may take: the room for decoding, and a whole case with every process it starts."""

import io
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from inference.intake.room import Room

pillow_heif.register_heif_opener()
LONG_SIDE, SHORT_SIDE = 8160, 6120  # 50 megapixels, as phones with large sensors write them
GIB = 1024.0


def test_no_more_than_the_room_is_held_at_once() -> None:
    room, held, most = Room(100, small=0), [0], [0]
    lock = threading.Lock()

    def work(count: int) -> None:
        with room.hold(count):
            with lock:
                held[0] += count
                most[0] = max(most[0], held[0])
            time.sleep(0.001)
            with lock:
                held[0] -= count

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, [30, 50, 70, 20, 90, 10] * 10))
    assert 60 <= most[0] <= 100


def test_more_than_there_is_goes_alone_and_is_not_overtaken() -> None:
    room, order = Room(100, small=5), []

    def work(count: int) -> None:
        with room.hold(count):
            order.append(count)

    with ThreadPoolExecutor(3) as pool, room.hold(60):
        waiting = []
        for count in (500, 20):  # the second would fit, but the first was there before
            waiting.append(pool.submit(work, count))
            time.sleep(0.1)
        pool.submit(work, 5).result(10)  # small: neither waits nor counts
        assert not any(item.done() for item in waiting)
    assert order == [5, 500, 20]


def test_an_error_gives_the_room_back() -> None:
    room = Room(10, small=0)
    for _ in range(3):
        with pytest.raises(MemoryError), room.hold(10):
            raise MemoryError
    with room.hold(10):
        pass


FORK = """
import os
from inference.intake.room import DECODING
with DECODING.hold(1 << 40):
    child = os.fork()
    if not child:
        with DECODING.hold(1 << 40):
            os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""


def test_a_fork_starts_with_an_empty_room() -> None:
    subprocess.run([sys.executable, "-c", FORK], check=True, timeout=20)


def _saved(kind: str) -> bytes:
    """50 megapixels in a form that must be held whole to be decoded."""
    noise = np.random.default_rng(1).integers(0, 255, (SHORT_SIDE // 8, LONG_SIDE // 8, 4), dtype=np.uint8)
    image = Image.fromarray(noise).resize((LONG_SIDE, SHORT_SIDE), Image.Resampling.NEAREST)
    out = io.BytesIO()
    if kind == "png":
        image.save(out, "PNG", compress_level=1)
    else:
        image.convert("RGB").convert("CMYK").save(out, "JPEG", quality=80, progressive=True)
    return out.getvalue()


CASE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from claims.observe import Eyes, PhotoSource, observe
from claims.rulebook import Rulebook
from inference.detector import Detector
from inference.images import IntakeLimits
from model.registry import DEFAULT_MODEL, shipped_weights
eyes = Eyes(
    detector=Detector.load(shipped_weights() / DEFAULT_MODEL),
    limits=IntakeLimits(),
    rulebook=Rulebook.load(Path(sys.argv[1])),
)
sources = [PhotoSource(name=str(index), content=Path(sys.argv[2])) for index in range(5)]
with ThreadPoolExecutor(2) as pool:
    for seen in pool.map(lambda _: observe(sources, eyes), range(2)):
        assert not any(photo.rejection for photo in seen), seen
"""


@pytest.mark.parametrize("kind", ["png", "cmyk"])
def test_two_cases_of_large_photos_at_once_stay_below_a_gibibyte(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "photo"
    file.write_bytes(_saved(kind))
    process = subprocess.Popen([sys.executable, "-c", CASE, str(tmp_path), str(file)])
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, tree_mebibytes(process.pid))
        time.sleep(0.01)
    assert process.returncode == 0
    assert 100 < peak < GIB


def tree_mebibytes(root: int) -> float:
    """Resident memory of a process and all that it started; what they share is counted for each."""
    total, pids = 0, [root]
    for pid in pids:
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            for task in Path(f"/proc/{pid}/task").iterdir():
                pids += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return total * os.sysconf("SC_PAGE_SIZE") / 2**20

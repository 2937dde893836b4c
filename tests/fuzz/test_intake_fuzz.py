"""Real files of every format, damaged in every way, read in a child process whose time and memory are measured.

Decoding in the child, and in the process that decodes HEIF for it, may take five seconds of the processor; no answer
within twenty of the clock is a hang.

The usual run takes under a minute. ``QUICKCLAIM_FUZZ_EXAMPLES=200000 pytest tests/fuzz --timeout 0`` is a long one;
with ``QUICKCLAIM_FUZZ_SEED`` set it draws other inputs than last time.
"""

import io
import json
import os
import random
import select
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

WORKER = Path(__file__).with_name("intake_worker.py")
EXAMPLES = int(os.environ.get("QUICKCLAIM_FUZZ_EXAMPLES", "2000"))
SEED = int(os.environ.get("QUICKCLAIM_FUZZ_SEED", "2"))
SECONDS, WALL_S, MEBIBYTES = 5.0, 20.0, 1024.0
SIZE = (232, 174)
Edit = tuple[str, float, int, int]
Outcome = dict[str, object]


def scene(seed: int) -> Image.Image:
    """A picture with edges, a gradient and noise, so that every coder has something to code."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    base = np.stack([x, y, x + y], axis=2) % 256
    base[40:120, 60:160] = (200, 30, 40)
    return Image.fromarray(np.clip(base + rng.integers(-12, 12, base.shape), 0, 255).astype(np.uint8))


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0132] = 6, "Maker", "2026:03:04 05:06:07"
    exif.get_ifd(0x8769)[0x9003] = "2026:03:04 05:06:07"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 1.0, 2.0), 3: "E", 4: (121.0, 1.0, 2.0)})
    return exif.tobytes()


def _seeds() -> dict[str, bytes]:
    """Valid files of every format and variant that intake accepts, and some that it names and rejects."""
    pillow_heif.register_heif_opener()
    image, other, exif = scene(1), scene(2), _exif()
    alpha = image.convert("RGBA")
    alpha.putalpha(other.convert("L"))
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "x" * 4000, zip=True)
    deep = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    icc = _profile()
    return {
        "jpeg": _saved(image, "JPEG", exif=exif, icc_profile=icc),
        "jpeg_progressive": _saved(image, "JPEG", progressive=True, subsampling=0),
        "jpeg_restarts": _saved(image, "JPEG", restart_marker_blocks=4),
        "jpeg_grey": _saved(image.convert("L"), "JPEG"),
        "jpeg_cmyk": _saved(image.convert("CMYK"), "JPEG"),
        "jpeg_several": _saved(image, "MPO", save_all=True, append_images=[other]),
        "png": _saved(image, "PNG", exif=exif, icc_profile=icc, pnginfo=text),
        "png_alpha": _saved(alpha, "PNG"),
        "png_palette": _saved(image.quantize(64), "PNG", transparency=3),
        "png_deep": _saved(deep, "PNG"),
        "webp": _saved(image, "WEBP", exif=exif, icc_profile=icc),
        "webp_alpha": _saved(alpha, "WEBP", quality=60),
        "webp_lossless": _saved(alpha, "WEBP", lossless=True),
        "heif": _saved(image, "HEIF", exif=exif, icc_profile=icc),
        "heif_alpha": _saved(alpha, "HEIF"),
        "heif_tiles": _saved(image, "HEIF", tile_size=64),
        "heif_several": _saved(image, "HEIF", save_all=True, append_images=[other]),
        "webp_animated": _saved(image, "WEBP", save_all=True, append_images=[other]),
        "gif": _saved(image.quantize(16), "GIF"),
        "tiff": _saved(image, "TIFF"),
    }


def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


SEEDS = _seeds()
INTERESTING = (0, 1, 2, 7, 127, 128, 255, 256, 7000, 32767, 32768, 65535, 1 << 24, 0x7FFFFFFF, 0xFFFFFFFF)
MARKS = (
    *(
        b"\xff\xc0",
        b"\xff\xc2",
        b"\xff\xda",
        b"\xff\xc4",
        b"\xff\xdd",
        b"Exif",
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"eXIf",
        b"iCCP",
    ),
    *(b"VP8 ", b"VP8L", b"VP8X", b"ALPH"),
    *(b"ispe", b"iloc", b"iprp", b"ipma", b"iref", b"hvcC", b"pitm", b"infe", b"irot", b"idat", b"auxC", b"pixi"),
)
KINDS = ("flip", "set", "cut", "drop", "repeat", "splice", "insert", "mark", "scans", "wide")

edits = st.lists(
    st.tuples(st.sampled_from(KINDS), st.floats(0, 1), st.integers(0, 255), st.integers(0, len(INTERESTING) - 1)),
    max_size=6,
)


def damaged(name: str, steps: list[Edit], repair: bool) -> bytes:
    """Apply the edits in order; ``repair`` recomputes PNG checksums so that the damage reaches the decoder."""
    data = SEEDS[name]
    for kind, where, value, pick in steps:
        data = _edit(data, kind, int(where * max(len(data) - 1, 0)), value, pick)
    return _repaired(data) if repair and name.startswith("png") else data


def _edit(data: bytes, kind: str, at: int, value: int, pick: int) -> bytes:
    number = INTERESTING[pick]
    if kind == "flip":
        return data[:at] + bytes([data[at] ^ (1 << value % 8)] if data else b"") + data[at + 1 :]
    if kind == "set":
        return data[:at] + number.to_bytes(4, "little" if value & 1 else "big") + data[at + 4 :]
    if kind == "cut":
        return data[:at]
    if kind == "drop":
        return data[:at] + data[at + value + 1 :]
    if kind == "repeat":
        return data[:at] + data[at : at + 64] * (value + 1) + data[at + 64 :]
    if kind == "splice":
        other = list(SEEDS.values())[value % len(SEEDS)]
        return data[:at] + other[len(other) * at // (len(data) + 1) :]
    if kind == "insert":
        return data[:at] + random.Random(value).randbytes(value) + data[at:]  # noqa: S311
    return _targeted(data, kind, value, number)


def _targeted(data: bytes, kind: str, value: int, number: int) -> bytes:
    if kind == "mark":
        mark = MARKS[value % len(MARKS)]
        at = data.find(mark) + len(mark) + value // len(MARKS)
        return data[:at] + number.to_bytes(4) + data[at + 4 :] if mark in data else data
    if kind == "scans":
        at = data.rfind(b"\xff\xda")
        return data[:at] + data[at:].removesuffix(b"\xff\xd9") * (value + 1) + b"\xff\xd9" if at > 0 else data
    return _resized(data, 7000 if value & 1 else 40 * value + 1, 7000 if value & 2 else number & 0xFFFF)


def _resized(data: bytes, width: int, height: int) -> bytes:
    """Claim another size in the header of whichever format it is."""
    for mark, skip, size in ((b"\xff\xc0", 3, 2), (b"\xff\xc2", 3, 2), (b"IHDR", 0, 4), (b"ispe", 4, 4)):
        at = data.find(mark) + len(mark) + skip
        if mark in data:
            first, second = (height, width) if size == 2 else (width, height)
            claimed = (first & 0xFFFF).to_bytes(size) + (second & 0xFFFF).to_bytes(size)
            return data[:at] + claimed + data[at + 2 * size :]
    return data


def _repaired(data: bytes) -> bytes:
    at, out = 8, data[:8]
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        body = data[at + 4 : at + 8 + length]
        out += data[at : at + 4] + body + zlib.crc32(body).to_bytes(4)
        at += 12 + length
    return out + data[at:]


class Worker:
    """The child process; started again after it died, so that shrinking can go on."""

    def __init__(self) -> None:
        self.errors = io.BytesIO()
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", str(WORKER)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=WORKER.parents[2],
        )  # fmt: skip

    def read(self, data: bytes, min_side: int) -> Outcome:
        """The child's reply; what it did instead, when it died or hung."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(struct.pack("<II", min_side, len(data)) + data)
        stdin.flush()
        ready, _, _ = select.select([stdout], [], [], WALL_S)
        line = stdout.readline() if ready else b""
        if not line:
            return self.buried("died" if ready else "hung")
        reply: Outcome = json.loads(line)
        return reply

    def buried(self, how: str) -> Outcome:
        self.process.kill()
        _, errors = self.process.communicate()
        code = self.process.returncode
        self.start()
        return {"outcome": f"{how} ({code}): {errors.decode(errors='replace')[-2000:]}", "seconds": 0, "mebibytes": 0}


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    child = Worker()
    yield child
    child.process.kill()
    child.process.communicate()


def verdict(worker: Worker, data: bytes, min_side: int = 640) -> str:
    """The outcome, once it is proven to be a proper one within time and memory."""
    reply = worker.read(data, min_side)
    outcome = str(reply["outcome"])
    assert outcome == "ok" or outcome.startswith("photo."), outcome
    assert float(str(reply["seconds"])) < SECONDS, reply
    assert float(str(reply["mebibytes"])) < MEBIBYTES, reply
    return outcome


@pytest.mark.parametrize("name", SEEDS)
def test_undamaged_seed_is_accepted_or_named(worker: Worker, name: str) -> None:
    expected = {
        "heif_several": "photo.animated",
        "webp_animated": "photo.animated",
        "gif": "photo.unsupported_format",
        "tiff": "photo.unsupported_format",
    }
    assert verdict(worker, SEEDS[name]) == expected.get(name, "ok")


def test_what_the_decoding_process_takes_is_counted(worker: Worker) -> None:
    """Otherwise no HEIF could ever pass the limits."""
    large = scene(3).resize((1856, 1392))
    reply = worker.read(_saved(large, "HEIF", quality=80), 640)
    assert reply["outcome"] == "ok"
    assert float(str(reply["seconds"])) > float(str(reply["children_seconds"])) > 0.03
    assert float(str(reply["mebibytes"])) > float(str(reply["children_mebibytes"])) + 20 > 60


@pytest.mark.timeout(0 if EXAMPLES > 5000 else 120)
@seed(SEED)
@settings(
    max_examples=EXAMPLES,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    name=st.sampled_from(sorted(SEEDS)), steps=edits, repair=st.booleans(), min_side=st.sampled_from((1, 640, 100_000))
)
def test_damaged_file_never_crashes_hangs_or_swells(
    worker: Worker, name: str, steps: list[Edit], repair: bool, min_side: int
) -> None:
    verdict(worker, damaged(name, steps, repair), min_side)


@settings(max_examples=max(100, EXAMPLES // 10), database=None)
@given(
    start=st.sampled_from((b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\xff\0\0\0WEBP", b"\0\0\0\x18ftypheic")),
    rest=st.binary(max_size=600),
)
def test_bytes_of_no_format_are_rejected(worker: Worker, start: bytes, rest: bytes) -> None:
    assert verdict(worker, start + rest) != "ok"


def test_cut_anywhere_is_never_half_a_photo(worker: Worker) -> None:
    """Every prefix of a JPEG is rejected, but for the one that lacks only the end marker."""
    data = SEEDS["jpeg_restarts"]
    accepted = [cut for cut in range(0, len(data) - 2, 37) if verdict(worker, data[:cut]) == "ok"]
    assert accepted == []
    assert verdict(worker, data[:-2]) == "ok"

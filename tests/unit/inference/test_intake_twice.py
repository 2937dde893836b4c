"""Files whose headers contradict each other: a limit checked on one picture must hold for the one that is decoded."""

import struct
import zlib

import pytest

from inference.images import IntakeLimits, read_photo
from model.errors import PhotoRejected


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(side: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))


def png(*before: bytes, side: int, after: bytes = b"") -> bytes:
    rows = zlib.compress(b"".join(b"\0" + bytes(3 * side) for _ in range(side)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(before) + chunk(b"IDAT", rows) + after + chunk(b"IEND", b"")


def webp_twice() -> bytes:
    import cv2
    import numpy as np

    def picture(side: int, quality: int) -> bytes:
        done, data = cv2.imencode(".webp", np.zeros((side, side, 3), np.uint8), [cv2.IMWRITE_WEBP_QUALITY, quality])
        assert done
        return bytes(data)[12:]

    body = b"WEBP" + picture(512, 80) + picture(256, 101)
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    "data",
    [
        png(header(200), header(300), side=300),
        png(header(300), side=300, after=header(200)),
        png(header(200), header(200), side=200),
        webp_twice(),
    ],
    ids=["png-grows", "png-after", "png-same", "webp"],
)
def test_two_pictures_in_one_file_are_refused(data: bytes) -> None:
    with pytest.raises(PhotoRejected) as refused:
        read_photo(data, name="x", limits=IntakeLimits(), min_side=128)
    assert refused.value.code == "photo.corrupt"


def test_the_same_picture_once_is_read() -> None:
    photo = read_photo(png(header(300), side=300), name="x", limits=IntakeLimits(), min_side=128)
    assert (photo.width, photo.height) == (300, 300)

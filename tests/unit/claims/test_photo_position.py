"""The place that a photo names is read from every kind of file, and garbage is no place."""

import io

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from claims.photo_position import position_in, position_of
from inference.images import IntakeLimits

LIMITS = IntakeLimits()
SHANGHAI = {1: "N", 2: (31.0, 13.0, 48.5), 3: "E", 4: (121.0, 28.0, 12.25)}
NORTH, EAST = 31 + 13 / 60 + 48.5 / 3600, 121 + 28 / 60 + 12.25 / 3600


def block(gps: dict[int, object], order: str = "<") -> bytes:
    exif = Image.Exif()
    exif.endian = order
    exif[0x010F] = "HUAWEI"
    exif.get_ifd(0x8825).update(gps)
    return bytes(exif.tobytes())


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("cut", [0, 6])
@pytest.mark.parametrize(("north", "east"), [("N", "E"), ("S", "W"), ("N", "W"), ("S", "E")])
def test_a_place(order: str, cut: int, north: str, east: str) -> None:
    found = position_in(block({**SHANGHAI, 1: north, 3: east}, order)[cut:])
    assert found is not None
    assert found.latitude == pytest.approx(NORTH if north == "N" else -NORTH, abs=1e-9)
    assert found.longitude == pytest.approx(EAST if east == "E" else -EAST, abs=1e-9)
    assert "31" not in repr(found)


def saved(kind: str, exif: bytes) -> bytes:
    out, picture = io.BytesIO(), Image.new("RGB", (200, 160), (90, 120, 30))
    if kind == "HEIF":
        pillow_heif.from_pillow(picture).save(out, exif=exif)
    else:
        picture.save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_kind_of_photo_tells_its_place(kind: str) -> None:
    found = position_of(saved(kind, block(SHANGHAI)), LIMITS)
    assert found is not None
    assert (found.latitude, found.longitude) == pytest.approx((NORTH, EAST), abs=1e-6)
    assert position_of(saved(kind, block({})), LIMITS) is None


@pytest.mark.parametrize("content", [b"", b"no photo", saved("JPEG", block(SHANGHAI))[:40]])
def test_what_cannot_be_read_is_nowhere(content: bytes) -> None:
    assert position_of(content, LIMITS) is None


ZERO = TiffImagePlugin.IFDRational(0, 0)


@pytest.mark.parametrize(
    "changed",
    [
        {1: "X"},
        {3: ""},
        {2: (ZERO, ZERO, ZERO)},
        {2: (91.0, 0.0, 0.0)},
        {4: (181.0, 0.0, 0.0)},
        {2: (31.0, 13.0)},
        {2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)},
    ],
)
def test_no_place_on_earth(changed: dict[int, object]) -> None:
    assert position_in(block({**SHANGHAI, **changed})) is None


@pytest.mark.parametrize("missing", [1, 2, 3, 4])
def test_half_a_place_is_none(missing: int) -> None:
    assert position_in(block({tag: value for tag, value in SHANGHAI.items() if tag != missing})) is None


def on_earth(block: bytes) -> bool:
    found = position_in(block)
    return found is None or (abs(found.latitude) <= 90 and abs(found.longitude) <= 180)


STARTS = (b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"Exif\0\0II*\0\x08\0\0\0\x40\0")


@settings(max_examples=300)
@given(data=st.binary(max_size=400), start=st.sampled_from(STARTS))
def test_garbage_never_raises(data: bytes, start: bytes) -> None:
    assert on_earth(start + data)


@settings(max_examples=300)
@given(at=st.integers(0, 300), value=st.binary(min_size=1, max_size=4))
def test_a_damaged_block_never_raises(at: int, value: bytes) -> None:
    whole = block(SHANGHAI)
    assert on_earth(whole[:at] + value + whole[at + len(value) :])

"""EXIF: the facts that claims need are read, coordinates are not kept, garbage never costs a photo."""

import io
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from inference.images import ExifFacts, IntakeLimits, read_photo


def block(order: str = "<") -> Image.Exif:
    exif = Image.Exif()
    exif.endian = order
    exif[0x010F], exif[0x0110], exif[0x0131] = "HUAWEI\0\0", "P60 Pro", "Editor 1.2"
    exif[0x0132] = "2026:05:06 07:08:09"
    exif.get_ifd(0x8769)[0x9003] = "2026:03:04 05:06:07"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 48.5), 3: "E", 4: (121.0, 28.0, 12.25)})
    return exif


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_facts(order: str, prefix: bytes) -> None:
    facts = ExifFacts.from_bytes(prefix + block(order).tobytes().removeprefix(b"Exif\0\0"))
    assert facts == ExifFacts(
        orientation=1,
        taken_at=datetime.fromisoformat("2026-03-04T05:06:07"),
        make="HUAWEI",
        model="P60 Pro",
        software="Editor 1.2",
        has_location=True,
    )


def test_coordinates_are_nowhere_in_the_photo() -> None:
    out = io.BytesIO()
    Image.new("RGB", (200, 200)).save(out, "JPEG", exif=block())
    photo = read_photo(out.getvalue(), name="a", limits=IntakeLimits(), min_side=64)
    assert photo.exif.has_location
    assert not any(number in repr(photo) for number in ("31", "121", "48.5", "12.25"))


@pytest.mark.parametrize("orientation", [0, 9, 255, 65535])
def test_orientation_out_of_range_means_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert ExifFacts.from_bytes(exif.tobytes()).orientation == 1


@pytest.mark.parametrize("text", ["", "    :  :     :  :  ", "2026:13:45 99:99:99", "0000:00:00 00:00:00", "yesterday"])
def test_impossible_date_is_no_date(text: str) -> None:
    exif = Image.Exif()
    exif[0x0132] = text
    assert ExifFacts.from_bytes(exif.tobytes()).taken_at is None


def test_not_a_number_leaves_the_photo_usable() -> None:
    exif = block()
    exif[0x011A] = TiffImagePlugin.IFDRational(0, 0)
    exif[0x9999] = float("nan")
    exif.get_ifd(0x8825)[2] = (TiffImagePlugin.IFDRational(0, 0),) * 3
    exif.get_ifd(0x8769)[0x829A] = float("inf")
    out = io.BytesIO()
    Image.new("RGB", (200, 300)).save(out, "JPEG", exif=exif.tobytes())
    photo = read_photo(out.getvalue(), name="a", limits=IntakeLimits(), min_side=64)
    assert (photo.width, photo.exif.make) == (200, "HUAWEI")


def test_text_is_printable_and_short() -> None:
    exif = Image.Exif()
    exif[0x010F] = "A\x1b[31m\r\n" + "x" * 500
    make = ExifFacts.from_bytes(exif.tobytes()).make
    assert make is not None
    assert make.isprintable()
    assert len(make) == 64


@settings(max_examples=300)
@given(
    data=st.binary(max_size=400),
    start=st.sampled_from((b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"Exif\0\0II*\0\x08\0\0\0\x40\0")),
)
def test_garbage_never_raises(data: bytes, start: bytes) -> None:
    assert 1 <= ExifFacts.from_bytes(start + data).orientation <= 8


@settings(max_examples=300)
@given(at=st.integers(0, 400), value=st.binary(min_size=1, max_size=4))
def test_damaged_block_never_raises(at: int, value: bytes) -> None:
    whole = block().tobytes()
    assert 1 <= ExifFacts.from_bytes(whole[:at] + value + whole[at + len(value) :]).orientation <= 8

"""Every format that phones and programs write comes out as the same upright RGB picture."""

import hashlib
import io
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, ImageOps

from inference.images import IntakeLimits, Photo, read_photo

pillow_heif.register_heif_opener()
LIMITS = IntakeLimits()
ALL = 1_000_000


def read(data: bytes, min_side: int = ALL) -> Photo:
    return read_photo(data, name="IMG_1.jpg", limits=LIMITS, min_side=min_side)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def scene(size: tuple[int, int] = (320, 240)) -> Image.Image:
    """No two corners and no two sides alike, so that any wrong turn shows."""
    image = Image.new("RGB", size, (120, 130, 140))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] // 3, size[1] // 4), fill=(220, 30, 30))
    draw.rectangle((size[0] // 2, size[1] // 2, size[0], size[1]), fill=(30, 60, 200))
    draw.ellipse((10, size[1] // 2, 90, size[1] - 10), fill=(30, 180, 60))
    return image


def gap(photo: Photo, expected: Image.Image) -> float:
    """Mean absolute difference of two pictures of the same size, in levels."""
    truth = np.asarray(expected.convert("RGB")).astype(int)
    assert photo.pixels.shape == truth.shape
    return float(np.abs(photo.pixels - truth).mean())


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"quality": 95}),
        ("JPEG", {"quality": 95, "progressive": True}),
        ("PNG", {}),
        ("WEBP", {"quality": 95}),
        ("WEBP", {"lossless": True}),
        ("HEIF", {"quality": 90}),
        ("HEIF", {"quality": 90, "tile_size": 128}),
    ],
)
def test_reads_what_was_saved(kind: str, options: dict[str, object]) -> None:
    data = saved(scene(), kind, **options)
    photo = read(data)
    assert gap(photo, scene()) < 2.5
    assert (photo.width, photo.height, photo.scale) == (320, 240, 1.0)
    assert photo.format == kind.lower()
    assert photo.sha256 == hashlib.sha256(data).hexdigest()
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.flags.c_contiguous


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_upright_once(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(scene(), kind, exif=exif, quality=95)
    photo = read(data)
    with Image.open(io.BytesIO(data)) as stored:
        assert gap(photo, ImageOps.exif_transpose(stored)) < 1.5
    assert (photo.height, photo.width) == photo.pixels.shape[:2]


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_orientation_shows_the_scene_upright(orientation: int) -> None:
    """Against geometry written out by hand: the red corner of the scene is top left once the photo is upright."""
    turned = {
        1: scene(),
        3: scene().rotate(180),
        6: scene().rotate(90, expand=True),
        8: scene().rotate(270, expand=True),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = read(saved(turned[orientation], "PNG", exif=exif))
    assert gap(photo, scene()) == 0


def test_grey_and_cmyk_jpeg() -> None:
    grey, ink = scene().convert("L"), scene().convert("CMYK")
    assert gap(read(saved(grey, "JPEG", quality=95)), grey) < 1
    assert gap(read(saved(ink, "JPEG", quality=95)), scene()) < 3


def test_cmyk_without_adobe_marker_is_not_inverted() -> None:
    data = saved(scene().convert("CMYK"), "JPEG", quality=95)
    at = data.index(b"\xff\xee")
    plain = data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4]) :]
    marked, unmarked = read(data).pixels.astype(int), read(plain).pixels.astype(int)
    assert np.abs(marked - unmarked).mean() > 50


def test_ycck_jpeg() -> None:
    """The same inks with the Adobe marker saying that they were turned into YCCK: other colours, no failure."""
    data = saved(scene().convert("CMYK"), "JPEG", quality=95)
    at = data.index(b"Adobe") + 11
    ycck = data[:at] + b"\x02" + data[at + 1 :]
    with Image.open(io.BytesIO(ycck)) as stored:
        assert gap(read(ycck), stored.convert("RGB")) < 1.5


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 320 * 240).reshape(240, 320).astype(np.uint16)
    photo = read(saved(Image.fromarray(ramp), "PNG"))
    assert np.abs(photo.pixels[..., 0].astype(int) - (ramp >> 8)).max() <= 1
    assert photo.pixels.max() == 255
    assert photo.pixels.min() == 0


def test_sixteen_bit_colour_png() -> None:
    import cv2

    deep = np.asarray(scene()).astype(np.uint16) * 257
    _, data = cv2.imencode(".png", deep[..., ::-1])
    assert gap(read(data.tobytes()), scene()) == 0


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
def test_transparent_pixels_become_neutral_grey(kind: str) -> None:
    image = scene().convert("RGBA")
    alpha = Image.new("L", image.size, 255)
    alpha.paste(0, (160, 0, 320, 240))
    image.putalpha(alpha)
    photo = read(saved(image, kind, **({"lossless": True} if kind == "WEBP" else {"quality": 95})))
    assert np.abs(photo.pixels[:, 170:].astype(int) - 128).max() <= 2
    assert np.abs(photo.pixels[:, :150].astype(int) - np.asarray(scene())[:, :150]).mean() < 2.5


def test_palette_png_with_transparency_reduces_by_colour_not_by_index() -> None:
    image = scene((1280, 960)).quantize(16)
    photo = read(saved(image, "PNG"), min_side=320)
    assert photo.scale == 4.0
    assert gap(photo, scene((1280, 960)).reduce(4)) < 3


def test_one_bit_png() -> None:
    assert gap(read(saved(scene().convert("1"), "PNG")), scene().convert("1")) == 0


def test_multi_picture_jpeg_is_its_first_picture() -> None:
    data = saved(scene(), "MPO", save_all=True, append_images=[scene().rotate(180)], quality=95)
    assert gap(read(data), scene()) < 1.5


def test_motion_photo_is_its_picture() -> None:
    data = saved(scene(), "JPEG", quality=95) + b"\0\0\0\x18ftypmp42" + bytes(5000)
    assert gap(read(data), scene()) < 1.5


def test_jpeg_without_end_marker_but_complete() -> None:
    data = saved(scene(), "JPEG", quality=95)
    assert np.array_equal(read(data[:-2]).pixels, read(data).pixels)


def test_jpeg_padded_before_end_marker() -> None:
    data = saved(scene((1000, 800)), "JPEG", quality=95)
    assert np.array_equal(read(data[:-2] + bytes(40) + data[-2:]).pixels, read(data).pixels)


def test_jpeg_with_the_scan_parameters_some_phones_write() -> None:
    data = saved(scene(), "JPEG", quality=95)
    at = data.index(b"\xff\xda")
    end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
    odd = data[: end - 3] + b"\0\0\0" + data[end:]
    assert np.array_equal(read(odd).pixels, read(data).pixels)


def test_wrong_extension_does_not_matter() -> None:
    photo = read_photo(saved(scene(), "PNG"), name="holiday.jpg", limits=LIMITS, min_side=640)
    assert (photo.name, photo.format) == ("holiday.jpg", "png")


def test_reads_a_path_and_keeps_only_the_name_given(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(saved(scene(), "JPEG"))
    photo = read_photo(path, name="front", limits=LIMITS, min_side=640)
    assert photo.name == "front"
    assert str(tmp_path) not in repr(photo)


def test_photo_is_frozen_and_checks_itself() -> None:
    photo = read(saved(scene(), "JPEG"))
    with pytest.raises(FrozenInstanceError):
        photo.width = 3  # type: ignore[misc]
    with pytest.raises(ValueError, match="does not hold"):
        Photo(name="", sha256="", width=99, height=9, pixels=photo.pixels, scale=1.0, format="jpeg", exif=photo.exif)


@settings(max_examples=60)
@given(
    width=st.integers(160, 900),
    height=st.integers(160, 900),
    min_side=st.integers(1, 1000),
    kind=st.sampled_from(["JPEG", "PNG", "WEBP"]),
)
def test_reduced_scale_keeps_the_long_side(width: int, height: int, min_side: int, kind: str) -> None:
    photo = read(saved(Image.new("RGB", (width, height), (90, 20, 60)), kind), min_side)
    long_side = max(photo.pixels.shape)
    assert long_side >= min(min_side, max(width, height))
    assert photo.scale == 8 or long_side < 2 * min_side or photo.scale == 1
    assert photo.pixels.shape[1] == -(-width // int(photo.scale))
    assert np.abs(photo.pixels.astype(int) - (90, 20, 60)).max() <= 4


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_reduced_scale_shows_the_same_scene(kind: str) -> None:
    photo = read(saved(scene((1283, 961)), kind, quality=95), min_side=640)
    assert (photo.scale, photo.width, photo.height) == (2.0, 1283, 961)
    assert gap(photo, scene((1283, 961)).reduce(2)) < 2.5


def wide_profile(primaries: tuple[float, ...]) -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for index, tag in enumerate((b"rXYZ", b"gXYZ", b"bXYZ")):
        place = profile.index(tag, 128) + 4
        at = int.from_bytes(profile[place : place + 4]) + 8
        for axis in range(3):
            number = round(primaries[3 * index + axis] * 65536)
            profile[at + 4 * axis : at + 4 * axis + 4] = number.to_bytes(4, signed=True)
    return bytes(profile)


ADOBE_RGB = (0.60974, 0.31111, 0.01947, 0.20528, 0.62567, 0.06087, 0.14919, 0.06322, 0.74457)
DISPLAY_P3 = (0.51512, 0.24120, -0.00105, 0.29198, 0.69225, 0.04189, 0.15710, 0.06657, 0.78407)


def test_wide_gamut_is_converted_and_near_srgb_is_left() -> None:
    plain = read(saved(scene(), "PNG")).pixels.astype(int)
    adobe = read(saved(scene(), "PNG", icc_profile=wide_profile(ADOBE_RGB))).pixels
    apple = read(saved(scene(), "PNG", icc_profile=wide_profile(DISPLAY_P3))).pixels
    assert np.array_equal(apple, plain)
    assert adobe[10, 10, 0] > plain[10, 10, 0] + 10  # red of the wider space is beyond red of sRGB


@pytest.mark.parametrize("profile", [b"", b"nonsense", bytes(500), b"\xff" * 5000])
def test_broken_colour_profile_is_ignored(profile: bytes) -> None:
    assert gap(read(saved(scene(), "JPEG", quality=95, icc_profile=profile)), scene()) < 1.5

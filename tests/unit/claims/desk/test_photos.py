"""Photos made small to be shown: upright, no larger than asked for, and pixels only."""

import io

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from claims.desk.photos import reduced
from model.errors import PhotoRejected


def taken(kind: str, orientation: int = 1) -> bytes:
    """640 x 480 px as stored, dark but for the left third, with all that a phone says of itself."""
    pixels = np.full((480, 640, 3), 30, np.uint8)
    pixels[:, :200] = 220
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x0112], exif[0x010F], exif[0x0132] = orientation, "HUAWEI", "2026:11:20 18:03:04"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 48.5), 3: "E", 4: (121.0, 28.0, 12.25)})
    picture = Image.fromarray(pixels)
    if kind == "HEIF":
        pillow_heif.from_pillow(picture).save(out, exif=exif.tobytes())
    else:
        picture.save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("long_side", [64, 320])
def test_only_pixels_are_left(kind: str, long_side: int) -> None:
    content = reduced(taken(kind), long_side)
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (long_side, long_side * 3 // 4), {})
        assert not {"exif", "comment", "icc_profile", "xmp"} & set(image.info)
        assert image.getpixel((5, 5))[0] > 180 > 80 > image.getpixel((long_side - 5, 5))[0]
    assert b"HUAWEI" not in content


@pytest.mark.parametrize(("orientation", "bright"), [(1, (2, 30)), (3, (61, 18)), (6, (24, 2)), (8, (24, 61))])
def test_a_turned_photo_is_shown_upright(orientation: int, bright: tuple[int, int]) -> None:
    with Image.open(io.BytesIO(reduced(taken("JPEG", orientation), 64))) as image:
        assert image.size == ((48, 64) if orientation in {6, 8} else (64, 48))
        assert image.getpixel(bright)[0] > 180


def test_a_small_photo_is_not_made_larger() -> None:
    with Image.open(io.BytesIO(reduced(taken("JPEG"), 4000))) as image:
        assert image.size == (640, 480)


def test_what_is_no_photo_cannot_be_shown() -> None:
    with pytest.raises(PhotoRejected) as refusal:
        reduced(b"GIF89a", 64)
    assert refusal.value.code == "photo.unsupported_format"

"""From a decoded Pillow picture of any mode to RGB, reduced first so that 50 megapixels stay within memory."""

import numpy as np
from PIL import Image, _imaging

from inference.intake.limits import Decoded, Pixels, reduction

_STRIP = 256
# Pillow's own 16 MiB blocks come from the heap of each thread, which keeps them: 400 MiB per thread that ever decoded a
# large photo. Above 32 MiB (glibc's DEFAULT_MMAP_THRESHOLD_MAX) the memory of a large picture is given back at once.
_imaging.set_block_size(64 * 1024 * 1024)
NEUTRAL = (128, 128, 128)
"""What shows through transparent pixels: grey, which neither reads as glare nor as shadow."""


def to_rgb(image: Image.Image, min_side: int) -> Decoded:
    """Reduce by a power of two as far as ``min_side`` allows, then convert to uint8 RGB."""
    factor = reduction(*image.size, min_side)
    return Decoded(reduced_rgb(image, factor), factor)


def reduced_rgb(image: Image.Image, factor: int) -> Pixels:
    """Every block of ``factor`` squared pixels averaged, as uint8 RGB; the last row and column may be partial."""
    image = _averageable(image)
    return _array(image.reduce(factor) if factor > 1 else image)


def _averageable(image: Image.Image) -> Image.Image:
    """A mode of 8-bit channels whose values may be averaged (palette indices may not)."""
    if image.mode.startswith("I;16"):
        return _eight_bits(image)
    if image.has_transparency_data and image.mode not in {"RGBA", "LA", "La", "RGBa"}:
        return image.convert("RGBA")
    return image if image.mode in {"L", "LA", "RGB", "RGBA", "RGBX", "La", "RGBa"} else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    # Pillow's own conversion to "L" clips at 255 instead of dividing.
    return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))


def _array(image: Image.Image) -> Pixels:
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, _STRIP):
        strip = image.crop((0, top, image.width, min(top + _STRIP, image.height)))
        pixels[top : top + _STRIP] = np.asarray(_opaque(strip))
    return pixels


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    straight = image.convert("RGBA")
    ground = Image.new("RGB", image.size, NEUTRAL)
    ground.paste(straight, mask=straight.getchannel("A"))
    return ground

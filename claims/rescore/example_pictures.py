"""Pictures of a car for the example, drawn by code: nobody's car, and the same bytes each time."""

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

_SIZE: Final = (1000, 750)
_COLOURS: Final = ((176, 42, 38), (35, 86, 140), (208, 210, 212), (46, 52, 58), (28, 110, 84), (196, 150, 52))
_GLASS: Final = (52, 70, 84)
_BARE: Final = (236, 234, 228)
_RUBBER: Final = (24, 24, 26)
_BODY: Final = (
    (100, 470),
    (190, 405),
    (310, 392),
    (410, 288),
    (660, 288),
    (770, 392),
    (880, 415),
    (900, 545),
    (104, 548),
)
_WINDOWS: Final = (
    ((340, 388), (418, 302), (518, 302), (518, 388)),
    ((532, 388), (532, 302), (646, 302), (730, 388)),
)
_Colour = tuple[int, int, int]


def whole_car(number: int, scratch: float) -> bytes:
    """A car from its left as a JPEG, with a scratch of 0 (none) to 1 (a door's length) on its front door."""
    image, colour = _street(number), _COLOURS[number % len(_COLOURS)]
    draw = ImageDraw.Draw(image)
    draw.polygon(_BODY, fill=colour)
    draw.polygon([(104, 515), (900, 512), (900, 545), (104, 548)], fill=_shade(colour, 0.6))
    for window in _WINDOWS:
        draw.polygon(window, fill=_GLASS)
    for x in (372, 592, 744):
        draw.line((x, 394, x, 530), fill=_shade(colour, 0.6), width=3)
    for x in (536, 690):
        draw.rounded_rectangle((x, 420, x + 36, 430), 4, fill=_shade(colour, 0.5))
    for x in (204, 704):
        draw.ellipse((x, 470, x + 136, 606), fill=_RUBBER)
        draw.ellipse((x + 34, 504, x + 102, 572), fill=(172, 176, 180))
    _scratch(draw, (390, 455), 180 * scratch)
    return _jpeg(image)


def close_up(number: int, scratch: float) -> bytes:
    """The same door from a metre."""
    image, colour = _street(number + 1), _COLOURS[number % len(_COLOURS)]
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((60, 40, 940, 720), 46, fill=colour)
    draw.polygon([(60, 230), (940, 190), (940, 205), (60, 247)], fill=_shade(colour, 1.25))
    draw.rounded_rectangle((730, 300, 870, 338), 16, fill=_shade(colour, 0.5))
    _scratch(draw, (150, 430), 700 * scratch)
    return _jpeg(image)


def _street(number: int) -> Image.Image:
    """A wall of light and dark stones behind a road, each like no other."""
    stones = np.random.default_rng(number).integers(70, 235, (6, 8), dtype=np.uint8)
    wall = Image.fromarray(stones).resize((_SIZE[0], 520), Image.Resampling.NEAREST).convert("RGB")
    image = Image.new("RGB", _SIZE, (88, 92, 96))
    image.paste(wall.filter(ImageFilter.GaussianBlur(3)), (0, 0))
    return image


def _scratch(draw: ImageDraw.ImageDraw, start: Sequence[int], length: float) -> None:
    x, y = start
    for line in range(3 if length else 0):
        draw.line((x + 4 * line, y + 5 * line, x + length - 6 * line, y + 5 * line + 8), fill=_BARE, width=3)


def _shade(colour: _Colour, by: float) -> _Colour:
    red, green, blue = (min(255, int(part * by)) for part in colour)
    return red, green, blue


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()

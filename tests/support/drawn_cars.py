"""Drawn photos of a car with scratches, and what a detector would say of them: 1000 x 750 px, each like no other."""

import io
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from inference.testing import Row

WIDTH, HEIGHT = 1000, 750
_COLOURS: Final = ((176, 42, 38), (35, 86, 140), (208, 210, 212), (46, 52, 58), (28, 110, 84), (196, 150, 52))
_SCRATCH: Final = 0.93


@dataclass(frozen=True)
class Drawn:
    """A JPEG and what is to be seen on it."""

    content: bytes
    rows: tuple[Row, ...]


def side_view(seed: int) -> Drawn:
    """A whole car from its left, with a scratch on the front door."""
    image, rng = _street(seed), np.random.default_rng(seed)
    colour, dx = _COLOURS[seed % len(_COLOURS)], int(rng.integers(-30, 31))
    draw = ImageDraw.Draw(image)
    _body(draw, colour, dx)
    scratch = _scratch(draw, (470 + dx, 452), (556 + dx, 466))
    rows: list[Row] = [
        ("front_left_door", 0.95, _box(372 + dx, 392, 590 + dx, 536)),
        ("back_left_door", 0.92, _box(592 + dx, 392, 742 + dx, 536)),
        ("left_fender", 0.9, _box(196 + dx, 402, 370 + dx, 520)),
        ("front_bumper", 0.9, _box(104 + dx, 452, 200 + dx, 548)),
        ("front_left_light", 0.88, _box(118 + dx, 420, 176 + dx, 452)),
        ("wheel", 0.96, _box(204 + dx, 470, 340 + dx, 606)),
        ("wheel", 0.96, _box(704 + dx, 470, 840 + dx, 606)),
        ("scratch", _SCRATCH, scratch),
    ]
    return Drawn(_jpeg(image, seed), tuple(rows))


def close_up(seed: int) -> Drawn:
    """The same scratch from a metre: the door fills most of the photo."""
    image = _street(seed + 1)
    draw = ImageDraw.Draw(image)
    colour = _COLOURS[seed % len(_COLOURS)]
    draw.rounded_rectangle((90, 60, 920, 700), 46, fill=colour)
    draw.polygon([(90, 250), (920, 214), (920, 226), (90, 264)], fill=_shade(colour, 1.25))
    draw.rounded_rectangle((730, 300, 862, 336), 16, fill=_shade(colour, 0.7))
    _glints(draw, colour, seed)
    scratch = _scratch(draw, (392, 418), (468, 446))
    rows: list[Row] = [("front_left_door", 0.95, _box(90, 60, 920, 700)), ("scratch", _SCRATCH, scratch)]
    return Drawn(_jpeg(image, seed), tuple(rows))


def scratches(seed: int, count: int = 5) -> Drawn:
    """So near, beside a wheel, that nothing tells on which part the scratches are."""
    image, rng = _street(seed + 2), np.random.default_rng(seed)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 40, WIDTH, 710), fill=_COLOURS[seed % len(_COLOURS)])
    _glints(draw, _COLOURS[seed % len(_COLOURS)], seed)
    lefts, tops = rng.permutation(np.linspace(60, 640, count).astype(int)), np.linspace(90, 640, count).astype(int)
    boxes = [_scratch(draw, (x, y), (x + 120, y + 24)) for x, y in zip(lefts.tolist(), tops.tolist(), strict=True)]
    draw.ellipse((840, 560, 1100, 820), fill=(24, 24, 26))
    rows: list[Row] = [("scratch", round(0.9 - 0.02 * number, 2), box) for number, box in enumerate(boxes)]
    rows.append(("wheel", 0.9, _box(840, 560, 1000, 750)))
    return Drawn(_jpeg(image, seed), tuple(rows))


def unharmed(seed: int) -> Drawn:
    """A whole car without damage."""
    image = _street(seed + 3)
    _body(ImageDraw.Draw(image), _COLOURS[seed % len(_COLOURS)], 0)
    return Drawn(_jpeg(image, seed), tuple(row for row in side_view(seed).rows if row[0] != "scratch"))


def dark(seed: int) -> Drawn:
    """At night, without a light."""
    pixels = np.random.default_rng(seed).integers(0, 6, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    return Drawn(_jpeg(Image.fromarray(pixels), seed), ())


def wall(seed: int) -> Drawn:
    """No car at all."""
    return Drawn(_jpeg(_street(seed + 4), seed), ())


def _street(seed: int) -> Image.Image:
    """A wall of light and dark stones behind a road: what makes each photo another picture."""
    rng = np.random.default_rng(seed * 7919 + 17)
    stones = rng.integers(70, 235, (6, 8), dtype=np.uint8)
    image = Image.fromarray(stones).resize((WIDTH, 520), Image.Resampling.NEAREST).convert("RGB")
    scene = Image.new("RGB", (WIDTH, HEIGHT), (112, 116, 120))
    scene.paste(image.filter(ImageFilter.GaussianBlur(3)), (0, 0))
    ground = ImageDraw.Draw(scene)
    ground.rectangle((0, 520, WIDTH, HEIGHT), fill=(88, 92, 96))
    left = int(rng.integers(0, 300))
    ground.polygon([(left, HEIGHT), (left + 260, HEIGHT), (left + 420, 620), (left + 330, 620)], fill=(226, 226, 220))
    return scene


def _body(draw: ImageDraw.ImageDraw, colour: tuple[int, int, int], dx: int) -> None:
    def at(*points: tuple[int, int]) -> list[tuple[int, int]]:
        return [(x + dx, y) for x, y in points]

    draw.polygon(at((300, 396), (400, 284), (660, 284), (770, 396)), fill=_shade(colour, 0.9))
    draw.polygon(at((330, 390), (410, 298), (516, 298), (516, 390)), fill=(52, 70, 84))
    draw.polygon(at((530, 390), (530, 298), (648, 298), (736, 390)), fill=(52, 70, 84))
    draw.polygon(
        at((104, 452), (190, 402), (300, 392), (780, 392), (880, 414), (896, 470), (890, 546), (110, 548)), fill=colour
    )
    draw.polygon(at((110, 516), (890, 512), (890, 546), (110, 548)), fill=_shade(colour, 0.6))
    for x in (372, 592, 744):
        draw.line(at((x, 394), (x, 530)), fill=_shade(colour, 0.6), width=3)
    for x in (536, 690):
        draw.rounded_rectangle((x + dx, 420, x + dx + 36, 430), 4, fill=_shade(colour, 0.55))
    draw.ellipse((118 + dx, 422, 176 + dx, 450), fill=(246, 240, 214))
    for x in (204, 704):
        draw.ellipse((x + dx, 470, x + dx + 136, 606), fill=(24, 24, 26))
        draw.ellipse((x + dx + 34, 504, x + dx + 102, 572), fill=(172, 176, 180))


def _glints(draw: ImageDraw.ImageDraw, colour: tuple[int, int, int], seed: int) -> None:
    rng = np.random.default_rng(seed * 31 + 5)
    for _ in range(9):
        x, y = int(rng.integers(90, 700)), int(rng.integers(60, 560))
        reach = int(rng.integers(60, 220))
        if not (x - reach < 480 < x + reach and y - 60 < 430 < y + 140):
            draw.ellipse((x, y, x + reach, y + 90), fill=_shade(colour, float(rng.uniform(0.55, 1.5))))


def _scratch(
    draw: ImageDraw.ImageDraw, start: tuple[int, int], end: tuple[int, int]
) -> tuple[float, float, float, float]:
    (x1, y1), (x2, y2) = start, end
    for offset in range(3):
        shift = offset * (y2 - y1) // 3
        draw.line((x1 + 4 * offset, y1 + shift, x2 - 6 * offset, y1 + shift + 6), fill=(236, 234, 228), width=3)
    return _box(x1, y1, x2, y2)


def _shade(colour: tuple[int, int, int], by: float) -> tuple[int, int, int]:
    red, green, blue = (min(255, int(part * by)) for part in colour)
    return red, green, blue


def _box(*corners: int) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = map(float, corners)
    return x1, y1, x2, y2


def _jpeg(image: Image.Image, seed: int) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[270] = f"drawn {seed}"
    image.save(out, "JPEG", quality=90, exif=exif)
    return out.getvalue()

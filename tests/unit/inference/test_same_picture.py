"""A copy that was cropped, turned, mirrored, warped or encoded again is one picture; another photo is not."""

import io
import itertools
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from inference.same_picture import LONG_SIDE, Grey, Pictures, grey_copy, same_picture

ALTERED = [
    *("crop", "large crop", "off one side", "border", "turn", "quarter turn", "half turn"),
    *("mirror", "mirror, crop, encode", "warp", "brighter", "encode", "small"),
]


def drawn(seed: int) -> Image.Image:
    """Shapes like no other drawing's, 800 x 600 px."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (800, 600), tuple(rng.integers(60, 200, 3).tolist()))
    draw = ImageDraw.Draw(image)
    for _ in range(120):
        x, y = rng.integers(0, 800), rng.integers(0, 600)
        corners = [(int(x + dx), int(y + dy)) for dx, dy in rng.integers(-70, 70, (4, 2))]
        draw.polygon(corners, fill=tuple(rng.integers(0, 256, 3).tolist()))
    return image


def altered(image: Image.Image, how: str) -> Image.Image:
    width, height = image.size
    match how:
        case "crop":
            return cropped(image, 0.05)
        case "large crop":
            return cropped(image, 0.15)
        case "off one side":
            return image.crop((round(0.3 * width), 0, width, height))
        case "border":
            framed = Image.new("RGB", (width + 100, height + 100), (128, 128, 128))
            framed.paste(image, (40, 60))
            return framed
        case "turn":
            return image.rotate(7, Image.Resampling.BILINEAR)
        case "quarter turn":
            return image.transpose(Image.Transpose.ROTATE_90)
        case "half turn":
            return image.transpose(Image.Transpose.ROTATE_180)
        case "mirror":
            return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        case "mirror, crop, encode":
            return encoded(cropped(altered(image, "mirror"), 0.06), 50)
        case "warp":
            corners = (0.04 * width, 0.03 * height, 0.01 * width, 0.94 * height, width, height, 0.97 * width, 0)
            return image.transform(image.size, Image.Transform.QUAD, corners, Image.Resampling.BILINEAR)
        case "brighter":
            return ImageEnhance.Brightness(image).enhance(1.2)
        case "encode":
            return encoded(image, 30)
        case _:
            return image.resize((width // 3, height // 3))


def cropped(image: Image.Image, share: float) -> Image.Image:
    width, height = image.size
    dx, dy = round(share * width), round(share * height)
    return image.crop((dx, dy, width - dx, height - dy))


def encoded(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def grey(image: Image.Image) -> Grey:
    return grey_copy(np.asarray(image.convert("RGB")))


@pytest.fixture(scope="module")
def photos(shared_photos: Path) -> list[Image.Image]:
    """A training photo of each of ten groups of two sets."""
    found: list[Image.Image] = []
    for name in ("damage_types", "damaged_unlabelled"):
        entries = json.loads((shared_photos / name / "annotations.json").read_text("utf-8"))["images"]
        groups = {entry["group"]: entry["file_name"] for entry in entries if entry["split"] == "train"}
        files = [shared_photos / name / "images" / file for file in sorted(groups.values())[:10]]
        found += [Image.open(file).convert("RGB") for file in files]
    return found


@pytest.fixture
def usual_threads() -> Iterator[None]:
    before = cv2.getNumThreads()
    yield
    cv2.setNumThreads(before)


def test_the_copy_is_grey_and_small() -> None:
    assert grey(drawn(1)).shape == (240, LONG_SIDE)
    assert grey(drawn(1).crop((0, 0, 40, 160))).shape == (LONG_SIDE, 80)


@pytest.mark.parametrize("how", ALTERED)
def test_an_altered_copy_is_the_same_picture_either_way(how: str) -> None:
    picture = drawn(3)
    one, copy = grey(picture), grey(altered(picture, how))
    assert same_picture(one, copy)
    assert same_picture(copy, one)


@pytest.mark.parametrize("how", ["crop", "mirror", "turn"])
def test_an_altered_other_drawing_is_another_picture(how: str) -> None:
    assert not any(same_picture(grey(drawn(seed)), grey(altered(drawn(seed + 1), how))) for seed in range(5, 11))


@pytest.mark.parametrize("how", ALTERED)
def test_an_altered_copy_is_one_in_every_detail(how: str) -> None:
    assert Pictures([grey(drawn(3)), grey(altered(drawn(3), how))]).copied(0, 1)


def test_what_differs_in_its_details_only_is_the_same_and_no_copy() -> None:
    """As two cars of one make on the same spot of a studio."""
    blocks = np.random.default_rng(4).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    fine = Image.fromarray(blocks).resize((800, 600), Image.Resampling.NEAREST)
    pictures = Pictures([grey(drawn(3)), grey(Image.blend(drawn(3), fine, 0.35))])
    assert pictures.same(0, 1)
    assert not pictures.copied(0, 1)


def test_what_shows_nothing_is_no_copy_of_anything() -> None:
    blank, line = np.full((240, LONG_SIDE), 90, np.uint8), np.full((1, LONG_SIDE), 90, np.uint8)
    for one, other in itertools.product((blank, line, grey(drawn(1))), (blank, line)):
        assert not same_picture(one, other)
        assert not same_picture(other, one)


def test_pictures_of_a_case_are_compared_as_alone() -> None:
    greys = [grey(drawn(1)), grey(altered(drawn(1), "turn")), grey(drawn(2)), None]
    pictures = Pictures(greys)
    for one, other in [*itertools.permutations(range(4), 2)] * 2:
        first, second = greys[one], greys[other]
        alone = first is not None and second is not None and same_picture(first, second)
        assert pictures.same(one, other) is alone
    assert pictures.same(0, 1)


@pytest.mark.usefixtures("usual_threads")
def test_the_answers_do_not_depend_on_threads_or_on_what_was_drawn_at_random_before() -> None:
    pairs = [(grey(drawn(seed)), grey(cropped(drawn(seed), 0.02 * seed))) for seed in range(1, 16)]
    cv2.setNumThreads(1)
    alone = [same_picture(*pair) for pair in pairs]
    assert set(alone) == {True, False}
    for threads in (2, 4):
        cv2.setNumThreads(threads)
        cv2.setRNGSeed(threads)
        with ThreadPoolExecutor(threads) as pool:
            assert list(pool.map(same_picture, *zip(*pairs, strict=True))) == alone


@pytest.mark.photos
@pytest.mark.parametrize("how", ALTERED)
def test_nearly_all_copies_of_real_photos_are_found(photos: list[Image.Image], how: str) -> None:
    found = [same_picture(grey(photo), grey(altered(photo, how))) for photo in photos]
    assert sum(found) >= 0.9 * len(found)


@pytest.mark.photos
def test_real_photos_of_different_cars_are_different(photos: list[Image.Image]) -> None:
    pictures = Pictures([grey(photo) for photo in photos])
    assert not any(pictures.same(one, other) for one, other in itertools.combinations(range(len(photos)), 2))

"""A photo's altered hashes are near those of its crops and turns, and far from those of other photos."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.altered_hashes import altered_hashes
from inference.fingerprint import NEAR_DUPLICATE_DISTANCE, distance, perceptual_hash, turned_hashes
from inference.same_picture import grey_copy

ALIKE = 8
"""Bits: ``alike_bits`` of data/rules/fraud.yaml."""


def cropped(image: Image.Image) -> Image.Image:
    width, height = image.size
    return image.crop((width * 3 // 100, height * 3 // 100, width * 97 // 100, height * 97 // 100))


def askew(image: Image.Image) -> Image.Image:
    return image.rotate(2)


def mirrored(image: Image.Image) -> Image.Image:
    return cropped(image).transpose(Image.Transpose.FLIP_LEFT_RIGHT)


@pytest.fixture(scope="module")
def photos(shared_photos: Path) -> list[Image.Image]:
    """Training photos of several sets, the first of each."""
    folders = ("damage_outlines", "damaged_parts", "damage_types")
    return [
        Image.open(path).convert("RGB")
        for folder in folders
        for path in sorted((shared_photos / folder / "images").glob("*.jpg"))[:15]
    ]


def nearest(image: Image.Image, other: Image.Image) -> int:
    """Bits between what is asked of a photo and what is kept of another."""
    kept = perceptual_hash(np.asarray(other))
    return min(distance(asked, kept) for asked in altered_hashes(grey_copy(np.asarray(image))))


def test_the_first_is_the_photos_own_and_the_eighth_its_mirror_images(photos: list[Image.Image]) -> None:
    for image in photos:
        pixels = np.asarray(image)
        hashes, turned = altered_hashes(grey_copy(pixels)), turned_hashes(pixels)
        assert len(hashes) == 14
        assert distance(hashes[0], turned[0]) <= NEAR_DUPLICATE_DISTANCE
        assert min(distance(hashes[7], one) for one in turned[1:]) <= NEAR_DUPLICATE_DISTANCE


@pytest.mark.parametrize("change", [cropped, askew, mirrored])
def test_altered_photos_are_near(photos: list[Image.Image], change: Callable[[Image.Image], Image.Image]) -> None:
    found = [nearest(change(image), image) <= ALIKE for image in photos]
    assert sum(found) >= 0.9 * len(photos)


def test_other_photos_are_not(photos: list[Image.Image]) -> None:
    near = [nearest(one, other) <= ALIKE for one in photos for other in photos if one is not other]
    assert sum(near) <= 0.01 * len(near)

"""The same picture is recognised after re-encoding; other pictures are not taken for it."""

import io
import json
from pathlib import Path

import cv2
import imagehash
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inference.fingerprint import (
    NEAR_DUPLICATE_DISTANCE,
    distance,
    near_duplicate,
    perceptual_hash,
    sha256,
    turned_hashes,
)
from inference.images import IntakeLimits, read_photo

DATASET = Path(__file__).resolve().parents[4] / "shared" / "datasets" / "undamaged"
HASHES = st.integers(0, (1 << 64) - 1)


def hash_of(data: bytes) -> int:
    return perceptual_hash(read_photo(data, name="x", limits=IntakeLimits(min_side=64), min_side=320).pixels)


def encoded(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


@pytest.fixture(scope="module")
def photos() -> list[Path]:
    """One training photo of each of forty groups."""
    if not DATASET.is_dir():
        pytest.skip("no annotated photos: ../shared/datasets/undamaged is absent")
    entries = json.loads((DATASET / "annotations.json").read_text("utf-8"))["images"]
    groups = {entry["group"]: entry["file_name"] for entry in entries if entry["split"] == "train"}
    return [DATASET / "images" / name for name in sorted(groups.values())[:40]]


def test_sha256_is_of_the_bytes() -> None:
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(one=HASHES, other=HASHES, third=HASHES)
def test_distance_is_a_metric(one: int, other: int, third: int) -> None:
    assert distance(one, one) == 0
    assert distance(one, other) == distance(other, one) <= 64
    assert distance(one, third) <= distance(one, other) + distance(other, third)
    assert near_duplicate(one, other) == (distance(one, other) <= NEAR_DUPLICATE_DISTANCE)


@given(seed=st.integers(0, 10_000), width=st.integers(130, 600), height=st.integers(130, 600))
def test_bits_are_those_of_imagehash(seed: int, width: int, height: int) -> None:
    """Of the same averaged picture; a bit may fall either way where a frequency equals the median."""
    rough = np.random.default_rng(seed).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    pixels = np.asarray(Image.fromarray(rough).resize((width, height), Image.Resampling.BICUBIC))
    small = cv2.resize(pixels, (128, 128), interpolation=cv2.INTER_AREA).astype(np.uint8)
    reference = int(str(imagehash.phash(Image.fromarray(small))), 16)
    assert distance(perceptual_hash(pixels), reference) <= 1


@given(seed=st.integers(0, 10_000), width=st.integers(130, 600), height=st.integers(130, 600))
def test_turned_and_mirrored_copies_are_recognised(seed: int, width: int, height: int) -> None:
    rough = np.random.default_rng(seed).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    pixels = np.asarray(Image.fromarray(rough).resize((width, height), Image.Resampling.BICUBIC))
    known = turned_hashes(pixels)
    assert known[0] == perceptual_hash(pixels)
    for copy in (pixels[:, ::-1], pixels[::-1], pixels.transpose(1, 0, 2), np.rot90(pixels), np.rot90(pixels, 3)):
        found = perceptual_hash(np.ascontiguousarray(copy))
        assert min(distance(found, one) for one in known) <= 2


def test_flat_photo_has_a_hash() -> None:
    assert 0 <= perceptual_hash(np.full((200, 300, 3), 128, np.uint8)) < 1 << 64


@pytest.mark.photos
def test_reencoded_and_halved_photos_are_recognised(photos: list[Path]) -> None:
    for path in photos:
        with Image.open(path) as opened:
            image = opened.convert("RGB")
        original = hash_of(path.read_bytes())
        half = image.resize((image.width // 2, image.height // 2))
        assert near_duplicate(original, hash_of(encoded(image, 60))), path.name
        assert near_duplicate(original, hash_of(encoded(half, 80))), path.name


@pytest.mark.photos
def test_photos_of_different_groups_are_different(photos: list[Path]) -> None:
    hashes = [hash_of(path.read_bytes()) for path in photos]
    pairs = [(one, other) for at, one in enumerate(hashes) for other in hashes[at + 1 :]]
    assert not any(near_duplicate(one, other) for one, other in pairs)
    assert np.median([distance(one, other) for one, other in pairs]) > 20

"""Whatever is done to a picture is done to its boxes: white rectangles on black, looked for where the boxes say."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.taxonomy import read_taxonomy
from training.augment import (
    LEAST_VISIBLE,
    Sample,
    coloured,
    degraded,
    mirror_of,
    mirrored,
    mosaic,
    moved,
    placed,
    warped,
)
from training.recipe import Augment

LABELS = tuple(read_taxonomy("joint-v1"))
SWAPS = mirror_of(LABELS)
SEEDS = st.integers(0, 10_000)
BORDER = 1.6
"""Pixels by which interpolation may blur an edge."""


def _sample(box: tuple[int, int, int, int] = (30, 20, 70, 50), *, size: tuple[int, int] = (120, 90)) -> Sample:
    pixels = np.zeros((size[1], size[0], 3), dtype=np.uint8)
    pixels[box[1] : box[3], box[0] : box[2]] = 255
    return Sample(
        pixels=pixels,
        boxes=np.array([box], dtype=np.float32),
        labels=np.array([LABELS.index("front_left_door")]),
        taught=np.array([label != "left_fender" for label in LABELS]),
    )


def _white(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64] | None:
    """Corners of what is white."""
    rows, columns = np.nonzero(pixels[..., 0] > 160)
    if not len(rows):
        return None
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], dtype=np.float64)


def test_every_label_has_a_mirror_and_only_sides_change() -> None:
    mirrors = {label: LABELS[channel] for label, channel in zip(LABELS, SWAPS, strict=True)}
    assert mirrors["front_left_door"] == "front_right_door"
    assert mirrors["right_mirror"] == "left_mirror"
    assert mirrors["left_quarter_panel"] == "right_quarter_panel"
    assert {label for label, other in mirrors.items() if label == other} == {
        label for label in LABELS if "left" not in label and "right" not in label
    }
    assert (SWAPS[SWAPS] == np.arange(len(LABELS))).all()


def test_mirroring_moves_the_box_and_swaps_what_is_taught() -> None:
    turned = mirrored(_sample(), SWAPS)
    assert LABELS[turned.labels[0]] == "front_right_door"
    assert [label for label, says in zip(LABELS, turned.taught, strict=True) if not says] == ["right_fender"]
    np.testing.assert_array_equal(turned.boxes, [[50, 20, 90, 50]])
    np.testing.assert_array_equal(turned.boxes[0], _white(turned.pixels))


def test_mirrored_twice_is_what_it_was() -> None:
    sample = _sample()
    twice = mirrored(mirrored(sample, SWAPS), SWAPS)
    for name in ("pixels", "boxes", "labels", "taught"):
        np.testing.assert_array_equal(getattr(twice, name), getattr(sample, name))


@given(seed=SEEDS, left=st.integers(0, 70), top=st.integers(0, 50))
def test_warped_boxes_hold_the_moved_object(seed: int, left: int, top: int) -> None:
    sample = _sample((left, top, left + 40, top + 30))
    random, augment = np.random.default_rng(seed), Augment(turn=8, shift=0.2)
    matrix, size = placed(sample, 128, augment, random)
    made = warped(sample, matrix, size)
    seen = _white(made.pixels)
    if len(made.boxes):
        assert seen is not None
        assert (made.boxes[0] >= 0).all()
        assert (made.boxes[0] <= 128).all()
        assert (seen[:2] >= made.boxes[0, :2] - BORDER).all()
        assert (seen[2:] <= made.boxes[0, 2:] + BORDER).all()


@given(seed=SEEDS)
def test_without_a_turn_the_box_fits(seed: int) -> None:
    sample = _sample()
    matrix, size = placed(sample, 160, Augment(turn=0, zoom=(0.9, 1.1), shift=0.05), np.random.default_rng(seed))
    made = warped(sample, matrix, size)
    np.testing.assert_allclose(made.boxes[0], _white(made.pixels), atol=BORDER)


def test_a_box_that_is_mostly_cut_off_is_gone() -> None:
    sample = _sample((0, 0, 100, 40))
    for share, left in ((LEAST_VISIBLE + 0.05, 1), (LEAST_VISIBLE - 0.05, 0)):
        matrix = np.array([[1.0, 0, -100 * (1 - share)], [0, 1.0, 0]])
        assert len(warped(sample, matrix, (90, 120)).boxes) == left


def test_nothing_drawn_stays_nothing() -> None:
    empty = Sample(
        pixels=np.zeros((20, 30, 3), dtype=np.uint8),
        boxes=np.zeros((0, 4), dtype=np.float32),
        labels=np.zeros(0, dtype=np.int64),
        taught=np.ones(len(LABELS), dtype=np.bool_),
    )
    assert len(warped(empty, np.eye(2, 3), (20, 30)).boxes) == 0
    assert len(mirrored(empty, SWAPS).boxes) == 0
    assert len(mosaic([empty] * 4, 64, Augment(), np.random.default_rng(0)).boxes) == 0


def test_a_quarter_turn_moves_corners() -> None:
    quarter = np.array([[0.0, -1.0, 100.0], [1.0, 0.0, 0.0]])
    np.testing.assert_allclose(moved(np.array([[10, 20, 30, 60]], dtype=np.float32), quarter), [[40, 10, 80, 30]])


@given(seed=SEEDS)
def test_a_mosaic_keeps_only_boxes_in_its_tiles(seed: int) -> None:
    size = 128
    cross = (np.random.default_rng(seed).uniform(0.3, 0.7, 2) * size).astype(int)
    made = mosaic([_sample()] * 4, size, Augment(turn=0), np.random.default_rng(seed))
    columns, rows = ((0, cross[0]), (cross[0], size)), ((0, cross[1]), (cross[1], size))
    tiles = [(x1, y1, x2, y2) for y1, y2 in rows for x1, x2 in columns]
    found = 0
    for x1, y1, x2, y2 in tiles:
        mine = [b for b in made.boxes if b[0] >= x1 and b[1] >= y1 and b[2] <= x2 and b[3] <= y2]
        found += len(mine)
        for box in mine:
            seen: Any = _white(made.pixels[y1:y2, x1:x2])
            np.testing.assert_allclose(box, seen + np.array([x1, y1, x1, y1]), atol=BORDER)
    assert found == len(made.boxes) == len(made.labels) <= 4


@given(seed=SEEDS)
def test_what_phones_do_keeps_size_and_kind(seed: int) -> None:
    random = np.random.default_rng(seed)
    pixels = cv2.resize(random.integers(0, 256, (9, 9, 3), dtype=np.uint8), (48, 32)).astype(np.uint8)
    before = pixels.copy()
    for made in (degraded(pixels, random), coloured(pixels, Augment(), random)):
        assert (made.shape, made.dtype) == (pixels.shape, np.uint8)
    np.testing.assert_array_equal(pixels, before)


def test_the_same_randomness_gives_the_same_picture() -> None:
    one, other = (degraded(_sample().pixels, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("gain", [0.0])
def test_no_colour_change_is_none_but_for_rounding(gain: float) -> None:
    pixels = _sample().pixels
    same = coloured(pixels, Augment(hue=gain, saturation=gain, brightness=gain), np.random.default_rng(0))
    np.testing.assert_allclose(same, pixels, atol=2)

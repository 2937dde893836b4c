"""Letterboxing loses nothing: boxes find their way back."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.preprocess import Letterbox, letterbox
from model.manifest import InputSpec

RECTANGULAR = InputSpec(size=512, stride=32, pad=114, rectangular=True)
SQUARE = InputSpec(size=512, stride=32, pad=114, rectangular=False)

sides = st.integers(min_value=1, max_value=9000)
specs = st.sampled_from([RECTANGULAR, SQUARE])
shares = st.floats(min_value=0, max_value=1)


@dataclass(frozen=True)
class Picture:
    pixels: npt.NDArray[np.uint8]
    width: int
    height: int
    scale: float = 1.0


def _grey(width: int, height: int, level: int = 200) -> Picture:
    return Picture(np.full((height, width, 3), level, dtype=np.uint8), width, height)


@given(width=sides, height=sides, spec=specs, corners=st.lists(shares, min_size=4, max_size=4))
def test_there_and_back_is_the_identity(width: int, height: int, spec: InputSpec, corners: list[float]) -> None:
    boxes = np.array([corners], dtype=np.float32) * np.array([width, height] * 2, dtype=np.float32)
    plan = Letterbox.plan(width, height, spec)
    assert np.abs(plan.to_photo(plan.to_network(boxes)) - boxes).max() <= 0.5


@given(width=sides, height=sides, spec=specs)
def test_the_photo_fits_the_network(width: int, height: int, spec: InputSpec) -> None:
    plan = Letterbox.plan(width, height, spec)
    assert max(plan.fit_width, plan.fit_height) == spec.size
    assert plan.net_width % spec.stride == plan.net_height % spec.stride == 0
    assert 0 <= plan.left <= plan.net_width - plan.fit_width
    assert 0 <= plan.top <= plan.net_height - plan.fit_height
    assert spec.rectangular or (plan.net_width, plan.net_height) == (spec.size, spec.size)


@given(width=sides, height=sides)
def test_the_whole_photo_lands_on_the_drawn_area(width: int, height: int) -> None:
    plan = Letterbox.plan(width, height, RECTANGULAR)
    whole = plan.to_network(np.array([[0, 0, width, height]], dtype=np.float32))[0]
    drawn = [plan.left, plan.top, plan.left + plan.fit_width, plan.top + plan.fit_height]
    np.testing.assert_allclose(whole, drawn, atol=1e-3)


def test_a_landscape_phone_photo_needs_three_quarters_of_the_square() -> None:
    plan = Letterbox.plan(4032, 3024, RECTANGULAR)
    assert (plan.net_width, plan.net_height, plan.left, plan.top) == (512, 384, 0, 0)


def test_the_border_is_grey_and_the_photo_in_the_middle() -> None:
    picture, plan = letterbox(_grey(100, 50), SQUARE)
    assert picture.shape == (512, 512, 3)
    assert (picture[: plan.top] == 114).all()
    assert (picture[plan.top + plan.fit_height :] == 114).all()
    assert (picture[plan.top : plan.top + plan.fit_height] == 200).all()


def test_a_photo_of_the_right_size_is_copied_exactly() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (384, 512, 3), dtype=np.uint8)
    picture, _ = letterbox(Picture(pixels, 512, 384), RECTANGULAR)
    np.testing.assert_array_equal(picture, pixels)


@pytest.mark.parametrize("scale", [2, 4, 8])
@pytest.mark.parametrize("width", [4032, 4031, 4025])
def test_reduced_pixels_place_a_mark_where_the_full_photo_has_it(scale: int, width: int) -> None:
    """A mark drawn at photo pixels 3200..3600 is found there again, also where the last column stands for less."""
    height = 3024
    columns, rows = -(-width // scale), -(-height // scale)
    pixels = np.zeros((rows, columns, 3), dtype=np.uint8)
    pixels[:, 3200 // scale : 3600 // scale] = 255
    picture, plan = letterbox(Picture(pixels, width, height, float(scale)), RECTANGULAR)
    bright = np.flatnonzero(picture[plan.net_height // 2, :, 0] > 127)
    box = np.array([[bright[0], 0, bright[-1] + 1, plan.net_height]], dtype=np.float32)
    x1, _, x2, _ = plan.to_photo(box)[0]
    one_network_pixel = width / plan.fit_width
    assert x1 == pytest.approx(3200, abs=one_network_pixel)
    assert x2 == pytest.approx(3600, abs=one_network_pixel)


def test_no_pixel_is_skipped_when_many_become_one() -> None:
    """Lines one pixel wide, eight apart, at an eighth of the size: even grey, not lines or nothing."""
    pixels = np.zeros((3072, 4096, 3), dtype=np.uint8)
    pixels[:, ::8] = 240
    picture, _ = letterbox(Picture(pixels, 4096, 3072), RECTANGULAR)
    assert np.abs(picture.astype(int) - 30).max() <= 1

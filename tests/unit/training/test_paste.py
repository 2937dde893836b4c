"""A pasted damage lies on the car, and teaches what it shows and nothing else."""

import pickle
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.taxonomy import read_taxonomy
from model.vocabulary import LabelGroup
from training.augment import Sample
from training.paste import pasted
from training.paste_damages import Damages
from training.paste_patch import ENLARGED, KEPT, cut
from training.paste_spots import ON_CANVAS, ON_PART, Shown
from training.prepared import Drawn, PreparedPhoto

MEANINGS = read_taxonomy("joint-v1")
LABELS = tuple(MEANINGS)
SEEDS = st.integers(0, 10_000)
SIZE, WIDTH, HEIGHT = 256, 240, 180
KINDS = ("scratch", "dent", "broken")
PARTS: dict[str, tuple[float, float, float, float]] = {
    "hood": (30, 20, 130, 100),
    "front_left_door": (140, 40, 240, 200),
    "front_bumper": (20, 130, 130, 190),
    "front_glass": (140, 2, 240, 38),
    "wheel": (40, 200, 90, 250),
}
ROUNDING = 2.5
"""Pixels by which a damage may differ from the size that was meant: patch and margin are whole pixels."""


def _outlined(label: str, x1: float, y1: float, x2: float, y2: float) -> Drawn:
    """A lozenge."""
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    return Drawn(label=label, box=(x1, y1, x2, y2), outline=((x1, y), (x, y1), (x2, y), (x, y2)))


def _photo(*drawn: Drawn, **more: object) -> PreparedPhoto:
    photo = PreparedPhoto(
        path="a.png", sha256="0" * 64, scope="own", cluster="a", split="train", width=WIDTH, height=HEIGHT, drawn=drawn
    )
    return photo.model_copy(update=more)


def _rough(seed: int, rows: int, columns: int) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (rows, columns, 3), dtype=np.uint8)


def _damages(*photos: PreparedPhoto) -> Damages:
    files = [cv2.imencode(".png", _rough(n, photo.height, photo.width))[1].ravel() for n, photo in enumerate(photos)]
    return Damages(meanings=MEANINGS, photos=photos, files=[np.asarray(file, np.uint8) for file in files])


def _donors() -> Damages:
    """Each kind on metal, and something broken on glass."""
    metal = [_photo(_outlined(kind, 60, 40, 140, 100)) for kind in KINDS]
    glass = Drawn(label="front_glass", box=(20, 20, 220, 120))
    return _damages(*metal, _photo(glass, _outlined("broken", 60, 40, 140, 100)))


def _car(parts: Sequence[str] = tuple(PARTS), *, knows_parts: bool = True) -> Sample:
    smooth = cv2.resize(_rough(9, 5, 5), (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
    return Sample(
        pixels=np.asarray(smooth, dtype=np.uint8),
        boxes=np.array([PARTS[part] for part in parts], dtype=np.float32).reshape(-1, 4),
        labels=np.array([LABELS.index(part) for part in parts], dtype=np.int64),
        taught=np.array([knows_parts or MEANINGS[label].group is not LabelGroup.PART for label in LABELS]),
    )


def _everywhere() -> Shown:
    return Shown(covered=np.full((SIZE, SIZE), 255, dtype=np.uint8), middle=(80, 90, 170, 160))


def _added(made: Sample, car: Sample) -> list[tuple[str, tuple[float, ...]]]:
    n = len(car.labels)
    np.testing.assert_array_equal(made.boxes[:n], car.boxes)
    np.testing.assert_array_equal(made.labels[:n], car.labels)
    return [(LABELS[i], tuple(box)) for i, box in zip(made.labels[n:], made.boxes[n:].tolist(), strict=True)]


def _inside(box: Sequence[float], other: Sequence[float]) -> bool:
    return box[0] >= other[0] and box[1] >= other[1] and box[2] <= other[2] and box[3] <= other[3]


DAMAGED = {"hood": "Bonnet", "front_left_door": "Door", "front_bumper": "Bumper", "front_glass": "Windshield"}
DONORS = _donors()


@given(seed=SEEDS)
def test_damage_on_a_part_brings_its_kind_and_its_damaged_part(seed: int) -> None:
    car = _car()
    made = pasted(car, _everywhere(), DONORS, np.random.default_rng(seed))
    added = _added(made, car)
    np.testing.assert_array_equal(made.taught, car.taught)
    assert len(added) in (0, 2, 4, 6)
    hit = set()
    for (kind, box), (damaged, same) in zip(added[::2], added[1::2], strict=True):
        assert kind in KINDS
        assert same == box
        part = next(part for part, name in DAMAGED.items() if damaged == f"damaged_{name}")
        assert _inside(box, PARTS[part])
        assert part != "front_glass" or kind == "broken"
        x1, y1, x2, y2 = PARTS[part]
        shorter, longest = min(x2 - x1, y2 - y1), max(box[2] - box[0], box[3] - box[1])
        assert ON_PART[0] * shorter - ROUNDING <= longest <= ON_PART[1] * shorter + ROUNDING
        hit.add(part)
    assert len(hit) == len(added) / 2


def test_most_cars_get_damage_and_every_part_and_kind_has_its_turn() -> None:
    car = _car()
    made = [pasted(car, _everywhere(), DONORS, np.random.default_rng(seed)) for seed in range(80)]
    seen = [[label for label, _ in _added(item, car)] for item in made]
    assert sum(bool(labels) for labels in seen) > 70
    assert {len(labels) for labels in seen} >= {2, 4, 6}
    assert {label for labels in seen for label in labels} == {*KINDS, *(f"damaged_{name}" for name in DAMAGED.values())}


@given(seed=SEEDS)
def test_only_the_surroundings_of_a_damage_change_and_every_damage_shows(seed: int) -> None:
    car = _car()
    before = car.pixels.copy()
    made = pasted(car, _everywhere(), DONORS, np.random.default_rng(seed))
    np.testing.assert_array_equal(car.pixels, before)
    changed = (made.pixels != before).any(axis=2)
    for _, (x1, y1, x2, y2) in _added(made, car):
        assert changed[int(y1) : int(y2), int(x1) : int(x2)].mean() > 0.2
    for _, (x1, y1, x2, y2) in _added(made, car):
        margin = int(4 * ENLARGED + 0.2 * max(x2 - x1, y2 - y1))
        changed[max(0, int(y1) - margin) : int(y2) + margin, max(0, int(x1) - margin) : int(x2) + margin] = False
    assert not changed.any()


def test_a_damage_lies_where_its_box_says() -> None:
    """A flat car: what differs from it is the damage, to the pixel but for its soft edge."""
    rows = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8) + 128
    rows[70:110, 90:150] = _rough(1, 40, 60)
    drawn = Drawn(label="dent", box=(90, 70, 150, 110), outline=((90, 70), (150, 70), (150, 110), (90, 110)))
    damages = Damages(meanings=MEANINGS, photos=[_photo(drawn)], files=[cv2.imencode(".png", rows)[1].ravel()])
    car = replace(_car(["hood"]), pixels=np.full((SIZE, SIZE, 3), 90, dtype=np.uint8))
    seen = 0
    for seed in range(40):
        made = pasted(car, _everywhere(), damages, np.random.default_rng(seed))
        for label, box in _added(made, car):
            ys, xs = np.nonzero(np.abs(made.pixels.astype(int) - 90).max(axis=2) > 25)
            found = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
            np.testing.assert_allclose(found, box, atol=4)
            seen += label == "dent"
    assert seen > 15


@given(seed=SEEDS)
def test_where_no_part_is_known_no_damaged_part_is_taught(seed: int) -> None:
    car, shown = _car([], knows_parts=False), _everywhere()
    made = pasted(car, shown, DONORS, np.random.default_rng(seed))
    added = _added(made, car)
    assert {label for label, _ in added} <= set(KINDS)
    for label, before, after in zip(LABELS, car.taught, made.taught, strict=True):
        gone = bool(added) and MEANINGS[label].group is LabelGroup.DAMAGED_PART
        assert after == (before and not gone), label
    for _, box in added:
        assert _inside(box, shown.middle)
        longest = max(box[2] - box[0], box[3] - box[1])
        assert ON_CANVAS[0] * SIZE - ROUNDING <= longest <= ON_CANVAS[1] * SIZE + ROUNDING


def test_a_car_that_teaches_parts_but_shows_none_is_left_alone() -> None:
    car = _car(["wheel"])
    for seed in range(20):
        assert pasted(car, _everywhere(), DONORS, np.random.default_rng(seed)) is car


@given(seed=SEEDS, knows_parts=st.booleans(), edge=st.integers(60, 200))
def test_padding_stays_padding(seed: int, knows_parts: bool, edge: int) -> None:
    car = _car(knows_parts=knows_parts) if knows_parts else _car([], knows_parts=False)
    covered = np.zeros((SIZE, SIZE), dtype=np.uint8)
    covered[:, :edge] = 255
    covered[120:130] = 0
    made = pasted(car, replace(_everywhere(), covered=covered), DONORS, np.random.default_rng(seed))
    for _, (x1, y1, x2, y2) in _added(made, car):
        assert covered[int(y1) : int(y2), int(x1) : int(x2)].all()


def test_what_is_shown_of_a_photo_follows_the_map() -> None:
    photo = _photo(others=((0.0, 0.0, 60.0, 180.0),))
    shown = Shown.of(photo, np.array([[0.5, 0, 40], [0, 0.5, 20]]), SIZE)
    ys, xs = np.nonzero(shown.covered)
    np.testing.assert_allclose((xs.min(), ys.min(), xs.max() + 1, ys.max() + 1), (70, 20, 160, 110), atol=1)
    x1, y1, x2, y2 = shown.middle
    assert (x1 + x2) / 2 == pytest.approx(100)
    assert 20 < y1 < y2 < 110


def test_the_same_randomness_gives_the_same_picture_whatever_was_cut_before() -> None:
    car, fresh = _car(), _donors()
    for seed in range(12, 0, -1):
        one = pasted(car, _everywhere(), fresh, np.random.default_rng(seed))
        sent = pickle.loads(pickle.dumps(DONORS))  # noqa: S301 - as it travels to the processes that make pictures
        other = pasted(car, _everywhere(), sent, np.random.default_rng(seed))
        for name in ("pixels", "boxes", "labels", "taught"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    others = [pasted(car, _everywhere(), fresh, np.random.default_rng(seed)).pixels.tobytes() for seed in range(9)]
    assert len(set(others)) > 6


FLAT = {
    "a line": ((20.0, 20.0), (60.0, 20.0), (100.0, 20.0)),
    "a point": ((20.0, 20.0), (20.0, 20.0), (20.0, 20.0)),
    "a needle": ((20.0, 20.0), (100.0, 20.4), (20.0, 20.8)),
    "beside the photo": ((-90.0, -90.0), (-50.0, -90.0), (-50.0, -50.0)),
}


@pytest.mark.parametrize("name", FLAT)
def test_an_outline_without_area_is_never_pasted(name: str) -> None:
    xs, ys = zip(*FLAT[name], strict=True)
    tight = Drawn(label="dent", box=(min(xs), min(ys), max(xs), max(ys)), outline=FLAT[name])
    assert cut(_rough(1, HEIGHT, WIDTH), tight) is None
    wide = tight.model_copy(update={"box": (20.0, 10.0, 100.0, 60.0)})
    car, damages = _car(), _damages(_photo(wide))
    assert len(damages.donors[False]) == 1
    for seed in range(5):
        assert pasted(car, _everywhere(), damages, np.random.default_rng(seed)) is car


@given(
    points=st.lists(st.tuples(st.floats(0, WIDTH), st.floats(0, HEIGHT)), min_size=3, max_size=8),
    seed=SEEDS,
)
def test_any_outline_is_cut_and_blended_or_left_out(points: list[tuple[float, float]], seed: int) -> None:
    xs, ys = zip(*points, strict=True)
    drawn = Drawn(label="broken", box=(min(xs), min(ys), max(xs), max(ys)), outline=tuple(points))
    patch = cut(_rough(2, HEIGHT, WIDTH), drawn)
    if patch is not None:
        assert max(patch.mask.shape) <= 1.3 * KEPT
        assert set(np.unique(patch.mask)) == {0, 255}
        assert patch.mask[1:-1, 1:-1].sum() == patch.mask.sum()
    car = _car()
    made = pasted(car, _everywhere(), _damages(_photo(drawn)), np.random.default_rng(seed))
    assert made.pixels.shape == car.pixels.shape
    assert (made.boxes[:, 2:] > made.boxes[:, :2]).all()


@pytest.mark.parametrize(
    ("drawn", "others", "given"),
    [
        (_outlined("dent", 20, 20, 80, 60), (), 1),
        (_outlined("dent", 20, 20, 80, 31), (), 0),
        (_outlined("dent", 0, 0, 200, 150), (), 0),
        (_outlined("dent", 20, 20, 80, 60), ((0.0, 0.0, 100.0, 100.0),), 0),
        (_outlined("damaged_Door", 20, 20, 80, 60), (), 0),
        (_outlined("hood", 20, 20, 80, 60), (), 0),
        (Drawn(label="dent", box=(20, 20, 80, 60)), (), 0),
    ],
)
def test_what_gives_damage(drawn: Drawn, others: tuple[tuple[float, ...], ...], given: int) -> None:
    assert len(_damages(_photo(drawn, others=others)).donors[False]) == given


def test_what_is_broken_on_glass_stays_on_glass_and_a_dent_there_is_none() -> None:
    glass = Drawn(label="left_side_glass", box=(0, 0, 100, 100))
    door = Drawn(label="front_left_door", box=(0, 0, 200, 170))
    spots = [
        _outlined("broken", 20, 20, 60, 60),
        _outlined("dent", 20, 20, 60, 60),
        _outlined("broken", 110, 110, 160, 160),
    ]
    found = _damages(_photo(door, glass, *spots)).donors
    assert [donor.drawn for donor in found[True]] == spots[:1]
    assert [donor.drawn for donor in found[False]] == spots[1:]


def test_a_clean_photo_says_that_no_damage_is_there() -> None:
    every = np.ones(len(LABELS), dtype=np.bool_)
    part = Drawn(label="hood", box=(10, 10, 90, 90))
    assert DONORS.clean(_photo(part), every)
    assert DONORS.clean(_photo(), every & [MEANINGS[label].group is not LabelGroup.PART for label in LABELS])
    for label in ("dent", "damaged_Door"):
        assert not DONORS.clean(_photo(part, Drawn(label=label, box=(10, 10, 90, 90))), every)
        assert not DONORS.clean(_photo(part), every & [label != other for other in LABELS])

"""Photos that show one picture stay together, on the stricter side."""

import numpy as np
import pytest

from inference.fingerprint import turned_hashes
from training.clusters import Fingerprinted, cluster, cut, sides


def _seen(name: str, seed: int, *, group: str = "", split: str = "train", mirrored: bool = False) -> Fingerprinted:
    pixels = np.kron(np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8), np.ones((16, 16, 1)))
    upright = pixels.astype(np.uint8)[:, :: -1 if mirrored else 1]
    hashes = turned_hashes(np.ascontiguousarray(upright))
    return Fingerprinted(name=name, group=group or name, split=split, hashes=hashes)


def _names(photos: list[Fingerprinted]) -> list[list[str]]:
    return [[photo.name for photo in members] for members in cluster(photos)]


def test_other_pictures_are_alone() -> None:
    assert _names([_seen("a", 1), _seen("b", 2), _seen("c", 3)]) == [["a"], ["b"], ["c"]]


def test_a_copy_in_another_set_is_found_even_mirrored() -> None:
    assert _names([_seen("a", 1), _seen("b", 2), _seen("c", 1, mirrored=True)]) == [["a", "c"], ["b"]]


def test_groups_chain_through_copies() -> None:
    """a and b are one group, b' copies b, b' and c are one group: all four belong together."""
    photos = [
        _seen("a", 1, group="1"),
        _seen("b", 2, group="1"),
        _seen("other", 4),
        _seen("b'", 2, group="2"),
        _seen("c", 3, group="2"),
    ]
    assert _names(photos) == [["a", "b", "b'", "c"], ["other"]]


@pytest.mark.parametrize(
    ("splits", "expected"),
    [(("train", "train"), "train"), (("train", "val"), "val"), (("val", "test"), "test"), (("test", "train"), "test")],
)
def test_the_stricter_side_wins(splits: tuple[str, str], expected: str) -> None:
    clusters = cluster([_seen("a", 1, split=splits[0]), _seen("b", 1, split=splits[1]), _seen("c", 2)])
    assert sides(clusters) == {"a": expected, "b": expected, "c": "train"}
    assert [[photo.name for photo in members] for members in cut(clusters)] == [["a", "b"]] * (len({*splits}) > 1)

"""A prepared set with one picture on two sides is refused."""

import pytest

from model.errors import ModelError
from training.leaks import refuse_leaks
from training.prepared import PreparedPhoto


def _photo(path: str, split: str, sha256: str = "", cluster: str = "") -> PreparedPhoto:
    return PreparedPhoto(
        path=path, sha256=sha256 or path, scope="s", cluster=cluster or path, split=split, width=9, height=9
    )


FAR = 0xFFFF_0000_FFFF_0000


@pytest.mark.parametrize(
    ("photos", "hashes"),
    [
        ([_photo("a", "train", "x"), _photo("b", "val", "x")], ((0,), (FAR,))),
        ([_photo("a", "train", cluster="x"), _photo("b", "val", cluster="x")], ((0,), (FAR,))),
        ([_photo("a", "train"), _photo("b", "val")], ((0,), (0b1111,))),
        ([_photo("a", "train"), _photo("b", "val")], ((0, FAR), (FAR, 7 << 30))),
    ],
)
def test_one_file_one_cluster_or_one_picture_on_two_sides(
    photos: list[PreparedPhoto], hashes: tuple[tuple[int, ...], ...]
) -> None:
    with pytest.raises(ModelError, match=r"1 fault: a \(train\) and b \(val\)") as caught:
        refuse_leaks(photos, dict(zip("ab", hashes, strict=True)))
    assert caught.value.code == "model.data_leaks"


def test_the_count_and_the_first_ten_are_named() -> None:
    photos = [_photo("held out", "test"), *(_photo(str(number), "train") for number in range(12))]
    with pytest.raises(ModelError, match="12 faults, the first 10: held out") as caught:
        refuse_leaks(photos, {photo.path: (5,) for photo in photos})
    assert caught.value.facts["count"] == 12


def test_copies_on_one_side_are_none() -> None:
    photos = [_photo("a", "train", "x"), _photo("b", "train", "x"), _photo("c", "val")]
    refuse_leaks(photos, {"a": (0,), "b": (1,), "c": (FAR,)})
    refuse_leaks([], {})

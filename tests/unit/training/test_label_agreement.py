"""Two annotators: pairs of boxes, and kappa against its textbook value."""

import math

import pytest

from data.own_labels import LabelledDamage, LabelledPhoto
from model.vocabulary import DamageKind, Part, Severity, Side
from training.label_agreement import agreement, kappa


def _photo(*damages: tuple[int, DamageKind]) -> LabelledPhoto:
    drawn = [
        LabelledDamage(
            part=Part.FRONT_DOOR,
            side=Side.LEFT,
            kind=kind,
            severity=Severity.MINOR,
            outline=((x, 0), (x + 100, 0), (x + 100, 100), (x, 100)),
        )
        for x, kind in damages
    ]
    return LabelledPhoto(
        sha256="0" * 64, folder="own", file="a.jpg", width=100, height=100, view="part", damages=tuple(drawn)
    )


def test_kappa_of_a_worked_example() -> None:
    one = ["yes"] * 25 + ["no"] * 25
    other = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert kappa(one, other) == pytest.approx(0.4)


def test_kappa_at_its_ends() -> None:
    assert kappa(["a", "b"], ["a", "b"]) == 1.0
    assert kappa(["a", "a"], ["a", "a"]) == 1.0
    assert kappa(["a", "b"], ["b", "a"]) == -1.0
    assert math.isnan(kappa([], []))


def test_boxes_are_paired_once_and_by_place_not_by_word() -> None:
    first = _photo((0, DamageKind.DENT), (500, DamageKind.SCRATCH))
    second = _photo((50, DamageKind.SCRATCH), (0, DamageKind.SCRATCH), (800, DamageKind.DENT))
    damages, regions, parts = agreement({"a": first}, {"a": second})
    assert (damages.first, damages.second, damages.pairs) == (2, 3, 1)
    assert damages.iou == 1.0
    assert damages.f1 == pytest.approx(0.4)
    assert (regions.first, regions.second, regions.pairs) == (1, 1, 1)
    assert regions.iou == pytest.approx(600 / 900)
    assert parts.pairs == 0


def test_only_photos_of_both_passes_count() -> None:
    damages, *_ = agreement({"a": _photo((0, DamageKind.DENT))}, {"b": _photo((0, DamageKind.DENT))})
    assert (damages.first, damages.second) == (0, 0)

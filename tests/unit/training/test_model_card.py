"""The card says what a figure was counted on, and leaves nothing out without a word."""

from pathlib import Path

import pytest

import training
from inference.testing import shipped_manifest
from model.manifest import Manifest
from model.registry import DEFAULT_MODEL, MANIFEST, shipped_weights
from training.evaluation import Better, Evaluation, Figure, PhotoSet
from training.gate_measures import measure_of
from training.model_card import LEARNED, card_of
from training.promotion_policy import PromotionPolicy

CARD = (Path(__file__).parents[3] / "docs" / "model-card.md").read_text("utf-8")
POLICY = PromotionPolicy.load()
SHIPPED = shipped_manifest(DEFAULT_MODEL)


def _figure(name: str, data: str, value: float, better: Better = "higher") -> Figure:
    return Figure(name=name, data=data, value=value, low=value - 0.1, high=1.0, n=40, unit="boxes", better=better)


def _card(*figures: Figure, manifest: Manifest = SHIPPED) -> str:
    sets = tuple(PhotoSet(data=data, photos=9, groups=9, boxes=9) for data in {item.data for item in figures})
    evaluation = Evaluation(model="m", weights="0" * 64, draws=10, sets=sets, figures=figures)
    return card_of(manifest, evaluation, POLICY)


def test_no_figure_on_photos_that_were_trained_on_is_on_the_card() -> None:
    named = ("AP50 part", "left and right swapped", "AP50 part kept, JPEG 30", "clean photos flagged")
    card = _card(*(_figure(name, data, 0.5) for name in named for data in (*LEARNED, "own val")))
    for data in LEARNED:
        assert f"| {data} |" not in card
        assert f"{data} (9 photos" not in card
    assert all(f"| {name} | own val |" in card for name in named)
    assert not any(f"| {data} |" in CARD for data in LEARNED)


def test_groups_that_robustness_leaves_out_are_named() -> None:
    shown, left_out = _figure("AP50 part", "own val", 0.7), _figure("AP50 damage", "damage_types val", 0.08)
    kept = _figure("AP50 part kept, JPEG 30", "own val", 0.9)
    (line,) = [line for line in _card(shown, left_out, kept).splitlines() if line.startswith("AP at IoU .5 alone")]
    assert line.endswith("on those photos: damage on damage_types val (AP50 .080, 40 boxes in all).")
    (line,) = [line for line in _card(shown, kept).splitlines() if line.startswith("AP at IoU .5 alone")]
    assert line.endswith("on those photos: none.")


@pytest.mark.parametrize(("value", "said"), [(0.8, True), (0.873, False), (0.9, False)])
def test_what_is_worse_than_the_first_detector_is_said(value: float, said: bool) -> None:
    card = _card(_figure("AP50 part", "car_parts test", value))
    assert (f"parts, AP50 (read once), car_parts test (.873 → {value:.3f})".replace("0.", ".") in card) is said
    assert ("Worse than joint-v0" in card) is said


def test_sets_with_a_large_calibration_error_are_named_also_those_that_were_trained_on() -> None:
    errors = {"own val": 0.06, "damage_types val": 0.04, LEARNED[0]: 0.07}
    card = _card(*(_figure("calibration error part", data, value, "lower") for data, value in errors.items()))
    assert "it is above .05 on: own val, part (.060, 40 reports)." in card
    assert f"On photos that were trained on, parts: {LEARNED[0]} .070." in card


def test_how_the_weights_came_to_be_is_told_of_their_checkpoint_alone() -> None:
    other = SHIPPED.checkpoint.model_copy(update={"sha256": "0" * 64})
    assert "### How these weights came to be" in _card()
    assert "### How these weights came to be" not in _card(manifest=SHIPPED.model_copy(update={"checkpoint": other}))
    told = {path.stem for path in (Path(training.__path__[0]) / "templates" / "weights_told").iterdir()}
    models = [Manifest.read(path) for path in shipped_weights().glob(f"*/{MANIFEST}")]
    assert told <= {manifest.checkpoint.sha256[:12] for manifest in models}


def test_a_loss_below_nothing_is_written_with_its_sign() -> None:
    assert "| .500 (-.040 to 1.000) |" in _card(_figure("AP50 part", "own val", 0.5).model_copy(update={"low": -0.04}))


def test_the_gate_can_compute_every_guard_and_watches_each_public_set_that_validates() -> None:
    for guard in (*POLICY.guards, *POLICY.score):
        measure_of(guard.figure)
    watched = {guard.data for guard in POLICY.guards}
    assert {"damage_types val", "damaged_parts val", "damaged_unlabelled val", "undamaged val"} <= watched
    assert not any(data in watched for data in (*LEARNED, "car_parts test"))

"""Thresholds follow the two stated rules, on evidence made by hand."""

from pathlib import Path

import numpy as np
import pytest

from data.datasets import AnnotatedPhoto
from inference.testing import Row, detections, shipped_manifest
from model.errors import ModelError
from model.manifest import Manifest, ThresholdReport
from model.vocabulary import LabelGroup
from training.average_precision import Matches
from training.figures import measure
from training.judging import Judged
from training.thresholds import apply, choose, clean_floor, members_of, worst_alarm
from training.validation import Validation

MANIFEST = shipped_manifest("joint-v0")
BOX = (0.0, 0.0, 10.0, 10.0)


def _judged(*rows: tuple[str, float]) -> Judged:
    photo = AnnotatedPhoto(path=Path("x.jpg"), width=100, height=100, split="val", group="g", annotations=())
    seen: list[Row] = [(name, score, BOX) for name, score in rows]
    return Judged(photo=photo, detections=detections(MANIFEST, seen))


def _separable(boxes: int, low: float) -> Matches:
    """``boxes`` hits evenly from 0.9 down to ``low``, then as many misses below."""
    scores = np.concatenate([np.linspace(0.9, low, boxes), np.linspace(low - 0.01, 0.05, boxes)])
    return Matches(scores=scores, hits=np.arange(2 * boxes) < boxes, boxes=boxes)


def _validation(clean: list[Judged], **special: Matches) -> Validation:
    matches = {label.name: special.get(label.name, _separable(100, 0.5)) for label in MANIFEST.labels}
    damaged = {"damaged_parts val": [_judged(("damaged_Door", 0.99)), _judged(("hood", 0.99))]}
    data = dict.fromkeys(LabelGroup, "val")
    return Validation(matches=matches, data=data, damaged=damaged, clean=clean)


def _chosen(report: ThresholdReport) -> dict[str, tuple[float, str]]:
    return {item.label: (item.threshold, item.rule) for item in report.labels}


def test_a_separable_label_gets_the_middle_of_its_plateau() -> None:
    """Best at 0.5. F1 within 0.03 of it: 94 to 106 of 200 shown, scores 0.52 to 0.47; the middle is 0.50."""
    threshold, rule = _chosen(choose(MANIFEST, _validation([_judged()]), clean_limit=0.01))["hood"]
    assert (threshold, rule) == (pytest.approx(0.5, abs=0.011), "plateau")


def test_a_label_with_few_boxes_takes_its_groups_threshold() -> None:
    few = _separable(9, 0.8)
    chosen = _chosen(choose(MANIFEST, _validation([_judged()], dent=few), clean_limit=0.01))
    assert chosen["dent"][1] == "pooled"
    assert chosen["dent"][0] == pytest.approx(0.5, abs=0.05)


def test_a_label_that_hits_nothing_takes_its_groups_threshold() -> None:
    blind = Matches(scores=np.array([0.3]), hits=np.array([False]), boxes=80)
    assert _chosen(choose(MANIFEST, _validation([_judged()], dent=blind), clean_limit=0.01))["dent"][1] == "pooled"


def test_clean_cars_raise_the_whole_group_and_no_other() -> None:
    alarms = [_judged(("damaged_Door", 0.704), ("hood", 0.95))] * 3 + [_judged()] * 97
    validation = _validation(alarms)
    chosen = _chosen(choose(MANIFEST, validation, clean_limit=0.02))
    assert chosen["damaged_Door"] == (pytest.approx(0.71), "clean_limit")
    assert chosen["damaged_Light"] == (pytest.approx(0.71), "clean_limit")
    assert chosen["scratch"][1] == chosen["hood"][1] == "plateau"


def test_alarms_within_the_limit_change_nothing() -> None:
    alarms = [_judged(("damaged_Door", 0.7))] * 2 + [_judged()] * 98
    assert _chosen(choose(MANIFEST, _validation(alarms), clean_limit=0.02))["damaged_Door"][1] == "plateau"


def test_without_a_clean_photo_there_is_no_limit_to_keep() -> None:
    with pytest.raises(ModelError, match="undamaged val, own val limits damage and damaged_part") as caught:
        choose(MANIFEST, _validation([]), clean_limit=0.01)
    assert caught.value.code == "model.clean_missing"


@pytest.mark.parametrize(("limit", "floor"), [(1.0, 0.01), (0.5, 0.31), (0.25, 0.61), (0.0, 0.92)])
def test_the_floor_is_the_lowest_that_keeps_the_limit(limit: float, floor: float) -> None:
    clean = [_judged(("dent", score)) for score in (0.1, 0.3, 0.6, 0.91)]
    assert clean_floor({"dent": 0.05}, clean, limit) == pytest.approx(floor)


def test_a_limit_that_no_threshold_keeps_is_said() -> None:
    clean = [_judged(("dent", 0.995)), _judged(("dent", 0.2))]
    assert clean_floor({"dent": 0.05}, clean, 0.5) == pytest.approx(0.21)
    with pytest.raises(ModelError, match=r"50\.0% of the clean photos score 0\.99 or more") as caught:
        clean_floor({"dent": 0.05}, clean, 0.4)
    assert (caught.value.code, caught.value.facts) == ("model.clean_limit_unreached", {"over": 0.5})


def test_a_group_that_finds_nothing_is_named() -> None:
    blind = Matches(scores=np.array([0.3]), hits=np.array([False]), boxes=80)
    found = dict.fromkeys(members_of(MANIFEST, LabelGroup.DAMAGE), blind)
    with pytest.raises(ModelError, match="of 240 boxes of damage in val") as caught:
        choose(MANIFEST, _validation([_judged()], **found), clean_limit=0.01)
    assert caught.value.code == "model.nothing_found"


def test_an_alarm_below_its_own_threshold_is_none() -> None:
    seen = _judged(("dent", 0.4), ("scratch", 0.3), ("hood", 0.99))
    assert worst_alarm(seen, {"dent": 0.5, "scratch": 0.2}) == pytest.approx(0.3)
    assert worst_alarm(seen, {"dent": 0.5}) == 0.0


def test_the_manifest_takes_the_report_as_a_whole() -> None:
    report = choose(MANIFEST, _validation([_judged()]), clean_limit=0.01)
    applied = apply(MANIFEST, report)
    assert [label.threshold for label in applied.labels] == [item.threshold for item in report.labels]
    assert Manifest.model_validate_json(applied.to_json()) == applied


def test_figures_count_photos_and_boxes() -> None:
    validation = _validation([_judged(("dent", 0.9)), _judged(), _judged(), _judged()])
    applied = apply(MANIFEST, choose(MANIFEST, validation, clean_limit=0.5))
    figures = {(item.name, item.data): (item.value, item.n) for item in measure(applied, validation)}
    assert figures["damaged photos flagged", "damaged_parts val"] == (0.5, 2)
    assert figures["clean photos flagged", "undamaged val, own val"] == (0.25, 4)
    assert figures["AP50 damage", "val"] == (1.0, 300)
    assert figures["AP50 part", "val"] == (1.0, 1800)

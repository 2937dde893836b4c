"""A candidate ships when its gain is sure and no guard is surely worse."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from data.datasets import AnnotatedPhoto, Annotation
from inference.testing import Row, detections, shipped_manifest
from model.findings import Box
from training.evaluation_photos import mark_all
from training.evaluation_sets import Observed, PhotoSet, Shows
from training.gate import Decision, Looked, decide, low, score_rows
from training.judging import Judged, Scope
from training.promotion_policy import Guard, PromotionPolicy, Scored

MANIFEST = shipped_manifest()
HERE: Box = (10.0, 10.0, 90.0, 90.0)
AWAY: Box = (120.0, 10.0, 190.0, 90.0)
PHOTOS = 60
DAMAGED = Scope(folder="damage_types", split="val", labels={"minor-dent": "dent"}, damages=frozenset({"minor-dent"}))
CLEAN = Scope(folder="undamaged", split="val", labels={})
PARTS = Scope(folder="own", split="val", labels={"front_left_door": "front_left_door"})
POLICY = PromotionPolicy(
    confidence=0.95,
    score=(Scored(figure="AP50 dent", data="damage_types val", weight=1),),
    guards=(
        Guard(figure="clean photos flagged", data="undamaged val"),
        Guard(figure="left and right swapped", data="own val"),
        Guard(figure="calibration error damage", data="damage_types val"),
    ),
)


def _set(scope: Scope, shows: Shows, drawn: str, rows: Sequence[Sequence[Row]]) -> Observed:
    items = []
    for number, seen in enumerate(rows):
        photo = AnnotatedPhoto(
            path=Path(scope.folder) / "images" / f"{number}.png",
            width=200,
            height=100,
            split="val",
            group=f"g{number}",
            annotations=(Annotation(label=drawn, box=HERE),) if drawn else (),
        )
        items.append(Judged(photo=photo, detections=detections(MANIFEST, seen)))
    photos = tuple(item.photo for item in items)
    return Observed(source=PhotoSet(scope=scope, photos=photos, shows=shows, stated={}), judged=tuple(items))


def _looked(found: int, *, alarms: int = 0, swapped: int = 0, score: float = 0.9) -> Looked:
    """A detector that finds the dent on so many of 60 photos, and is wrong on so many others."""
    dents = [[("dent", score, HERE if number < found else AWAY)] for number in range(PHOTOS)]
    clean = [[("dent", 0.9, HERE)] if number < alarms else [] for number in range(PHOTOS)]
    doors = [[("front_right_door" if number < swapped else "front_left_door", 0.9, HERE)] for number in range(PHOTOS)]
    observed = [
        _set(DAMAGED, "damage", "minor-dent", dents),
        _set(CLEAN, "no damage", "", clean),
        _set(PARTS, "either", "front_left_door", doors),
    ]
    return Looked(manifest=MANIFEST, observed={item.data: item for item in observed}, marked=mark_all(observed))


def _decide(candidate: Looked, shipped: Looked, policy: PromotionPolicy = POLICY) -> Decision:
    return decide(candidate, shipped, policy, draws=200)


def test_a_sure_gain_and_no_loss_is_promoted() -> None:
    decision = _decide(_looked(50), _looked(20))
    assert decision.reasons == ()
    assert decision.gain.low > 0.2
    assert decision.score == pytest.approx(50 / 60, abs=0.1)
    assert len(decision.table) == 4


def test_figures_of_two_sets_vary_apart() -> None:
    """Two alike sets say more together than one: by chance both lean the same way half of the time only."""
    twin = replace(DAMAGED, name="twin")

    def doubled(item: Looked) -> Looked:
        same = item.observed["damage_types val"]
        other = replace(same, source=replace(same.source, scope=twin))
        observed = {**item.observed, "twin": other}
        return replace(item, observed=observed, marked=mark_all(observed.values()))

    terms = tuple(Scored(figure="AP50 dent", data=data, weight=1) for data in ("damage_types val", "twin"))
    pair = doubled(_looked(50)), doubled(_looked(20))
    both, alone = (_decide(*pair, POLICY.model_copy(update={"score": score})).gain for score in (terms, terms[:1]))
    assert both.value == pytest.approx(alone.value)
    assert both.high - both.low < 0.85 * (alone.high - alone.low)


def test_the_same_detector_is_refused() -> None:
    (reason,) = _decide(_looked(20), _looked(20)).reasons
    assert reason.startswith("no sure gain")


def test_a_gain_within_noise_is_refused() -> None:
    """One photo more of sixty: a third of the draws leave it out."""
    (reason,) = _decide(_looked(21), _looked(20)).reasons
    assert reason.startswith("no sure gain")


def test_the_bound_is_what_all_but_one_in_twenty_exceed() -> None:
    assert low(np.array([0.5, *np.arange(100) / 100]), 0.95) == pytest.approx(0.0495)


@pytest.mark.parametrize(
    ("candidate", "shipped", "figure"),
    [
        (_looked(55, alarms=12), _looked(20), "clean photos flagged, undamaged val"),
        (_looked(55, swapped=12), _looked(20), "left and right swapped, own val"),
        (_looked(55, score=0.55), _looked(40, score=0.65), "calibration error damage, damage_types val"),
    ],
)
def test_a_guard_refuses_whatever_the_gain(candidate: Looked, shipped: Looked, figure: str) -> None:
    (reason,) = _decide(candidate, shipped).reasons
    assert reason.startswith(f"worse: {figure}")


def test_one_alarm_more_is_within_noise() -> None:
    assert _decide(_looked(50, alarms=1), _looked(20)).reasons == ()


def test_what_cannot_be_measured_refuses() -> None:
    policy = POLICY.model_copy(update={"guards": (Guard(figure="AP50 part", data="own close-ups val"),)})
    (reason,) = _decide(_looked(50), _looked(20), policy).reasons
    assert reason == "not measured: AP50 part, own close-ups val"


def test_a_label_that_only_one_of_them_has_does_not_count() -> None:
    """The old detector's only label for a part is not compared with the new one's others."""
    fewer = replace(
        _looked(20),
        manifest=MANIFEST.model_copy(update={"labels": tuple(x for x in MANIFEST.labels if x.name != "dent")}),
    )
    assert "not measured: AP50 dent, damage_types val" in _decide(_looked(50), fewer).reasons


def test_a_figure_that_the_gate_does_not_know_is_an_error() -> None:
    policy = POLICY.model_copy(update={"guards": (Guard(figure="beauty", data="own val"),)})
    with pytest.raises(ValueError, match="beauty"):
        _decide(_looked(50), _looked(20), policy)


def test_the_shipped_policy_is_sound_and_its_hash_leaves_the_goals_out() -> None:
    policy = PromotionPolicy.load()
    assert policy.model_copy(update={"goals": ()}).sha256 == policy.sha256
    assert policy.model_copy(update={"guards": ()}).sha256 != policy.sha256
    with pytest.raises(ValidationError):
        PromotionPolicy(confidence=0.95, score=(), guards=())


def test_the_score_of_one_detector_is_what_the_gate_says_of_a_candidate() -> None:
    candidate = _looked(30)
    rows, terms = score_rows(candidate, POLICY, draws=200)
    assert rows[0] == pytest.approx(_decide(candidate, _looked(10)).score)
    assert [item is not None for item in terms.values()] == [True]
    unknown = Scored(figure="AP50 dent", data="nowhere", weight=5)
    more = POLICY.model_copy(update={"score": (*POLICY.score, unknown)})
    again, terms = score_rows(candidate, more, draws=200)
    assert terms[unknown] is None
    assert again.tolist() == rows.tolist()

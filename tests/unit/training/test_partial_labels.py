"""A photo changes the network only through what its source says."""

import importlib.util
from collections.abc import Sequence
from typing import Any

import pytest

from training.recipe import Gains

pytestmark = [
    pytest.mark.torch,
    pytest.mark.usefixtures("one_thread"),
    pytest.mark.skipif(importlib.util.find_spec("ultralytics") is None, reason="the train extra is not installed"),
]

LABELS = ("hood", "roof", "scratch", "dent", "damaged_Door")
GROUPS = ("part", "part", "damage", "damage", "damaged_part")
ALL = (1, 1, 1, 1, 1)
BOX = (0.5, 0.5, 0.4, 0.3)


@pytest.fixture(scope="module")
def network() -> Any:
    """A random YOLO26n with a grouped head."""
    from inference.backends.torch import keep_ultralytics_to_itself

    keep_ultralytics_to_itself()
    import torch
    from ultralytics.nn.tasks import DetectionModel

    from training.grouped_head import grow

    torch.manual_seed(0)
    made: Any = DetectionModel("yolo26n.yaml", nc=3, verbose=False)
    made.names = {0: "hood", 1: "scratch", 2: "damaged_Door"}
    return grow(made, LABELS, GROUPS, {"roof": "hood", "dent": "scratch"}).train()


@pytest.fixture(scope="module")
def answer(network: Any) -> Any:
    """What the head computes for two photos, as a start for gradients."""
    import torch

    photos = torch.rand((2, 3, 64, 64), generator=torch.Generator().manual_seed(1))
    raw = network(photos)
    return {"boxes": raw["boxes"].detach(), "scores": raw["scores"].detach(), "feats": raw["feats"]}


def _targets(boxes: Sequence[tuple[int, str]], *taught: Sequence[int]) -> Any:
    """``boxes``: photo and label; all at the same place."""
    import torch

    from training.partial_labels import Targets

    return Targets(
        photo=torch.tensor([photo for photo, _ in boxes], dtype=torch.int64),
        label=torch.tensor([LABELS.index(label) for _, label in boxes], dtype=torch.int64),
        boxes=torch.tensor([BOX] * len(boxes), dtype=torch.float32).reshape(-1, 4),
        taught=torch.tensor(taught, dtype=torch.float32),
    )


def _learn(network: Any, answer: Any, targets: Any) -> tuple[Any, Any, dict[str, float]]:
    """The gradients of scores (n, labels, anchors) and boxes (n, groups, 4, anchors), and the terms of the loss."""
    from training.partial_labels import PartialLabelLoss

    leaf = {name: answer[name].clone().requires_grad_() for name in ("boxes", "scores")}
    total, terms = PartialLabelLoss(network, Gains())({**leaf, "feats": answer["feats"]}, targets)
    total.backward()
    boxes = leaf["boxes"].grad if leaf["boxes"].grad is not None else 0 * answer["boxes"]
    return leaf["scores"].grad, boxes.unflatten(1, (3, 4)), terms


def test_a_label_that_is_not_taught_gets_no_gradient(network: Any, answer: Any) -> None:
    drawn = [(0, "hood"), (0, "scratch"), (1, "scratch")]
    scores, _, _ = _learn(network, answer, _targets(drawn, (1, 0, 1, 0, 1), (1, 1, 1, 1, 0)))
    for photo, taught in enumerate(((1, 0, 1, 0, 1), (1, 1, 1, 1, 0))):
        for channel, says in enumerate(taught):
            gradient = scores[photo, channel]
            assert bool((gradient != 0).any()) == bool(says), LABELS[channel]


def test_a_group_learns_its_own_boxes_only(network: Any, answer: Any) -> None:
    _, boxes, terms = _learn(network, answer, _targets([(0, "scratch")], ALL, ALL))
    moved = [[bool((boxes[photo, group] != 0).any()) for group in range(3)] for photo in range(2)]
    assert moved == [[False, True, False], [False, False, False]]
    assert terms["damage box"] > 0
    assert terms["part box"] == terms["damaged_part box"] == 0


def test_silence_about_a_taught_label_teaches_that_it_is_absent(network: Any, answer: Any) -> None:
    scores, boxes, _ = _learn(network, answer, _targets([], ALL, ALL))
    assert (scores > 0).all()
    assert not boxes.any()


def test_a_photo_that_teaches_nothing_of_a_group_contributes_nothing_to_it(network: Any, answer: Any) -> None:
    first = {name: value[:1] for name, value in answer.items() if name != "feats"}
    alone = {**first, "feats": [level[:1] for level in answer["feats"]]}
    drawn = [(0, "hood"), (0, "scratch"), (0, "damaged_Door")]
    scores, boxes, terms = _learn(network, alone, _targets(drawn, ALL))
    more, moved, both = _learn(network, answer, _targets([*drawn, (1, "roof")], ALL, (1, 1, 0, 0, 0)))
    for name, value in terms.items():
        if name.startswith("damage"):
            assert both[name] == pytest.approx(value)
    assert not more[1, 2:].any()
    assert not moved[1, 1:].any()
    assert moved[1, 0].any()
    assert abs(more[0, 2:] - scores[0, 2:]).max() < 1e-6
    assert abs(moved[0, 1:] - boxes[0, 1:]).max() < 1e-6


def test_a_batch_that_teaches_nothing_changes_nothing(network: Any, answer: Any) -> None:
    scores, boxes, terms = _learn(network, answer, _targets([(0, "hood")], (0,) * 5, (0,) * 5))
    assert not scores.any()
    assert not boxes.any()
    assert terms == {}


def test_a_group_counts_as_much_as_the_recipe_says(network: Any, answer: Any) -> None:
    from training.partial_labels import PartialLabelLoss

    targets = _targets([(0, "hood"), (1, "dent")], ALL, ALL)
    gains = [Gains(groups={"part": part, "damage": 1.0, "damaged_part": 1.0}) for part in (0.0, 1.0, 3.0)]
    none, once, thrice = (float(PartialLabelLoss(network, item)(answer, targets)[0]) for item in gains)
    assert thrice - none == pytest.approx(3 * (once - none), rel=1e-4)

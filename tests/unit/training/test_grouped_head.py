"""A network that gets a box for each group of labels first answers as it did."""

import importlib.util
from copy import deepcopy
from typing import Any

import pytest

from data.taxonomy import read_taxonomy

pytestmark = [
    pytest.mark.torch,
    pytest.mark.usefixtures("one_thread"),
    pytest.mark.skipif(importlib.util.find_spec("ultralytics") is None, reason="the train extra is not installed"),
]

OLD = {0: "hood", 1: "scratch", 2: "damaged_Door"}
LABELS = ("damaged_Door", "hood", "roof", "scratch")
GROUPS = ("damaged_part", "part", "part", "damage")


@pytest.fixture(scope="module")
def network() -> Any:
    """A random YOLO26n with three labels."""
    from inference.backends.torch import keep_ultralytics_to_itself

    keep_ultralytics_to_itself()
    import torch
    from ultralytics.nn.tasks import DetectionModel

    torch.manual_seed(0)
    made: Any = DetectionModel("yolo26n.yaml", nc=3, verbose=False).eval()
    made.names = OLD
    made.model[-1].end2end = False
    return made


def _answer(network: Any) -> Any:
    import torch

    from inference.backends.torch import prepare_to_serve, served_output

    copy = deepcopy(network).double().eval()
    prepare_to_serve(copy)
    photos = torch.rand((2, 3, 64, 96), generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    with torch.inference_mode():
        return served_output(copy, photos)


def test_known_labels_and_all_boxes_are_as_before(network: Any) -> None:
    import torch

    from training.grouped_head import LESS_SURE, grow

    before = _answer(network)
    grown = grow(deepcopy(network), LABELS, GROUPS, {"roof": "hood"})
    after = _answer(grown)
    assert before.shape[1] == 4 + 3
    assert after.shape[1] == 3 * 4 + 4
    for group in range(3):
        torch.testing.assert_close(after[:, 4 * group : 4 * group + 4], before[:, :4], atol=1e-5, rtol=1e-7)
    channels = {label: channel for channel, label in OLD.items()}
    for channel, label in enumerate(LABELS):
        if label in channels:
            torch.testing.assert_close(after[:, 12 + channel], before[:, 4 + channels[label]], atol=1e-9, rtol=1e-7)
    hood, roof = after[:, 12 + 1].logit(), after[:, 12 + 2].logit()
    torch.testing.assert_close(roof, hood - LESS_SURE, atol=1e-6, rtol=1e-6)


def test_the_head_says_what_it_is(network: Any) -> None:
    from training.grouped_head import grow

    grown = grow(deepcopy(network), LABELS, GROUPS, {"roof": "hood"})
    head = grown.model[-1]
    assert head.box_groups == (2, 0, 0, 1)
    assert tuple(grown.names.values()) == LABELS
    assert (head.nc, grown.nc, grown.yaml["nc"]) == (4, 4, 4)
    assert head.one2one_cv2 is None


def test_a_grown_network_only_gets_more_labels(network: Any) -> None:
    import torch

    from training.grouped_head import grow

    once = grow(deepcopy(network), LABELS, GROUPS, {"roof": "hood"})
    before = _answer(once)
    twice = grow(deepcopy(once), (*LABELS, "dent"), (*GROUPS, "damage"), {"dent": "scratch"})
    after = _answer(twice)
    torch.testing.assert_close(after[:, : 12 + 4], before)
    assert twice.model[-1].box_groups == (2, 0, 0, 1, 1)


def test_a_label_without_a_model_is_refused(network: Any) -> None:
    from training.grouped_head import grow

    with pytest.raises(KeyError, match="roof"):
        grow(deepcopy(network), LABELS, GROUPS, {})


def test_the_shipped_taxonomy_has_these_groups() -> None:
    from inference.backends.torch import GROUPS as KNOWN

    assert {meaning.group for meaning in read_taxonomy("joint-v1").values()} == set(KNOWN)


def test_pillow_stays_as_it_is() -> None:
    """Ultralytics' own ``Image.open`` would install packages for a file that nobody can read."""
    from PIL import Image

    from inference.backends.torch import keep_ultralytics_to_itself

    keep_ultralytics_to_itself()
    import ultralytics.nn.tasks  # noqa: F401

    assert Image.open.__module__ == "PIL.Image"

"""The stand-in suppresses as torchvision does, and makes torchvision importable where it is not."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from inference.postprocess import suppress

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(importlib.util.find_spec("torchvision") is None, reason="the train extra is not installed"),
]


@pytest.mark.parametrize("seed", range(5))
def test_the_stand_in_keeps_the_boxes_that_our_own_suppression_keeps(seed: int) -> None:
    import torch

    from training.torchvision_ops import nms

    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 100, (80, 2))
    boxes = np.concatenate([corners, corners + rng.uniform(5, 60, (80, 2))], axis=1)
    scores = rng.permutation(80).astype(np.float32) / 80
    ours = suppress(boxes.astype(np.float32), scores, np.zeros(80, dtype=np.int64), iou=0.5)
    assert nms(torch.from_numpy(boxes.astype(np.float32)), torch.from_numpy(scores), 0.5).tolist() == ours.tolist()
    assert 1 < len(ours) < 80


def test_torchvision_imports_and_suppresses_in_a_fresh_process() -> None:
    program = (
        "from training.torchvision_ops import provide\n"
        "provide()\n"
        "import torch, torchvision\n"
        "boxes = torch.tensor([[0., 0, 10, 10], [0, 0, 10, 9], [50, 50, 60, 60]])\n"
        "print(torchvision.ops.nms(boxes, torch.tensor([.5, .9, .1]), .5).tolist())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[1, 2]"), done.stderr

"""Stand-ins for torchvision's compiled operators, for machines where its wheel cannot load them.

``import torchvision`` then fails at ``torchvision::nms``. ``provide()`` defines the two operators that the import and
Ultralytics' ``predict`` and ``val`` need, in plain torch on the CPU, and lets ``torchvision.ops.boxes`` use them. Where
the compiled operators load, it changes nothing. Only training and benchmarks need this; the service never does.
"""

import importlib.util
from pathlib import Path
from typing import Any

import torch

_KEEP_ALIVE: list[Any] = []
"""A Library withdraws its operators when it is collected."""


def provide() -> bool:
    """Make ``torchvision`` importable. Returns whether stand-ins were needed. Call before importing torchvision."""
    if _KEEP_ALIVE:
        return True
    if _compiled_operators_load():
        return False
    untyped: Any = torch.library
    library = untyped.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.impl("nms", nms, "CPU")
    _KEEP_ALIVE.append(library)
    from torchvision.ops import boxes

    boxes._assert_has_ops = _nothing_to_assert
    return True


def nms(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """Greedy non-maximum suppression as ``torchvision.ops.nms``: (n, 4) corners, (n,) scores → indices, best first."""
    order = scores.argsort(descending=True, stable=True)
    overlaps = _overlaps(boxes[order]) > iou_threshold
    alive = torch.ones(len(order), dtype=torch.bool)
    for best in range(len(order)):
        if alive[best]:
            alive[best + 1 :] &= ~overlaps[best, best + 1 :]
    return order[alive]


def _overlaps(boxes: torch.Tensor) -> torch.Tensor:
    sides = torch.minimum(boxes[:, None, 2:], boxes[None, :, 2:]) - torch.maximum(
        boxes[:, None, :2], boxes[None, :, :2]
    )
    common = sides.clamp(min=0).prod(dim=2)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1)
    return common / (area[:, None] + area[None, :] - common).clamp(min=1e-9)


def _compiled_operators_load() -> bool:
    """torchvision's own way of loading them, without importing torchvision."""
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("torchvision is not installed")
    operators: Any = torch.ops
    try:
        for library in Path(spec.origin).parent.glob("_C*"):
            operators.load_library(library)
    except OSError:
        return False
    return hasattr(operators.torchvision, "nms")


def _nothing_to_assert() -> None:
    """The stand-ins are there."""

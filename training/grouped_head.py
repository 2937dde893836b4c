"""A YOLO head with one box for each group of labels.

Stock YOLO predicts one box per anchor and lets all labels share it. Here a door, the dent in it and the damaged region
of it have their centre at the same anchor and want three different boxes, so the box branch is tripled: one branch for
parts, one for damage, one for damaged parts. Only stock Ultralytics modules are used (a branch triples through grouped
convolutions), so a checkpoint loads without this project; ``head.box_groups`` says how to read its boxes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from inference.backends.torch import GROUPS, keep_ultralytics_to_itself

keep_ultralytics_to_itself()


def grow(network: Any, labels: Sequence[str], groups: Sequence[str], similar: Mapping[str, str]) -> Any:
    """Give a detection network this head, in place; it first answers as it did before.

    ``labels`` in channel order with ``groups`` beside them. A label that the network does not have starts from the
    weights of ``similar[label]``, less sure. The one-to-one head goes: the served head is the one-to-many one. A
    network that has this head already only gets its labels checked and extended.
    """
    head = network.model[-1]
    head.one2one_cv2 = head.one2one_cv3 = None
    head.end2end = False
    if getattr(head, "box_groups", None) is None:
        head.cv2 = nn.ModuleList(_tripled(branch) for branch in head.cv2)
        head.reg_max = len(GROUPS)
        head.dfl = nn.Identity()
    old = {name: channel for channel, name in network.names.items()}
    for branch in head.cv3:
        branch[-1] = _relabelled(branch[-1], labels, old, similar)
    head.box_groups = tuple(GROUPS.index(group) for group in groups)
    head.nc, head.no = len(labels), len(labels) + 4 * len(GROUPS)
    network.nc, network.names = len(labels), dict(enumerate(labels))
    network.yaml = {**network.yaml, "nc": len(labels)}
    return network


def _tripled(branch: nn.Sequential) -> nn.Sequential:
    from ultralytics.nn.modules.conv import Conv

    first: Any
    second: Any
    last: Any
    first, second, last = branch
    times = len(GROUPS)
    inside, width = int(first.conv.in_channels), int(first.conv.out_channels)
    wide: Any = Conv(inside, width * times, 3)
    apart: Any = Conv(width * times, width * times, 3, g=times)
    boxes = nn.Conv2d(width * times, 4 * times, 1, groups=times)
    for new, old in ((wide, first), (apart, second), (boxes, last)):
        new.load_state_dict({key: _repeated(value, times) for key, value in old.state_dict().items()})
    for new, old in ((wide, first), (apart, second)):
        new.bn.eps, new.bn.momentum = old.bn.eps, old.bn.momentum
    return nn.Sequential(wide, apart, boxes)


def _repeated(value: torch.Tensor, times: int) -> torch.Tensor:
    return value.repeat(times, *[1] * (value.dim() - 1)) if value.dim() else value


def _relabelled(old: Any, labels: Sequence[str], channels: Mapping[str, int], similar: Mapping[str, str]) -> Any:
    new: Any = nn.Conv2d(old.in_channels, len(labels), 1)
    with torch.no_grad():
        for channel, label in enumerate(labels):
            known = label in channels
            source = channels[label if known else similar[label]]
            new.weight[channel] = old.weight[source]
            new.bias[channel] = old.bias[source] - (0.0 if known else LESS_SURE)
    return new


LESS_SURE = 2.0
"""In logits: a label that nobody taught yet starts at about a seventh of its model's odds."""

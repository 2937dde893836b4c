"""The loss of a grouped head when every photo says something about some labels only.

For each group of labels the photos whose source annotates any of them are taken, and Ultralytics' own detection loss is
computed on that group's boxes and scores. Within a group the scores' cross-entropy counts only on the labels that the
photo's source annotates: silence about a label teaches nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn

from inference.backends.torch import GROUPS
from model.vocabulary import LabelGroup
from training.recipe import Gains


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What a batch of n photos teaches.

    ``photo`` (m,) int, ``label`` (m,) int, ``boxes`` (m, 4) centre x, centre y, width, height as shares of the picture;
    ``taught`` (n, labels) float, 1 where the photo says whether the label is there.
    """

    photo: torch.Tensor
    label: torch.Tensor
    boxes: torch.Tensor
    taught: torch.Tensor

    def to(self, device: torch.device) -> "Targets":
        """On another device."""
        return Targets(**{name: getattr(self, name).to(device) for name in self.__dataclass_fields__})


class PartialLabelLoss:
    """``loss(raw, targets)`` → a scalar with gradients and its terms by name. ``network`` has a grouped head."""

    def __init__(self, network: Any, gains: Gains, *, candidates: int = 10) -> None:
        from ultralytics.utils.loss import v8DetectionLoss

        head = network.model[-1]
        self.members = [
            torch.tensor([i for i, group in enumerate(head.box_groups) if group == index])
            for index in range(len(GROUPS))
        ]
        self.gains = gains
        self.losses, self.masked = [], []
        for members in self.members:
            view = _one_group(head, len(members), gains)
            loss = v8DetectionLoss(view, tal_topk=candidates)
            masked = MaskedCrossEntropy()
            loss.bce = masked
            self.losses.append(loss)
            self.masked.append(masked)

    def __call__(self, raw: Mapping[str, Any], targets: Targets) -> tuple[torch.Tensor, dict[str, float]]:
        """``raw``: what the head gives in training. The sum is per photo of the batch, as in Ultralytics."""
        total = raw["scores"].sum() * 0.0
        terms: dict[str, float] = {}
        boxes = raw["boxes"].float().chunk(len(GROUPS), 1)
        for index, group in enumerate(GROUPS):
            taught = targets.taught[:, self.members[index].to(targets.taught.device)]
            photos = taught.any(1).nonzero().flatten()
            if not len(photos):
                continue
            self.masked[index].taught = taught[photos]
            own = {
                "boxes": boxes[index][photos],
                "scores": raw["scores"].float()[photos][:, self.members[index].to(photos.device)],
                "feats": [level[photos] for level in raw["feats"]],
            }
            parts, named = self.losses[index].loss(own, self._batch(index, photos, targets))
            total = total + parts.sum() * self.gains.groups.get(LabelGroup(group), 1.0)
            terms |= {f"{group} {name.removesuffix('_loss')}": float(value) for name, value in named.items()}
        return total, terms

    def _batch(self, index: int, photos: torch.Tensor, targets: Targets) -> dict[str, torch.Tensor]:
        """The boxes of one group on the chosen photos, renumbered."""
        place = torch.full((len(targets.taught),), -1, device=photos.device)
        place[photos] = torch.arange(len(photos), device=photos.device)
        channel = torch.full((targets.taught.shape[1],), -1, device=photos.device)
        members = self.members[index].to(photos.device)
        channel[members] = torch.arange(len(members), device=photos.device)
        keep = (channel[targets.label] >= 0) & (place[targets.photo] >= 0)
        return {
            "batch_idx": place[targets.photo][keep].float(),
            "cls": channel[targets.label][keep].float(),
            "bboxes": targets.boxes[keep],
        }


class MaskedCrossEntropy(nn.Module):
    """Binary cross-entropy of (n, anchors, labels) logits that counts only the labels each photo teaches."""

    taught: torch.Tensor

    def forward(self, logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """Unreduced, zero where nothing is taught."""
        loss = nn.functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
        return loss * self.taught[:, None, :]


class _View(nn.Module):
    """As much of a network as Ultralytics' loss looks at."""

    def __init__(self, head: Any, labels: int, gains: Gains, device_of: nn.Parameter) -> None:
        super().__init__()
        self.anchor = device_of
        self.args = SimpleNamespace(box=gains.box, cls=gains.score, dfl=gains.distance)
        self.model = [SimpleNamespace(stride=head.stride, nc=labels, reg_max=1)]


def _one_group(head: Any, labels: int, gains: Gains) -> _View:
    return _View(head, labels, gains, next(head.parameters()))

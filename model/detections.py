"""What a detector reports on one photo."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.findings import Box
from model.labels import Label
from model.vocabulary import LabelGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """One box. ``box`` is x1, y1, x2, y2 in pixels of the upright photo; ``score`` in 0..1."""

    label: Label
    score: float
    box: Box

    @property
    def passes(self) -> bool:
        """True when the score reaches the label's calibrated threshold."""
        return self.score >= self.label.threshold


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detections:
    """Everything the network reported on one photo, best score first.

    ``boxes`` float32 (n, 4) as x1, y1, x2, y2 in pixels of the upright photo; ``scores`` float32 (n,);
    ``label_ids`` int64 (n,), indices into ``labels``, the manifest's labels in channel order.
    """

    boxes: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]
    label_ids: npt.NDArray[np.int64]
    labels: tuple[Label, ...]

    def __post_init__(self) -> None:
        count = len(self.scores)
        if self.boxes.shape != (count, 4) or self.label_ids.shape != (count,):
            raise ValueError(f"shapes differ: {self.boxes.shape} {self.scores.shape} {self.label_ids.shape}")

    def __len__(self) -> int:
        return len(self.scores)

    def __iter__(self) -> Iterator[Detection]:
        for box, score, label_id in zip(
            self.boxes.tolist(), self.scores.tolist(), self.label_ids.tolist(), strict=True
        ):
            x1, y1, x2, y2 = box
            yield Detection(label=self.labels[label_id], score=score, box=(x1, y1, x2, y2))

    def of(self, group: LabelGroup) -> list[Detection]:
        """The detections of one group, best first."""
        return [item for item in self if item.label.group is group]

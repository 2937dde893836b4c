"""The marks of every photo, kept beside an evaluation: what a paired comparison of two detectors needs.

``photos.npz`` holds, for every set, ``DATA/paths`` and ``DATA/groups`` (photos,), ``DATA/alarms`` (photos,) the best
score of any damage and ``DATA/flagged`` (photos,) whether one reaches its threshold; and for every label of the set
``DATA/LABEL/COLUMN``, the columns of ``Marks``.
"""

import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from model.vocabulary import LabelGroup
from training.average_precision import Bools, Floats
from training.evaluation_marks import Marks, mark
from training.evaluation_sets import Observed
from training.judging import Judged
from training.whole_files import replace


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarkedSet:
    """One set: its photos, their alarms, and the marks of every label that the set judges."""

    paths: tuple[str, ...]
    groups: tuple[str, ...]
    alarms: Floats
    flagged: Bools
    labels: Mapping[str, Marks]

    @classmethod
    def of(cls, observed: Observed) -> Self:
        """Mark everything that the set can judge."""
        scope, judged = observed.source.scope, observed.judged
        return cls(
            paths=tuple(f"{item.photo.path.parent.parent.name}/{item.photo.path.name}" for item in judged),
            groups=observed.groups,
            alarms=np.array([alarm(item) for item in judged]),
            flagged=np.array([flags(item) for item in judged], dtype=bool),
            labels={label: mark(judged, label, scope.drawn_as(label)) for label in scope.judged},
        )


def alarm(item: Judged) -> float:
    """The best score of any damage on a photo; 0 without a report."""
    return max((seen.score for seen in item.detections if seen.label.group is not LabelGroup.PART), default=0.0)


def flags(item: Judged) -> bool:
    """Whether a damage reaches its label's threshold."""
    return any(seen.passes for seen in item.detections if seen.label.group is not LabelGroup.PART)


def mark_all(observed: Iterable[Observed]) -> Mapping[str, MarkedSet]:
    """Every set by the name that figures use."""
    return {item.data: MarkedSet.of(item) for item in observed}


def write_marks(sets: Mapping[str, MarkedSet], path: Path) -> None:
    """See the head of this module; whole or not at all."""
    arrays: dict[str, Any] = {}
    for data, marked in sets.items():
        arrays |= {f"{data}/paths": np.array(marked.paths), f"{data}/groups": np.array(marked.groups)}
        arrays |= {f"{data}/alarms": marked.alarms, f"{data}/flagged": marked.flagged}
        for label, marks in marked.labels.items():
            arrays |= {f"{data}/{label}/{name}": column for name, column in asdict(marks).items()}
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    replace(path, content.getvalue())

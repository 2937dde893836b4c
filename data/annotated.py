"""What every annotation format becomes: photos with the boxes that people drew on them."""

from dataclasses import dataclass
from pathlib import Path

from model.findings import Box

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One box that a person drew: label of the set, x1, y1, x2, y2 in pixels; its outline where the set has one."""

    label: str
    box: Box
    outline: Points = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedPhoto:
    """One photo of a set. Photos of one ``group`` are near-copies: a split must never cut through a group.

    ``others``: boxes in which nobody said what there is.
    """

    path: Path
    width: int
    height: int
    split: str
    group: str
    annotations: tuple[Annotation, ...]
    others: tuple[Box, ...] = ()


def outlined(label: str, outline: Points) -> Annotation:
    """An outline and the smallest box around it. Raises ``ValueError`` for no points."""
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    return Annotation(label=label, box=(min(xs), min(ys), max(xs), max(ys)), outline=outline)

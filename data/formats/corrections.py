"""What adjusters corrected: the COCO file of ``GET /v1/examples.coco``, whose ``examples`` say what people touched.

Such a photo is partly labelled: in a box that somebody touched it is known what is there and what is not, elsewhere
nobody said, for damage that nobody touched has no record. So everything but those boxes becomes
``AnnotatedPhoto.others``, and teaches nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from pydantic import BaseModel, ConfigDict

from model.findings import Box
from model.vocabulary import DamageKind

LEFT_OUT = "left_out"
"""The lesson that says neither that there is damage nor that there is none."""
NOT_DAMAGED = "not_damaged"
"""The lesson that says all there is to say without a kind or a part."""


class Record(BaseModel):
    """One touched box in px of the upright photo. ``photo``: its sha256; ``lesson``: one of ``claims.examples``;
    ``kind`` and ``part``: the vocabulary's, where somebody named them."""

    model_config = ConfigDict(extra="ignore")

    photo: str | None
    box: Box | None
    lesson: str
    kind: str | None
    part: str | None

    @property
    def silent(self) -> bool:
        """Whether it leaves open what is there: damage that has no label would be taught as none."""
        named = self.part is not None and self.kind not in (None, DamageKind.UNKNOWN)
        return self.lesson == LEFT_OUT or not (named or self.lesson == NOT_DAMAGED)


def unsaid(records: Sequence[Record], width: int, height: int) -> tuple[Box, ...]:
    """The boxes of one photo of ``width`` x ``height`` px in which nobody said what there is.

    A box whose middle lies in a silent one loses its labels (``training/samples.py``): it is silent too.
    """
    silent = [item.box for item in records if item.box is not None and item.silent]
    spoken = [item.box for item in records if item.box is not None and not item.silent]
    touched = [box for box in spoken if not any(_holds_middle(one, box) for one in silent)]
    return (*_elsewhere([_clipped(box, width, height) for box in touched], width, height), *silent)


def by_photo(records: Sequence[Record]) -> Mapping[str, list[Record]]:
    """sha256 → what was touched on it."""
    found: dict[str, list[Record]] = {}
    for item in records:
        if item.photo is not None:
            found.setdefault(item.photo, []).append(item)
    return found


def holds_corrections(document: Mapping[str, Any]) -> bool:
    """Whether a COCO file is such a set: others may have ``examples`` of their own."""
    examples = document.get("examples")
    if not isinstance(examples, list) or not examples:
        return False
    return all(isinstance(item, dict) and "lesson" in item for item in examples)


def _holds_middle(box: Box, other: Box) -> bool:
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _clipped(box: Box, width: int, height: int) -> Box:
    x1, y1, x2, y2 = box
    return (max(0.0, x1), max(0.0, y1), min(float(width), x2), min(float(height), y2))


def _elsewhere(places: Sequence[Box], width: int, height: int) -> Iterator[Box]:
    """What the places leave of the picture, in strips from edge to edge of them."""
    xs = sorted({0.0, float(width), *(x for box in places for x in (box[0], box[2]))})
    ys = sorted({0.0, float(height), *(y for box in places for y in (box[1], box[3]))})
    for top, bottom in pairwise(ys):
        free = [(left, right, _free(left, right, top, bottom, places)) for left, right in pairwise(xs)]
        for is_free, run in groupby(free, key=lambda cell: cell[2]):
            cells = list(run)
            if is_free:
                yield (cells[0][0], top, cells[-1][1], bottom)


def _free(left: float, right: float, top: float, bottom: float, places: Sequence[Box]) -> bool:
    return not any(x1 <= left and right <= x2 and y1 <= top and bottom <= y2 for x1, y1, x2, y2 in places)

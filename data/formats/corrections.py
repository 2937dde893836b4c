"""What adjusters corrected: the COCO file of ``GET /v1/examples.coco``, whose ``examples`` say what people touched.

Such a photo is partly labelled: around a box that somebody touched it is known what is there and what is not, elsewhere
nobody said. So everything but those places becomes ``AnnotatedPhoto.others``, and teaches nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from pydantic import BaseModel, ConfigDict

from model.findings import Box

AROUND = 0.5
"""A place reaches beyond its box by this share of the box's sides: a damage without its surroundings tells nobody."""
SILENT = frozenset({"left_out"})
"""Lessons that say neither that there is damage nor that there is none."""


class Record(BaseModel):
    """One touched box in px of the upright photo. ``photo``: its sha256; ``lesson``: one of ``claims.examples``."""

    model_config = ConfigDict(extra="ignore")

    photo: str | None
    box: Box | None
    lesson: str


def unsaid(records: Sequence[Record], width: int, height: int) -> tuple[Box, ...]:
    """The boxes of one photo of ``width`` x ``height`` px in which nobody said what there is."""
    touched = [item.box for item in records if item.box is not None and item.lesson not in SILENT]
    silent = [item.box for item in records if item.box is not None and item.lesson in SILENT]
    return (*_elsewhere([_around(box, width, height) for box in touched], width, height), *silent)


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
    return isinstance(examples, list) and all(isinstance(item, dict) and "lesson" in item for item in examples)


def _around(box: Box, width: int, height: int) -> Box:
    x1, y1, x2, y2 = box
    across, along = AROUND * (x2 - x1), AROUND * (y2 - y1)
    return (max(0.0, x1 - across), max(0.0, y1 - along), min(float(width), x2 + across), min(float(height), y2 + along))


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

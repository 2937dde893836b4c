"""Which boxes to draw on which photo, and where their labels go. Numbers are those of the estimate's lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from claims.assess import Assessment
from inference.geometry import intersection, iou
from model.findings import Box, Damage

PALETTE = ("#0b63ce", "#c2410c", "#7e22ce", "#15803d", "#be185d", "#0e7490", "#854d0e", "#4338ca")
"""White text on each has a contrast of at least 4.5 (WCAG 2.2, AA)."""

_SAME_BOX = 0.5
"""Share (IoU) from which on two boxes of one line are one place: the damage and the damaged part are both evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One box on one photo. ``number`` is the line's, from 1; ``damage`` an index into the assessment's damages."""

    number: int
    damage: int
    box: Box

    @property
    def colour(self) -> int:
        """Index into ``PALETTE``."""
        return (self.number - 1) % len(PALETTE)


def line_numbers(assessment: Assessment) -> Mapping[int, int]:
    """The number of the first line about each damage; damages that no line is about count on after the lines."""
    lines = assessment.estimate.lines
    numbers: dict[int, int] = {}
    for number, line in enumerate(lines, start=1):
        for index in line.damages:
            numbers.setdefault(index, number)
    for index in range(len(assessment.damages)):
        numbers.setdefault(index, max([len(lines), *numbers.values()]) + 1)
    return numbers


def marks_of(assessment: Assessment) -> Mapping[int, tuple[Mark, ...]]:
    """The marks of each photo that has any, by photo index; one place is marked once per line."""
    numbers = line_numbers(assessment)
    marks: dict[int, list[Mark]] = {}
    for index, damage in enumerate(assessment.damages):
        for photo, box in _boxes(damage):
            known = marks.setdefault(photo, [])
            if not any(item.number == numbers[index] and iou(item.box, box) > _SAME_BOX for item in known):
                known.append(Mark(number=numbers[index], damage=index, box=box))
    return {photo: tuple(sorted(found, key=lambda item: (item.number, item.box))) for photo, found in marks.items()}


def _boxes(damage: Damage) -> list[tuple[int, Box]]:
    return [(item.photo, item.box) for item in damage.evidence]


def within(box: Box, width: float, height: float) -> Box:
    """The box cut to a picture of that size."""
    x1, y1, x2, y2 = box
    return (min(max(x1, 0), width), min(max(y1, 0), height), min(max(x2, 0), width), min(max(y2, 0), height))


def place_labels(boxes: Sequence[Box], sizes: Sequence[tuple[float, float]], width: float, height: float) -> list[Box]:
    """Where the label of each box goes: at one of its corners, inside the picture, off the labels placed before it.

    Where the corners are taken it is the nearest free place of a grid; without any, labels lie over one another.
    """
    placed: list[Box] = []
    for box, size in zip(boxes, sizes, strict=True):
        spots = [_inside(spot, size, width, height) for spot in _corners(box, size)]
        options = (*spots, *_grid(spots[0], size, width, height)) if _taken(spots, placed) else spots
        placed.append(next((spot for spot in options if not _taken([spot], placed)), spots[0]))
    return placed


def _taken(spots: Sequence[Box], placed: Sequence[Box]) -> bool:
    """True when each spot lies over a label."""
    return all(any(intersection(spot, other) > 0 for other in placed) for spot in spots)


def _corners(box: Box, size: tuple[float, float]) -> list[tuple[float, float]]:
    (x1, y1, x2, y2), (wide, high) = box, size
    return [(x1, y1 - high), (x1, y1), (x2 - wide, y1 - high), (x2 - wide, y1), (x1, y2), (x1, y2 - high)]


def _grid(near: Box, size: tuple[float, float], width: float, height: float) -> list[Box]:
    """Places side by side over the whole picture, the nearest first."""
    wide, high = size
    places = [
        _inside((column * wide, row * high), size, width, height)
        for column in range(int(width // wide))
        for row in range(int(height // high))
    ]
    return sorted(places, key=lambda place: (place[0] - near[0]) ** 2 + (place[1] - near[1]) ** 2)


def _inside(spot: tuple[float, float], size: tuple[float, float], width: float, height: float) -> Box:
    x, y = max(0.0, min(spot[0], width - size[0])), max(0.0, min(spot[1], height - size[1]))
    return (x, y, x + size[0], y + size[1])

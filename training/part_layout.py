"""Where a part lies, seen from its neighbours: measured on this project's own labels.

A box is written in units of the neighbour's box, on the left flank; the right one is its mirror picture. The middle is
the median over photos, the spread half the distance of the quartiles over 0.674: a standard deviation, if it were
normal. ``data/rules/consolidate.yaml`` holds the result.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from data.own_labels import Corners, LabelledPart, LabelledPhoto
from inference.geometry import containment
from inference.layout import SEVERAL, Floats, as_box, mirrored, placed_in
from model.findings import Box
from model.vocabulary import Part, Side

PLACED = (Part.FRONT_FENDER, Part.QUARTER_PANEL, Part.ROCKER_PANEL, Part.ROOF, Part.DOOR_GLASS)
"""Parts that joint-v0 has no label for and that are drawn often enough."""
ANCHORS = (
    Part.FRONT_DOOR,
    Part.REAR_DOOR,
    Part.HEADLIGHT,
    Part.TAILLIGHT,
    Part.SIDE_MIRROR,
    Part.WHEEL,
    Part.FRONT_BUMPER,
    Part.REAR_BUMPER,
    Part.HOOD,
    Part.TRUNK_LID,
    Part.TAILGATE,
    Part.WINDSHIELD,
    Part.BACK_GLASS,
)
"""Neighbours that every detector sees."""
FEWEST = 20
"""Pairs below which nothing is said."""
_QUARTILE = 0.674
_HELD = 0.5
_USEFUL = 0.55
"""Spread of an edge, in sizes of the part, up to which a neighbour says something."""

Samples = dict[tuple[Part, Part], list[tuple[float, ...]]]


def layout(photos: Iterable[LabelledPhoto]) -> Mapping[Part, Mapping[Part, tuple[Box, Box]]]:
    """Part → neighbour → (middle, spread)."""
    samples: Samples = defaultdict(list)
    for photo in photos:
        for drawn in photo.parts:
            if drawn.part in PLACED:
                _collect(drawn, photo, samples)
    found: dict[Part, dict[Part, tuple[Box, Box]]] = defaultdict(dict)
    for (part, anchor), rows in samples.items():
        middle, spread = _measured(np.array(rows))
        if np.isfinite(spread).all() and _says_something(middle, spread):
            found[part][anchor] = (as_box(middle), as_box(spread))
    return found


def yaml_lines(found: Mapping[Part, Mapping[Part, tuple[Box, Box]]]) -> str:
    """As the rules hold it."""
    lines = ["layout:"]
    for part in PLACED:
        lines.append(f"  {part}:")
        for anchor in (anchor for anchor in ANCHORS if anchor in found[part]):
            middle, spread = found[part][anchor]
            lines.append(f"    {anchor}: {{at: {_text(middle)}, spread: {_text(spread)}}}")
    return "\n".join(lines) + "\n"


def _collect(part: LabelledPart, photo: LabelledPhoto, samples: Samples) -> None:
    """One row for each neighbour; one in the middle of the car, seen for a part in the middle, counts either way."""
    for anchor in photo.parts:
        sides = {part.side, anchor.side} - {Side.NONE}
        if anchor.part in ANCHORS and len(sides) <= 1 and Side.UNKNOWN not in sides and _belongs(anchor, part):
            for side in sides or (Side.LEFT, Side.RIGHT):
                samples[part.part, anchor.part].append(_row(part, anchor, side, photo))


def _row(part: LabelledPart, anchor: LabelledPart, side: Side, photo: LabelledPhoto) -> tuple[float, ...]:
    """An edge at the rim of the photo is nan: the part may go on."""
    box, near = (mirrored(photo.pixels(item.box), side, photo.width) for item in (part, anchor))
    x1, y1, x2, y2 = _inside(part.box)
    inside = (x2, y1, x1, y2) if side is Side.RIGHT else (x1, y1, x2, y2)
    return tuple(value if seen else np.nan for value, seen in zip(placed_in(box, near), inside, strict=True))


def _belongs(anchor: LabelledPart, part: LabelledPart) -> bool:
    """A wheel to the panel around it, a pane to the door that holds it."""
    if anchor.part is Part.WHEEL and not _shares(anchor.box, part.box):
        return False
    pane, door = as_box(part.box), as_box(anchor.box)
    return part.part not in SEVERAL or containment(pane, door) >= _HELD


def _inside(corners: Corners) -> tuple[bool, bool, bool, bool]:
    x1, y1, x2, y2 = corners
    return (x1 > 5, y1 > 5, x2 < 995, y2 < 995)


def _shares(wheel: Corners, part: Corners) -> bool:
    """Does most of the wheel's width lie within the part's?"""
    return min(wheel[2], part[2]) - max(wheel[0], part[0]) > _HELD * (wheel[2] - wheel[0])


def _measured(rows: Floats) -> tuple[Floats, Floats]:
    if (np.isfinite(rows).sum(axis=0) < FEWEST).any():
        return np.full(4, np.nan), np.full(4, np.nan)
    low, middle, high = np.nanquantile(rows, (0.25, 0.5, 0.75), axis=0)
    return middle, np.maximum((high - low) / 2 / _QUARTILE, 0.01)


def _says_something(middle: Floats, spread: Floats) -> bool:
    """Across and along."""
    best, size = np.minimum(spread[:2], spread[2:]), middle[2:] - middle[:2]
    return bool((best <= _USEFUL * size).all())


def _text(box: Box) -> str:
    return "[" + ", ".join(f"{value:.2f}" for value in box) + "]"

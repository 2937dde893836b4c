"""Which drawn damage may be shown elsewhere, and on what kind of surface."""

from collections.abc import Mapping
from dataclasses import dataclass

from data.taxonomy import Meaning
from model.findings import Box
from model.vocabulary import DamageKind, LabelGroup, Part
from training.prepared import Drawn, PreparedPhoto

BODY = frozenset(
    {Part.FRONT_BUMPER, Part.REAR_BUMPER, Part.HOOD, Part.TRUNK_LID, Part.TAILGATE, Part.FRONT_FENDER}
    | {Part.QUARTER_PANEL, Part.FRONT_DOOR, Part.REAR_DOOR}
)
BRITTLE = frozenset(
    {Part.HEADLIGHT, Part.TAILLIGHT, Part.FOG_LIGHT, Part.WINDSHIELD, Part.BACK_GLASS}
    | {Part.DOOR_GLASS, Part.QUARTER_GLASS}
)
"""Glass and lights: what breaks on them looks like nothing on sheet metal, and the other way round."""
LARGEST_SHARE, LEAST_DONOR = 0.4, 12.0
"""Donors: at most this share of their photo's area, and at least this many pixels on the shorter side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Donor:
    """A damage in the training photo with this index."""

    photo: int
    label: int
    brittle: bool
    drawn: Drawn


def donors_of(index: int, photo: PreparedPhoto, meanings: Mapping[str, Meaning]) -> list[Donor]:
    """What the photo with this index has to give: outlined, neither tiny nor most of the photo, and taught."""
    names, found = list(meanings), []
    for item in photo.drawn:
        width, height = item.box[2] - item.box[0], item.box[3] - item.box[1]
        fits = min(width, height) >= LEAST_DONOR and width * height <= LARGEST_SHARE * photo.width * photo.height
        hidden = any(_holds(box, item.box) for box in photo.others)
        if meanings[item.label].group is LabelGroup.DAMAGE and len(item.outline) >= 3 and fits and not hidden:
            broken = meanings[item.label].kind is DamageKind.BROKEN
            brittle = broken and _part_under(item.box, photo, meanings) <= BRITTLE
            found.append(Donor(photo=index, label=names.index(item.label), brittle=brittle, drawn=item))
    return found


def _part_under(box: Box, photo: PreparedPhoto, meanings: Mapping[str, Meaning]) -> frozenset[Part]:
    """What the smallest part box around the middle of ``box`` may be; sheet metal where none is drawn."""
    around = [item for item in photo.drawn if meanings[item.label].group is LabelGroup.PART and _holds(item.box, box)]
    if not around:
        return BODY
    smallest = min(around, key=lambda item: (item.box[2] - item.box[0]) * (item.box[3] - item.box[1]))
    return frozenset(place.part for place in meanings[smallest.label].parts)


def _holds(box: Box, other: Box) -> bool:
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]

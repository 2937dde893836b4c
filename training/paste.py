"""Damage cut out of training photos and blended into pictures of clean cars, with the boxes that it brings.

A network that only ever sees damage on wrecks learns the wreck; the same scratch on a clean door it has to see itself
(the idea of Ghiasi et al., Simple Copy-Paste, CVPR 2021). Every choice follows from the generator that is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from data.annotated import Points
from data.taxonomy import Meaning
from model.findings import Box
from model.vocabulary import DamageKind, LabelGroup, Part
from training.augment import LEAST_SIDE, Boxes, Matrix, Pixels, Sample, moved
from training.prepared import Drawn, PreparedPhoto
from training.teaching import labels_of_damaged_part

BODY = frozenset(
    {Part.FRONT_BUMPER, Part.REAR_BUMPER, Part.HOOD, Part.TRUNK_LID, Part.TAILGATE, Part.FRONT_FENDER}
    | {Part.QUARTER_PANEL, Part.FRONT_DOOR, Part.REAR_DOOR}
)
DOORS = frozenset({Part.FRONT_DOOR, Part.REAR_DOOR})
BRITTLE = frozenset(
    {Part.HEADLIGHT, Part.TAILLIGHT, Part.FOG_LIGHT, Part.WINDSHIELD, Part.BACK_GLASS}
    | {Part.DOOR_GLASS, Part.QUARTER_GLASS}
)
"""Glass and lights: what breaks on them looks like nothing on sheet metal, and the other way round."""
LARGEST_SHARE, LEAST_DONOR = 0.4, 12.0
"""Donors: at most this share of their photo's area, and at least this many pixels on the shorter side."""
KEPT, ENLARGED = 128, 2.0
"""A patch is kept with its damage at most ``KEPT`` pixels long, and shown at most ``ENLARGED`` times that size."""
MARGIN = 0.12
"""What is cut around a damage, as a share of its longer side: the blend needs to know what it lay in."""
LEAST_MASK = 24
"""Pixels of damage below which there is nothing to see; an outline also is at least a pixel wide on average."""
ON_PART, ON_CANVAS = (0.15, 0.7), (0.06, 0.25)
"""Longer side of a pasted damage: share of its part's shorter side, or of the canvas where no part is known."""
WINDOW = 0.45
"""The upper share of a door's box, which is mostly glass."""
MIDDLE = (0.33, 0.44, 0.67, 0.64)
"""Where the car is in a photo of a whole car: corners in shares of the photo."""
SEEN = 0.25
"""Share of what the canvas shows of a photo that is margin on each side: its middle is within."""
ATTEMPTS = 4
"""Damages tried for each that is to be pasted: not every one fits."""
LEAST_CLONED = 5
"""Pixels on the shorter side of a mask from which on OpenCV can solve for its edge."""
ROUND = 1.15
"""A part fills the ellipse in its box, not the corners: those of a damage may leave the ellipse by this factor."""
TRIES, CHOICES = 12, 3
"""Places tried, and how many that fit are compared: a damage goes where the picture is plainest, on paint rather than
on a grille or a fence."""
HUE = 14.0
"""Distance in Lab's a and b (8 bit) over which a colour stops being that of the paint."""
VISIBLE = 6.0
"""Grey levels by which what is pasted must differ from what was there, unevenly: an even change is a shade of paint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A damage with a margin around it: pixels (h, w, 3), and a mask (h, w) that is 255 inside its outline."""

    pixels: Pixels
    mask: Pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Donor:
    """A damage in the training photo with this index."""

    photo: int
    label: int
    brittle: bool
    drawn: Drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a damage may go: inside ``region``, its longer side between ``low`` and ``high`` pixels. ``labels``: the
    damaged-part channels that it brings besides its own."""

    region: Box
    low: float
    high: float
    part: bool = True
    brittle: bool = False
    labels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the canvas shows: ``covered`` (size, size) is 255 on the photo, 0 on padding and on patches that teach
    nothing; ``middle``: where the middle of the photo lies."""

    covered: Pixels
    middle: Box

    @classmethod
    def of(cls, photo: PreparedPhoto, matrix: Matrix, size: int) -> "Shown":
        """Of a photo that ``matrix`` puts on the canvas."""
        whole = np.full((photo.height, photo.width), 255, dtype=np.uint8)
        for x1, y1, x2, y2 in photo.others:
            whole[int(y1) : int(np.ceil(y2)), int(x1) : int(np.ceil(x2))] = 0
        covered = np.asarray(cv2.warpAffine(whole, matrix, (size, size), flags=cv2.INTER_NEAREST), dtype=np.uint8)
        inner = np.array([MIDDLE], dtype=np.float32) * np.array([photo.width, photo.height] * 2, dtype=np.float32)
        x1, y1, x2, y2 = moved(inner, matrix)[0].tolist()
        return cls(covered=covered, middle=(x1, y1, x2, y2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A patch as it will be shown, its ``corner`` (x, y) on the canvas, and the ``box`` (1, 4) of its damage there."""

    label: int
    patch: Patch
    corner: tuple[int, int]
    box: Boxes


@dataclass(kw_only=True, slots=True)
class Damages:
    """The damages that may be pasted, cut when first shown. ``meanings``: of the labels, in channel order."""

    meanings: Mapping[str, Meaning]
    photos: Sequence[PreparedPhoto]
    files: Sequence[Pixels]
    donors: dict[bool, list[Donor]] = field(init=False)
    patches: dict[tuple[int, Points], Patch | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        found = [donor for index, photo in enumerate(self.photos) for donor in _donors(index, photo, self.meanings)]
        self.donors = {brittle: [item for item in found if item.brittle is brittle] for brittle in (False, True)}

    def of(self, group: LabelGroup) -> npt.NDArray[np.int64]:
        """The channels of a group."""
        return np.array([n for n, meaning in enumerate(self.meanings.values()) if meaning.group is group], np.int64)

    def clean(self, photo: PreparedPhoto, taught: npt.NDArray[np.bool_]) -> bool:
        """Does the photo say of every kind of damage, on every part, that it is not there?"""
        damage = np.concatenate([self.of(LabelGroup.DAMAGE), self.of(LabelGroup.DAMAGED_PART)])
        names = {name for name, meaning in self.meanings.items() if meaning.group is not LabelGroup.PART}
        return bool(taught[damage].all()) and not any(item.label in names for item in photo.drawn)

    def patch(self, donor: Donor) -> Patch | None:
        """The donor's patch; None where its outline holds next to nothing."""
        key = donor.photo, donor.drawn.outline
        if key not in self.patches:
            pixels = np.asarray(cv2.imdecode(self.files[donor.photo], cv2.IMREAD_COLOR_RGB), dtype=np.uint8)
            for item in (*self.donors[False], *self.donors[True]):
                if item.photo == donor.photo:
                    self.patches[item.photo, item.drawn.outline] = cut(pixels, item.drawn)
        return self.patches[key]

    def spots(self, sample: Sample, shown: Shown) -> list[Spot]:
        """Where damage may go: on parts; where the photo teaches no parts, near its middle."""
        if not sample.taught[self.of(LabelGroup.PART)].any():
            return _middle(shown)
        names = list(self.meanings)
        found = []
        for box, channel in zip(sample.boxes.tolist(), sample.labels, strict=True):
            parts = {place.part for place in self.meanings[names[channel]].parts}
            if parts <= BODY or parts <= BRITTLE:
                damaged = dict.fromkeys(name for part in parts for name in labels_of_damaged_part(part, self.meanings))
                top = box[1] + WINDOW * (box[3] - box[1]) if parts <= DOORS else box[1]
                region = (box[0], top, box[2], box[3])
                low = ON_PART[0] * min(box[2] - box[0], box[3] - box[1])
                high = ON_PART[1] * min(box[2] - box[0], box[3] - top)
                labels = tuple(names.index(name) for name in damaged)
                found.append(Spot(region=region, low=low, high=high, brittle=parts <= BRITTLE, labels=labels))
        return found

    def hindrances(self, sample: Sample) -> Boxes:
        """Boxes of what lies in front of body parts or is none: wheels, mirrors, lights, glass."""
        names = list(self.meanings)
        return sample.boxes[[not {p.part for p in self.meanings[names[n]].parts} <= BODY for n in sample.labels]]


def pasted(sample: Sample, shown: Shown, damages: Damages, random: np.random.Generator) -> Sample:
    """The sample of a clean car with one to three damages, each on a part of its own; fewer where they do not fit.

    Where nobody knows the part that was hit, the labels of damaged parts are no longer taught.
    """
    spots, before, pixels = damages.spots(sample, shown), damages.hindrances(sample), sample.pixels.copy()
    known = bool(sample.taught[damages.of(LabelGroup.PART)].any())
    boxes, labels = np.zeros((0, 4), dtype=np.float32), list[int]()
    wanted, done = int(random.integers(1, 4)), 0
    for _ in range(ATTEMPTS * wanted):
        if done == wanted or not spots:
            break
        spot = spots[int(random.integers(len(spots)))]
        taken = boxes if spot.brittle else np.concatenate([boxes, before])
        placed = _placed(spot, damages, pixels, shown.covered, taken, random)
        if placed is None or not _blend(pixels, placed, random):
            continue
        boxes = np.concatenate([boxes, *[placed.box] * (1 + len(spot.labels))])
        labels += [placed.label, *spot.labels]
        done += 1
        spots = [other for other in spots if other is not spot] if known else spots
    if not labels:
        return sample
    taught = sample.taught.copy()
    if not known:
        taught[damages.of(LabelGroup.DAMAGED_PART)] = False
    return Sample(
        pixels=pixels,
        boxes=np.concatenate([sample.boxes, boxes]),
        labels=np.concatenate([sample.labels, np.array(labels, dtype=np.int64)]),
        taught=taught,
    )


def cut(pixels: Pixels, drawn: Drawn) -> Patch | None:
    """A damage out of its photo, made small; None for an outline without area."""
    rows, columns = pixels.shape[:2]
    x1, y1, x2, y2 = (int(value) for value in (*np.floor(drawn.box[:2]), *np.ceil(drawn.box[2:])))
    longest = max(x2 - x1, y2 - y1)
    if cv2.contourArea(np.array(drawn.outline, dtype=np.float32)) < max(LEAST_MASK, longest):
        return None
    margin = 3 + round(MARGIN * longest)
    left, top = max(0, x1 - margin), max(0, y1 - margin)
    right, bottom = min(columns, x2 + margin), min(rows, y2 + margin)
    if right - left <= 2 or bottom - top <= 2:
        return None
    mask = np.zeros((bottom - top, right - left), dtype=np.uint8)
    cv2.fillPoly(mask, [np.round(np.array(drawn.outline) - (left, top)).astype(np.int32)], 255)
    return _resized(Patch(pixels=pixels[top:bottom, left:right].copy(), mask=mask), min(1.0, KEPT / longest))


def _resized(patch: Patch, ratio: float) -> Patch | None:
    rows, columns = (max(3, round(side * ratio)) for side in patch.mask.shape)
    way = cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
    pixels, mask = (cv2.resize(item, (columns, rows), interpolation=way) for item in (patch.pixels, patch.mask))
    inside = np.where(mask > 127, 255, 0).astype(np.uint8)
    inside[[0, -1]] = 0  # a blend needs to know what lies beyond
    inside[:, [0, -1]] = 0
    made = Patch(pixels=np.asarray(pixels, dtype=np.uint8), mask=inside)
    return made if cv2.countNonZero(inside) >= LEAST_MASK else None


def _donors(index: int, photo: PreparedPhoto, meanings: Mapping[str, Meaning]) -> list[Donor]:
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


def _middle(shown: Shown) -> list[Spot]:
    """Near the middle of the photo and of what is seen of it."""
    x, y, width, height = cv2.boundingRect(shown.covered)
    seen = (x + SEEN * width, y + SEEN * height, x + (1 - SEEN) * width, y + (1 - SEEN) * height)
    region = (*np.maximum(shown.middle[:2], seen[:2]), *np.minimum(shown.middle[2:], seen[2:]))
    low, high = ON_CANVAS[0] * shown.covered.shape[0], ON_CANVAS[1] * max(width, height)
    return [Spot(region=region, low=low, high=high, part=False)]


def _placed(
    spot: Spot, damages: Damages, pixels: Pixels, covered: Pixels, taken: Boxes, random: np.random.Generator
) -> Placed | None:
    """A random damage at a random place; None where it does not fit."""
    donors = damages.donors[spot.brittle]
    if not donors:
        return None
    donor = donors[int(random.integers(len(donors)))]
    whole = damages.patch(donor)
    if whole is None:
        return None
    patch = _sized(whole, spot, random)
    if patch is None:
        return None
    x, y, width, height = cv2.boundingRect(patch.mask)
    rows, columns = patch.mask.shape
    size = covered.shape[0]
    first = np.ceil(np.maximum(spot.region[:2], (x, y)))
    last = np.floor(np.minimum(np.array(spot.region[2:]), (size - columns + x + width, size - rows + y + height)))
    last -= (width, height)
    if min(width, height) < LEAST_SIDE or (last < first).any():
        return None
    found: list[tuple[float, Placed]] = []
    for _ in range(TRIES):
        left, top = (int(value) for value in random.integers(first.astype(int), last.astype(int) + 1))
        box = np.array([[left, top, left + width, top + height]], dtype=np.float32)
        here = np.s_[top : top + height, left : left + width]
        if covered[here].all() and not _overlaps(box, taken) and not (spot.part and _in_a_corner(box, spot.region)):
            made = Placed(label=donor.label, patch=patch, corner=(left - x, top - y), box=box)
            found.append((_unrest(pixels[here]), made))
        if len(found) == CHOICES:
            break
    return min(found, key=lambda item: item[0])[1] if found else None


def _sized(patch: Patch, spot: Spot, random: np.random.Generator) -> Patch | None:
    longest = max(cv2.boundingRect(patch.mask)[2:])
    wanted = random.uniform(spot.low, max(spot.low, min(spot.high, ENLARGED * longest)))
    made = None if wanted > ENLARGED * longest else _resized(patch, wanted / longest)
    if made is None or random.random() < 0.5:
        return made
    return Patch(pixels=np.ascontiguousarray(made.pixels[:, ::-1]), mask=np.ascontiguousarray(made.mask[:, ::-1]))


def _unrest(pixels: Pixels) -> float:
    """How much goes on in a patch: the mean strength of its edges."""
    return float(np.abs(cv2.Laplacian(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.CV_32F)).mean())


def _in_a_corner(box: Boxes, region: Box) -> bool:
    """Does a corner of the box leave the ellipse in the region?"""
    centre = np.array([region[0] + region[2], region[1] + region[3]]) / 2
    half = np.array([region[2] - region[0], region[3] - region[1]]) / 2
    furthest = np.abs(box.reshape(2, 2) - centre).max(axis=0)
    return bool(np.hypot(*(furthest / half)) > ROUND)


def _overlaps(box: Boxes, others: Boxes) -> bool:
    sides = np.minimum(box[:, 2:], others[:, 2:]) - np.maximum(box[:, :2], others[:, :2])
    return bool((np.clip(sides, 0, None).prod(axis=1) > 0.1 * (box[:, 2:] - box[:, :2]).prod()).any())


def _blend(pixels: Pixels, placed: Placed, random: np.random.Generator) -> bool:
    """Into ``pixels``, in place: solved for its edge (Pérez et al., Poisson Image Editing, 2003) or with a soft one.

    False where nobody would see it: then nothing is changed.
    """
    mask, (left, top) = placed.patch.mask, placed.corner
    under = pixels[top : top + mask.shape[0], left : left + mask.shape[1]]
    source = _matched(placed.patch, under)
    way = int(random.integers(3))
    x, y, width, height = cv2.boundingRect(mask)
    if way < 2 and min(width, height) >= LEAST_CLONED:
        flags = (cv2.NORMAL_CLONE, cv2.MIXED_CLONE)[way]
        middle = (x + width // 2, y + height // 2)
        made = cv2.seamlessClone(source, np.ascontiguousarray(under), mask, middle, flags)
    else:
        soft = cv2.GaussianBlur(mask, (0, 0), max(0.7, 0.03 * max(width, height)))
        share = soft.astype(np.float32)[..., None] / 255
        made = np.round(under + share * (source.astype(np.float32) - under))
    change = made.astype(np.float32).mean(axis=2) - under.mean(axis=2)
    if change[mask > 0].std() < VISIBLE:
        return False
    under[:] = made
    return True


def _matched(patch: Patch, under: Pixels) -> Pixels:
    """The patch in the colours of what it will lie on: its surroundings get their mean and nearly their spread.

    Only paint changes its hue: bare primer or plastic on a red car would turn green on a grey one.
    """
    ours, theirs = (cv2.cvtColor(item, cv2.COLOR_RGB2LAB).astype(np.float32) for item in (patch.pixels, under))
    around = ours[patch.mask == 0]
    mean, goal = around.mean(axis=0), theirs.mean(axis=(0, 1))
    gain = np.clip((theirs.std(axis=(0, 1)) + 1) / (around.std(axis=0) + 1), 0.7, 1.3)
    shifted = (ours - mean) * gain + goal
    paint = np.exp(-(((ours - mean)[..., 1:] ** 2).sum(axis=2, keepdims=True)) / HUE**2)
    shifted[..., 1:] = paint * shifted[..., 1:] + (1 - paint) * ours[..., 1:]
    return np.asarray(cv2.cvtColor(np.clip(shifted, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB), dtype=np.uint8)

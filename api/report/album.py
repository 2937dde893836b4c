"""The pictures of a page, each embedded once: photos with the places of their boxes, and a crop per line and photo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.report.marks import Mark, marks_of, place_labels, within
from api.report.pictures import LONG_SIDE, Shown, fitted, fitted_size, jpeg_uri, readable
from claims.assess import Assessment
from claims.observe import PhotoSource
from inference.geometry import area, hull
from model.findings import Box

CROPS_PER_LINE = 4
_CROP_PX = 480
_CROP_BUDGET = 24_000
_MARGIN, _LEAST = 0.3, 0.16
_LABEL = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnMark:
    """A box and its numbered label, each as x, y, width, height in units of the frame."""

    number: int
    colour: int
    box: Box
    label: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One embedded picture: its name on the page, size in px, content as a ``data:`` URI, and what is drawn on it."""

    name: str
    width: int
    height: int
    uri: str
    marks: Sequence[DrawnMark] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """``photos`` by photo index, ``crops`` by line number and photo index, ``marks`` by photo index."""

    photos: Mapping[int, Frame]
    crops: Mapping[int, Mapping[int, Frame]]
    marks: Mapping[int, Sequence[Mark]]

    @property
    def frames(self) -> list[Frame]:
        """Every picture, once."""
        return [*self.photos.values(), *(frame for own in self.crops.values() for frame in own.values())]

    @classmethod
    def of(cls, assessment: Assessment, sources: Sequence[PhotoSource]) -> "Album":
        """Reads the photos again, one at a time."""
        marks = marks_of(assessment)
        wanted = _wanted_crops(marks)
        photos: dict[int, Frame] = {}
        crops: dict[int, dict[int, Frame]] = {}
        for shown in readable(assessment, sources, _sides_needed(wanted, assessment)):
            photos[shown.index] = _photo(shown, marks.get(shown.index, ()))
            for number, box in wanted.get(shown.index, {}).items():
                crops.setdefault(number, {})[shown.index] = _crop(shown, number, box)
        return cls(photos=photos, crops=crops, marks=marks)


def _wanted_crops(marks: Mapping[int, Sequence[Mark]]) -> Mapping[int, Mapping[int, Box]]:
    """By photo and line, the box around all boxes of the line; the photos with the largest view of it."""
    around: dict[int, dict[int, Box]] = {}
    for photo, found in marks.items():
        for mark in found:
            own = around.setdefault(mark.number, {})
            own[photo] = hull([own[photo], mark.box]) if photo in own else mark.box
    wanted: dict[int, dict[int, Box]] = {}
    for number, own in sorted(around.items()):
        best = sorted(own, key=lambda photo: (-area(own[photo]), photo))[:CROPS_PER_LINE]
        for photo in sorted(best):
            wanted.setdefault(photo, {})[number] = own[photo]
    return wanted


def _sides_needed(wanted: Mapping[int, Mapping[int, Box]], assessment: Assessment) -> dict[int, int]:
    """How large each photo must be read for its smallest crop to be sharp, px of the long side."""
    needed = {}
    for photo, boxes in wanted.items():
        seen = assessment.observations[photo]
        long_side = max(seen.width or 1, seen.height or 1)
        smallest = min(max(box[2] - box[0], box[3] - box[1]) * (1 + 2 * _MARGIN) for box in boxes.values())
        smallest = max(smallest, _LEAST * long_side)
        needed[photo] = min(long_side, round(long_side * _CROP_PX / smallest))
    return needed


def _photo(shown: Shown, marks: Sequence[Mark]) -> Frame:
    width, height = fitted_size(shown.image.size, LONG_SIDE)
    factor = shown.scale * width / shown.image.width
    boxes = [within((b[0] * factor, b[1] * factor, b[2] * factor, b[3] * factor), width, height) for b in
             (mark.box for mark in marks)]  # fmt: skip
    side = _LABEL * max(width, 0.75 * height)
    sizes = [(side * (1.0 if mark.number < 10 else 1.45), side) for mark in marks]
    drawn = [
        DrawnMark(number=mark.number, colour=mark.colour, box=_sized(box), label=_sized(label))
        for mark, box, label in zip(marks, boxes, place_labels(boxes, sizes, width, height), strict=True)
    ]
    uri = jpeg_uri(fitted(shown.image, LONG_SIDE))
    return Frame(name=f"photo-{shown.index + 1}", width=width, height=height, uri=uri, marks=drawn)


def _sized(box: Box) -> Box:
    x1, y1, x2, y2 = box
    return (round(x1, 1), round(y1, 1), round(x2 - x1, 1), round(y2 - y1, 1))


def _crop(shown: Shown, number: int, box: Box) -> Frame:
    piece = fitted(shown.cut(box, margin=_MARGIN, least=_LEAST), _CROP_PX)
    uri = jpeg_uri(piece, _CROP_BUDGET)
    return Frame(name=f"crop-{number}-{shown.index + 1}", width=piece.width, height=piece.height, uri=uri)

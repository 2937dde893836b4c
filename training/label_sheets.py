"""Sheets for people who label photos: the photo with a grid and the detector's proposals, and what was drawn on it.

An annotator reads coordinates off a sheet, writes a draft (training/label_drafts.py), and looks at the drawn sheet.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from data.datasets import AnnotatedPhoto
from data.own_labels import LabelledPhoto
from inference.detector import Detector
from model.findings import PartRef
from model.labels import LabelPart
from model.vocabulary import LabelGroup
from training.judging import loaded
from training.label_drafts import Proposal

Picture = npt.NDArray[np.uint8]

LONGEST = 1200
MARGIN = 28
SHOWN = 0.25
"""Parts below this score are not proposed."""

_PART, _SET, _DAMAGE, _OTHER = (60, 200, 60), (0, 200, 255), (40, 40, 255), (200, 60, 200)  # BGR


def propose(photo: AnnotatedPhoto, detector: Detector) -> list[Proposal]:
    """The detector's parts, best first, then what the set has drawn."""
    found = detector.detect(loaded(photo))
    parts = [seen for seen in found if seen.label.group is LabelGroup.PART and seen.score >= SHOWN]
    shown = [
        Proposal(number=f"P{n}", text=_word(seen.label.parts[0]), outline=_thousandths(_corners(seen.box), photo))
        for n, seen in enumerate(parts)
    ]
    return shown + [
        Proposal(number=f"D{n}", text=item.label, outline=_thousandths(item.outline or _corners(item.box), photo))
        for n, item in enumerate(photo.annotations)
    ]


def sheet(photo: AnnotatedPhoto, proposals: Sequence[Proposal]) -> Picture:
    """The photo, enlarged, with a ruler in thousandths, a faint grid, and the proposals."""
    picture = _enlarged(photo)
    _grid(picture)
    for item in proposals:
        colour = _PART if item.number.startswith("P") else _SET
        _outline(picture, item.outline, colour, f"{item.number} {item.text}", thickness=1)
    return _with_ruler(picture)


def drawn_sheet(photo: AnnotatedPhoto, labels: LabelledPhoto) -> Picture:
    """The photo with everything that was drawn on it."""
    picture = _enlarged(photo)
    for corners in labels.others:
        _outline(picture, _corners(corners), _OTHER, "other", thickness=2)
    for part in labels.parts:
        _outline(picture, _corners(part.box), _PART, f"{part.part} {part.side}", thickness=1)
    for damage in labels.damages:
        text = f"{damage.severity} {damage.kind}: {damage.part} {damage.side}"
        _outline(picture, damage.outline, _DAMAGE, text, thickness=2)
    return _with_ruler(picture)


def _word(place: LabelPart | PartRef) -> str:
    return f"{place.part}:{place.side}" if place.part.sided else str(place.part)


def _thousandths(points: Sequence[tuple[float, float]], photo: AnnotatedPhoto) -> tuple[tuple[int, int], ...]:
    return tuple((_share(x, photo.width), _share(y, photo.height)) for x, y in points)


def _share(value: float, whole: int) -> int:
    return min(1000, max(0, round(1000 * value / whole)))


def _corners(box: Sequence[float]) -> list[tuple[Any, Any]]:
    x1, y1, x2, y2 = box
    return [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]


def _enlarged(photo: AnnotatedPhoto) -> Picture:
    pixels = cv2.cvtColor(loaded(photo).pixels, cv2.COLOR_RGB2BGR)
    ratio = LONGEST / max(pixels.shape[:2])
    return np.asarray(cv2.resize(pixels, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _grid(picture: Picture) -> None:
    rows, columns = picture.shape[:2]
    faint = picture.copy()
    for step in range(100, 1000, 100):
        x, y = step * columns // 1000, step * rows // 1000
        cv2.line(faint, (x, 0), (x, rows), (255, 255, 255), 1)
        cv2.line(faint, (0, y), (columns, y), (255, 255, 255), 1)
    cv2.addWeighted(faint, 0.35, picture, 0.65, 0, dst=picture)


def _with_ruler(picture: Picture) -> Picture:
    rows, columns = picture.shape[:2]
    border = cv2.copyMakeBorder(picture, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_CONSTANT, value=(30, 30, 30))
    framed = np.asarray(border, dtype=np.uint8)
    for step in range(0, 1001, 50):
        x, y = MARGIN + step * columns // 1000, MARGIN + step * rows // 1000
        for place in ((x - 10, 18), (x - 10, rows + MARGIN + 18)):
            _write(framed, str(step), place, (255, 255, 255), 0.33)
        for place in ((1, y + 4), (columns + MARGIN + 2, y + 4)):
            _write(framed, str(step), place, (255, 255, 255), 0.33)
    return framed


def _outline(
    picture: Picture, points: Sequence[tuple[float, float]], colour: tuple[int, int, int], text: str, *, thickness: int
) -> None:
    rows, columns = picture.shape[:2]
    corners = np.array([(x * columns / 1000, y * rows / 1000) for x, y in points]).round().astype(np.int32)
    cv2.polylines(picture, [corners], isClosed=True, color=colour, thickness=thickness, lineType=cv2.LINE_AA)
    x, y = corners.min(axis=0)
    _write(picture, text, (int(x) + 3, int(y) + 13), colour, 0.42)


def _write(picture: Picture, text: str, place: tuple[int, int], colour: tuple[int, int, int], size: float) -> None:
    cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)

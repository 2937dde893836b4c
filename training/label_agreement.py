"""How far two annotators of the same photos agree.

Boxes of two passes are paired one to one, best overlap first, from IoU ``PAIRED`` on, whatever they are called.
Agreement on the words of the pairs is Cohen's kappa (1960): how much better than chance, 1 at most.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.own_labels import Corners, LabelledPhoto
from data.second_pass import SecondLabels
from model.errors import ModelError

PAIRED = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """``f1``: share of boxes that have a partner in the other pass. ``iou``: mean over pairs. ``kappas``: by word."""

    what: str
    first: int
    second: int
    pairs: int
    iou: float
    kappas: Mapping[str, float]

    @property
    def f1(self) -> float:
        """Twice the pairs over all boxes."""
        return 2 * self.pairs / max(1, self.first + self.second)


def agreement(
    first: Mapping[str, LabelledPhoto], second: Mapping[str, LabelledPhoto]
) -> tuple[Agreement, Agreement, Agreement]:
    """On damages, on damages pooled to the damaged region of a part, and on parts; over the photos of both passes."""
    both = sorted(first.keys() & second.keys())
    pairs = [(first[sha256], second[sha256]) for sha256 in both]
    damages = [(_damages(one), _damages(other)) for one, other in pairs]
    regions = [(_regions(one), _regions(other)) for one, other in pairs]
    parts = [(_parts(one), _parts(other)) for one, other in pairs]
    return (
        _agreement("damages", damages, ("kind", "severity", "part", "side")),
        _agreement("damaged parts", regions, ("part", "side")),
        _agreement("parts", parts, ("part", "side")),
    )


def table(first: Mapping[str, LabelledPhoto], second: Mapping[str, SecondLabels]) -> Iterator[str]:
    """Markdown rows: all photos of the second pass, then those of each second annotator.

    Raises ``ModelError`` ``model.data_unreadable`` for a photo that the first pass has not labelled.
    """
    if strangers := sorted(second.keys() - first.keys()):
        raise ModelError("data_unreadable", f"second pass: {second[strangers[0]].file} has no first labels")
    yield "| second annotator | what | boxes | pairs | F1 | mean IoU of pairs | kappa of pairs |"
    yield "|---|---|---|---|---|---|---|"
    yield from _rows("all", first, second)
    for name in sorted({photo.annotator for photo in second.values()}):
        yield from _rows(name, first, {key: photo for key, photo in second.items() if photo.annotator == name})


def _rows(who: str, first: Mapping[str, LabelledPhoto], second: Mapping[str, SecondLabels]) -> Iterator[str]:
    for item in agreement(first, second):
        kappas = ", ".join(f"{word} {_short(value)}" for word, value in item.kappas.items())
        boxes = f"{item.first} / {item.second} | {item.pairs}"
        yield f"| {who}: {len(second)} | {item.what} | {boxes} | {_short(item.f1)} | {_short(item.iou)} | {kappas} |"


def _short(value: float) -> str:
    """``.75`` for 0.75."""
    return f"{value:.2f}".replace("0.", ".", 1)


Word = tuple[str, ...]
Boxes = Sequence[tuple[Corners, Word]]


def kappa(one: Sequence[str], other: Sequence[str]) -> float:
    """Cohen's kappa of two lists of words; 1.0 when both always use the same single word, nan for empty lists."""
    if not one:
        return float("nan")
    agreed = float(np.mean([a == b for a, b in zip(one, other, strict=True)]))
    left, right = Counter(one), Counter(other)
    chance = sum(left[word] * right[word] for word in left) / len(one) ** 2
    return 1.0 if chance == 1.0 else (agreed - chance) / (1 - chance)


def _agreement(what: str, photos: Sequence[tuple[Boxes, Boxes]], words: tuple[str, ...]) -> Agreement:
    paired = [(one[i][1], other[j][1], iou) for one, other in photos for i, j, iou in _pairs(one, other)]
    return Agreement(
        what=what,
        first=sum(len(one) for one, _ in photos),
        second=sum(len(other) for _, other in photos),
        pairs=len(paired),
        iou=float(np.mean([iou for *_, iou in paired])) if paired else float("nan"),
        kappas={word: kappa([a[n] for a, *_ in paired], [b[n] for _, b, _ in paired]) for n, word in enumerate(words)},
    )


def _pairs(one: Boxes, other: Boxes) -> list[tuple[int, int, float]]:
    overlaps = {(i, j): _iou(a, b) for i, (a, _) in enumerate(one) for j, (b, _) in enumerate(other)}
    chosen: list[tuple[int, int, float]] = []
    for (i, j), iou in sorted(overlaps.items(), key=lambda item: -item[1]):
        if iou >= PAIRED and all(i != a and j != b for a, b, _ in chosen):
            chosen.append((i, j, iou))
    return chosen


def _iou(one: Corners, other: Corners) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    common = max(0, width) * max(0, height)
    return common / (_area(one) + _area(other) - common)


def _area(corners: Corners) -> int:
    return (corners[2] - corners[0]) * (corners[3] - corners[1])


def _damages(photo: LabelledPhoto) -> Boxes:
    return [(d.box, (str(d.kind), str(d.severity), str(d.part), str(d.side))) for d in photo.damages]


def _regions(photo: LabelledPhoto) -> Boxes:
    return [(corners, (str(part), str(side))) for (part, side), corners in photo.damaged_regions.items()]


def _parts(photo: LabelledPhoto) -> Boxes:
    return [(part.box, (str(part.part), str(part.side))) for part in photo.parts]

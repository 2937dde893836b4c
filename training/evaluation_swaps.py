"""Found, but called by the wrong name: left for right, front bumper for rear bumper."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.detections import Detection
from model.labels import Label
from model.manifest import Manifest
from model.vocabulary import LabelGroup, Part, Side
from training.average_precision import Ints, assign
from training.bootstrap import share_estimate
from training.evaluation import Figure
from training.evaluation_figures import figure
from training.evaluation_sets import Observed
from training.judging import Judged

BUMPERS = frozenset({Part.FRONT_BUMPER, Part.REAR_BUMPER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A report that counts and the drawn box of the same family that it takes at IoU .5.

    ``photo``: index in its set; ``family``: what both are, whatever their side or end; ``drawn_as``: the label that
    would have been right.
    """

    photo: int
    family: str
    reported: Detection
    drawn_as: str

    @property
    def swapped(self) -> bool:
        """Whether the report names the other one."""
        return self.reported.label.name != self.drawn_as


def swap_figures(observed: Observed, manifest: Manifest, weights: Ints) -> Iterator[Figure]:
    """The share of pairs with the wrong side, over all parts and for each; and of bumpers, the wrong end."""
    sided = pairs(observed, sides(manifest))
    yield from _figure("left and right swapped", sided, observed, weights)
    for family in sorted({pair.family for pair in sided}):
        members = [pair for pair in sided if pair.family == family]
        yield from _figure(f"left and right swapped, {family}", members, observed, weights)
    yield from _figure("front and rear bumper swapped", pairs(observed, bumpers(manifest)), observed, weights)


def sides(manifest: Manifest) -> Mapping[str, str]:
    """Label → family, for labels of parts that a car has on either side."""
    return {label.name: str(label.parts[0].part) for label in _parts(manifest) if _sides(label) <= _EITHER}


def bumpers(manifest: Manifest) -> Mapping[str, str]:
    """The labels of the two bumpers as one family."""
    return {label.name: "bumper" for label in _parts(manifest) if label.parts[0].part in BUMPERS}


def pairs(observed: Observed, families: Mapping[str, str]) -> list[Pair]:
    """The pairs of a set, photo by photo; none when it draws no member of a family."""
    scope = observed.source.scope
    words = {theirs: ours for theirs, ours in scope.labels.items() if ours in families}
    found = enumerate(observed.judged)
    return [
        pair
        for index, item in found
        for family in sorted({families[label] for label in words.values()})
        for pair in _pairs(index, item, family, words, families)
    ]


def _pairs(
    index: int, item: Judged, family: str, words: Mapping[str, str], families: Mapping[str, str]
) -> Iterator[Pair]:
    reported = [seen for seen in item.detections if seen.passes and families.get(seen.label.name) == family]
    drawn = [one for one in item.photo.annotations if families.get(words.get(one.label, "")) == family]
    corners = [np.array([one.box for one in items]).reshape(-1, 4) for items in (reported, drawn)]
    taken = assign(corners[0], corners[1], ious=np.array([0.5]))[:, 0]
    for seen, place in zip(reported, taken.tolist(), strict=True):
        if place >= 0:
            yield Pair(photo=index, family=family, reported=seen, drawn_as=words[drawn[place].label])


def _figure(name: str, found: Sequence[Pair], observed: Observed, weights: Ints) -> Iterator[Figure]:
    if not found:
        return
    photos = np.array([pair.photo for pair in found])
    swapped = np.array([pair.swapped for pair in found])
    groups = [observed.groups[index] for index in photos.tolist()]
    estimate = share_estimate(swapped, weights[:, photos], groups)
    yield figure(name, estimate, observed.data, len(found), "pairs", "lower")


def _parts(manifest: Manifest) -> Iterable[Label]:
    return (label for label in manifest.labels if label.group is LabelGroup.PART)


def _sides(label: Label) -> set[Side]:
    return {item.side for item in label.parts}


_EITHER = {Side.LEFT, Side.RIGHT}

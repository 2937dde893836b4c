"""Photos that show one picture, across all sets: near-copies, mirrored and turned ones too.

The sets keep near-copies in one ``group``, but only within a set and only unmirrored ones. Groups that share a picture
are one cluster here, and a cluster with a photo held out anywhere is held out as a whole.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from inference.fingerprint import NEAR_DUPLICATE_DISTANCE

HELD_OUT = ("test", "val")
"""The stricter first: a cluster with a test photo is never validated on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprinted:
    """A photo as far as copies are concerned. ``group`` is unique across sets; ``hashes``: its eight turned copies."""

    name: str
    group: str
    split: str
    hashes: tuple[int, ...]


def cluster(photos: Sequence[Fingerprinted]) -> list[list[Fingerprinted]]:
    """Photos by picture: one group, or linked by a copy, in order of first appearance."""
    leaders = list(range(len(photos)))
    for one, other in _links(photos):
        first, second = sorted((_leader(leaders, one), _leader(leaders, other)))
        leaders[second] = first
    clusters: defaultdict[int, list[Fingerprinted]] = defaultdict(list)
    for index, photo in enumerate(photos):
        clusters[_leader(leaders, index)].append(photo)
    return list(clusters.values())


def sides(clusters: Sequence[Sequence[Fingerprinted]]) -> Mapping[str, str]:
    """Photo name → ``train``, ``val`` or ``test`` after the rule above."""
    return {photo.name: _side(members) for members in clusters for photo in members}


def cut(clusters: Sequence[Sequence[Fingerprinted]]) -> list[Sequence[Fingerprinted]]:
    """The clusters that the sets' own splits cut through: the leaks."""
    return [members for members in clusters if len({photo.split for photo in members}) > 1]


def _side(members: Sequence[Fingerprinted]) -> str:
    splits = {photo.split for photo in members}
    return next((side for side in HELD_OUT if side in splits), "train")


def _links(photos: Sequence[Fingerprinted]) -> Iterator[tuple[int, int]]:
    first: dict[str, int] = {}
    for index, photo in enumerate(photos):
        yield first.setdefault(photo.group, index), index
    upright = np.array([photo.hashes[0] for photo in photos], dtype=np.uint64)
    for index, photo in enumerate(photos):
        for turned in photo.hashes:
            near = np.bitwise_count(upright ^ np.uint64(turned)) <= NEAR_DUPLICATE_DISTANCE
            yield from ((index, int(other)) for other in np.flatnonzero(near))


def _leader(leaders: list[int], index: int) -> int:
    while leaders[index] != index:
        leaders[index] = leaders[leaders[index]]
        index = leaders[index]
    return index

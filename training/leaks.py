"""The last look at a prepared set: no picture may be on two sides of the split. By construction none is.

This does not ask how the clusters came about: it compares the photos themselves.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from data.formats.faults import refuse
from inference.fingerprint import NEAR_DUPLICATE_DISTANCE
from training.clusters import Fingerprinted, cut
from training.prepared import PreparedPhoto

CODE = "data_leaks"


def refuse_leaks(photos: Sequence[PreparedPhoto], hashes: Mapping[str, tuple[int, ...]]) -> None:
    """``hashes``: path → of its eight turned copies. Raises ``ModelError`` ``model.data_leaks`` with the first ten."""
    refuse(list(_leaks(photos, hashes)), code=CODE)


def refuse_cut(clusters: Sequence[Sequence[Fingerprinted]]) -> None:
    """The sets' own splits, before anything is settled. Raises as ``refuse_leaks`` does."""
    told = [" and ".join(f"{photo.name} ({photo.split})" for photo in members) for members in cut(clusters)]
    refuse(told, code=CODE, about="pictures on several sides of the split, see --settle-leaks")


def _leaks(photos: Sequence[PreparedPhoto], hashes: Mapping[str, tuple[int, ...]]) -> Iterator[str]:
    found: set[tuple[int, int]] = set()
    for index, other in _alike(photos, hashes):
        one, two = photos[index], photos[other]
        pair = (min(index, other), max(index, other))
        if one.split != two.split and pair not in found:
            found.add(pair)
            yield f"{one.path} ({one.split}) and {two.path} ({two.split})"


def _alike(photos: Sequence[PreparedPhoto], hashes: Mapping[str, tuple[int, ...]]) -> Iterator[tuple[int, int]]:
    """Pairs of one file, of one cluster, or of one picture, mirrored and turned ones too."""
    upright = np.array([hashes[photo.path][0] for photo in photos], dtype=np.uint64)
    files = np.array([photo.sha256 for photo in photos])
    clusters = np.array([photo.cluster for photo in photos])
    splits = np.array([photo.split for photo in photos])
    for index, photo in enumerate(photos):
        elsewhere = splits != photo.split
        same = (files == photo.sha256) | (clusters == photo.cluster)
        for turned in hashes[photo.path]:
            same |= np.bitwise_count(upright ^ np.uint64(turned)) <= NEAR_DUPLICATE_DISTANCE
        yield from ((index, int(other)) for other in np.flatnonzero(same & elsewhere))

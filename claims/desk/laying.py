"""Photos of other cases that may be copies of ours are laid on ours: what is told of other cases is seen, not guessed.

Outside any transaction: what is kept of a photo is read from the photo store, and a pair takes some milliseconds.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from claims.desk.house import House
from claims.desk.suspicions import Surroundings
from claims.observation_bytes import observation_of
from claims.observe import Observation
from claims.repository import fraud, observations
from claims.repository.alike_photos import Likely
from inference.images import read_photo
from inference.same_picture import LONG_SIDE, Grey, Pictures, grey_copy
from model.errors import PhotoRejected, SecrecyError, StorageError

_log = logging.getLogger(__name__)


def laid(house: House, around: Surroundings, seen: Sequence[Observation]) -> Surroundings:
    """With the photos of other cases that are cropped, turned or warped copies of one of ours."""
    if not around.likely:
        return around
    greys = {one.sha256: one.grey for one in seen if one.sha256 is not None and one.grey is not None}
    same = _same(around.likely, {**_theirs(house, around.likely), **greys})
    with house.books.reading() as book:
        copies = fraud.copies(book, same)
    return replace(around, other_photos=(*around.other_photos, *copies), likely=())


def _same(likely: Sequence[Likely], greys: Mapping[str, Grey]) -> list[Likely]:
    """One for each photo and other case."""
    places = {digest: place for place, digest in enumerate(greys)}
    pictures, found = Pictures(list(greys.values())), dict[tuple[str, object], Likely]()
    for one in likely:
        known = (one.photo, one.claim) not in found and {one.photo, one.sha256} <= places.keys()
        if known and pictures.copied(places[one.photo], places[one.sha256]):
            found[one.photo, one.claim] = one
    return list(found.values())


def _theirs(house: House, likely: Sequence[Likely]) -> Mapping[str, Grey]:
    digests = {one.sha256 for one in likely}
    with house.books.reading() as book:
        blobs = observations.kept_anyhow(book, digests)
    found = {digest: _grey(house, digest, blobs.get(digest)) for digest in sorted(digests)}
    return {digest: grey for digest, grey in found.items() if grey is not None}


def _grey(house: House, digest: str, blob: str | None) -> Grey | None:
    """From what is kept of a photo, else from the photo itself; None where neither can be read."""
    kept = None if blob is None else _opened(house, blob)
    labels = house.eyes.detector.manifest.labels
    seen = None if kept is None else observation_of(kept, labels, index=0, name="")
    if seen is not None:
        return seen.grey
    content = _opened(house, digest)
    try:
        return None if content is None else _grey_of(house, content)
    except PhotoRejected:
        return None


def _opened(house: House, digest: str) -> bytes | None:
    try:
        return house.photos.open(digest)
    except (StorageError, SecrecyError) as lost:
        _log.warning("what another case has is not to be read: %s", lost.code)
        return None


def _grey_of(house: House, content: bytes) -> Grey:
    return grey_copy(read_photo(content, name="", limits=house.eyes.limits, min_side=LONG_SIDE).pixels)

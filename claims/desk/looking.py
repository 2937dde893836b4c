"""Photos are looked at once, when they arrive. What was seen is kept in the photo store, sealed as the photos are, and
the network runs again only where nothing is kept, or where what looks has changed.

Outside any transaction: looking takes a second, and a row names only what is on disk. A disk and a processor work at
the same time: files are put while the network looks.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from claims.desk.house import House
from claims.fraud_case import Position
from claims.observation_bytes import looked_with, observation_bytes, observation_of
from claims.observe import Observation, PhotoSource, observe
from claims.photo_position import position_of
from claims.repository import observations
from claims.repository.observations import Kept
from inference.intake.sniff import sniff
from model.errors import PhotoRejected, SecrecyError, StorageError
from model.naming import shown_name
from model.notes import Note

_log = logging.getLogger(__name__)

_MEDIA_TYPES: Final = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "heif": "image/heif"}
_LOST: Final = frozenset({"storage.photo_missing", "storage.photo_altered", "secrecy.unknown_key"})
_HANDS: Final = 4
"""Files that are put at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as it came."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A file that is in the photo store, and what was seen on it. Fields as in ``claims.repository.photos.Photo``.

    ``taken_at`` is the camera's clock, which carries no zone; ``position`` where the photo was taken, by its own word.
    ``name`` is what the sender calls the file; it is shown to the sender and not kept. ``kept`` is None where nothing
    new is to be kept.
    """

    name: str = field(repr=False)
    sha256: str
    size: int
    media_type: str
    width: int | None
    height: int | None
    taken_at: datetime | None
    phash: int | None
    usable: bool
    verdict: tuple[Note, ...]
    position: Position | None = field(repr=False)
    kept: Kept | None


def look(house: House, content: bytes, name: str, *, at: datetime) -> Looked:
    """One file. Raises ``PhotoRejected`` for one that is not kept, as ``look_all`` has it; ``StorageError``."""
    [looked] = look_all(house, [Sent(name=name, content=content)], at=at)
    if isinstance(looked, PhotoRejected):
        raise looked
    return looked


def look_all(house: House, sent: Sequence[Sent], *, at: datetime) -> tuple[Looked | PhotoRejected, ...]:
    """Keep the files and look at them, in order. A photo that cannot be used is kept too: a person may want to see it.

    In the place of a file that is no photo, empty or too large, which is not kept, stands why. Raises ``StorageError``.
    """
    files = [_received(house, one) for one in sent]
    taken = {file.sha256: file.content for file in files if isinstance(file, _Received)}
    seen = _put_and_seen(house, taken, at)
    return tuple(_looked(house, file, *seen[file.sha256]) if isinstance(file, _Received) else file for file in files)


def observations_of(house: House, digests: Sequence[str], *, at: datetime) -> tuple[Observation, ...]:
    """What is seen on files of the photo store, in their order; each is named by its number, from 1.

    Raises ``StorageError`` ``photo_missing`` or ``photo_altered`` for a photo that must be looked at and cannot be.
    """
    way = looked_with(house.eyes)
    seen = _kept(house, digests, way)
    for digest in digests:
        if digest not in seen:
            seen = {**seen, digest: _looked_again(house, digest, way, at)}
    return tuple(replace(seen[digest], index=at, name=str(at + 1)) for at, digest in enumerate(digests))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Received:
    """A file that is taken; ``kind`` is what its first bytes say."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)
    sha256: str
    kind: str


def _received(house: House, sent: Sent) -> _Received | PhotoRejected:
    try:
        kind = sniff(sent.content) if sent.content else ""
        house.eyes.limits.check_bytes(len(sent.content), heif=kind == "heif")
    except PhotoRejected as refused:
        return refused
    name, digest = shown_name(sent.name), sha256(sent.content).hexdigest()
    return _Received(name=name, content=sent.content, sha256=digest, kind=kind)


def _put_and_seen(
    house: House, contents: Mapping[str, bytes], at: datetime
) -> Mapping[str, tuple[Observation, Kept | None]]:
    """By the SHA-256 of each file: what is seen, and what is new to be kept."""
    way = looked_with(house.eyes)
    with ThreadPoolExecutor(_HANDS, "photo-store") as hands:
        files = [hands.submit(house.photos.put, content, at=at) for content in contents.values()]
        known = _kept(house, contents, way)
        sources = [PhotoSource(name=name, content=content) for name, content in contents.items() if name not in known]
        fresh = dict(zip((source.name for source in sources), observe(sources, house.eyes), strict=True))
        seen_now = {name: seen for name, seen in fresh.items() if seen.rejection is None}
        blobs = {name: hands.submit(_put, house, seen, way, at) for name, seen in seen_now.items()}
        for file in files:
            file.result()
        kept = {name: blob.result() for name, blob in blobs.items()}
    return {name: (seen, kept.get(name)) for name, seen in {**known, **fresh}.items()}


def _kept(house: House, digests: Iterable[str], way: str) -> Mapping[str, Observation]:
    """What is kept of these photos, by their SHA-256, as this detector under these rules (``way``) saw it."""
    with house.books.reading() as book:
        blobs = observations.kept(book, digests, way)
    found = {digest: _read(house, digest, blob) for digest, blob in blobs.items()}
    return {digest: seen for digest, seen in found.items() if seen is not None}


def _read(house: House, digest: str, blob: str) -> Observation | None:
    labels = house.eyes.detector.manifest.labels
    try:
        seen = observation_of(house.photos.open(blob), labels, index=0, name="")
    except (StorageError, SecrecyError) as lost:
        if lost.code not in _LOST:
            raise
        _log.warning("an observation is lost and made again: %s", lost.code)
        return None
    return seen if seen is not None and seen.sha256 == digest else None


def _looked_again(house: House, digest: str, way: str, at: datetime) -> Observation:
    [seen] = observe([PhotoSource(name=digest, content=house.photos.open(digest))], house.eyes)
    if seen.rejection is None:
        noted = _put(house, seen, way, at)
        with house.books.writing() as book:
            observations.keep(book, {digest: noted}, at=at)
    return seen


def _put(house: House, seen: Observation, way: str, at: datetime) -> Kept:
    """Never a rejection: it costs little to find again, and some are of the moment, such as too little memory."""
    return Kept(looked_with=way, blob=house.photos.put(observation_bytes(seen), at=at))


def _looked(house: House, file: _Received, seen: Observation, kept: Kept | None) -> Looked:
    return Looked(
        name=file.name,
        sha256=file.sha256,
        size=len(file.content),
        media_type=_MEDIA_TYPES[file.kind],
        width=seen.width,
        height=seen.height,
        taken_at=seen.taken_at,
        phash=seen.phashes[0] if seen.phashes else None,
        usable=seen.usable,
        verdict=(seen.rejection,) if seen.rejection else seen.quality.reasons if seen.quality else (),
        position=None if seen.rejection else position_of(file.content, house.eyes.limits),
        kept=kept,
    )

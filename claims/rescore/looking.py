"""From the cases of a chunk to what their photos show, each photo looked at once in a life."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final

from claims.assess import Found, find
from claims.observation_bytes import looked_with
from claims.observe import Eyes, Observation, PhotoSource, observe
from claims.rescore.case import HistoricalCase
from claims.rescore.found_cache import FoundCache, Shown, Sight, slim
from claims.rescore.keys import found_key
from claims.rescore.parts import parquet
from claims.rescore.photo_cache import PhotoCache, passing
from claims.rescore.photo_files import PhotoFiles, PhotoGone
from claims.rescore.rows import detections_table
from claims.rescore.stamps import Stamps
from claims.rule_sources import RuleFile
from claims.rulebook import Rulebook
from inference.read_ahead import read_ahead
from inference.rules import ConsolidateRules
from model.notes import Note

_HANDS: Final = 8
"""Photos that are fetched at a time: of a bucket, each takes a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A case and what its photos show. The observations carry neither names nor detections nor grey copies."""

    case: HistoricalCase
    observations: tuple[Observation, ...]
    found: Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What the photos of some cases show. ``looked``: photos that the network worked on; ``passing``: another look may
    show otherwise."""

    sight: Sight
    looked: int = 0
    passing: bool = False


def joining(book: Rulebook) -> str:
    """SHA-256 of the rules by which a rulebook joins what is seen on several photos."""
    return next(source.sha256 for source in book.sources if source.file is RuleFile.CONSOLIDATE)


@dataclass(frozen=True, slots=True)
class _Photos:
    """What was read of the photos of a chunk: ``hashes`` and ``gone`` by address, ``seen`` by hash."""

    hashes: dict[str, str] = field(default_factory=dict)
    gone: dict[str, Note] = field(default_factory=dict)
    seen: dict[str, Observation] = field(default_factory=dict)


class Looking:
    """The eyes of a process, and the two caches beside them."""

    def __init__(self, eyes: Eyes, files: PhotoFiles, photos: PhotoCache, found: FoundCache) -> None:
        self._eyes = eyes
        self._files = files
        self._photos = photos
        self._found = found
        self._looked_with = looked_with(eyes)

    def look(self, cases: Sequence[HistoricalCase], stamps: Sequence[Stamps], book: Rulebook | None = None) -> Glance:
        """What the photos of each case show, joined by the rules of ``book``, by default by those that look."""
        book = book or self._eyes.rulebook
        key = found_key((self._looked_with, joining(book)), cases, stamps)
        if kept := self._found.get(key):
            return Glance(sight=kept)
        glance = self._anew(cases, book.consolidate)
        if not glance.passing:
            self._found.put(key, glance.sight)
        return glance

    def _anew(self, cases: Sequence[HistoricalCase], rules: ConsolidateRules) -> Glance:
        photos = _Photos()
        looked = self._see(list(dict.fromkeys(photo for case in cases for photo in case.photos)), photos)
        whole = [_shown(case, photos) for case in cases]
        boxes = detections_table((case.id, one.observations) for case, one in zip(cases, whole, strict=True))
        sight = Sight(
            shown=tuple(_found(one, rules) for one in whole),
            detections=parquet(boxes),
            boxes=boxes.num_rows,
            photos=len(photos.seen),
        )
        return Glance(sight=sight, looked=looked, passing=bool(photos.gone) or any(map(passing, photos.seen.values())))

    def _see(self, addresses: Sequence[str], photos: _Photos) -> int:
        """Fill ``photos``; how many of them the network worked on. Photos arrive while it works on earlier ones."""
        asked: dict[str, None] = {}
        for seen in observe(self._unseen(addresses, photos, asked), self._eyes):
            self._photos.put(seen)
            photos.seen[str(seen.sha256)] = seen
        return len(asked)

    def _unseen(self, addresses: Sequence[str], photos: _Photos, asked: dict[str, None]) -> Iterator[PhotoSource]:
        """The photos that nobody has looked at, each once; their hashes go to ``asked``."""
        for address, read in zip(addresses, read_ahead(self._read, addresses, workers=_HANDS), strict=True):
            if isinstance(read, Note):
                photos.gone[address] = read
                continue
            content, digest, kept = read
            photos.hashes[address] = digest
            if kept is not None:
                photos.seen[digest] = kept
            elif digest not in asked:
                asked[digest] = None
                yield PhotoSource(name="photo", content=content)

    def _read(self, address: str) -> Note | tuple[bytes, str, Observation | None]:
        """The photo, its hash, and what was seen on it before; or why it cannot be had."""
        try:
            content = self._files.read(address)
        except PhotoGone as gone:
            return gone.note
        digest = sha256(content).hexdigest()
        return content, digest, self._photos.get(digest)


def _shown(case: HistoricalCase, photos: _Photos) -> Shown:
    observations = []
    for number, address in enumerate(case.photos, 1):
        if address in photos.gone:
            return Shown(number=number, refused=photos.gone[address])
        seen = photos.seen[photos.hashes[address]]
        if seen.rejection is not None:
            return Shown(number=number, refused=seen.rejection)
        observations.append(replace(seen, index=number - 1))
    return Shown(observations=tuple(observations))


def _found(whole: Shown, rules: ConsolidateRules) -> Shown:
    if whole.refused is not None:
        return whole
    return Shown(observations=tuple(map(slim, whole.observations)), found=find(whole.observations, rules))

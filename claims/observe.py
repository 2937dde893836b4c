"""The first half of the pipeline: photo files become observations. It needs the network and no price table."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from claims.rulebook import Rulebook
from inference.detector import PhotoDetector
from inference.fingerprint import turned_hashes
from inference.images import IntakeLimits, Photo, read_photo
from inference.quality import Quality, judge
from inference.read_ahead import read_ahead
from inference.same_picture import Grey, grey_copy
from inference.scene import Scene
from model.detections import Detections
from model.errors import PhotoRejected
from model.naming import shown_name
from model.notes import Note

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSource:
    """A photo as it arrives: its name, and its bytes or the file that holds them.

    The name is cleaned here, once: whatever a sender calls a file, it can be shown and sent everywhere.
    """

    name: str
    content: bytes | Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", shown_name(self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one photo of the case gave. A rejected photo has ``rejection`` and neither quality nor detections.

    ``width`` and ``height`` in px of the upright photo; ``phashes`` the 64-bit perceptual
    hashes of the photo and its turned and mirrored copies; ``grey`` a small copy to lay on others.
    """

    index: int
    name: str
    sha256: str | None
    width: int | None = None
    height: int | None = None
    phashes: tuple[int, ...] = ()
    grey: Grey | None = field(default=None, repr=False, compare=False)
    taken_at: datetime | None = None
    software: str | None = None
    rejection: Note | None = None
    quality: Quality | None = None
    detections: Detections | None = None

    @property
    def usable(self) -> bool:
        """True when the photo was read and shows something that can be assessed."""
        return self.quality is not None and self.quality.ok


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """What looking at photos needs: the detector, the limits of intake, and the rules that judge quality."""

    detector: PhotoDetector
    limits: IntakeLimits
    rulebook: Rulebook

    @property
    def version(self) -> str:
        """Name and version of the detector, as every assessment cites it."""
        return self.detector.manifest.reference


Progress = Callable[[int], None]
"""Called with the number of photos that are done: it never falls, and ends with all of them."""


def observe(sources: Iterable[PhotoSource], eyes: Eyes, progress: Progress | None = None) -> tuple[Observation, ...]:
    """Read, detect and judge every photo, in order. A photo that cannot be read is a fact, not an error.

    Photos arrive and decode while the network works on earlier ones; only a few are in memory at any time.
    """
    seen: dict[int, Observation] = {}
    waiting: deque[tuple[int, Photo]] = deque()
    for detections in eyes.detector.detect_many(_readable(sources, eyes, seen, waiting)):
        index, photo = waiting.popleft()
        seen[index] = _observation(index, photo, detections, eyes.rulebook)
        if progress:
            progress(index + 1)  # photos come back in order: those before are done, read or rejected
    if progress:
        progress(len(seen))
    return tuple(seen[index] for index in range(len(seen)))


def _readable(
    sources: Iterable[PhotoSource],
    eyes: Eyes,
    seen: dict[int, Observation],
    waiting: deque[tuple[int, Photo]],
) -> Iterator[Photo]:
    """The photos that can be read, a few decoded ahead; the others are noted in ``seen``."""
    for index, (source, read) in enumerate(read_ahead(lambda source: (source, _read(source, eyes)), sources)):
        if isinstance(read, Photo):
            waiting.append((index, read))
            yield read
        else:
            found = _hash_of(source.content, eyes.limits)
            seen[index] = Observation(index=index, name=source.name, sha256=found, rejection=read)


def _read(source: PhotoSource, eyes: Eyes) -> Photo | Note:
    """The photo, or the reason why it cannot be used."""
    side = eyes.detector.manifest.input.size
    try:
        return read_photo(source.content, name=source.name, limits=eyes.limits, min_side=side)
    except PhotoRejected as rejected:
        return Note(rejected.code, rejected.facts)
    except Exception as fault:  # a fault of ours, met on a stranger's file, must not cost the other photos
        _log.error("reading a photo failed: %s", type(fault).__name__)
        return Note("photo.corrupt")


def _observation(index: int, photo: Photo, detections: Detections, rulebook: Rulebook) -> Observation:
    scene = Scene.read(detections, width=photo.width, height=photo.height, rules=rulebook.consolidate)
    return Observation(
        index=index,
        name=photo.name,
        sha256=photo.sha256,
        width=photo.width,
        height=photo.height,
        phashes=turned_hashes(photo.pixels),
        grey=grey_copy(photo.pixels),
        taken_at=photo.exif.taken_at,
        software=photo.exif.software,
        quality=judge(photo.pixels, detections, scene, rulebook.quality),
        detections=detections,
    )


def _hash_of(content: bytes | Path, limits: IntakeLimits) -> str | None:
    """The hash of a rejected file, so that it can be found again; None where reading it is the problem."""
    try:
        if isinstance(content, Path):
            if not content.is_file() or content.stat().st_size > limits.max_bytes:
                return None
            content = content.read_bytes()
        return sha256(content).hexdigest()
    except OSError:
        return None

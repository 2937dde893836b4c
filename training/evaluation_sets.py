"""What an evaluation looks at: the sets, what each of them can judge, and what the detector reported on each photo."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from data.datasets import AnnotatedPhoto
from data.hard_clean import hard_clean, not_clean
from data.own_labels import LabelledPhoto
from inference.detector import PhotoDetector
from model.manifest import Manifest
from training.evaluation_own import OwnPhoto, added_scope, own_photos, own_scope
from training.judging import Judged, Scope, judge, photos_of
from training.scopes import clean_scope, damage_scopes, held_out_parts, parts_scope, unboxed_scope
from training.severity_check import Stated, stated_on

Shows = Literal["damage", "no damage", "either"]
HELD_OUT = "car_parts held-out"
"""Photos of its training split: whoever trains may have learned from them, as joint-v0 did."""
CLOSE_UPS = "own close-ups val"
HARD = "hard clean val"
"""Those of ``undamaged val`` and of the own photos without damage that tempt a detector; see ``data/hard_clean.py``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSet:
    """Photos and what they can judge. ``shows`` holds for every one of them; ``stated``: photo → severities drawn."""

    scope: Scope
    photos: tuple[AnnotatedPhoto, ...]
    shows: Shows
    stated: Mapping[Path, Sequence[Stated]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A set with what the detector reported on its photos, in their order."""

    source: PhotoSet
    judged: tuple[Judged, ...]

    @property
    def data(self) -> str:
        """How figures name it."""
        return self.source.scope.data

    @property
    def groups(self) -> tuple[str, ...]:
        """The group of each photo."""
        return tuple(item.photo.group for item in self.judged)


def photo_sets(
    manifest: Manifest,
    root: Path,
    own: Mapping[str, LabelledPhoto],
    *,
    final: bool,
    hard: Collection[str] | None = None,
) -> tuple[PhotoSet, ...]:
    """All sets with photos that say anything, parts first. ``final`` adds the test photos: nothing is chosen on them.

    ``hard``: sha256 of hard clean photos, instead of this project's. Raises ``ModelError`` ``model.data_unreadable``.
    """
    mine = own_photos(root, own, manifest, final=final)
    tempting = _hard(root, mine, hard_clean() if hard is None else hard)
    sets = [*_public(manifest, root, final=final), *_own(mine, manifest), tempting]
    return tuple(item for item in sets if item.photos and (item.scope.judged or item.shows != "either"))


def observe(detector: PhotoDetector, sets: Iterable[PhotoSet]) -> tuple[Observed, ...]:
    """Run the detector over every photo once, whichever sets it is in."""
    wanted = list(sets)
    once = {photo.path: photo for item in wanted for photo in item.photos}
    found = {item.photo.path: item.detections for item in judge(detector, list(once.values()))}
    return tuple(
        Observed(source=item, judged=tuple(Judged(photo=photo, detections=found[photo.path]) for photo in item.photos))
        for item in wanted
    )


def _public(manifest: Manifest, root: Path, *, final: bool) -> list[PhotoSet]:
    parts = parts_scope(manifest)
    sets = [_set(replace(parts, name=HELD_OUT), held_out_parts(root, parts), "no damage")]
    if final:
        test = parts_scope(manifest, "test")
        sets.append(_set(test, photos_of(root, test), "no damage"))
    for scope in (*damage_scopes(manifest), unboxed_scope()):
        photos = photos_of(root, scope)
        stated = {photo.path: stated_on(photo) for photo in photos} if scope.folder == "damage_types" else {}
        sets.append(_set(scope, photos, "damage", stated))
    return [*sets, _set(clean_scope(), _clean(root), "no damage")]


def _own(photos: Sequence[OwnPhoto], manifest: Manifest) -> list[PhotoSet]:
    whole = [item for item in photos if item.labels.folder != "car_parts"]
    added = [item for item in photos if item.labels.folder == "car_parts"]
    close_ups = [item for item in whole if item.labels.view == "close_up" and item.labels.damages]
    stated = {item.photo.path: _stated(item.labels) for item in whole}
    return [
        _set(own_scope(manifest), [item.photo for item in whole], "either", stated),
        _set(added_scope(manifest), [item.photo for item in added], "either"),
        _set(Scope(folder="own", split="val", labels={}, name=CLOSE_UPS), [item.photo for item in close_ups], "damage"),
    ]


def _clean(root: Path) -> list[AnnotatedPhoto]:
    """``undamaged val`` without the photos that show damage all the same."""
    damaged = not_clean()
    return [photo for photo in photos_of(root, clean_scope()) if _sha256(photo.path) not in damaged]


def _hard(root: Path, own: Sequence[OwnPhoto], hard: Collection[str]) -> PhotoSet:
    clean = [photo for photo in _clean(root) if _sha256(photo.path) in hard]
    drawn = [item.photo for item in own if item.labels.sha256 in hard and not item.labels.damages]
    return _set(replace(clean_scope(), name=HARD), [*clean, *drawn], "no damage")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _stated(labels: LabelledPhoto) -> list[Stated]:
    return [
        Stated(kind=damage.kind, severity=damage.severity, box=labels.pixels(damage.box)) for damage in labels.damages
    ]


def _set(
    scope: Scope,
    photos: Sequence[AnnotatedPhoto],
    shows: Shows,
    stated: Mapping[Path, Sequence[Stated]] | None = None,
) -> PhotoSet:
    return PhotoSet(scope=scope, photos=tuple(photos), shows=shows, stated=stated or {})

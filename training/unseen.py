"""The photos that a detector never learned from: what calibration and thresholds rest on."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from data.datasets import AnnotatedPhoto
from data.own_labels import LabelledPhoto
from model.manifest import Manifest
from model.vocabulary import LabelGroup
from training.average_precision import Matches
from training.evaluation_marks import Marks, mark
from training.evaluation_sets import Observed, PhotoSet, photo_sets
from training.prepared import PreparedSet

CAR_PARTS = "car_parts"
CLEAN = "undamaged val"

Side = tuple[str, str]
"""Split and cluster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Every report of a group of labels on photos that judge it. ``clusters``: of each photo, near-copies share one."""

    marks: Marks
    clusters: tuple[str, ...]
    data: str

    @property
    def matches(self) -> Matches:
        """The same at IoU .5, without the photos."""
        marks = self.marks
        return Matches(scores=marks.scores, hits=marks.hits[:, 0], boxes=len(marks.box_photos))


def unseen_sets(
    manifest: Manifest, root: Path, own: Mapping[str, LabelledPhoto], prepared: PreparedSet | None
) -> tuple[PhotoSet, ...]:
    """The validation photos without those that ``prepared`` trains on; the photo's ``group`` is its cluster.

    Without a prepared set the photos' own splits count, and all of ``car_parts``, which has no validation split, was
    trained on. A photo whose file ``prepared`` has by another name is on that one's side. A photo with this project's
    labels is judged by them alone. Raises ``ModelError``.
    """
    sides = _sides(prepared)
    sets = [_unseen(item, sides, known=prepared is not None) for item in _sets(manifest, root, own)]
    mine = {photo.path for item in sets if item.scope.folder == "own" for photo in item.photos}
    kept = [replace(item, photos=tuple(_others(item, mine))) for item in sets]
    return tuple(item for item in kept if item.photos)


def evidence(observed: Sequence[Observed], labels: Collection[str]) -> Evidence | None:
    """All reports of these labels, on the sets that judge any of them; None when no set does."""
    parts: list[Marks] = []
    clusters: list[str] = []
    judging = [item for item in observed if set(labels) & set(item.source.scope.judged)]
    for item in judging:
        scope = item.source.scope
        mine = sorted(set(labels) & set(scope.judged))
        parts += [_moved(mark(item.judged, label, scope.drawn_as(label)), len(clusters)) for label in mine]
        clusters += item.groups
    if not parts:
        return None
    return Evidence(marks=Marks.pooled(parts), clusters=tuple(clusters), data=", ".join(i.data for i in judging))


def _sets(manifest: Manifest, root: Path, own: Mapping[str, LabelledPhoto]) -> Iterator[PhotoSet]:
    """Photos of undamaged cars judge every damage: none of them is there."""
    damages = {label.name: label.name for label in manifest.labels if label.group is not LabelGroup.PART}
    for item in photo_sets(manifest, root, own, final=False):
        clean = item.scope.data == CLEAN
        yield replace(item, scope=replace(item.scope, labels=damages)) if clean else item


def _sides(prepared: PreparedSet | None) -> Mapping[str, Side]:
    """By name and by sha256."""
    photos = prepared.photos if prepared else ()
    sides = {photo.sha256: (photo.split, photo.cluster) for photo in photos}
    return sides | {photo.path: (photo.split, photo.cluster) for photo in photos}


def _side(photo: AnnotatedPhoto, sides: Mapping[str, Side]) -> Side | None:
    if not sides or name_of(photo) in sides:
        return sides.get(name_of(photo))
    return sides.get(hashlib.sha256(photo.path.read_bytes()).hexdigest())


def _unseen(item: PhotoSet, sides: Mapping[str, Side], *, known: bool) -> PhotoSet:
    found = [(photo, _side(photo, sides)) for photo in item.photos]
    kept = [
        replace(photo, group=side[1] if side else _across_sets(photo))
        for photo, side in found
        if (side[0] == "val" if side else known or not name_of(photo).startswith(f"{CAR_PARTS}/"))
    ]
    return replace(item, photos=tuple(kept))


def _across_sets(photo: AnnotatedPhoto) -> str:
    """The photo's group with its set in front, as own photos state it already."""
    folder = f"{photo.path.parent.parent.name}:"
    return f"{folder}{photo.group.removeprefix(folder)}"


def _others(item: PhotoSet, mine: set[Path]) -> Iterator[AnnotatedPhoto]:
    public = item.scope.folder not in ("own", CAR_PARTS)
    return (photo for photo in item.photos if not (public and photo.path in mine))


def name_of(photo: AnnotatedPhoto) -> str:
    """How a prepared set names a photo."""
    return f"{photo.path.parent.parent.name}/images/{photo.path.name}"


def _moved(marks: Marks, by: int) -> Marks:
    """The same marks with their photos numbered from ``by``."""
    return replace(marks, photos=marks.photos + by, box_photos=marks.box_photos + by)

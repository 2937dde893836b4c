"""What one photo says about damage: sightings, each with its candidates for the part, before photos are compared."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from inference.attribution import Attribution
from inference.geometry import containment, hull
from inference.joining import belongs, joined, kind_of
from inference.rules import ConsolidateRules
from inference.scene import Scene
from inference.sizing import cm2_per_px2
from model.detections import Detection, Detections
from model.findings import Box, Evidence, PartRef
from model.notes import Note, note
from model.vocabulary import DamageKind, LabelGroup, Severity, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One damage on one photo. ``refs`` as in ``Attribution``.

    ``boxes`` outline the damage itself and are empty where only the region of a damaged part is known: such a region
    covers the part rather than the damage and gives no size. ``scale`` in cm² per px², None where nothing gives one.
    """

    photo: int
    refs: tuple[PartRef, ...]
    kind: DamageKind
    score: float
    evidence: tuple[Evidence, ...]
    boxes: tuple[Box, ...] = ()
    scale: float | None = None
    label_severity: Severity | None = None
    doubtful: bool = False
    notes: tuple[Note, ...] = ()

    @property
    def settled(self) -> bool:
        """True when exactly one part is meant and its side is known."""
        return len(self.refs) == 1 and self.refs[0].side is not Side.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoReading:
    """The sightings of a photo, and what was dropped and why."""

    photo: int
    sightings: tuple[Sighting, ...]
    dropped: tuple[Note, ...]

    def nameless(self) -> "PhotoReading":
        """The same damage, if it is on a car at all: without any part, and without the scale that parts give."""
        bare = tuple(replace(item, refs=(), scale=None, doubtful=True, notes=()) for item in self.sightings)
        return replace(self, sightings=bare)


def read_photo_damages(photo: int, detections: Detections, scene: Scene, rules: ConsolidateRules) -> PhotoReading:
    """Join kinds with damaged-part regions, name the parts, drop what cannot be."""
    passing = [item for item in detections if item.passes]
    regions = [item for item in passing if item.label.group is LabelGroup.DAMAGED_PART]
    kinds = [item for item in passing if item.label.group is LabelGroup.DAMAGE]
    beside = [kind for kind in kinds if _off_car(kind, scene, regions, rules)]
    drafts = joined(regions, [kind for kind in kinds if kind not in beside], scene, rules)
    sightings, impossible = _plausible([_sighting(photo, *draft, scene, rules) for draft in drafts], rules)
    off_car = [note("dropped.off_car", kind=kind_of(item), photo=photo + 1) for item in beside]
    return PhotoReading(photo=photo, sightings=tuple(sightings), dropped=tuple(impossible + off_car))


def _off_car(kind: Detection, scene: Scene, regions: list[Detection], rules: ConsolidateRules) -> bool:
    """True for a damage outside every region that lies mostly beside a car of which enough is recognised."""
    if len(scene.parts) < rules.off_car_parts or any(belongs(kind, region, rules) for region in regions):
        return False
    car = hull([seen.box for seen in scene.named] + [region.box for region in regions])
    return containment(kind.box, car) < rules.min_containment


def _sighting(
    photo: int,
    where: Attribution,
    kind: DamageKind,
    found: list[Detection],
    scene: Scene,
    rules: ConsolidateRules,
) -> Sighting:
    part = where.refs[0].part if len(where.refs) == 1 else None
    outlined = [item for item in found if item.label.group is LabelGroup.DAMAGE]
    severities = [item.label.severity for item in outlined if item.label.severity]
    return Sighting(
        photo=photo,
        refs=where.refs,
        kind=kind,
        score=max(item.score for item in found),
        evidence=tuple(Evidence(photo=photo, box=i.box, score=i.score, label=i.label.name) for i in found),
        boxes=tuple(item.box for item in outlined),
        scale=cm2_per_px2(scene, part, rules),
        label_severity=max(severities, default=None),
        notes=where.notes,
    )


def _plausible(sightings: Iterable[Sighting], rules: ConsolidateRules) -> tuple[list[Sighting], list[Note]]:
    kept: list[Sighting] = []
    dropped: list[Note] = []
    for sighting in sightings:
        judged = _judge(sighting, rules)
        if judged is None:
            dropped.append(
                note("dropped.impossible", kind=sighting.kind, part=sighting.refs[0].part, photo=sighting.photo + 1)
            )
        else:
            kept.append(judged)
    return kept, dropped


def _judge(sighting: Sighting, rules: ConsolidateRules) -> Sighting | None:
    """Impossible candidates go; if none is left, so does the sighting. Unlikely ones cost confidence, and say so."""
    table = rules.plausibility
    if not sighting.refs:
        return sighting
    refs = tuple(ref for ref in sighting.refs if table.factor(ref.part, sighting.kind) > 0)
    if not refs:
        return None
    factor = max(table.factor(ref.part, sighting.kind) for ref in refs)
    means_broken = sighting.kind is DamageKind.UNKNOWN and all(r.part in table.unknown_means_broken for r in refs)
    notes = sighting.notes
    if factor < 1:
        notes += (note("damage.unlikely", kind=sighting.kind, part=refs[0].part),)
    if means_broken:
        notes += (note("damage.taken_as_broken", part=refs[0].part),)
    kind = DamageKind.BROKEN if means_broken else sighting.kind
    return replace(sighting, refs=refs, kind=kind, score=sighting.score * factor, notes=notes)

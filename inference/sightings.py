"""What one photo says about damage: sightings, each with its candidates for the part, before photos are compared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from inference import attribution
from inference.attribution import Attribution
from inference.geometry import containment
from inference.rules import ConsolidateRules
from inference.scene import Scene
from inference.sizing import damage_cm2
from model.detections import Detection, Detections
from model.findings import Evidence, PartRef
from model.notes import Note, note
from model.vocabulary import DamageKind, LabelGroup, Part, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One damage on one photo. ``refs`` as in ``Attribution``; ``cm2`` None without a scale."""

    photo: int
    refs: tuple[PartRef, ...]
    kind: DamageKind
    score: float
    evidence: tuple[Evidence, ...]
    cm2: float | None = None
    label_severity: Severity | None = None
    notes: tuple[Note, ...] = ()

    @property
    def photos(self) -> frozenset[int]:
        """The one photo, in the shape of ``Damage.photos``."""
        return frozenset({self.photo})


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoReading:
    """The scene of a photo with its sightings, and what was dropped and why."""

    photo: int
    scene: Scene
    sightings: tuple[Sighting, ...]
    dropped: tuple[Note, ...]

    def nameless(self) -> "PhotoReading":
        """The same damage without any part, and without the scale that parts give."""
        bare = tuple(replace(item, refs=(), cm2=None, notes=()) for item in self.sightings)
        scene = replace(self.scene, parts=(), landmarks=())
        return replace(self, sightings=bare, scene=scene)


def read_photo_damages(
    photo: int, detections: Detections, scene: Scene, rules: ConsolidateRules, surface_dm2: Mapping[Part, float]
) -> PhotoReading:
    """Join kinds with damaged-part regions, name the parts, drop what cannot be."""
    passing = [item for item in detections if item.passes]
    regions = [item for item in passing if item.label.group is LabelGroup.DAMAGED_PART]
    kinds = [item for item in passing if item.label.group is LabelGroup.DAMAGE]
    homes = [(kind, _homes(kind, regions, rules)) for kind in kinds]
    drafts: list[tuple[Attribution, DamageKind, list[Detection]]] = []
    for region in regions:
        inside = [kind for kind, home in homes if region in home]
        where = attribution.of_region(region, scene, rules)
        drafts += [(where, kind, [region, *found]) for kind, found in _by_kind(inside)] or [
            (where, DamageKind.UNKNOWN, [region])
        ]
    for kind in (kind for kind, home in homes if not home):
        named = kind.label.kind or DamageKind.UNKNOWN
        drafts += [(where, named, [kind]) for where in attribution.of_damage(kind, scene, rules)]
    sightings, dropped = _plausible(
        [_sighting(photo, where, kind, found, scene, rules, surface_dm2) for where, kind, found in drafts], rules
    )
    return PhotoReading(photo=photo, scene=scene, sightings=tuple(sightings), dropped=tuple(dropped))


def _homes(kind: Detection, regions: list[Detection], rules: ConsolidateRules) -> list[Detection]:
    """The damaged-part region that holds the damage best; or every region that lies in a larger damage."""
    holding = [region for region in regions if containment(kind.box, region.box) >= rules.min_containment]
    if holding:
        return [max(holding, key=lambda region: containment(kind.box, region.box) * region.score)]
    return [region for region in regions if containment(region.box, kind.box) >= rules.min_covered]


def _by_kind(found: list[Detection]) -> list[tuple[DamageKind, list[Detection]]]:
    kinds = sorted({item.label.kind or DamageKind.UNKNOWN for item in found})
    return [(kind, [item for item in found if item.label.kind is kind]) for kind in kinds]


def _sighting(
    photo: int,
    where: Attribution,
    kind: DamageKind,
    found: list[Detection],
    scene: Scene,
    rules: ConsolidateRules,
    surface_dm2: Mapping[Part, float],
) -> Sighting:
    part = where.refs[0].part if len(where.refs) == 1 else None
    own = [item for item in found if item.label.group is LabelGroup.DAMAGE] or found
    severities = [item.label.severity for item in own if item.label.severity]
    return Sighting(
        photo=photo,
        refs=where.refs,
        kind=kind,
        score=max(item.score for item in found),
        evidence=tuple(Evidence(photo=photo, box=i.box, score=i.score, label=i.label.name) for i in found),
        cm2=damage_cm2([item.box for item in own], kind, scene, part, surface_dm2, rules),
        label_severity=max(severities, default=None),
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

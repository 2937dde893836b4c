"""Findings of many photos become one damage per part and kind, with all their evidence.

Order of photos and repeated photos do not change the result: photos are read in the order of their content hash, and a
photo with the content of an earlier one adds nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from inference.rules import ConsolidateRules
from inference.scene import Scene
from inference.sightings import PhotoReading, Sighting, read_photo_damages
from inference.sizing import severity_of
from model.detections import Detections
from model.findings import Damage, Evidence, PartRef
from model.notes import Note, note
from model.vocabulary import DamageKind, Part, Severity, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoEvidence:
    """What consolidation needs of one photo. ``index`` is its place in the case.

    ``named`` is False for a photo that may not show a car at all: damage on it stays, but names no part.
    """

    index: int
    sha256: str
    width: int
    height: int
    detections: Detections
    named: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Consolidated:
    """The damages of a case in a fixed order, and the statements about what was left out."""

    damages: tuple[Damage, ...]
    dropped: tuple[Note, ...]


@dataclass(slots=True)
class _Group:
    """Sightings that are taken for one place on the car."""

    refs: tuple[PartRef, ...]
    sightings: list[Sighting]

    @property
    def photos(self) -> set[int]:
        return {item.photo for item in self.sightings}

    @property
    def score(self) -> float:
        return max(item.score for item in self.sightings)

    @property
    def settled(self) -> bool:
        return len(self.refs) == 1 and self.refs[0].side is not Side.UNKNOWN


def consolidate(
    photos: Sequence[PhotoEvidence], rules: ConsolidateRules, surface_dm2: Mapping[Part, float]
) -> Consolidated:
    """Damages of a case. ``surface_dm2``: usual surface of each part in dm², the scale for sizes."""
    readings = [_read(photo, rules, surface_dm2) for photo in _distinct(photos)]
    groups = _group([sighting for reading in readings for sighting in reading.sightings])
    scenes = {reading.photo: reading.scene for reading in readings}
    damages = [damage for group in groups for damage in _damages(group, scenes, rules)]
    dropped = dict.fromkeys(item for reading in readings for item in reading.dropped)
    return Consolidated(damages=tuple(sorted(damages, key=_place)), dropped=tuple(dropped))


def _distinct(photos: Sequence[PhotoEvidence]) -> list[PhotoEvidence]:
    first: dict[str, PhotoEvidence] = {}
    for photo in sorted(photos, key=lambda item: item.index):
        first.setdefault(photo.sha256, photo)
    return sorted(first.values(), key=lambda item: item.sha256)


def _read(photo: PhotoEvidence, rules: ConsolidateRules, surface_dm2: Mapping[Part, float]) -> PhotoReading:
    scene = Scene.read(photo.detections, width=photo.width, height=photo.height, rules=rules)
    reading = read_photo_damages(photo.index, photo.detections, scene, rules, surface_dm2)
    return reading if photo.named else reading.nameless()


def _group(sightings: Sequence[Sighting]) -> list[_Group]:
    """Settled sightings first; then those with candidates; then those of which nothing names a part."""
    groups: list[_Group] = []
    for sighting in sorted(sightings, key=_certainty):
        same = [group for group in groups if _could_be_same(sighting, group)]
        if not same:
            groups.append(_Group(sighting.refs, [sighting]))
            continue
        home = max(same, key=lambda group: (group.settled, group.score))
        home.sightings.append(_explained(sighting, home, len(same)))
        home.refs = _narrowed(home.refs, sighting.refs)
    return groups


def _certainty(sighting: Sighting) -> tuple[int, float]:
    settled = len(sighting.refs) == 1 and sighting.refs[0].side is not Side.UNKNOWN
    return (0 if settled else 1 if sighting.refs else 2, -sighting.score)


def _could_be_same(sighting: Sighting, group: _Group) -> bool:
    """Same part; or, on another photo, a part that the sighting may mean. A nameless one only joins
    what is settled, or the nameless ones of its kind.
    """
    if not sighting.refs and not group.refs:
        return sighting.kind is group.sightings[0].kind
    if set(sighting.refs) == set(group.refs):
        return True
    if sighting.photo in group.photos:
        return False
    if not sighting.refs:
        return group.settled and any(_kinds_agree(sighting.kind, item.kind) for item in group.sightings)
    return bool(_narrowed(group.refs, sighting.refs, strict=True)) if group.refs else False


def _kinds_agree(a: DamageKind, b: DamageKind) -> bool:
    return a is b or DamageKind.UNKNOWN in (a, b)


def _narrowed(known: tuple[PartRef, ...], more: tuple[PartRef, ...], *, strict: bool = False) -> tuple[PartRef, ...]:
    """The candidates that both allow; an unknown side allows both sides. Falls back on ``known`` unless strict."""
    both = tuple(
        a if a.side is not Side.UNKNOWN else b for a in known for b in more if a.part is b.part and _sides_agree(a, b)
    )
    return tuple(dict.fromkeys(both)) or (() if strict else known)


def _sides_agree(a: PartRef, b: PartRef) -> bool:
    return a.side is b.side or Side.UNKNOWN in (a.side, b.side)


def _explained(sighting: Sighting, home: _Group, choices: int) -> Sighting:
    if set(sighting.refs) == set(home.refs):
        return sighting
    code = "damage.close_up_of" if choices == 1 else "damage.close_up_one_of"
    told = note(code, place=home.refs[0], photo=sighting.photo + 1)
    return replace(sighting, notes=(*sighting.notes, told))


def _damages(group: _Group, scenes: Mapping[int, Scene], rules: ConsolidateRules) -> list[Damage]:
    """One damage per kind; a sighting of unknown kind strengthens the kinds that are known."""
    kinds = {item.kind for item in group.sightings}
    known = sorted(kinds - {DamageKind.UNKNOWN}) or [DamageKind.UNKNOWN]
    unnamed = [item for item in group.sightings if item.kind is DamageKind.UNKNOWN]
    result = []
    for position, kind in enumerate(known):
        own = [item for item in group.sightings if item.kind is kind]
        joined = own if kind is DamageKind.UNKNOWN or position else own + unnamed
        result.append(_damage(group, kind, own, joined, scenes, rules))
    return result


def _damage(
    group: _Group,
    kind: DamageKind,
    own: Sequence[Sighting],
    joined: Sequence[Sighting],
    scenes: Mapping[int, Scene],
    rules: ConsolidateRules,
) -> Damage:
    part, side = _named(group.refs)
    cm2, severity, certain = _size(own, rules)
    return Damage(
        part=part,
        side=side,
        kind=kind,
        severity=severity,
        confidence=min(1.0, max(item.score for item in joined)),
        evidence=_evidence(joined),
        candidates=() if group.settled else group.refs,
        area_cm2=cm2,
        severity_certain=certain,
        visible_in=frozenset(index for index, scene in scenes.items() if _shows(scene, part, side)),
        notes=tuple(dict.fromkeys(item for sighting in joined for item in sighting.notes)),
    )


def _named(refs: tuple[PartRef, ...]) -> tuple[Part | None, Side]:
    """The part if all candidates agree on it, and the side if they agree on that."""
    if len({ref.part for ref in refs}) != 1:
        return None, Side.UNKNOWN
    sides = {ref.side for ref in refs}
    return refs[0].part, refs[0].side if len(sides) == 1 else Side.UNKNOWN


def _size(own: Sequence[Sighting], rules: ConsolidateRules) -> tuple[float | None, Severity, bool]:
    """The largest size any photo gives; a severity that the detector names outranks one computed from a size."""
    per_photo: dict[int, float] = {}
    for item in own:
        if item.cm2 is not None:
            per_photo[item.photo] = per_photo.get(item.photo, 0.0) + item.cm2
    cm2 = max(per_photo.values(), default=None)
    named = max((item.label_severity for item in own if item.label_severity), default=None)
    return cm2, named or severity_of(cm2, rules), named is not None or cm2 is not None


def _evidence(sightings: Sequence[Sighting]) -> tuple[Evidence, ...]:
    found = dict.fromkeys(item for sighting in sightings for item in sighting.evidence)
    return tuple(sorted(found, key=lambda item: (-item.score, item.photo, item.box)))


def _shows(scene: Scene, part: Part | None, side: Side) -> bool:
    return any(
        (seen.ref.part is part and Side.UNKNOWN in (side, seen.ref.side)) or seen.ref == _ref(part, side)
        for seen in scene.parts
    )


def _ref(part: Part | None, side: Side) -> PartRef | None:
    return PartRef(part=part, side=side) if part else None


def _place(damage: Damage) -> tuple[int, str, str, str, float]:
    order = list(Part).index(damage.part) if damage.part else len(Part)
    return (order, damage.side.value, damage.kind.value, damage.severity.value, -damage.confidence)

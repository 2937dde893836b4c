"""Findings of many photos become one damage per part and kind, with all their evidence.

Order of photos and repeated photos do not change the result: photos are read in the order of their content hash, and a
photo with the content of an earlier one adds nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from inference.rules import ConsolidateRules
from inference.scene import Scene
from inference.sightings import PhotoReading, Sighting, read_photo_damages
from inference.sizing import damage_cm2, severity_of
from model.detections import Detections
from model.findings import Damage, Evidence, PartRef
from model.notes import Note, note
from model.vocabulary import DamageKind, Part, Side


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
    """The damages of a case in a fixed order, doubtful ones last, and the statements about what was left out."""

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


def consolidate(photos: Sequence[PhotoEvidence], rules: ConsolidateRules) -> Consolidated:
    """Damages of a case."""
    readings = [_read(photo, rules) for photo in _distinct(photos)]
    groups = _group([sighting for reading in readings for sighting in reading.sightings])
    damages = [damage for group in groups for damage in _damages(group, groups, rules)]
    dropped = dict.fromkeys(item for reading in readings for item in reading.dropped)
    return Consolidated(damages=tuple(sorted(damages, key=_place)), dropped=tuple(dropped))


def _distinct(photos: Sequence[PhotoEvidence]) -> list[PhotoEvidence]:
    first: dict[str, PhotoEvidence] = {}
    for photo in sorted(photos, key=lambda item: item.index):
        first.setdefault(photo.sha256, photo)
    return sorted(first.values(), key=lambda item: item.sha256)


def _read(photo: PhotoEvidence, rules: ConsolidateRules) -> PhotoReading:
    scene = Scene.read(photo.detections, width=photo.width, height=photo.height, rules=rules)
    reading = read_photo_damages(photo.index, photo.detections, scene, rules)
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
    return (0 if sighting.settled else 1 if sighting.refs else 2, -sighting.score)


def _could_be_same(sighting: Sighting, group: _Group) -> bool:
    """Same part; or, on another photo, a part that the sighting may mean. A nameless one never joins a named one."""
    if not sighting.refs or not group.refs:
        first = group.sightings[0]
        alike = sighting.kind is first.kind and sighting.doubtful is first.doubtful
        return not sighting.refs and not group.refs and alike
    if set(sighting.refs) == set(group.refs):
        return True
    return sighting.photo not in group.photos and bool(_narrowed(group.refs, sighting.refs, strict=True))


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
    code = "damage.taken_as" if choices == 1 else "damage.taken_as_one_of"
    told = note(code, place=home.refs[0], photo=sighting.photo + 1)
    return replace(sighting, notes=(*sighting.notes, told))


def _damages(group: _Group, groups: Sequence[_Group], rules: ConsolidateRules) -> list[Damage]:
    """One damage per kind. What is known only as damaged stays beside the kinds that are known, never inside them."""
    kinds = sorted({item.kind for item in group.sightings})
    return [_damage(group, kind, groups, rules) for kind in kinds]


def _damage(group: _Group, kind: DamageKind, groups: Sequence[_Group], rules: ConsolidateRules) -> Damage:
    own = [item for item in group.sightings if item.kind is kind]
    part, side = _named(group.refs)
    cm2 = _size(own, kind, part, rules)
    named = max((item.label_severity for item in own if item.label_severity), default=None)
    notes = dict.fromkeys(item for sighting in own for item in sighting.notes)
    return Damage(
        part=part,
        side=side,
        kind=kind,
        severity=named or severity_of(cm2, kind, part, rules),
        confidence=min(1.0, max(item.score for item in own)),
        evidence=_evidence(own),
        candidates=() if group.settled else group.refs,
        area_cm2=cm2,
        severity_certain=named is not None or cm2 is not None,
        doubtful=all(item.doubtful for item in own),
        notes=tuple(notes) + tuple(_perhaps_close_up(group, kind, groups)),
    )


def _named(refs: tuple[PartRef, ...]) -> tuple[Part | None, Side]:
    """The part if all candidates agree on it, and the side if they agree on that."""
    if len({ref.part for ref in refs}) != 1:
        return None, Side.UNKNOWN
    sides = {ref.side for ref in refs}
    return refs[0].part, refs[0].side if len(sides) == 1 else Side.UNKNOWN


def _size(own: Sequence[Sighting], kind: DamageKind, part: Part | None, rules: ConsolidateRules) -> float | None:
    """The largest size that any photo gives. Boxes of one photo are measured together: they may overlap."""
    sizes = []
    for photo in {item.photo for item in own}:
        here = [item for item in own if item.photo == photo]
        boxes = [box for item in here for box in item.boxes]
        scales = [item.scale for item in here if item.scale is not None]
        if boxes and scales:
            sizes.append(damage_cm2(boxes, kind, max(scales), part, rules))
    return max(sizes, default=None)


def _perhaps_close_up(group: _Group, kind: DamageKind, groups: Sequence[_Group]) -> list[Note]:
    """A nameless damage may be a close-up of the one damage of its kind that other photos show. Said, never assumed."""
    if group.refs or kind is DamageKind.UNKNOWN:
        return []
    alike = [
        other
        for other in groups
        if other.settled and any(item.kind is kind and item.photo not in group.photos for item in other.sightings)
    ]
    photos = sorted(group.photos)
    return [note("damage.perhaps_close_up", place=alike[0].refs[0], photo=photos[0] + 1)] if len(alike) == 1 else []


def _evidence(sightings: Sequence[Sighting]) -> tuple[Evidence, ...]:
    found = dict.fromkeys(item for sighting in sightings for item in sighting.evidence)
    return tuple(sorted(found, key=lambda item: (-item.score, item.photo, item.box)))


def _place(damage: Damage) -> tuple[bool, int, str, str, str, float]:
    order = list(Part).index(damage.part) if damage.part else len(Part)
    return (
        damage.doubtful,
        order,
        damage.side.value,
        damage.kind.value,
        damage.severity.value,
        -damage.confidence,
    )

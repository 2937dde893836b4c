"""Which region or part does a kind of damage belong to? The two groups of labels joined, before either is judged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from inference.attribution import Attribution, of_damage, of_region, rather_than, support
from inference.breakage import of_break
from inference.geometry import containment
from inference.rules import ConsolidateRules
from inference.scene import Scene
from inference.scene_parts import VisiblePart
from model.detections import Detection
from model.vocabulary import DamageKind

Draft = tuple[Attribution, DamageKind, list[Detection]]
"""A place, what happened there, and the reports that say so, a region's before those of the kinds inside it."""


@dataclass(slots=True, kw_only=True)
class _Region:
    """A damaged region and the kinds of damage that belong to it."""

    report: Detection
    where: Attribution
    inside: list[Detection] = field(default_factory=list)

    @property
    def as_part(self) -> VisiblePart:
        """The region as one more part that holds a damage."""
        return VisiblePart(refs=self.where.refs, box=self.report.box, score=self.report.score)


def joined(
    regions: Sequence[Detection], kinds: Sequence[Detection], scene: Scene, rules: ConsolidateRules
) -> Iterator[Draft]:
    """Each region with the kinds inside it, one after another, or none; then the kinds that lie elsewhere."""
    named = [_Region(report=region, where=of_region(region, scene, rules)) for region in regions]
    loose: list[Draft] = []
    for kind in kinds:
        homes = _homes(kind, named, rules)
        places = _elsewhere(kind, homes, scene, rules)
        loose += [(where, kind_of(kind), [kind]) for where in places]
        for home in homes if not places else ():
            home.inside.append(kind)
    for region in named:
        by_kind = [(region.where, kind, [region.report, *found]) for kind, found in _by_kind(region.inside)]
        yield from by_kind or [(region.where, DamageKind.UNKNOWN, [region.report])]
    yield from loose


def kind_of(item: Detection) -> DamageKind:
    """Raises ``ValueError`` for a label that names none."""
    if item.label.kind is None:
        raise ValueError(f"{item.label.name} names no kind of damage")
    return item.label.kind


def belongs(kind: Detection, region: Detection, rules: ConsolidateRules) -> bool:
    """True where one of the two lies mostly in the other."""
    inside, around = containment(kind.box, region.box), containment(region.box, kind.box)
    return inside >= rules.min_containment or around >= rules.min_covered


def _homes(kind: Detection, regions: Sequence[_Region], rules: ConsolidateRules) -> list[_Region]:
    """The region that holds the damage best; or every region that lies in a larger damage."""
    held = [(support(kind.box, region.report.box, region.report.score, rules), region) for region in regions]
    best, home = max(held, key=lambda item: item[0], default=(0.0, None))
    if home is not None and best > 0:
        return [home]
    return [region for region in regions if belongs(kind, region.report, rules)]


def _elsewhere(kind: Detection, homes: Sequence[_Region], scene: Scene, rules: ConsolidateRules) -> list[Attribution]:
    """The places of a kind that no region holds, or of one that belongs to another part than its region's."""
    said = [home.where for home in homes] or of_damage(kind, scene, rules)
    moved = of_break(kind, said, scene, rules)
    if moved is None and len(homes) == 1:
        moved = rather_than(homes[0].as_part, kind, scene, rules)
    if moved is not None:
        return [moved]
    return [] if homes else said


def _by_kind(found: Sequence[Detection]) -> list[tuple[DamageKind, list[Detection]]]:
    kinds = sorted({kind_of(item) for item in found})
    return [(kind, [item for item in found if kind_of(item) is kind]) for kind in kinds]

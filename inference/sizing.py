"""How large is a damage? From boxes and the usual size of the parts around it; None where nothing gives a scale."""

from collections.abc import Sequence
from statistics import median

from inference.geometry import area, union_area
from inference.rules import ConsolidateRules
from inference.scene import Scene
from model.findings import Box
from model.vocabulary import DamageKind, Part, Severity


def cm2_per_px2(scene: Scene, part: Part | None, rules: ConsolidateRules) -> float | None:
    """The scale of the part's own box, else of all parts in view.

    A part's box foreshortens with the damage on it, so the ratio holds at an angle; it is a rough measure all the same.
    """
    return _scale(scene, rules, only=part) or _scale(scene, rules)


def damage_cm2(
    boxes: Sequence[Box], kind: DamageKind, scale: float, part: Part | None, rules: ConsolidateRules
) -> float:
    """Area of the damage: what its boxes cover together x their fill x ``scale``, at most the whole part."""
    size = union_area(boxes) * rules.fill.of(kind) * scale
    return min(size, rules.surface_cm2(part)) if part else size


def severity_of(cm2: float | None, kind: DamageKind, part: Part | None, rules: ConsolidateRules) -> Severity:
    """The step of the repair tables that a size falls in; the middle step where the size is not known."""
    if cm2 is None:
        return Severity.MODERATE
    minor, moderate = rules.minor_up_to_cm2, rules.moderate_up_to_cm2
    cover = rules.dented_cover
    if kind is DamageKind.DENT and part in cover.parts:
        whole = rules.surface_cm2(part)
        minor, moderate = whole * cover.minor_up_to_share, whole * cover.moderate_up_to_share
    if cm2 <= minor:
        return Severity.MINOR
    return Severity.MODERATE if cm2 <= moderate else Severity.SEVERE


def _scale(scene: Scene, rules: ConsolidateRules, only: Part | None = None) -> float | None:
    scales = [
        rules.surface_cm2(seen.part) / (area(seen.box) * rules.fill.part)
        for seen in scene.parts
        if seen.part is not None and only in (None, seen.part) and area(seen.box) > 0 and not _cut_off(seen.box, scene)
    ]
    return median(scales) if scales else None


def _cut_off(box: Box, scene: Scene) -> bool:
    """A part that leaves the frame is larger than its box; two or more edges at the rim give no scale."""
    rim = 0.01 * max(scene.width, scene.height)
    touches = (box[0] <= rim, box[1] <= rim, box[2] >= scene.width - rim, box[3] >= scene.height - rim)
    return sum(touches) >= 2
